"""Numerals of every system met in rules, as integers."""

from __future__ import annotations

import re

DIGITS = dict(
    zip("零〇○一二两兩三四五六七八九壹贰貳叁參肆伍陆陸柒捌玖",
        (0, 0, 0, 1, 2, 2, 2, 3, 4, 5, 6, 7, 8, 9, 1, 2, 2, 3, 3, 4, 5, 6, 6, 7, 8, 9), strict=True)
)  # fmt: skip
SCALES = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000, "仟": 1000}
MYRIADS = {"万": 10_000, "萬": 10_000, "亿": 100_000_000, "億": 100_000_000}
CHINESE = "".join(DIGITS) + "十百千拾佰"  # what labels are made of
STEMS = "甲乙丙丁戊己庚辛壬癸"
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
_CANONICAL = re.compile(r"c?(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})")
# Runs of single characters that each stand for one number: (first character, how many, first value).
_RUNS = (
    ("①", 20, 1),
    ("⑴", 20, 1),
    ("⒈", 20, 1),
    ("㈠", 10, 1),
    ("❶", 10, 1),
    ("➀", 10, 1),
    ("➊", 10, 1),
    ("Ⅰ", 12, 1),
    ("ⅰ", 12, 1),
    ("㊀", 10, 1),
)


def chinese(text: str) -> int | None:
    """Return the value of a Chinese numeral (``二十三``, ``一百零五``, ``一二``, ``三万``), or None when it is none."""
    if not text or any(c not in DIGITS and c not in SCALES and c not in MYRIADS for c in text):
        return None
    if all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    total = section = digit = 0
    for i, c in enumerate(text):
        if c in DIGITS:
            digit = DIGITS[c]
        elif c in SCALES:
            section += (digit if digit or i else 1) * SCALES[c]
            digit = 0
        else:
            total = (total + section + digit) * MYRIADS[c]
            section = digit = 0
    return total + section + digit


def roman(text: str) -> int | None:
    """Return the value of a Roman numeral up to 100 in canonical form, or None when it is none."""
    lowered = text.lower()
    if not lowered or any(c not in _ROMAN for c in lowered):
        return None
    if not _CANONICAL.fullmatch(lowered):
        return None
    values = [_ROMAN[c] for c in lowered]
    total = sum(-one if one < after else one for one, after in zip(values, [*values[1:], 0], strict=True))
    return total if total <= 100 else None


def symbol(char: str) -> int | None:
    """Return the value of a one-character number such as ``③`` or ``Ⅳ``, or None when it is none."""
    for first, count, value in _RUNS:
        offset = ord(char) - ord(first)
        if 0 <= offset < count:
            return value + offset
    return None


def arabic(text: str) -> int | None:
    """Return the value of ASCII or full-width digits, or None when it is none."""
    return int(text) if text and text.isdecimal() else None


def number(text: str) -> int | None:
    """Return the value of digits or a Chinese numeral, or None when it is neither."""
    value = arabic(text)
    return value if value is not None else chinese(text)
