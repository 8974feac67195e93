"""Physical lines of a source with their offsets."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Characters that show nothing stand around words like blanks do.
INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\x00"
BLANK = "\\s" + INVISIBLE
_LINE = re.compile(r"[^\n\r\u2028\u2029\x0b\x0c\x85\x1c\x1d\x1e]+")
_BLANKS = re.compile(f"[{BLANK}]*")
_LAST = re.compile(f"[^{BLANK}]")


@dataclass(frozen=True, slots=True)
class Line:
    """A line that holds something: half-open ``[start, end)`` without the blanks around it."""

    start: int
    end: int
    text: str


def trim(text: str, start: int, end: int) -> tuple[int, int]:
    """Return ``[start, end)`` without blanks at either end; ``start == end`` when nothing is left."""
    match = _BLANKS.match(text, start, end)
    start = match.end() if match else start
    while end > start and _LAST.match(text, end - 1) is None:
        end -= 1
    return start, end


def split_lines(text: str) -> list[Line]:
    """Return the non-blank lines of ``text`` in order."""
    lines = []
    for match in _LINE.finditer(text):
        start, end = trim(text, *match.span())
        if start < end:
            lines.append(Line(start, end, text[start:end]))
    return lines


def bare(text: str) -> str:
    """Return ``text`` without blanks, and characters that show nothing, at either end."""
    start, end = trim(text, 0, len(text))
    return text[start:end]
