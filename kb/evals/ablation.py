"""What each signal of the ranking gains: the same candidates ranked again with its weight at zero."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

import numpy as np

from kb.search.question import language_of
from kb.search.retrieve import candidates, whole_signals
from kb.search.signals import SIGNALS
from kb.search.weights import weigh, weights

if TYPE_CHECKING:
    from kb.embed import Embedder
    from kb.index import OpenIndex
    from kb.index.vectors import Rows
    from kb.search.signals import Scores

NOTHING = "nothing"
MAP = "the map of questions"
"""The question's vector as the model gives it, with candidates of its own (``kb.search.adapter``)."""
LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    NOTHING: (),
    MAP: (),
    "all cosines": tuple(name for name in SIGNALS if name.startswith("cosine_")),
    "all words": tuple(name for name in SIGNALS if name.startswith("words_")),
    "typical questions": ("cosine_ask", "words_ask"),
    "glosses": ("cosine_gloss", "words_gloss"),
    "typical questions and glosses": ("cosine_ask", "words_ask", "cosine_gloss", "words_gloss"),
    **{name: (name,) for name in SIGNALS},
}
"""Name of an ablation to the signals that do not count in it."""


def ablated(index: OpenIndex, embedder: Embedder, question: str, *, limit: int) -> dict[str, tuple[int, ...]]:
    """Return per ablation the best rows for a question, best first.

    The candidates are the same in all but one: what a signal adds to them by listing clauses that no other lists is not taken away.
    ``cosine_best`` is the best cosine of all fields, so leaving out a single field's cosine takes less than the field.

    Args:
        index: An open index.
        embedder: The model that built it.
        question: As ``check_question`` returns it.
        limit: Most rows.
    """
    full = weights(language_of(question))
    rows, signals = _read(index, embedder, question)
    plain_rows, plain_signals = _read(index, _Plain(embedder), question)
    ranked = {}
    for name, without in LEFT_OUT.items():
        kept = [0.0 if signal in without else weight for signal, weight in zip(SIGNALS, full, strict=True)]
        of, seen = (plain_rows, plain_signals) if name == MAP else (rows, signals)
        order = np.lexsort((of, -weigh(seen, kept)))
        ranked[name] = tuple(of[order[:limit]].tolist())
    return ranked


def _read(index: OpenIndex, embedder: Embedder, question: str) -> tuple[Rows, Scores]:
    found = candidates(index, embedder, question, None)
    passages = index.passages(found.rows.tolist())
    return found.rows, whole_signals(found.signals, passages, question)


class _Plain:
    """A model under a name that no map was fitted for."""

    name = ""

    def __init__(self, embedder: Embedder) -> None:
        self.dimensions = embedder.dimensions
        self.embed_questions = embedder.embed_questions
        self.embed_passages = embedder.embed_passages


def in_use(index_fields: frozenset[str]) -> Iterator[str]:
    """Yield the ablations that can change anything in an index with these fields."""
    for name, signals in LEFT_OUT.items():
        fields = {signal.partition("_")[2] for signal in signals}
        if not signals or fields & (index_fields | {"best", ""}):
            yield name
