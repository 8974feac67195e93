from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.convert.numerals import format_number
from kb.convert.symbols import raise_figures, symbol

NUMBERS = (0, 1, 10, 11, 20, 21, 99, 100, 101, 110, 119, 1000, 1010, 2008)


@pytest.mark.parametrize(
    ("style", "expected"),
    [
        (
            "chineseCountingThousand",
            "零 一 十 十一 二十 二十一 九十九 一百 一百零一 一百一十 一百一十九 一千 一千零一十 二千零八",
        ),
        ("chineseCounting", "○ 一 十 十一 二十 二十一 九十九 一○○ 一○一 一一○ 一一九 一○○○ 一○一○ 二○○八"),
        ("japaneseCounting", "〇 一 十 十一 二十 二十一 九十九 百 百一 百十 百十九 千 千十 二千八"),
        (
            "ideographDigital",
            "〇 一 一〇 一一 二〇 二一 九九 一〇〇 一〇一 一一〇 一一九 一〇〇〇 一〇一〇 二〇〇八",
        ),
        (
            "chineseLegalSimplified",
            "零 壹 壹拾 壹拾壹 贰拾 贰拾壹 玖拾玖 壹佰 壹佰零壹 壹佰壹拾 壹佰壹拾玖 壹仟 壹仟零壹拾 贰仟零捌",
        ),
        ("upperRoman", "0 I X XI XX XXI XCIX C CI CX CXIX M MX MMVIII"),
        ("decimalZero", "00 01 10 11 20 21 99 100 101 110 119 1000 1010 2008"),
        ("ordinal", "0th 1st 10th 11th 20th 21st 99th 100th 101st 110th 119th 1000th 1010th 2008th"),
        ("ideographZodiacTraditional", "0 甲子 癸酉 甲戌 癸未 甲申 99 100 101 110 119 1000 1010 2008"),
        ("none", " " * 13),
    ],
)
def test_formats(style: str, expected: str) -> None:
    assert [format_number(number, style) for number in NUMBERS] == expected.split(" ")


def test_words_and_letters() -> None:
    words = ["Zero", "One", "Ten", "Eleven", "Twenty", "Twenty-one", "Ninety-nine", "One hundred"]
    assert [format_number(number, "cardinalText") for number in NUMBERS[:8]] == words
    ordinals = {
        1: "First",
        2: "Second",
        12: "Twelfth",
        20: "Twentieth",
        45: "Forty-fifth",
        1009: "One thousand ninth",
    }
    assert {number: format_number(number, "ordinalText") for number in ordinals} == ordinals
    assert [format_number(number, "lowerLetter") for number in (0, 1, 26, 27, 53)] == [
        "0",
        "a",
        "z",
        "aa",
        "aaa",
    ]
    assert format_number(40000, "lowerLetter") == "40000"  # beyond what Word counts
    assert format_number(-1, "upperRoman") == "-1"


def test_bounded_sets_fall_back_to_digits() -> None:
    for style, last in (
        ("decimalEnclosedCircle", "⑳"),
        ("decimalEnclosedFullstop", "⒛"),
        ("decimalEnclosedParen", "⒇"),
    ):
        assert [format_number(number, style) for number in (0, 20, 21)] == ["0", last, "21"]
    assert [format_number(number, "ideographTraditional") for number in (1, 10, 11)] == ["甲", "癸", "11"]


@given(st.integers(1, 9999))
def test_chinese_numbers_count(number: int) -> None:
    """Reading the number back by its places gives the number."""
    total = place = 0
    for sign in format_number(number, "chineseCountingThousand"):
        if sign in "十百千":
            total += max(place, 1) * {"十": 10, "百": 100, "千": 1000}[sign]
            place = 0
        else:
            place = "零一二三四五六七八九".index(sign)
    assert total + place == number


def test_symbols() -> None:
    assert symbol("\uf0fc", "Wingdings") == "✓"
    assert symbol("\uf0ff", "Wingdings") == "•"
    assert symbol("\uf061", "Symbol") == "α"
    assert symbol("\uf028", "Symbol") == "("
    assert symbol("\uf06e", "某字体") == "■"
    assert symbol("8", "Wingdings") == "8"
    assert symbol("规", "Wingdings") == "规"
    assert symbol("x", "Arial") == "x"


def test_raised_figures() -> None:
    assert raise_figures("-3", "superscript") == "⁻³"
    assert raise_figures("(2)", "subscript") == "₍₂₎"
    assert raise_figures("", "superscript") == ""
    assert raise_figures("th", "superscript") == "th"
