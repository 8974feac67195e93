"""The conflicts of an index: found once, when it is built, and kept beside it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import IndexUnwritable

if TYPE_CHECKING:
    from kb.compare import Conflict
    from kb.index import OpenIndex
    from kb.index.vectors import Matrix, Rows
    from kb.model import Filters, Passage

    Vectors = dict[str, tuple[Rows, Matrix]]

_MOST = 10_000
"""Clauses up to which conflicts are found at every build: every rule is compared with every other, which takes 8 s then,
20 s for readers of three audiences in every combination."""


def conflicts_in(index: OpenIndex, filters: Filters | None = None) -> tuple[Conflict, ...]:
    """Return all conflicts of an open index, as kept at its build or else found now.

    Args:
        index: The index.
        filters: Clauses for audiences that it does not allow are as if they were not there; all else in it changes nothing.

    Raises:
        IndexDamaged: The index cannot be read.
    """
    readers = index.readers(filters)
    kept = _kept(index, readers)
    return _found(index, readers, index.field_vectors()) if kept is None else kept


def rivals_in(index: OpenIndex, filters: Filters | None = None) -> dict[str, tuple[str, ...]]:
    """Return which clauses each clause conflicts with, as kept at the build; without that, none: to find them takes seconds."""
    rivals: dict[str, tuple[str, ...]] = {}
    for conflict in _kept(index, index.readers(filters)) or ():
        for one, other in ((conflict.a, conflict.b), (conflict.b, conflict.a)):
            rivals[one] = (*rivals.get(one, ()), other)
    return rivals


def _kept(index: OpenIndex, readers: tuple[str, ...]) -> tuple[Conflict, ...] | None:
    from kb.compare.kept import file_of, kept_conflicts

    return kept_conflicts(index.kept(file_of(readers)))


def _found(index: OpenIndex, readers: tuple[str, ...], vectors: Vectors) -> tuple[Conflict, ...]:
    from kb.compare.detector import conflicts_of

    return conflicts_of(*_in_reading_order(index, readers, vectors))


def _in_reading_order(
    index: OpenIndex, readers: tuple[str, ...], vectors: Vectors
) -> tuple[list[Passage], Vectors]:
    """Return their passages, and per dense field the place among them of each vector, ascending, and the vectors."""
    import numpy as np

    from kb.model import Filters

    rows = index.rows(Filters(audience=readers)) if readers else []
    found = sorted(
        zip(index.passages(rows), rows, strict=True),
        key=lambda one: (one[0].kind, one[0].document_id, one[0].order),
    )
    place = np.full(index.manifest.rows, -1, np.int32)
    place[[row for _, row in found]] = np.arange(len(found), dtype=np.int32)
    ordered = {}
    for field, (of, matrix) in vectors.items():
        seen = np.flatnonzero(place[of] >= 0)
        order = seen[np.argsort(place[of][seen], kind="stable")]
        ordered[field] = place[of][order], matrix[order]
    return [passage for passage, _ in found], ordered


def keep_conflicts(place: str | Path) -> None:
    """Find the conflicts of the current index of a place and keep them beside it, unless it is too large for that."""
    from kb.compare.kept import conflicts_json, file_of
    from kb.index import open_index, sets_of

    with (
        open_index(place) as index,
        contextlib.suppress(IndexUnwritable),
    ):  # not written: found again when asked for
        if len(index) <= _MOST:
            vectors = index.field_vectors()
            for readers in sets_of(index.readers()):
                index.keep(file_of(readers), conflicts_json(_found(index, readers, vectors)))
