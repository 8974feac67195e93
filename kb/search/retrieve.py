"""Candidates from both sides of the index, fused to one ranking."""

from __future__ import annotations

from typing import TYPE_CHECKING

from kb.model import Filters, Hit
from kb.search.fusion import convex
from kb.search.question import plain

if TYPE_CHECKING:
    from kb.embed import Embedder
    from kb.index import Index

POOL = 100
"""Candidates taken from each side."""
BOOSTS = {"text": 1.0, "context": 0.1, "ask": 1.0, "gloss": 1.0}
"""Weight of each lexical field; the context repeats in every clause of a document and so tells little."""


def retrieve(
    index: Index, embedder: Embedder, question: str, *, limit: int, filters: Filters | None = None
) -> tuple[Hit, ...]:
    """Return the best passages for a question, best first.

    A clause is found by its own words, by the questions it is known to answer and by its English gloss; the best of
    these is its cosine. Filters act before ranking.

    Args:
        index: An open index.
        embedder: The model that built it.
        question: As ``check_question`` returns it.
        limit: Most hits returned.
        filters: Which clauses may be found; None for all.
    """
    text = plain(question)
    vector = embedder.embed_questions([text])[0]
    lexical = dict(index.lexical(text, POOL, filters, BOOSTS))
    dense: dict[int, float] = {}
    near = index.dense(vector, POOL, filters)
    # What only the words found has a cosine too: without it the fusion would take it for the worst there is.
    for found in [*near, *index.cosines(vector, sorted(lexical.keys() - {hit.row for hit in near}))]:
        dense[found.row] = max(found.score, dense.get(found.row, -1.0))
    fused = convex(dense, lexical)
    ranked = sorted(fused, key=lambda row: (-fused[row], row))[:limit]
    passages = index.passages(ranked)
    return tuple(
        Hit(passage=passage, score=fused[row], dense=dense.get(row), lexical=lexical.get(row))
        for row, passage in zip(ranked, passages, strict=True)
    )
