"""Candidates from both sides of the index, fused to one ranking."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from kb.figures import find_figures
from kb.model import Filters, Hit, Passage
from kb.search.question import language_of, plain
from kb.search.signals import WORD_FIELDS, Row, field_signals
from kb.search.wanted import wanted_figures, wants
from kb.search.weights import weigh

if TYPE_CHECKING:
    from kb.embed import Embedder
    from kb.index import OpenIndex

POOL = 100
"""Candidates per field and side."""
_READ = 60
"""Candidates whose clauses are read before the last ranking."""


def retrieve(
    index: OpenIndex, embedder: Embedder, question: str, *, limit: int, filters: Filters | None = None
) -> tuple[Hit, ...]:
    """Return the best passages for a question, best first.

    A clause is found by its own words, its heading path, the questions it is known to answer and its English gloss, each by meaning and by
    words. Filters act before ranking. A hit's score is the share of the ranking's trust that it gets (a softmax), so that
    scores of one question add up to at most 1.

    Args:
        index: An open index.
        embedder: The model that built it.
        question: As ``check_question`` returns it.
        limit: Most hits returned.
        filters: Which clauses may be found; None for all.
    """
    language = language_of(question)
    found = candidates(index, embedder, question, filters)
    first = sorted(found, key=lambda row: (-weigh(found[row].signals, language), row))[: max(limit, _READ)]
    passages = index.passages(first)
    totals = {
        row: weigh(whole_row(found[row].signals, passage, question), language)
        for row, passage in zip(first, passages, strict=True)
    }
    top = max(totals.values(), default=0.0)
    mass = sum(math.exp(total - top) for total in totals.values())
    ranked = sorted(zip(first, passages, strict=True), key=lambda pair: (-totals[pair[0]], pair[0]))[:limit]
    return tuple(
        Hit(
            passage=passage,
            score=math.exp(totals[row] - top) / mass,
            dense=found[row].cosine,
            lexical=found[row].words,
        )
        for row, passage in ranked
    )


class Candidate:
    """What is known of a clause before it is read: scaled signals, and the raw scores they came from."""

    __slots__ = ("cosine", "signals", "words")

    def __init__(self, signals: Row, cosine: float, words: float) -> None:
        self.signals = signals
        self.cosine = cosine
        self.words = words


def candidates(
    index: OpenIndex, embedder: Embedder, question: str, filters: Filters | None
) -> dict[int, Candidate]:
    """Return every clause that some field of either side lists, by row."""
    text = plain(question)
    vector = embedder.embed_questions([text])[0]
    words = {field: dict(index.lexical(text, POOL, filters, {field: 1.0})) for field in WORD_FIELDS}
    rows = {hit.row for hit in index.dense(vector, POOL, filters)}.union(*words.values())
    # What only the words found has a cosine too: without it the fusion would take it for the worst there is.
    cosines = index.cosines(vector, sorted(rows))
    best: dict[int, float] = {}
    for hit in cosines:
        best[hit.row] = max(hit.score, best.get(hit.row, -1.0))
    return {
        row: Candidate(signals, best.get(row, 0.0), sum(scores.get(row, 0.0) for scores in words.values()))
        for row, signals in field_signals(cosines, words).items()
    }


def whole_row(signals: Row, passage: Passage, question: str) -> Row:
    """Return a candidate's signals with those that only reading the clause tells."""
    kinds = wanted_figures(wants(question))
    figure = bool(kinds) and any(figure.kind in kinds for figure in find_figures(passage.text))
    return (*signals, float(passage.heading), float(figure))
