"""Which clauses are worth comparing: dense neighbours that share a topic. The only module here that knows numpy."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from kb.compare.matter import Rule

FIELDS = frozenset({"text", "gloss"})
"""Dense fields in use; typical questions add time and no conflict."""
NEIGHBOURS = 40
"""Nearest rules of other documents per text and field that are looked at."""
_WITHIN = 10
"""The same of its own document; its clauses lie near each other whatever they rule."""
_TIE = 0.01
"""Difference of cosines, averaged over the fields, that counts as none."""
_BLOCK = 512
_NEVER = -2.0

Rows = npt.NDArray[np.int32]
Matrix = npt.NDArray[np.float32]
FieldVectors = Mapping[str, tuple[Rows, Matrix]]
"""Per dense field the row of each vector, ascending, and the ``(m, dimensions)`` normalized vectors."""


def pairs_of(rules: Sequence[Rule | None], vectors: FieldVectors) -> list[tuple[int, int, bool]]:
    """Return the pairs of rows worth comparing, and whether each is the other's nearest in its document.

    A pair is worth it when the rules are dense neighbours in any field and have a topic in common.
    """
    near: set[tuple[int, int]] = set()
    documents = ["" if rule is None else rule.passage.document_id for rule in rules]
    document = np.unique(documents, return_inverse=True)[1]
    ruling = np.array([rule is not None for rule in rules], np.bool_)
    kept = {
        field: _of_rules(np.asarray(rows), matrix, ruling)
        for field, (rows, matrix) in vectors.items()
        if field in FIELDS
    }
    for rows, matrix in kept.values():
        near.update(_neighbours(rows, matrix, document))
    pairs = sorted((i, j) for i, j in near if _may_meet(rules[i], rules[j]))
    if not pairs:
        return []
    closeness = np.zeros(len(pairs), np.float32)
    for rows, matrix in kept.values():
        closeness += _closeness(pairs, rows, matrix, len(rules)) / len(kept)
    best: dict[tuple[int, str], float] = {}
    for (i, j), value in zip(pairs, closeness.tolist(), strict=True):
        for row, other in ((i, documents[j]), (j, documents[i])):
            best[row, other] = max(value, best.get((row, other), -9.0))
    return [
        (i, j, value >= max(best[i, documents[j]], best[j, documents[i]]) - _TIE)
        for (i, j), value in zip(pairs, closeness.tolist(), strict=True)
    ]


def _of_rules(rows: Rows, matrix: Matrix, ruling: npt.NDArray[np.bool_]) -> tuple[Rows, Matrix]:
    kept = ruling[rows]
    return rows[kept], np.asarray(matrix)[kept]


def _neighbours(rows: Rows, matrix: Matrix, document: npt.NDArray[np.intp]) -> Iterator[tuple[int, int]]:
    """Yield (lower, higher) row for each row and the rows of its nearest vectors, other documents and its own."""
    distinct, first = np.unique(rows, return_index=True)
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        cosines = np.maximum.reduceat(matrix[part] @ matrix.T, first, axis=1)
        cosines[rows[part, None] == distinct[None, :]] = _NEVER
        own = document[rows[part]][:, None] == document[distinct][None, :]
        for most, allowed in ((NEIGHBOURS, ~own), (_WITHIN, own)):
            reach = np.where(allowed, cosines, _NEVER)
            nearest = np.argpartition(-reach, min(most, len(distinct)) - 1, axis=1)[:, :most]
            for row, columns, values in zip(
                rows[part].tolist(), nearest, np.take_along_axis(reach, nearest, axis=1), strict=True
            ):
                for other in distinct[columns[values > _NEVER]].tolist():
                    yield min(row, other), max(row, other)


def _closeness(
    pairs: Sequence[tuple[int, int]], rows: Rows, matrix: Matrix, total: int
) -> npt.NDArray[np.float32]:
    """Return ``(pairs,)`` the best cosine of each pair in one field, 0 where a clause has no text in it."""
    first = np.searchsorted(rows, np.arange(total))
    count = np.searchsorted(rows, np.arange(total), side="right") - first
    found = np.zeros(len(pairs), np.float32)
    left, right = np.array(pairs).T
    for m in range(int(count.max(initial=0))):
        for n in range(int(count.max(initial=0))):
            both = np.flatnonzero((count[left] > m) & (count[right] > n))
            for start in range(0, len(both), _BLOCK):
                part = both[start : start + _BLOCK]
                one, other = matrix[first[left[part]] + m], matrix[first[right[part]] + n]
                found[part] = np.maximum(found[part], np.einsum("pd,pd->p", one, other))
    return found


def _may_meet(a: Rule | None, b: Rule | None) -> bool:
    if a is None or b is None:
        return False
    return bool(a.topics & b.topics) or not a.passage.topics or not b.passage.topics
