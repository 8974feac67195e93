"""Shapes in which the articles of a regulation stand in a .docx file."""

from __future__ import annotations

from collections.abc import Callable

from tests.convert.make_docx import p, r

WIDTH = 18  # characters of a wrapped line
DIGITS = "零一二三四五六七八九"
Write = Callable[[int, str, str], str]  # number, its Chinese numeral, text: one or more paragraphs


def chinese(number: int) -> str:
    """The numeral as statutes print it: 十, 十二, 一百零五."""
    if number < 10:
        return DIGITS[number]
    if number < 100:
        tens, ones = divmod(number, 10)
        return ("" if tens == 1 else DIGITS[tens]) + "十" + (DIGITS[ones] if ones else "")
    hundreds, rest = divmod(number, 100)
    tail = "" if not rest else "零" + DIGITS[rest] if rest < 10 else DIGITS[rest // 10] + "十"
    return DIGITS[hundreds] + "百" + tail + (DIGITS[rest % 10] if rest >= 10 and rest % 10 else "")


def wrapped(text: str, width: int) -> str:
    return "".join(p(text[i : i + width]) for i in range(0, len(text), width))


def traditional(text: str) -> str:
    return text.translate(str.maketrans("条与对规则罚时费", "條與對規則罰時費"))


def plain(separator: str, label: str = "第{}条") -> Write:
    return lambda n, numeral, text: p(label.format(numeral, n=n) + separator + text)


SHAPES: dict[str, Write] = {
    "ideographic blank": plain("　"),
    "no blank": plain(""),
    "tab": plain("\t"),
    "colon": plain("："),
    "enumeration comma": plain("、"),
    "full stop": plain(". "),
    "arabic": plain(" ", "第{n}条"),
    "arabic with blanks": plain(" ", "第 {n} 条"),
    "blanks inside": lambda n, numeral, text: p(f"第 {' '.join(numeral)} 条 {text}"),
    "full width": lambda n, numeral, text: p(
        "第" + "".join(chr(ord(c) + 0xFEE0) for c in str(n)) + "条 " + text
    ),
    "in brackets": plain("", "【第{}条】"),
    "in square brackets": plain(" ", "[第{}条]"),
    "title in brackets": plain("【说明】"),
    "title in round brackets": plain("（说明）"),
    "title on the line": lambda n, numeral, text: p(f"第{numeral}条　说明") + p(text),
    "label on a line": lambda n, numeral, text: p(f"第{numeral}条") + p(text),
    "bold label": lambda n, numeral, text: (
        "<w:p>" + r(f"第{numeral}条", "<w:b/>") + r(" ") + r(text) + "</w:p>"
    ),
    "line break inside": lambda n, numeral, text: (
        f"<w:p><w:r><w:t>第{numeral}条 说明</w:t><w:br/><w:t>{text}</w:t></w:r></w:p>"
    ),
    "table": lambda n, numeral, text: (
        f"<w:tbl><w:tr><w:tc>{p(f'第{numeral}条')}</w:tc><w:tc>{p(text)}</w:tc></w:tr></w:tbl>"
    ),
    "traditional": lambda n, numeral, text: p(f"第{numeral}條　{traditional(text)}"),
    "two languages": lambda n, numeral, text: p(f"第{numeral}条 Article {n} {text}"),
    "wrapped": lambda n, numeral, text: wrapped(f"第{numeral}条　{text}", WIDTH),
}
