"""A regulation of our own as .docx in the shapes such files have: its articles are counted one by one."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from kb.convert import read_source
from kb.normalize import normalize
from tests.convert.make_docx import abstract, docx, lvl, num, numbered, p, r
from tests.normalize.shapes import SHAPES, Write, chinese, traditional

CHAPTERS = {1: "总则", 4: "摊位", 9: "罚则"}
ARTICLES = [
    "为了管好市集，保护买卖双方，定这个办法。",
    "本市的早市、夜市都适用。依照第五条的规定临时设的摊位，也适用。",
    "与周边商铺共用场地的，双方先签场地协议。",
    "以实物抵租金的，要在三天内登记。",
    "摊位费每月一百二十元；违反第三条、第四条规定的，加收两成。",
    "有下列情形之一的，不收摊位费：",
    "一个人最多租两个摊位，第二个摊位按第五条第二款收费。",
    "和管理员商定的营业时间，写进摊位卡。",
    "对顾客缺斤短两的，第一次罚五十元，第二次罚两百元，并依照第八条改写摊位卡。",
    "中午十二点到两点不清场。",
    "前九条的罚款，交到市集管理处。",
    "本办法自二〇二四年三月一日起施行。",
]
ITEMS = ["残疾人开的摊位；", "卖自种菜的农户，每天不超过三小时的。"]
TITLE = "枫林市集管理办法"


def body(write: Write, chapters: bool = True) -> str:
    out = [p(TITLE)]
    for n, text in enumerate(ARTICLES, 1):
        if chapters and n in CHAPTERS:
            out.append(p(f"第{chinese(list(CHAPTERS).index(n) + 1)}章　{CHAPTERS[n]}"))
        out.append(write(n, chinese(n), text))
        if text.endswith("："):
            out += [p(f"（{chinese(i)}）{item}") for i, item in enumerate(ITEMS, 1)]
    return "".join(out)


def articles(data: bytes, folder: Path) -> list[tuple[int, str, str]]:
    """The articles found: number, text with its paragraphs and items, the chapter or annex above."""
    path = folder / "rule.docx"
    path.write_bytes(data)
    normalized = normalize([read_source(path)])
    assert len(normalized.documents) == 1
    clauses = normalized.documents[0].clauses
    by_anchor = {clause.anchor: clause for clause in clauses}
    found = []
    for clause in clauses:
        match = re.fullmatch(r"[【\[]?第\s*(.+?)\s*[条條][】\]]?[：、.]?", clause.label)
        if not match:
            continue
        numeral = re.sub(r"\s", "", match[1])
        number = int(numeral) if numeral.isdecimal() else [chinese(n) for n in range(21)].index(numeral)
        below = [c.text for c in clauses if c.parent == clause.anchor]
        top = clause
        while top.parent is not None:
            top = by_anchor[top.parent]
        found.append((number, "".join([clause.text, *below]), "" if top is clause else top.label))
    return found


def assert_all(found: list[tuple[int, str, str]], chapters: bool = True, change: str = "") -> None:
    assert [number for number, _, _ in found] == list(range(1, len(ARTICLES) + 1))
    for (number, text, above), expected in zip(found, ARTICLES, strict=True):
        words = re.sub(r"\s", "", traditional(expected) if change else expected)
        assert words in re.sub(r"\s", "", text), number
        if chapters:
            before = [n for n in CHAPTERS if n <= number]
            assert above.rstrip("　 ") == f"第{chinese(len(before))}章"


@pytest.mark.parametrize("shape", SHAPES)
def test_every_article_in_its_chapter(shape: str, tmp_path: Path) -> None:
    found = articles(docx(body(SHAPES[shape])), tmp_path)
    assert_all(found, change="traditional" if shape == "traditional" else "")


@pytest.mark.parametrize("shape", ["ideographic blank", "no blank", "arabic"])
def test_articles_without_chapters(shape: str, tmp_path: Path) -> None:
    assert_all(articles(docx(body(SHAPES[shape], chapters=False)), tmp_path), chapters=False)


def test_automatic_numbers(tmp_path: Path) -> None:
    levels = abstract(
        1,
        lvl(0, "第%1章 ", "chineseCountingThousand"),
        lvl(1, "第%2条 ", "chineseCountingThousand", '<w:lvlRestart w:val="0"/>'),
    )
    items = abstract(2, lvl(0, "（%1）", "chineseCounting"))
    out = [p(TITLE)]
    for n, text in enumerate(ARTICLES, 1):
        if n in CHAPTERS:
            out.append(numbered(CHAPTERS[n], 1, 0))
        out.append(numbered(text, 1, 1))
        if text.endswith("："):
            out += [numbered(item, 2) for item in ITEMS]
    data = docx("".join(out), numbering=levels + items + num(1, 1) + num(2, 2))
    assert_all(articles(data, tmp_path))


def test_articles_run_together_in_one_paragraph(tmp_path: Path) -> None:
    text = "".join(f"第{chinese(n)}条　{text}" for n, text in enumerate(ARTICLES, 1))
    assert_all(articles(docx(p(TITLE) + p(text)), tmp_path), chapters=False)


def test_heading_glued_to_its_first_article(tmp_path: Path) -> None:
    text = "".join(
        (f"第{chinese(list(CHAPTERS).index(n) + 1)}章 {CHAPTERS[n]}" if n in CHAPTERS else "")
        + f"第{chinese(n)}条　{text}"
        for n, text in enumerate(ARTICLES, 1)
    )
    found = articles(docx(p(TITLE) + p(text)), tmp_path)
    assert [number for number, _, _ in found] == list(range(1, 13))


def test_a_whole_official_document(tmp_path: Path) -> None:
    front = ["枫林市人民政府文件", "枫政发〔2024〕7号", f"关于印发《{TITLE}》的通知", "各区人民政府，市级各部门：",
             f"现将《{TITLE}》印发给你们，请照此执行。", "枫林市人民政府", "2024年2月8日"]  # fmt: skip
    contents = "".join(
        f"<w:p>{r(f'第{chinese(i)}章 {title}')}<w:r><w:tab/></w:r>{r(str(i))}</w:p>"
        for i, title in enumerate(CHAPTERS.values(), 1)
    )
    back = ["附件1", "摊位押金细则", "第一条　押金每个摊位三百元。", "第二条　退摊后五天内退还。", "附件2：摊位卡",
            "枫林市人民政府办公室　　2024年2月9日印发"]  # fmt: skip
    fines = [("情形", "罚款"), ("违反第三条", "五十元")]
    rows = ["<w:tr>" + "".join(f"<w:tc>{p(cell)}</w:tc>" for cell in row) + "</w:tr>" for row in fines]
    text = body(SHAPES["ideographic blank"]).removeprefix(p(TITLE))
    data = docx(
        "".join(map(p, front)) + p(TITLE) + p("目　录") + contents + text
        + f"<w:tbl>{''.join(rows)}</w:tbl>" + "".join(map(p, back))
    )  # fmt: skip
    found = articles(data, tmp_path)
    assert_all(found[:12])
    assert [(number, text, above) for number, text, above in found[12:]] == [
        (1, "押金每个摊位三百元。", "附件1"),
        (2, "退摊后五天内退还。", "附件1"),
    ]


def test_references_at_the_head_of_a_line_are_no_articles(tmp_path: Path) -> None:
    data = docx(
        body(SHAPES["ideographic blank"])
        + p("第三条规定的协议，由管理处保管。")
        + p("第五条、第六条所说的摊位费，按月交。")
        + p("第八条与第九条不一致的，按第九条办。")
    )
    assert_all(articles(data, tmp_path))
