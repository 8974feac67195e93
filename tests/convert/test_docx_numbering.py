"""Automatic numbers come out as Word prints them."""

from __future__ import annotations

import io

import docx as python_docx
import pytest
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from hypothesis import given
from hypothesis import strategies as st
from make_docx import abstract, lines, lvl, num, numbered, p

from kb.convert.docx import text_of_docx

CHAPTERS = abstract(
    0,
    lvl(0, "第%1章", "chineseCountingThousand", '<w:suff w:val="space"/>'),
    lvl(1, "第%2条", "chineseCountingThousand", '<w:lvlRestart w:val="0"/><w:suff w:val="nothing"/>'),
    lvl(2, "（%3）", "chineseCounting"),
)


def test_articles_run_on_over_chapters_and_items_restart() -> None:
    body = "".join(
        [
            numbered("总则", 1),
            numbered("　为了统一口径，制定本办法。", 1, 1),
            numbered("　下列情形从宽：", 1, 1),
            numbered("初次发生的；", 1, 2),
            numbered("主动说明的。", 1, 2),
            numbered("处罚", 1),
            numbered("　下列情形从严：", 1, 1),
            numbered("再次发生的。", 1, 2),
        ]
    )
    assert lines(body, numbering=CHAPTERS + num(1, 0)) == [
        "第一章 总则",
        "第一条　为了统一口径，制定本办法。",
        "第二条　下列情形从宽：",
        "（一） 初次发生的；",
        "（二） 主动说明的。",
        "第二章 处罚",
        "第三条　下列情形从严：",
        "（一） 再次发生的。",
    ]


@pytest.mark.parametrize(
    ("fmt", "text", "expected"),
    [
        ("decimal", "%1.", "12."),
        ("chineseCounting", "第%1条", "第十二条"),
        ("chineseCountingThousand", "第%1条", "第十二条"),
        ("japaneseCounting", "第%1条", "第十二条"),
        ("taiwaneseCountingThousand", "第%1條", "第十二條"),
        ("ideographDigital", "%1、", "一二、"),
        ("ideographZodiac", "%1、", "亥、"),
        ("ideographTraditional", "%1、", "12、"),
        ("upperRoman", "%1.", "XII."),
        ("lowerLetter", "%1)", "l)"),
        ("decimalEnclosedCircle", "%1", "⑫"),
        ("decimalEnclosedParen", "%1", "⑿"),
        ("decimalFullWidth", "%1．", "１２．"),
        ("decimalZero", "%1", "12"),
        ("none", "附则%1", "附则"),
        ("bullet", "◆", "◆"),
        ("somethingNew", "%1.", "12."),
    ],
)
def test_number_formats(fmt: str, text: str, expected: str) -> None:
    numbering = abstract(0, lvl(0, text, fmt, start=12)) + num(1, 0)
    assert lines(numbered("甲", 1), numbering=numbering) == [f"{expected} 甲"]


def test_lists_over_one_definition_count_on_and_an_override_restarts_once() -> None:
    override = '<w:lvlOverride w:ilvl="0"><w:startOverride w:val="1"/></w:lvlOverride>'
    numbering = abstract(0, lvl(0, "%1.")) + num(1, 0) + num(2, 0) + num(3, 0, override)
    body = "".join(numbered("x", list_id) for list_id in (1, 1, 2, 3, 3, 1))
    assert lines(body, numbering=numbering) == ["1. x", "2. x", "3. x", "1. x", "2. x", "3. x"]


def test_an_override_can_replace_a_level() -> None:
    override = f'<w:lvlOverride w:ilvl="0">{lvl(0, "（%1）", "chineseCounting")}</w:lvlOverride>'
    numbering = abstract(0, lvl(0, "%1.")) + num(1, 0, override)
    assert lines(numbered("x", 1), numbering=numbering) == ["（一） x"]


def test_restart_rules() -> None:
    levels = [lvl(0, "%1"), lvl(1, "%1.%2"), lvl(2, "%1.%2.%3", more='<w:lvlRestart w:val="1"/>')]
    body = "".join(numbered("x", 1, depth) for depth in (0, 1, 2, 2, 1, 2, 0, 2))
    assert [line.split()[0] for line in lines(body, numbering=abstract(0, *levels) + num(1, 0))] == [
        "1",
        "1.1",
        "1.1.1",
        "1.1.2",
        "1.2",
        "1.2.3",  # the third level restarts after the first only
        "2",
        "2.1.1",  # a level in between that was not used shows its start
    ]


def test_a_deep_level_first_counts_the_shallower_ones_as_used() -> None:
    numbering = abstract(0, lvl(0, "%1"), lvl(1, "%1.%2")) + num(1, 0)
    body = numbered("x", 1, 1) + numbered("x", 1, 0)
    assert lines(body, numbering=numbering) == ["1.1 x", "2 x"]


def test_legal_numbers_make_only_the_inherited_ones_decimal() -> None:
    numbering = abstract(0, lvl(0, "%1", "upperRoman"), lvl(1, "%1.%2", "decimalZero", "<w:isLgl/>")) + num(
        1, 0
    )
    assert lines(numbered("x", 1) + numbered("x", 1, 1), numbering=numbering) == ["I x", "1.01 x"]


def test_numbers_from_styles() -> None:
    numbering = (
        abstract(
            0,
            lvl(0, "第%1章", "chineseCounting", '<w:pStyle w:val="H1"/>'),
            lvl(1, "第%2条", "chineseCounting", '<w:pStyle w:val="H2"/>'),
        )
        + num(5, 0)
        + abstract(1, lvl(0, "%1、"))
        + num(6, 1)
    )
    styles = (
        '<w:style w:type="paragraph" w:styleId="H1"><w:pPr><w:numPr><w:numId w:val="5"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="H2"><w:basedOn w:val="H1"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Own"><w:basedOn w:val="H2"/></w:style>'
        '<w:style w:type="paragraph" w:styleId="Off"><w:basedOn w:val="H2"/><w:pPr><w:numPr><w:numId w:val="0"/>'
        "</w:numPr></w:pPr></w:style>"
        '<w:style w:type="paragraph" w:default="1" w:styleId="Def"><w:pPr><w:numPr><w:ilvl w:val="0"/>'
        '<w:numId w:val="6"/></w:numPr></w:pPr></w:style>'
        '<w:style w:type="paragraph" w:styleId="Loop"><w:basedOn w:val="Loop"/></w:style>'
    )

    def styled(name: str, more: str = "") -> str:
        return p("x", f'<w:pStyle w:val="{name}"/>{more}')

    body = "".join(
        [
            styled("H1"),
            styled("H2"),
            styled("Own"),
            styled("Off"),
            styled("H2", '<w:numPr><w:numId w:val="0"/></w:numPr>'),
            styled("H2", '<w:numPr><w:ilvl w:val="0"/></w:numPr>'),
            p("x"),
            styled("Loop"),
            styled("Missing"),
        ]
    )
    assert lines(body, numbering=numbering, styles=styles) == [
        "第一章 x",
        "第一条 x",
        "第二条 x",
        "x",
        "x",
        "第二章 x",
        "1、 x",
        "x",
        "2、 x",
    ]


def test_a_style_may_name_its_level_without_a_link() -> None:
    numbering = abstract(0, lvl(0, "%1"), lvl(1, "%1.%2")) + num(1, 0)
    styles = (
        '<w:style w:type="paragraph" w:styleId="A"><w:pPr><w:numPr><w:ilvl w:val="1"/><w:numId w:val="1"/>'
        "</w:numPr></w:pPr></w:style>"
    )
    assert lines(p("x", '<w:pStyle w:val="A"/>'), numbering=numbering, styles=styles) == ["1.1 x"]


def test_a_definition_linked_to_a_numbering_style() -> None:
    numbering = (
        abstract(0, '<w:numStyleLink w:val="S"/>')
        + abstract(1, lvl(0, "第%1款", "chineseCounting"))
        + num(1, 0)
        + num(2, 1)
        + abstract(3, '<w:numStyleLink w:val="Nowhere"/>')
        + num(3, 3)
    )
    styles = '<w:style w:type="numbering" w:styleId="S"><w:pPr><w:numPr><w:numId w:val="2"/></w:numPr></w:pPr></w:style>'
    body = numbered("x", 1) + numbered("y", 3)
    assert lines(body, numbering=numbering, styles=styles) == ["第一款 x", "y"]


def test_bullets_of_symbol_fonts_become_characters() -> None:
    def bullet(number: int, text: str, font: str) -> str:
        fonts = f'<w:rPr><w:rFonts w:ascii="{font}" w:hAnsi="{font}"/></w:rPr>' if font else ""
        return abstract(number, lvl(0, text, "bullet").replace("</w:lvl>", f"{fonts}</w:lvl>")) + num(
            number, number
        )

    cases = [("\uf0b7", "Symbol", "•"), ("\uf06c", "Wingdings", "●"), ("\uf0d8", "Wingdings", "➢")]
    cases += [
        ("n", "Wingdings", "■"),
        ("o", "Courier New", "○"),
        ("\uf0b7", "", "•"),
        ("-", "", "-"),
        ("", "", ""),
    ]
    numbering = "".join(bullet(number, text, font) for number, (text, font, _) in enumerate(cases, 1))
    body = "".join(numbered("x", number) for number in range(1, len(cases) + 1))
    assert lines(body, numbering=numbering) == [f"{sign} x".strip() for _, _, sign in cases]


def test_text_boxes_count_on_their_own() -> None:
    box = f"<w:r><w:pict><v:textbox><w:txbxContent>{numbered('框', 1)}</w:txbxContent></v:textbox></w:pict></w:r>"
    body = numbered("甲", 1) + p(box) + numbered("乙", 1)
    assert lines(body, numbering=abstract(0, lvl(0, "%1.")) + num(1, 0)) == ["1. 甲", "1. 框", "2. 乙"]


def test_custom_format_hidden_label_and_broken_references() -> None:
    custom = (
        '<w:lvl w:ilvl="0"><w:start w:val="7"/><mc:AlternateContent><mc:Choice Requires="w14">'
        '<w:numFmt w:val="custom" w:format="001, 002, 003, ..."/></mc:Choice><mc:Fallback>'
        '<w:numFmt w:val="decimal"/></mc:Fallback></mc:AlternateContent><w:lvlText w:val="%1"/></w:lvl>'
    )
    hidden = lvl(0, "%1.").replace("</w:lvl>", "<w:rPr><w:vanish/></w:rPr></w:lvl>")
    numbering = abstract(0, custom) + num(1, 0) + abstract(1, hidden) + num(2, 1) + num(3, 99)
    numbering += abstract(4, '<w:lvl w:ilvl="0"><w:start w:val="x"/></w:lvl>') + num(4, 4)
    numbering += abstract(5, lvl(0, "%1.%2")) + num(5, 5)
    body = "".join(numbered("x", list_id) for list_id in (1, 2, 3, 4, 5, 77)) + numbered("x", 1, 8)
    assert lines(body, numbering=numbering) == ["007 x", "x", "x", "x", "1. x", "x", "x"]


def test_an_empty_numbered_paragraph_shows_its_number() -> None:
    assert lines(numbered("", 1), numbering=abstract(0, lvl(0, "%1.")) + num(1, 0)) == ["1."]


def test_a_file_made_by_python_docx() -> None:
    document = python_docx.Document()
    document.part.numbering_part.element.insert(
        0,
        parse_xml(
            f'<w:abstractNum {nsdecls("w")} w:abstractNumId="90"><w:lvl w:ilvl="0"><w:start w:val="1"/>'
            '<w:numFmt w:val="chineseCountingThousand"/><w:suff w:val="space"/><w:lvlText w:val="第%1条"/></w:lvl>'
            "</w:abstractNum>"
        ),
    )
    document.part.numbering_part.element.append(
        parse_xml(f'<w:num {nsdecls("w")} w:numId="90"><w:abstractNumId w:val="90"/></w:num>')
    )
    for number in range(1, 131):
        paragraph = document.add_paragraph(f"本条是第{number}项要求。")
        paragraph._p.get_or_add_pPr().append(
            parse_xml(f'<w:numPr {nsdecls("w")}><w:ilvl w:val="0"/><w:numId w:val="90"/></w:numPr>')
        )
    document.add_paragraph("第二个", style="List Number")
    data = io.BytesIO()
    document.save(data)
    text = text_of_docx(data.getvalue(), "a.docx").splitlines()
    assert text[0] == "第一条 本条是第1项要求。"
    assert text[100] == "第一百零一条 本条是第101项要求。"
    assert text[129] == "第一百三十条 本条是第130项要求。"
    assert text[130] == "1. 第二个"


@given(st.lists(st.integers(0, 3), min_size=1, max_size=40))
def test_labels_never_repeat_under_the_same_parent(depths: list[int]) -> None:
    """With full labels at every level, no two paragraphs of one list get the same label."""
    numbering = abstract(0, *(lvl(d, ".".join(f"%{n + 1}" for n in range(d + 1))) for d in range(4))) + num(
        1, 0
    )
    labels = [
        line.split()[0] for line in lines("".join(numbered("x", 1, d) for d in depths), numbering=numbering)
    ]
    assert len(set(labels)) == len(labels)
    assert [label.count(".") for label in labels] == depths
