"""Leaving signals out of the ranking, on two small handbooks with the real model."""

from __future__ import annotations

from pathlib import Path

from kb.embed import open_embedder
from kb.evals.ablation import LEFT_OUT, NOTHING, ablated, in_use
from kb.index import open_index
from kb.search import retrieve
from kb.search.signals import SIGNALS

QUESTION = "跟顾客吵起来第二回罚多少"


def test_with_nothing_left_out_the_ranking_is_the_shipped_one(small_index: Path) -> None:
    embedder = open_embedder()
    with open_index(small_index) as index:
        ranked = ablated(index, embedder, QUESTION, limit=5)
        shipped = [hit.passage.clause_id for hit in retrieve(index, embedder, QUESTION, limit=5).hits]
        assert [passage.clause_id for passage in index.passages(ranked[NOTHING])] == shipped
        assert ranked.keys() == LEFT_OUT.keys()
        assert all(len(set(rows)) == 5 for rows in ranked.values())
        assert any(rows != ranked[NOTHING] for rows in ranked.values())


def test_every_signal_is_left_out_once_by_itself() -> None:
    assert [name for name, signals in LEFT_OUT.items() if signals == (name,)] == list(SIGNALS)


def test_signals_of_fields_that_an_index_lacks_are_not_in_use() -> None:
    found = set(in_use(frozenset({"text", "context"})))
    assert {NOTHING, "cosine_text", "words_context", "all words"} <= found
    assert not {"cosine_ask", "words_gloss", "glosses"} & found
