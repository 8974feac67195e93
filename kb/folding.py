"""Texts that say the same made to look the same: width, case, traditional and simplified characters."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import opencc

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")


def folded(text: str) -> str:
    """Return the text in one width and case (NFKC, case folded), simplified characters, no thousands separators."""
    narrow = unicodedata.normalize("NFKC", text).casefold().encode("utf-8", "ignore").decode()
    return _THOUSANDS.sub("", _simplifier().convert(narrow))


@functools.cache
def _simplifier() -> opencc.OpenCC:
    import opencc

    return opencc.OpenCC("t2s")
