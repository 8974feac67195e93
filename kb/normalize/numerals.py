"""Numerals of every system met in rules, as integers."""

from __future__ import annotations

_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {
    "〇": 0,
    "○": 0,
    "两": 2,
    "兩": 2,
    "壹": 1,
    "贰": 2,
    "貳": 2,
    "叁": 3,
    "參": 3,
    "肆": 4,
    "伍": 5,
    "陆": 6,
    "陸": 6,
    "柒": 7,
    "捌": 8,
    "玖": 9,
}
_UNITS = {"十": 10, "拾": 10, "百": 100, "佰": 100, "千": 1000}
CHINESE = "零〇○一二两兩三四五六七八九十百千壹贰貳叁參肆伍陆陸柒捌玖拾佰"
STEMS = "甲乙丙丁戊己庚辛壬癸"
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100}
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
    """Return the value of a Chinese numeral (``二十三``, ``一百零五``, ``一二``), or None when it is none."""
    if not text or any(c not in _DIGITS and c not in _UNITS for c in text):
        return None
    if not any(c in _UNITS for c in text):
        return int("".join(str(_DIGITS[c]) for c in text))
    total = 0
    digit = 0
    for i, c in enumerate(text):
        if c in _UNITS:
            total += (digit if digit or i else 1) * _UNITS[c]
            digit = 0
        else:
            digit = _DIGITS[c]
    return total + digit


def roman(text: str) -> int | None:
    """Return the value of a Roman numeral up to 100 in canonical form, or None when it is none."""
    lowered = text.lower()
    if not lowered or any(c not in _ROMAN for c in lowered):
        return None
    total = 0
    for i, c in enumerate(lowered):
        value = _ROMAN[c]
        total += -value if i + 1 < len(lowered) and _ROMAN[lowered[i + 1]] > value else value
    return total if 0 < total <= 100 and _to_roman(total) == lowered else None


def _to_roman(value: int) -> str:
    out = ""
    for number, letters in (
        (100, "c"),
        (90, "xc"),
        (50, "l"),
        (40, "xl"),
        (10, "x"),
        (9, "ix"),
        (5, "v"),
        (4, "iv"),
        (1, "i"),
    ):
        count, value = divmod(value, number)
        out += letters * count
    return out


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
