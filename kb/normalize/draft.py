"""One document of one source, outlined: the last stage before copies are compared."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from kb.model import Source
from kb.normalize.chrome import Mark, brands_of, furniture, inline
from kb.normalize.documents import Found, find_documents, is_flat
from kb.normalize.flow import Flow, make_flow
from kb.normalize.headings import tokens
from kb.normalize.labels import candidates
from kb.normalize.lines import Line, bare, split_lines, trim
from kb.normalize.outline import Label, solve
from kb.normalize.tree import Part, build


@dataclass(frozen=True, slots=True)
class Draft:
    """A found document with its flow, labels and clauses in the making."""

    source: Source
    found: Found
    flow: Flow
    labels: tuple[Label, ...]
    parts: tuple[Part, ...]

    def label(self, part: Part) -> str:
        """Return the label of a clause as printed."""
        return bare(self.flow.text[part.start : part.body])

    def words(self, part: Part) -> str:
        """Return the words of a clause without its label."""
        return bare(self.flow.text[part.body : part.end])


@dataclass(frozen=True, slots=True)
class Reading:
    """A source read: its lines, what of them is furniture, its documents."""

    source: Source
    lines: tuple[Line, ...]
    marks: dict[int, Mark]
    drafts: tuple[Draft, ...]


def read(source: Source) -> Reading:
    """Read one source up to the clauses of its documents."""
    text = source.text
    lines, marks = _without_inline(text, split_lines(text))
    name = source.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    drafts = []
    for found in find_documents(text, lines, marks, name):
        flow = make_flow(text, found.body, source.format == "md")
        labels = solve(tokens(flow.text, candidates(flow.text), found.title))
        flat = _lost_breaks(text, found.body)
        drafts.append(Draft(source, found, flow, tuple(labels), tuple(build(flow.text, labels, flat))))
    return Reading(source, tuple(lines), marks, tuple(drafts))


def _lost_breaks(text: str, body: Sequence[tuple[int, int]]) -> bool:
    """Whether a fair part of a text stands on lines whose own line breaks were lost."""
    flat = sum(end - start for start, end in body if is_flat(text[start:end]))
    return flat > 0.2 * sum(end - start for start, end in body)


def _without_inline(text: str, lines: list[Line]) -> tuple[list[Line], dict[int, Mark]]:
    """Return lines cut where furniture stands inside them, and the marks of what is furniture, by line index."""
    marks = furniture(lines)
    brands = brands_of(text)
    cut: list[Line] = []
    where: dict[int, Mark] = {}
    for i, line in enumerate(lines):
        if i in marks:
            where[len(cut)] = marks[i]
            cut.append(line)
            continue
        position = line.start
        for mark in inline(text, line.start, line.end, brands):
            _append(cut, text, position, mark.start)
            start, end = trim(text, mark.start, mark.end)
            if start < end:
                where[len(cut)] = Mark(start, end, mark.reason, site=False, inside=True)
                cut.append(Line(start, end, text[start:end]))
            position = mark.end
        if position == line.start:
            cut.append(line)
        else:
            _append(cut, text, position, line.end)
    return cut, where


def _append(lines: list[Line], text: str, start: int, end: int) -> None:
    start, end = trim(text, start, end)
    if start < end:
        lines.append(Line(start, end, text[start:end]))
