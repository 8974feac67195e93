"""Candidates from both sides of the index, fused to one ranking."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from kb.model import Filters, Hit, Passage
from kb.search.adapter import JUDGING, adapted
from kb.search.question import language_of, plain
from kb.search.signals import DENSE_FIELDS, SILENT_ON, WORD_FIELDS, Scores, field_signals
from kb.search.wanted import has_figure, wanted_figures, wants
from kb.search.weights import weigh, weights

if TYPE_CHECKING:
    from kb.embed import Embedder
    from kb.embed.protocol import Vectors
    from kb.index import OpenIndex
    from kb.index.vectors import Rows

POOL = 150
"""Candidates per field and side."""
_READ = 60
"""Candidates whose clauses are read before the last ranking."""
JUDGED = ("text", "gloss")
"""Fields whose nearness tells whether a question is answered at all."""
_SHARP = 100.0
"""How fast a question counts less, the farther it lies: by e for 0.01 of cosine."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a question found.

    Attributes:
        hits: The passages, best first.
        silent: How much nearer (in cosine) lie the questions that clauses are known to be silent on than those that they
            answer; NaN where the index lists none of either.
        text: Cosine of the nearest text among the hits, for a question turned further towards what answers it.
        gloss: The same of the nearest English gloss; NaN where no hit has one.
    """

    hits: tuple[Hit, ...]
    silent: float = math.nan
    text: float = math.nan
    gloss: float = math.nan


def retrieve(
    index: OpenIndex, embedder: Embedder, question: str, *, limit: int, filters: Filters | None = None
) -> Found:
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
    trusted = weights(language_of(question))
    found = candidates(index, embedder, question, filters)
    read = np.lexsort((found.rows, -weigh(found.signals, trusted)))[: max(limit, _READ)]
    rows = found.rows[read]
    passages = index.passages(rows.tolist())
    totals = weigh(whole_signals(found.signals[read], passages, question), trusted)
    trust = [math.exp(total) for total in (totals - totals.max(initial=-np.inf)).tolist()]
    mass = sum(trust)
    cosines, words = found.cosines[read].tolist(), found.words[read].tolist()
    hits = (
        Hit(passage=passages[at], score=trust[at] / mass, dense=cosines[at], lexical=words[at])
        for at in np.lexsort((rows, -totals))[:limit].tolist()
    )
    turned = adapted(found.vector, embedder.name, JUDGING)
    nearest = index.cosines(turned, np.sort(rows), JUDGED)
    text, gloss = (_highest(nearest.get(field)) for field in JUDGED)
    return Found(tuple(hits), found.silent, text, gloss)


def _highest(cosines: npt.NDArray[np.float32] | None) -> float:
    return math.nan if cosines is None else float(np.fmax.reduce(cosines, initial=math.nan))


@dataclass(frozen=True, slots=True)
class Candidates:
    """What is known of clauses before they are read.

    Attributes:
        rows: ``(n,)`` which they are, ascending.
        signals: ``(n, 9)`` their scaled signals.
        cosines: ``(n,)`` the best cosine of any field, 0 where there is none.
        words: ``(n,)`` the sum of the lexical scores of all fields.
        silent: As ``Found`` has it.
        vector: ``(d,)`` the question's.
    """

    rows: Rows
    signals: Scores
    cosines: Scores
    words: Scores
    silent: float
    vector: Vectors


def candidates(index: OpenIndex, embedder: Embedder, question: str, filters: Filters | None) -> Candidates:
    """Return every clause that some field of either side lists."""
    text = plain(question)
    asked = embedder.embed_questions([text])[0]
    vector = adapted(asked, embedder.name)
    listed = {field: dict(index.lexical(text, POOL, filters, {field: 1.0})) for field in WORD_FIELDS}
    near: set[int] = set()
    near_by = defaultdict[str, list[float]](list)
    for row, field, score in index.dense(vector, POOL, filters):
        near_by[field].append(score)
        if field != SILENT_ON:
            near.add(row)
    rows = np.array(sorted(near.union(*listed.values())), np.int32)
    # What only the words found has a cosine too: without it the fusion would take it for the worst there is.
    known = {
        field: found.astype(np.float64) for field, found in index.cosines(vector, rows, DENSE_FIELDS).items()
    }
    nothing = np.full(len(rows), np.nan)
    cosines = {field: known.get(field, nothing) for field in DENSE_FIELDS}
    cosines["best"] = np.fmax.reduce(list(cosines.values()))
    words = {field: nothing.copy() for field in WORD_FIELDS}
    for field, scores in listed.items():
        words[field][np.searchsorted(rows, list(scores))] = list(scores.values())
    return Candidates(
        rows=rows,
        signals=field_signals(cosines, words),
        cosines=np.where(np.isnan(cosines["best"]), 0.0, cosines["best"]),
        words=sum((np.fmax(scores, 0.0) for scores in words.values()), np.zeros(len(rows))),
        silent=nearness(near_by[SILENT_ON]) - nearness(near_by["ask"]),
        vector=asked,
    )


def nearness(cosines: Sequence[float]) -> float:
    """Return how near texts lie, all taken together (a soft maximum); NaN when there are none."""
    if not cosines:
        return math.nan
    nearest = max(cosines)
    return nearest + math.log(sum(math.exp(_SHARP * (cosine - nearest)) for cosine in cosines)) / _SHARP


def whole_signals(signals: Scores, passages: Sequence[Passage], question: str) -> Scores:
    """Return ``(n, 11)``, the signals of candidates with those that only reading the clauses tells."""
    kinds = wanted_figures(wants(question))
    headings = [passage.heading for passage in passages]
    figures = [has_figure(passage.text, kinds) for passage in passages]
    return np.column_stack([signals, headings, figures])
