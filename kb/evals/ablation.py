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

NOTHING = "nothing"
LEFT_OUT: Mapping[str, tuple[str, ...]] = {
    NOTHING: (),
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

    The candidates are the same in all: what a signal adds to them by listing clauses that no other lists is not taken away.
    ``cosine_best`` is the best cosine of all fields, so leaving out a single field's cosine takes less than the field.

    Args:
        index: An open index.
        embedder: The model that built it.
        question: As ``check_question`` returns it.
        limit: Most rows.
    """
    found = candidates(index, embedder, question, None)
    passages = index.passages(found.rows.tolist())
    signals = whole_signals(found.signals, passages, question)
    full = weights(language_of(question))
    ranked = {}
    for name, without in LEFT_OUT.items():
        kept = [0.0 if signal in without else weight for signal, weight in zip(SIGNALS, full, strict=True)]
        order = np.lexsort((found.rows, -weigh(signals, kept)))
        ranked[name] = tuple(found.rows[order[:limit]].tolist())
    return ranked


def in_use(index_fields: frozenset[str]) -> Iterator[str]:
    """Yield the ablations that can change anything in an index with these fields."""
    for name, signals in LEFT_OUT.items():
        fields = {signal.partition("_")[2] for signal in signals}
        if not signals or fields & (index_fields | {"best", ""}):
            yield name
