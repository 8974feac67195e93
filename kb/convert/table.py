"""Table rows as lines of text, the same for every format."""

from __future__ import annotations

import re
from collections.abc import Sequence

SEPARATOR = " | "
_ARTICLE = re.compile(r"^第[〇○零一二三四五六七八九十百千万两\d]+[编章节条]")


def row_lines(cells: Sequence[Sequence[str]]) -> list[str]:
    """Return a table row as lines.

    A row is one line, ``cell | cell``, with the lines of each cell joined by a space; empty cells keep
    their place except at the end. A row that only serves layout is not forced into one line: where a
    single cell holds everything, or where a cell holds numbered articles, every line of the cells
    stays a line.

    Args:
        cells: The lines of each cell, in order.
    """
    filled = [[line for line in cell if line.strip()] for cell in cells]
    holding = [lines for lines in filled if lines]
    if not holding:
        return []
    single = len(holding) == 1 and (len(filled) == 1 or len(holding[0]) > 1)
    if single or any(len(lines) > 1 and any(map(_ARTICLE.match, lines)) for lines in holding):
        return [line for lines in holding for line in lines]
    while not filled[-1]:
        filled.pop()
    return [SEPARATOR.join(" ".join(line.strip() for line in lines) for lines in filled)]
