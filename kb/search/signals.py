"""What speaks for a clause: each field's nearness and words, scaled within the question's candidates."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

DENSE_FIELDS = ("text", "ask", "gloss")
WORD_FIELDS = ("text", "context", "ask", "gloss")
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

Row = tuple[float, ...]


def field_signals(
    cosines: Iterable[tuple[int, str, float]], words: Mapping[str, Mapping[int, float]]
) -> dict[int, Row]:
    """Return the first eight signals of every candidate.

        Cosines are scaled by minimum and maximum because those of one model crowd together and those of another do not;
        so are the scores of fields that every clause has, where the last of a list says no more than what fell off it. Questions and glosses
    are not everywhere: there a score is a share of the highest (compare Bruch, Gai, Ingber 2023, arXiv 2210.11934).

    Args:
            cosines: ``(row, field, cosine)`` of every candidate.
            words: Per field, lexical score by row.
    """
    nearness: dict[str, dict[int, float]] = {field: {} for field in (*DENSE_FIELDS, "best")}
    for row, field, cosine in cosines:
        for column in (field, "best"):
            if column in nearness:
                nearness[column][row] = max(cosine, nearness[column].get(row, -1.0))
    columns = [_between(nearness[field]) for field in (*DENSE_FIELDS, "best")]
    columns += [_SCALING[field](words.get(field, {})) for field in WORD_FIELDS]
    rows = dict.fromkeys(row for column in columns for row in column)
    return {row: tuple(column.get(row, 0.0) for column in columns) for row in rows}


def _between(scores: Mapping[int, float]) -> dict[int, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    return {row: (score - low) / (high - low) if high > low else 1.0 for row, score in scores.items()}


def _share(scores: Mapping[int, float]) -> dict[int, float]:
    high = max(scores.values(), default=0.0)
    return {row: score / high for row, score in scores.items()} if high > 0 else {}


_SCALING = {"text": _between, "context": _between, "ask": _share, "gloss": _share}
