"""Numbers as lists print them: 1 as ``一``, ``①``, ``甲``, ``iv`` or ``(a)`` without the brackets.

The names and rules are those of Word's number formats (ECMA-376 part 1, 17.18.59 ST_NumberFormat);
a value outside a format's set falls back to decimal digits, as the standard says.
"""

from __future__ import annotations

from collections.abc import Callable

_STEMS = "甲乙丙丁戊己庚辛壬癸"
_BRANCHES = "子丑寅卯辰巳午未申酉戌亥"
_CIRCLED_IDEOGRAPHS = "㊀㊁㊂㊃㊄㊅㊆㊇㊈㊉"
_ROMAN = (
    *((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL")),
    *((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I")),
)
_ONES = (
    *("", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"),
)
_TENS = ("", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety")
_ORDINAL_WORDS = {
    "one": "first",
    "two": "second",
    "three": "third",
    "five": "fifth",
    "eight": "eighth",
    "nine": "ninth",
    "twelve": "twelfth",
}


def format_number(value: int, style: str) -> str:
    """Write a list number.

    Args:
        value: The number, 0 or more.
        style: A name of ST_NumberFormat, such as ``decimal`` or ``chineseCountingThousand``. An unknown
            name means decimal; ``none`` and ``bullet`` have no number.

    Returns:
        The number as printed.
    """
    if style in {"none", "bullet"}:
        return ""
    writer = _WRITERS.get(style)
    return str(value) if writer is None or value < 0 or value > 32767 else writer(value)


def _places(digits: str, units: str, *, one: bool, zero: bool) -> Callable[[int], str]:
    """Return a writer with a word for each place: 一百二十三.

    Args:
        digits: Zero to nine.
        units: Ten, hundred, thousand, ten thousand.
        one: Whether 一 is written before a unit (一百, Chinese) or left out (百, Japanese).
        zero: Whether a gap is written (一百零三).
    """

    def group(value: int) -> str:
        out, gap = "", False
        for place in (3, 2, 1, 0):
            digit = value // 10**place % 10
            if digit == 0:
                gap = bool(out)
                continue
            out += (digits[0] if gap and zero else "") + (
                digits[digit] if one or digit > 1 or place == 0 else ""
            )
            out += units[place - 1] if place else ""
            gap = False
        return out

    def write(value: int) -> str:
        if value == 0:
            return digits[0]
        high, low = divmod(value, 10000)
        out = group(high) + units[3] if high else ""
        out += digits[0] if high and zero and 0 < low < 1000 else ""
        out += group(low)
        # Chinese says 十二, not 一十二, but 一百一十二.
        return out[1:] if one and out.startswith(digits[1] + units[0]) and digits[1] == "一" else out

    return write


def _counting(digits: str) -> Callable[[int], str]:
    """Return a writer that uses 十 up to 99 and bare digits from 100 on: 九十九, 一〇〇."""
    below_hundred = _places(digits, "十百千万", one=True, zero=True)
    return lambda value: below_hundred(value) if value < 100 else _digits(digits)(value)


def _digits(digits: str) -> Callable[[int], str]:
    return lambda value: "".join(digits[int(digit)] for digit in str(value))


def _one_of(signs: str) -> Callable[[int], str]:
    return lambda value: signs[value - 1] if 0 < value <= len(signs) else str(value)


def _run(first: int, count: int) -> Callable[[int], str]:
    """Return a writer for a run of signs from code point ``first``, ``count`` long."""
    return lambda value: chr(first + value - 1) if 0 < value <= count else str(value)


def _letters(first: str) -> Callable[[int], str]:
    """Return a writer of a…z, aa, bb…, as Word counts (spreadsheets count aa, ab…)."""
    return lambda value: chr(ord(first) + (value - 1) % 26) * ((value - 1) // 26 + 1) if value else "0"


def _roman(value: int) -> str:
    if value == 0:
        return "0"
    out = ""
    for worth, sign in _ROMAN:
        out += sign * (value // worth)
        value %= worth
    return out


def _words(value: int) -> str:
    if value == 0:
        return "zero"
    out = []
    if value >= 1000:
        out.append(f"{_words(value // 1000)} thousand")
        value %= 1000
    if value >= 100:
        out.append(f"{_ONES[value // 100]} hundred")
        value %= 100
    if value >= 20:
        out.append("-".join(word for word in (_TENS[value // 10], _ONES[value % 10]) if word))
    elif value:
        out.append(_ONES[value])
    return " ".join(out)


def _ordinal(value: int) -> str:
    ending = "th" if value % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(value % 10, "th")
    return f"{value}{ending}"


def _ordinal_words(value: int) -> str:
    words = _words(value)
    start = max(words.rfind(" "), words.rfind("-")) + 1
    last = words[start:]
    if last in _ORDINAL_WORDS:
        return words[:start] + _ORDINAL_WORDS[last]
    return words[:-1] + "ieth" if words.endswith("y") else words + "th"


def _capital(writer: Callable[[int], str]) -> Callable[[int], str]:
    return lambda value: writer(value).capitalize()


def _sexagenary(value: int) -> str:
    return _STEMS[(value - 1) % 10] + _BRANCHES[(value - 1) % 12] if 0 < value <= 60 else str(value)


_WRITERS: dict[str, Callable[[int], str]] = {
    "decimalZero": lambda value: f"{value:02d}",
    "upperRoman": _roman,
    "lowerRoman": lambda value: _roman(value).lower(),
    "upperLetter": _letters("A"),
    "lowerLetter": _letters("a"),
    "ordinal": _ordinal,
    "cardinalText": _capital(_words),
    "ordinalText": _capital(_ordinal_words),
    "hex": lambda value: f"{value:X}",
    "numberInDash": lambda value: f"- {value} -",
    "decimalFullWidth": _digits("０１２３４５６７８９"),
    "decimalFullWidth2": _digits("０１２３４５６７８９"),
    "decimalEnclosedCircle": _run(0x2460, 20),
    "decimalEnclosedCircleChinese": _run(0x2460, 20),
    "decimalEnclosedParen": _run(0x2474, 20),
    "decimalEnclosedFullstop": _run(0x2488, 20),
    "ideographEnclosedCircle": _one_of(_CIRCLED_IDEOGRAPHS),
    "ideographTraditional": _one_of(_STEMS),
    "ideographZodiac": _one_of(_BRANCHES),
    "ideographZodiacTraditional": _sexagenary,
    "ideographDigital": _digits("〇一二三四五六七八九"),
    "japaneseDigitalTenThousand": _digits("〇一二三四五六七八九"),
    "taiwaneseDigital": _digits("○一二三四五六七八九"),
    "chineseCounting": _counting("○一二三四五六七八九"),
    "taiwaneseCounting": _counting("○一二三四五六七八九"),
    "chineseCountingThousand": _places("零一二三四五六七八九", "十百千万", one=True, zero=True),
    "taiwaneseCountingThousand": _places("零一二三四五六七八九", "十百千萬", one=True, zero=True),
    "japaneseCounting": _places("〇一二三四五六七八九", "十百千万", one=False, zero=False),
    "chineseLegalSimplified": _places("零壹贰叁肆伍陆柒捌玖", "拾佰仟万", one=True, zero=True),
    "ideographLegalTraditional": _places("零壹貳參肆伍陸柒捌玖", "拾佰仟萬", one=True, zero=True),
    "japaneseLegal": _places("零壱弐参四伍六七八九", "拾百阡萬", one=True, zero=False),
}
