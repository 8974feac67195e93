"""The account of every source character."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

SegmentKind = Literal["rule", "title", "background", "chrome", "duplicate", "unresolved"]
LEDGER_KINDS: tuple[SegmentKind, ...] = (
    "rule",
    "title",
    "background",
    "chrome",
    "duplicate",
    "unresolved",
)


@dataclass(frozen=True, slots=True)
class Segment:
    """One ledger entry: half-open ``[start, end)`` of one source, in code points.

    Attributes:
        start: First code point.
        end: One past the last code point.
        kind: What the stretch is.
        document: Id of the document it belongs to, or None.
        clause: Clause id (``document#anchor``) it belongs to, or None.
        reason: Why it was judged so, in a few words (``upload stamp``, ``copy of …``).
    """

    start: int
    end: int
    kind: SegmentKind
    document: str | None = None
    clause: str | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A place kept as printed that a person should look at.

    Attributes:
        start: First code point.
        end: One past the last code point.
        what: What looks wrong (``number out of order: 3 after 5``).
        clause: Clause id it concerns, or None.
    """

    start: int
    end: int
    what: str
    clause: str | None = None


@dataclass(frozen=True, slots=True)
class Ledger:
    """The account of one source.

    Attributes:
        file: The source's name.
        sha256: Digest of its bytes.
        chars: Length of its text in code points.
        segments: In order, not overlapping; every non-blank character stands in exactly one.
        doubts: Places to look at.
    """

    file: str
    sha256: str
    chars: int
    segments: tuple[Segment, ...]
    doubts: tuple[Doubt, ...] = ()
