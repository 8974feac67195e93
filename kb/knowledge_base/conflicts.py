"""The conflicts of an index: found once, when it is built, and kept beside it."""

from __future__ import annotations

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from kb.compare import Conflict
    from kb.index import Index


def conflicts_in(index: Index) -> tuple[Conflict, ...]:
    """Return all conflicts of an open index, as kept at its build or else found now.

    Raises:
        IndexDamaged: The index cannot be read.
    """
    from kb.compare.kept import kept_conflicts

    kept = kept_conflicts(index.folder)
    if kept is not None:
        return kept
    from kb.compare.detector import conflicts_of

    return conflicts_of(index.passages(range(len(index))), index.field_vectors())


def keep_conflicts(folder: Path) -> None:
    """Find the conflicts of the current index of a folder and keep them beside it."""
    from kb.compare.kept import write_conflicts
    from kb.index import open_index

    with open_index(folder) as index, contextlib.suppress(OSError):  # not written: found again when asked for
        write_conflicts(index.folder, conflicts_in(index))
