"""A page of a PDF whose Chinese fonts are not embedded, read piece by piece with pypdf.

PDFium leaves out a character that is drawn alone in a font it has no outlines for, because the character
then covers no area. pypdf gives every piece of text with its place; pieces on one base line make a line.
"""

from __future__ import annotations

import io
import logging
import struct
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import pypdf
from pypdf.errors import DependencyError, PyPdfError

from kb.errors import SourceUnreadable

# What pypdf is known to raise on damaged files besides its own errors.
_FAILURES = (
    *(PyPdfError, DependencyError, ArithmeticError, AssertionError, AttributeError, LookupError),
    *(NotImplementedError, OSError, RecursionError, TypeError, ValueError, struct.error),
)
# Its warnings about damage would otherwise go to stderr; the errors raised here say what matters.
logging.getLogger("pypdf").addHandler(logging.NullHandler())

_SAME_LINE = 0.4  # of the font size: how far base lines of one line may differ
_GAP = 0.4  # of the font size: from which width on a gap is a blank


@dataclass(slots=True)
class _Lines:
    """Lines being put together from pieces in the order they are drawn."""

    lines: list[str] = field(default_factory=list)
    base: float = float("inf")
    end: float = 0.0

    def add(self, text: str, x: float, y: float, size: float) -> None:
        if abs(y - self.base) > _SAME_LINE * size or x < self.end - size:
            self.lines.append(text)
        else:
            self.lines[-1] += (" " if x - self.end > _GAP * size else "") + text
        self.base = y
        self.end = x + size * sum(0.5 if character < "\u2e80" else 1.0 for character in text)


class Pieces:
    """Reads pages of one PDF."""

    def __init__(self, data: bytes, file: str) -> None:
        """Open the PDF.

        Args:
            data: Its bytes.
            file: Its name, for messages.

        Raises:
            SourceUnreadable: pypdf cannot open it.
        """
        self._file = file
        with self._errors("cannot be read"):
            self._reader = pypdf.PdfReader(io.BytesIO(data))

    def page(self, number: int) -> list[str]:
        """Return the lines of a page, counted from 0.

        Raises:
            SourceUnreadable: pypdf cannot read the page.
        """
        found = _Lines()

        def take(text: str, outer: list[float], matrix: list[float], _: object, size: float) -> None:
            words = text.strip()
            if words:
                x = matrix[4] * outer[0] + matrix[5] * outer[2] + outer[4]
                y = matrix[4] * outer[1] + matrix[5] * outer[3] + outer[5]
                scale = abs(matrix[3] * outer[3]) or 1.0
                found.add(words.replace("\n", " "), x, y, (size or 1.0) * scale)

        with self._errors(f"has a page {number + 1} that cannot be read"):
            self._reader.pages[number].extract_text(visitor_text=take)
        return found.lines

    @contextmanager
    def _errors(self, what: str) -> Iterator[None]:
        try:
            yield
        except _FAILURES:
            raise SourceUnreadable(
                f"{self._file} {what}: it does not embed its fonts, and is damaged or locked.",
                hint="Print it to PDF anew with its fonts embedded, or get the document it was made from.",
                file=self._file,
            ) from None
