"""What speaks for a clause: each field's nearness and words, scaled within the question's candidates."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Scores = npt.NDArray[np.float64]

DENSE_FIELDS = ("text", "ask", "gloss")
SILENT_ON = "silent_on"
"""The dense field of questions that clauses are silent on: no signal of the ranking, but of silence."""
WORD_FIELDS = ("text", "context", "ask", "gloss", "terms")
SIGNALS = (
    *(f"cosine_{field}" for field in (*DENSE_FIELDS, "best")),
    *(f"words_{field}" for field in WORD_FIELDS),
    "heading",
    "figure",
)
"""Names of the signals, in the order of every row of signals and of the weights.

``cosine_*``: cosine of question and field, 0 for the lowest among the candidates (or none), 1 for the highest; ``best`` is the best
of a clause's fields. ``words_*``: lexical score of the field, scaled likewise. ``heading``: 1 when the clause only titles
others. ``figure``: 1 when the question asks for a kind of figure that the clause has.
"""


def field_signals(cosines: Mapping[str, Scores], words: Mapping[str, Scores]) -> Scores:
    """Return ``(n, 9)``, the first nine signals of every candidate.

    Cosines are scaled by minimum and maximum because those of one model crowd together and those of another do not;
    so are the scores of fields that every clause has, where the last of a list says no more than what fell off it. Questions
    and glosses are not everywhere: there a score is a share of the highest (compare Bruch, Gai, Ingber 2023, arXiv 2210.11934).

    Args:
        cosines: Per dense field and for ``best``, ``(n,)`` the candidates' cosines, NaN where there is none.
        words: Per lexical field, ``(n,)`` their lexical scores, NaN where the field does not list them.
    """
    columns = [_between(cosines[field]) for field in (*DENSE_FIELDS, "best")]
    columns += [_SCALING[field](words[field]) for field in WORD_FIELDS]
    return np.column_stack(columns)


def _between(scores: Scores) -> Scores:
    low, high = np.fmin.reduce(scores, initial=np.inf), np.fmax.reduce(scores, initial=-np.inf)
    scaled = (scores - low) / (high - low) if high > low else np.where(scores == high, 1.0, 0.0)
    return np.fmax(scaled, 0.0)


def _share(scores: Scores) -> Scores:
    high = np.fmax.reduce(scores, initial=0.0)
    return np.fmax(scores / high, 0.0) if high > 0 else np.zeros_like(scores)


_SCALING = {"text": _between, "context": _between, "ask": _share, "gloss": _share, "terms": _share}
