"""The ledger: every non-blank character of a source in exactly one segment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from operator import attrgetter

from kb.model import Doubt, Ledger, Segment, Source
from kb.normalize.lines import INVISIBLE, trim


def make_ledger(source: Source, segments: Iterable[Segment], doubts: Iterable[Doubt]) -> Ledger:
    """Return the account of ``source``: the given segments without overlap, and what none of them covers.

    A stretch that nothing accounts for becomes ``unresolved``, so that the account is complete by construction.
    """
    complete: list[Segment] = []
    position = 0
    for segment in sorted(sorted(segments, key=attrgetter("end")), key=attrgetter("start")):
        start, end = trim(source.text, max(segment.start, position), segment.end)
        if start >= end:
            continue
        complete += _unaccounted(source.text, position, start)
        whole = (start, end) == (segment.start, segment.end)
        complete.append(segment if whole else replace(segment, start=start, end=end))
        position = end
    complete += _unaccounted(source.text, position, len(source.text))
    return Ledger(
        file=source.file,
        sha256=source.sha256,
        chars=len(source.text),
        segments=tuple(complete),
        doubts=tuple(sorted(doubts, key=lambda d: (d.start, d.end, d.what))),
    )


def _unaccounted(text: str, start: int, end: int) -> list[Segment]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    if start == end:
        return []
    if all(c.isspace() or c in INVISIBLE for c in text[start:end]):
        return [Segment(start, end, "chrome", reason="characters that show nothing")]
    return [Segment(start, end, "unresolved", reason="belongs to nothing that was found")]
