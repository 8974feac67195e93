"""The glossary page is read as data, and the shipped one is sound."""

from __future__ import annotations

from pathlib import Path

import pytest

from kb.errors import PageError
from kb.glossary import Term, read_glossary

SHIPPED = Path(__file__).parent.parent.parent / "docs" / "glossary.md"
HEAD = "# 词汇表\n\n| 词 | 也叫 | English | 解释 | Explanation |\n| --- | --- | --- | --- | --- |\n"


def test_rows_of_all_tables_are_read_in_order() -> None:
    page = (
        f"{HEAD}| 盘点 | 点货、stocktake | stocktaking | 清点库存。 | Counting the stock. |\n\n## 乙\n\n"
        "| 词 | 也叫 | English | 解释 | Explanation |\n| --- | --- | --- | --- | --- |\n"
        "| 出库 |  | issue | 货物离库。 | Goods leave the store. |\n"
    )
    assert read_glossary(page) == (
        Term("盘点", ("点货", "stocktake"), "stocktaking", "清点库存。", "Counting the stock."),
        Term("出库", (), "issue", "货物离库。", "Goods leave the store."),
    )


def test_a_page_without_a_table_has_no_terms() -> None:
    assert read_glossary("# 词汇表\n\n没有。\n") == ()


@pytest.mark.parametrize(
    ("row", "what"),
    [
        ("| 盘点 | 点货 | stocktaking | 清点库存。 |", "two explanations"),
        ("| 盘点 | 点货 |  | 清点库存。 | Counting. |", "two explanations"),
        ("| 盘点 | 点货、点货 | stocktaking | 清点库存。 | Counting. |", "already stands under 盘点"),
    ],
)
def test_a_bad_row_is_refused_with_its_line(row: str, what: str) -> None:
    with pytest.raises(PageError, match=rf"glossary\.md:5: .*{what}"):
        read_glossary(f"{HEAD}{row}\n")


def test_the_shipped_glossary_explains_words_of_the_pages() -> None:
    terms = read_glossary(SHIPPED.read_text(encoding="utf-8"))
    assert 60 <= len(terms) <= 100
    pages = "\n".join(
        path.read_text(encoding="utf-8") for path in sorted(SHIPPED.parent.rglob("*.md")) if path != SHIPPED
    ).casefold()
    unused = [
        term.term
        for term in terms
        if not any(word.casefold() in pages for word in (term.term, *term.synonyms))
    ]
    assert unused == []
    for term in terms:
        assert term.explanation.endswith("。") and term.explanation_en.endswith("."), term.term
