"""A page survives reading and writing, and shows the reader exactly the clause's characters."""

from __future__ import annotations

import html
import re
from dataclasses import replace

import markdown
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.model import Clause, Document, Prose, SourceSpan
from kb.pages import canonical, read_page, write_page
from kb.pages.markup import clean, escape, unescape

AWKWARD = st.sampled_from(
    [
        "\\",
        "`",
        "*",
        "_",
        "[x](y)",
        "<b>",
        "&lt;",
        "&amp;",
        "#",
        "- ",
        "1. ",
        "+",
        ">",
        "|",
        "{: #x }",
        "===",
        "---",
        "!!! note",
        "    ",
        "\n",
        "**粗**",
        "<br>",
        "# ",
        "。",
        "罚款10元",
        "(1)",
        "\u2028",
        "\r\n",
        "\x00",
        "~~",
        "$",
        ":",
    ]
)
TEXT = st.lists(st.one_of(AWKWARD, st.text(max_size=6)), max_size=6).map("".join)
SPAN = st.builds(
    lambda start, length: SourceSpan("a b[1].txt", start, start + length, "0123456789abcdef"),
    st.integers(0, 99),
    st.integers(1, 99),
)
FORM = st.sampled_from(["heading", "paragraph", "item", "row"])
TABLE_HEAD = Prose("| 甲 | 乙 |\n| --- | --- |")


def clause_of(number: int, parts: tuple[str, str, str, int, list[SourceSpan], str]) -> Clause:
    form, label, text, level, spans, note = parts
    return Clause(
        anchor=f"{number % 3}-{number}",
        text=text,
        label=label,
        parent="0-0" if number % 4 == 3 else None,
        form=form,  # type: ignore[arg-type]
        level=level,
        sources=tuple(spans),
        gloss_en=text,
        ask=(label, "罚多少?") if label else (),
        silent_on=("谁说了算？", "年终奖: 有吗") if label else (),
        topics=("attendance",),
        note=note,
    )


DOCUMENTS = st.lists(
    st.one_of(
        st.just(TABLE_HEAD),
        st.just(Prose("随手写的一段话。")),
        st.tuples(FORM, TEXT, TEXT, st.integers(0, 7), st.lists(SPAN, max_size=2), TEXT),
    ),
    max_size=8,
).map(
    lambda parts: canonical(
        Document(
            id="demo",
            title="演示 *手册*",
            kind="shop-handbook",
            summary="一句话 [摘要]。",
            summary_en="One sentence.",
            effective="2009-09-15",
            sources=(SourceSpan("a.txt", 0, 9),),
            blocks=(
                Clause(anchor="0-0", text="总则", form="heading", level=2),
                *(
                    part if isinstance(part, Prose) else clause_of(number, part)
                    for number, part in enumerate(parts, 1)
                ),
            ),
        )
    )
)


@given(DOCUMENTS)
@settings(max_examples=200, deadline=None)
def test_reading_a_page_gives_the_document_and_writing_it_gives_the_page(document: Document) -> None:
    page = write_page(document)
    back = read_page(page, "demo.md")
    assert back == document
    assert write_page(back) == page
    assert canonical(back) == back


@given(DOCUMENTS)
@settings(max_examples=100, deadline=None)
def test_the_rendered_page_has_each_anchor_with_the_characters_of_its_clause(document: Document) -> None:
    body = write_page(document).split("\n---\n", 1)[1]
    rendered = markdown.markdown(body, extensions=["attr_list", "tables", "admonition"])
    assert re.findall(r' id="([^"]*)"', rendered) == [clause.anchor for clause in document.clauses]
    shown = "".join(html.unescape(re.sub(r"<[^>]*>", "", rendered)).split())
    for clause in document.clauses:
        for line in clause.text.replace(" | ", "\n").split("\n"):
            assert "".join(line.split()) in shown


@given(TEXT)
def test_escaping_one_line_is_undone_by_unescaping(text: str) -> None:
    for line in clean(text).split("\n"):
        assert unescape(escape(line)) == line


def test_a_note_is_shown_after_its_list_and_comes_back_to_its_clause() -> None:
    items = tuple(Clause(anchor=f"1-{n}", text=f"第{n}项", label=f"({n})", form="item") for n in (1, 2))
    document = canonical(
        Document(id="d", title="题", kind="faq", blocks=(replace(items[0], note="原文缺一个字。"), items[1]))
    )
    page = write_page(document)
    assert page.index('!!! warning "编者注 1-1"') > page.index("**(2)** 第2项")
    assert read_page(page, "d.md") == document
