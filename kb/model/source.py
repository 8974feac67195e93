"""A source as received, and places in it."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass


def digest_of(text: str) -> str:
    """Return the first 16 hex digits of the SHA-256 of ``text`` as UTF-8.

    Enough to notice that a span no longer says what it said; not a security measure.
    """
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Source:
    """One file as received, decoded.

    Attributes:
        file: The file's name, relative to the folder it was ingested from, with ``/`` separators.
        text: Its text; offsets everywhere are Unicode code points of this string.
        sha256: Digest of the file's bytes, 64 hex digits.
        format: ``txt``, ``md``, ``html``, ``docx`` or ``pdf``.
        encoding: The encoding the bytes were decoded with; ``""`` for binary formats.
    """

    file: str
    text: str
    sha256: str
    format: str = "txt"
    encoding: str = "utf-8"


@dataclass(frozen=True, slots=True, order=True)
class SourceSpan:
    """A place in a source: half-open ``[start, end)`` in code points.

    Attributes:
        file: The source's name.
        start: First code point.
        end: One past the last code point.
        digest: First 16 hex digits of the SHA-256 of the text there, ``""`` when not known.
    """

    file: str
    start: int
    end: int
    digest: str = ""
