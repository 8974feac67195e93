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
    from kb.model import Passage

_MOST = 10_000
"""Clauses up to which conflicts are found at every build: every rule is compared with every other, which takes 8 s then."""


def conflicts_in(index: OpenIndex) -> tuple[Conflict, ...]:
    """Return all conflicts of an open index, as kept at its build or else found now.

    Raises:
        IndexDamaged: The index cannot be read.
    """
    from kb.compare.kept import FILE, kept_conflicts

    kept = kept_conflicts(index.kept(FILE))
    if kept is not None:
        return kept
    from kb.compare.detector import conflicts_of

    return conflicts_of(*_in_reading_order(index))


def _in_reading_order(index: OpenIndex) -> tuple[list[Passage], dict[str, tuple[Rows, Matrix]]]:
    """Return all passages, and per dense field the place among them of each vector, ascending, and the vectors."""
    import numpy as np

    rows = index.rows()
    found = sorted(
        zip(index.passages(rows), rows, strict=True),
        key=lambda one: (one[0].kind, one[0].document_id, one[0].order),
    )
    place = np.zeros(index.manifest.rows, np.int32)
    place[[row for _, row in found]] = np.arange(len(found), dtype=np.int32)
    vectors = {}
    for field, (of, matrix) in index.field_vectors().items():
        order = np.argsort(place[of], kind="stable")
        vectors[field] = place[of][order], matrix[order]
    return [passage for passage, _ in found], vectors


def keep_conflicts(folder: Path) -> None:
    """Find the conflicts of the current index of a folder and keep them beside it, unless it is too large for that."""
    from kb.compare.kept import FILE, conflicts_json
    from kb.index import open_index

    with (
        open_index(folder) as index,
        contextlib.suppress(IndexUnwritable),
    ):  # not written: found again when asked for
        if len(index) <= _MOST:
            index.keep(FILE, conflicts_json(conflicts_in(index)))
