"""Tables in a terminal, where a Chinese character is two columns wide."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

_GAP = "  "
_NO_END = frozenset("（《“‘「『【〈([{")
_NO_START = frozenset("，。；：、！？”’）》」』】〉…,.;:!?)]}%")


def width_of(text: str) -> int:
    """Return how many columns a text takes."""
    return sum(
        0 if unicodedata.combining(character) else 2 if unicodedata.east_asian_width(character) in "WF" else 1
        for character in text
    )


def wrap(text: str, width: int) -> list[str]:
    """Return the text in lines of at most ``width`` columns; Latin words and numbers stay whole where they fit.

    No line begins with a closing mark or ends with an opening one, as long as there is a character to go with it.
    """
    lines: list[list[str]] = [[]]
    for word in _pieces(text, width):
        line = lines[-1]
        if line and width_of("".join(line)) + width_of(word) > width:
            carried: list[str] = []
            while len(line) > 1 and (line[-1] in _NO_END or (carried or [word])[0] in _NO_START):
                carried.insert(0, line.pop())
            lines.append(carried)
        if lines[-1] or not word.isspace():
            lines[-1].append(word)
    return ["".join(line).rstrip() for line in lines]


def _pieces(text: str, width: int) -> list[str]:
    """Return the words of a text, those too long for a line in parts."""
    step = max(width, 2)
    return [word[n : n + step] for word in _words(text) for n in range(0, len(word), step)]


def _words(text: str) -> list[str]:
    """Return runs of narrow characters without blanks, blanks, and wide characters one by one."""
    words: list[str] = []
    joins = False
    for character in text:
        narrow = (
            character.isascii() and not character.isspace() and character not in _NO_START - {".", ":", "%"}
        )
        if narrow and joins:
            words[-1] += character
        else:
            words.append(character)
        joins = narrow
    return words


def table(head: Sequence[str], rows: Sequence[Sequence[str]], shares: Sequence[float], width: int) -> str:
    """Return rows of wrapped cells under a head, aligned by display width.

    Args:
        head: Titles of the columns.
        rows: Their cells.
        shares: Share of the width per column; 0 for a column as wide as its widest cell. A column never gets more than
            its widest cell takes; what it leaves over goes to the widest share.
        width: Columns of the terminal.
    """
    needed = [max(width_of(cell) for cell in column) for column in zip(head, *rows, strict=True)]
    free = (
        width
        - len(_GAP) * (len(head) - 1)
        - sum(n for n, share in zip(needed, shares, strict=True) if not share)
    )
    widths = [
        min(n, max(4, int(share * free))) if share else n for n, share in zip(needed, shares, strict=True)
    ]
    widest = max(range(len(shares)), key=lambda n: shares[n])
    rest = width - len(_GAP) * (len(head) - 1) - sum(widths)
    widths[widest] = max(8, min(needed[widest], widths[widest] + rest))
    lines = [_line(head, widths), _line(["─" * n for n in widths], widths)]
    for row in rows:
        cells = [wrap(cell, n) for cell, n in zip(row, widths, strict=True)]
        for place in range(max(map(len, cells))):
            lines.append(_line([cell[place] if place < len(cell) else "" for cell in cells], widths))
    return "\n".join(lines)


def _line(cells: Sequence[str], widths: Sequence[int]) -> str:
    return _GAP.join(
        cell + " " * max(0, n - width_of(cell)) for cell, n in zip(cells, widths, strict=True)
    ).rstrip()
