"""What stands around a possible label, as far as every system asks for it."""

from __future__ import annotations

import re
from collections.abc import Callable

from kb.normalize.families import Value
from kb.numerals import CHINESE

CN = rf"[{CHINESE}]{{1,7}}"
NUM = rf"(?:{CN}|\d{{1,4}})"
_JOINS = frozenset("/-－~～:：第约满达¥￥$#＃*×xX+=＝→")
CJK = re.compile(r"[\u3400-\u9fff]")
_HEADWORD = re.compile(r"[\u3400-\u9fffA-Za-z“‘《【「『(（<\[{0-9#*@&$￥+—-]")
# Family, number, how much speaks for it, end of the label; None where it is none.
Reading = tuple[str, Value, float, int] | None
Reader = Callable[[str, re.Match[str], str], Reading]  # flow, match of the pattern, what stands before


def after(text: str, end: int) -> str:
    """Return the first character behind a label that is no blank, ``""`` at the end."""
    while end < len(text) and text[end] in " \t\u3000\xa0":
        end += 1
    return text[end] if end < len(text) else ""


def goes_on(text: str, end: int) -> bool:
    """Whether words follow a label: text, not punctuation and not the end."""
    following = after(text, end)
    return bool(following) and (following == "\n" or bool(_HEADWORD.match(following)))


def digit_before(text: str, start: int) -> bool:
    """Whether a digit run starts right behind what makes it part of an amount, a date or a code."""
    before = text[start - 1] if start else ""
    if before in ".．" and before:
        return start > 1 and (text[start - 2].isdigit() or text[start - 2].isascii())
    return before.isdigit() or before in _JOINS or (before.isascii() and before.isalpha())
