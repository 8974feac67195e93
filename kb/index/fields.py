"""The dense fields of a build.

Every field has indexes of its own: typical questions, clause texts and glosses lie at different distances from a
question, so ranking them together would let one kind crowd out the others.

A field has one segment, and after updates a second one (``NEWER``) with all that came since. An update shares the
first, notes the rows whose vectors there no longer count, and writes only the second, which stays small.
"""

from __future__ import annotations

import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from kb.errors import IndexDamaged, IndexMismatch
from kb.index.corpus import Record, dense_texts
from kb.index.manifest import EXACT, REBUILD, VECTORS, Manifest, Tier, TierName
from kb.index.vectors import (
    PARTS,
    Cosines,
    Half,
    Keys,
    Mask,
    Matrix,
    Rows,
    Segment,
    search_alone,
    write_segment,
)
from kb.index.versions import share

NEWER = ".new"
_GONE = "gone.npy"  # rows whose vectors in first segments no longer count


class FieldScore(NamedTuple):
    """Cosine (``score``) of a question and the nearest text that a row has in a field."""

    row: int
    field: str
    score: float


def write_fields(
    build: Path,
    records: Iterable[Record],
    texts: tuple[Mapping[str, int], Keys, Half],
    base: tuple[Path, Manifest] | None,
    dropped: Sequence[int],
    tier: TierName,
    questions: Matrix,
) -> tuple[dict[str, int], dict[str, Tier]]:
    """Write the vectors of a build; return of each field how many it has and how they are searched.

    Args:
        build: The build's folder.
        records: What to write, by ascending row.
        texts: Where each text's key and vector stand, ``(m, KEY_BYTES)`` keys, ``(m, dimensions)`` vectors.
        base: Folder and manifest of the build whose other clauses to keep, or None to keep nothing.
        dropped: Rows of the base that are not kept, those written anew included.
        tier: How fields that are written whole are to be searched.
        questions: ``(q, dimensions)`` questions to measure with besides a sample.

    Raises:
        OSError: They cannot be written.
        IndexDamaged: The base cannot be read.
    """
    places, keys, vectors = texts
    pairs: dict[str, list[tuple[int, int]]] = {}
    for record in records:
        for field, text in dense_texts(record.entry):
            pairs.setdefault(field, []).append((record.row, places[text]))
    (build / VECTORS).mkdir()
    if base is not None:
        np.save(build / VECTORS / _GONE, np.union1d(_gone(base[0]), np.array(dropped, np.int32)))
    counts, tiers = {}, {}
    for field in sorted({*pairs, *(base[1].vectors if base else ())}):
        rows, at = np.array(pairs.get(field, []), np.int32).reshape(-1, 2).T
        if base is None:
            counts[field] = len(rows)
            tiers[field] = write_segment(build, field, rows, keys[at], vectors[at], tier, questions)
        elif count := _update(build, base[0], field, dropped, (rows, keys[at], vectors[at])):
            counts[field] = count
            tiers[field] = base[1].tiers.get(field, EXACT)
    return counts, tiers


def _update(
    build: Path, base: Path, field: str, dropped: Sequence[int], fresh: tuple[Rows, Keys, Half]
) -> int:
    """Write a field that keeps most of another build's; return how many vectors it has, 0 when nothing is written."""
    rows, keys, vectors = fresh
    newer = f"{field}{NEWER}"
    if _there(base, newer):
        before = Segment(base, newer, vectors.shape[1])
        kept = np.flatnonzero(~np.isin(before.rows, dropped))
        rows = np.concatenate([rows, before.rows[kept]])
        keys = np.concatenate([keys, before.keys()[kept]])
        vectors = np.concatenate([vectors, before.vectors(kept).astype(np.float16)])
    if len(rows):
        order = np.argsort(rows, kind="stable")
        write_segment(build, newer, rows[order], keys[order], vectors[order])
    count = 0
    if _there(base, field):
        count = len(Segment(base, field, vectors.shape[1], _gone(build)).live())
        for part in PARTS if count else ():
            share(base / VECTORS / f"{field}{part}", build / VECTORS / f"{field}{part}")
    return count + len(rows)


def open_field(build: Path, field: str, dimensions: int) -> list[Segment]:
    """Open the one or two segments of a field.

    Raises:
        IndexDamaged: A file is missing, cannot be read or does not fit the others.
    """
    found = []
    if _there(build, field):
        found.append(Segment(build, field, dimensions, _gone(build)))
    if _there(build, f"{field}{NEWER}"):
        found.append(Segment(build, f"{field}{NEWER}", dimensions))
    return found


def _there(build: Path, name: str) -> bool:
    return (build / VECTORS / f"{name}{PARTS[0]}").exists()


def _gone(build: Path) -> Rows:
    path = build / VECTORS / _GONE
    try:
        rows: Rows = np.load(path) if path.exists() else np.empty(0, np.int32)
    except (OSError, ValueError) as error:
        raise IndexDamaged(f"{path} cannot be read: {error}", hint=REBUILD) from error
    return rows


class Fields:
    """Read side; opens each field at its first use and may be shared by threads."""

    def __init__(self, build: Path, dimensions: int, fields: Sequence[str]) -> None:
        self._build = build
        self._dimensions = dimensions
        self._names = tuple(fields)
        self._open: dict[str, list[Segment]] | None = None
        self._lock = threading.Lock()

    def search(self, vector: npt.ArrayLike, limit: int, mask: Mask | None) -> list[FieldScore]:
        """Return each field's ``limit`` best rows, best first over all.

        Args:
            vector: ``(dimensions,)``, normalized.
            limit: Rows per field.
            mask: ``(rows,)`` rows that may be ranked, or None for all.

        Raises:
            IndexMismatch: The vector has another length.
            IndexDamaged: A file cannot be read.
        """
        query = self._query(vector)
        found: list[FieldScore] = []
        for field, segments in self._segments().items():
            best = [
                FieldScore(row, field, score)
                for one in segments
                for row, score in one.search(query, limit, mask)
            ]
            found += _ranked(best)[: max(limit, 0)]
        return _ranked(found)

    def cosines(
        self, vector: npt.ArrayLike, rows: Rows, fields: Collection[str] | None = None
    ) -> dict[str, Cosines]:
        """Return per field ``(n,)`` the best cosine of each of these rows, which ascend; NaN where it has no such text."""
        query = self._query(vector)
        return {
            field: np.fmax.reduce([segment.cosines(query, rows) for segment in segments])
            for field, segments in self._segments().items()
            if fields is None or field in fields
        }

    def everything(self) -> dict[str, tuple[Rows, Matrix]]:
        """Return each field's rows, ascending, and its ``(m, dimensions)`` vectors."""
        found = {}
        for field, segments in self._segments().items():
            at = [segment.live() for segment in segments]
            rows = np.concatenate([one.rows[places] for one, places in zip(segments, at, strict=True)])
            vectors = np.concatenate([one.vectors(places) for one, places in zip(segments, at, strict=True)])
            order = np.argsort(rows, kind="stable")
            found[field] = rows[order], vectors[order]
        return found

    def _query(self, vector: npt.ArrayLike) -> Matrix:
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        if query.shape[1] != self._dimensions:
            raise IndexMismatch(
                f"the question's vector has {query.shape[1]} dimensions, the index {self._dimensions}",
                hint="Ask with the model the index was built with, or build it again with `kb index`.",
            )
        search_alone()
        return query

    def _segments(self) -> dict[str, list[Segment]]:
        with self._lock:
            if self._open is None:
                self._open = {name: open_field(self._build, name, self._dimensions) for name in self._names}
            return self._open


def _ranked(found: Iterable[FieldScore]) -> list[FieldScore]:
    """Return these best first, equal scores by row and field."""
    return sorted(sorted(found), key=itemgetter(2), reverse=True)
