"""The keyword search that answers are compared with."""

from __future__ import annotations

from pathlib import Path

from kb.evals.baseline import Keywords, terms
from kb.knowledge_base import export


def test_terms_are_pairs_of_characters_and_whole_words() -> None:
    assert terms("迟到扣10元，Late fee") == ["迟到", "到扣", "10", "元", "late", "fee"]


def test_the_clause_with_the_rarest_words_in_common_comes_first(docs: Path) -> None:
    keywords = Keywords(tuple(export(docs)))
    assert [passage.clause_id for passage in keywords.rank("和客人吵架会怎么样", 1)] == ["pinecone#2-2"]
    assert keywords.rank("天气 weather", 5) == ()
    assert Keywords(()).rank("迟到", 5) == ()
