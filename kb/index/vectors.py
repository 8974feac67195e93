"""Vectors on disk and nearest ones among them. The only module that knows faiss.

Every dense field has an index of its own: typical questions, clause texts and glosses lie at different distances
from a question, so ranking them together would let one kind crowd out the others.
Beside each index stand the row of every vector and the key of the text it came from.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import faiss
import numpy as np
import numpy.typing as npt

from kb.errors import IndexDamaged, IndexMismatch
from kb.index.manifest import REBUILD

VECTORS = "vectors"
KEY_BYTES = 16
_BLOCK = 65_536  # vectors added at a time, to bound memory

Matrix = npt.NDArray[np.float32]
Rows = npt.NDArray[np.int32]
Keys = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


class FieldScore(NamedTuple):
    """Cosine (``score``) of a question and the nearest text that a row has in a field."""

    row: int
    field: str
    score: float


def choose(count: int, dimensions: int) -> faiss.Index:
    """Return the empty index for so many vectors; the one place where its kind is decided.

    Every vector is compared (a flat scan) in half precision: 2.6 times as fast as single precision at half the size.
    On 3,000 statutes and 1,543 questions cosines are off by at most 6e-5 and nDCG@10 is the same to five digits. Kinds that reconstruct less exactly must keep the vectors beside them, because
    the next build takes them over from here.
    """
    return faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def write_vectors(
    build: Path, field: str, pairs: Sequence[tuple[int, int]], keys: Keys, vectors: Matrix
) -> None:
    """Write one field's index.

    Args:
        build: The build's folder.
        field: The field's name.
        pairs: Per vector to write the row it stands for, ascending, and its place in ``vectors``.
        keys: ``(m, KEY_BYTES)`` keys of the texts.
        vectors: ``(m, dimensions)`` their normalized vectors.

    Raises:
        OSError: It cannot be written.
    """
    folder = build / VECTORS
    folder.mkdir(exist_ok=True)
    rows, places = np.array(pairs, np.int32).T
    index = choose(len(rows), vectors.shape[1])
    for start in range(0, len(places), _BLOCK):
        index.add(vectors[places[start : start + _BLOCK]])
    try:
        faiss.write_index(index, str(folder / f"{field}.faiss"))
    except RuntimeError as error:
        raise OSError(f"{folder / field}.faiss: {error}") from error
    np.save(folder / f"{field}.rows.npy", rows)
    np.save(folder / f"{field}.keys.npy", keys[places])


def stored_vectors(build: Path, field: str, dimensions: int) -> tuple[Keys, Matrix]:
    """Return the keys and vectors of one field of an earlier build.

    Raises:
        IndexDamaged: They cannot be read.
    """
    one = _Field(build, field, dimensions)
    return np.load(build / VECTORS / f"{field}.keys.npy"), one.index.reconstruct_n(0, one.index.ntotal)


class _Field:
    """One field, opened memory-mapped."""

    def __init__(self, build: Path, field: str, dimensions: int) -> None:
        path = build / VECTORS / f"{field}.faiss"
        try:
            self.index = faiss.read_index(str(path), faiss.IO_FLAG_MMAP_IFC)
            self.rows: Rows = np.load(path.with_name(f"{field}.rows.npy"), mmap_mode="r")
        except (RuntimeError, OSError, ValueError) as error:
            raise IndexDamaged(f"{path} cannot be opened: {error}", hint=REBUILD) from error
        if (self.index.ntotal, self.index.d) != (len(self.rows), dimensions):
            raise IndexDamaged(f"{path} does not fit its rows or the manifest", hint=REBUILD)
        self.name = field

    def search(self, query: Matrix, limit: int, mask: Mask | None) -> list[FieldScore]:
        """Return the best ``limit`` rows with their best cosine, best first, equal ones by row."""
        total = self.index.ntotal
        parameters = None
        if mask is not None:
            within = mask[self.rows]
            total = int(within.sum())
            bits = np.packbits(within, bitorder="little")
            selector = faiss.IDSelectorBitmap(
                len(bits), faiss.swig_ptr(bits)
            )  # points into bits, copies nothing
            parameters = faiss.SearchParameters()
            parameters.sel = selector
        wanted = min(limit, total)
        best: dict[int, float] = {}
        while wanted > 0:
            scores, found = self.index.search(query, wanted, params=parameters)
            best = {}
            for row, score in zip(self.rows[found[0]].tolist(), scores[0].tolist(), strict=True):
                best.setdefault(row, score)
            if len(best) >= limit or wanted == total:
                break
            wanted = min(wanted * 2, total)  # several texts of one row crowded the list
        ranked = sorted(best.items(), key=lambda item: (-item[1], item[0]))
        return [FieldScore(row, self.name, score) for row, score in ranked[:limit]]

    def cosines(self, query: Matrix, rows: Sequence[int]) -> list[FieldScore]:
        """Return the best cosine of each of the rows that has a vector."""
        wanted = np.asarray(rows, np.int32)
        first = np.searchsorted(self.rows, wanted)
        count = np.searchsorted(self.rows, wanted, "right") - first
        wanted, first, count = wanted[count > 0], first[count > 0], count[count > 0]
        if not len(wanted):
            return []
        starts = np.cumsum(count) - count  # where each row's vectors begin among those gathered
        places = np.arange(count.sum()) + np.repeat(first - starts, count)
        best = np.maximum.reduceat(self.index.reconstruct_batch(places) @ query[0], starts)
        return [
            FieldScore(row, self.name, score)
            for row, score in zip(wanted.tolist(), best.tolist(), strict=True)
        ]


class Vectors:
    """Read side; opens each field at its first use and may be shared by threads."""

    def __init__(self, build: Path, dimensions: int, fields: Sequence[str]) -> None:
        self._build = build
        self._dimensions = dimensions
        self._names = tuple(fields)
        self._open: tuple[_Field, ...] | None = None
        self._lock = threading.Lock()

    def search(self, vector: npt.ArrayLike, limit: int, mask: Mask | None) -> list[FieldScore]:
        """Return each field's ``limit`` best rows, best first over all.

        Args:
            vector: ``(dimensions,)``, normalized.
            limit: Rows per field.
            mask: ``(clauses,)`` rows that may be ranked, or None for all.

        Raises:
            IndexMismatch: The vector has another length.
            IndexDamaged: A file cannot be read.
        """
        query = self._query(vector)
        found = [score for field in self._fields() for score in field.search(query, limit, mask)]
        return sorted(found, key=lambda score: (-score.score, score.row, score.field))

    def cosines(self, vector: npt.ArrayLike, rows: Sequence[int]) -> list[FieldScore]:
        """Return the best cosine per field of exactly these rows."""
        query = self._query(vector)
        return [score for field in self._fields() for score in field.cosines(query, rows)]

    def everything(self) -> dict[str, tuple[Rows, Matrix]]:
        """Return each field's rows, ascending, and its ``(m, dimensions)`` vectors."""
        return {
            field.name: (np.asarray(field.rows), field.index.reconstruct_n(0, field.index.ntotal))
            for field in self._fields()
        }

    def _query(self, vector: npt.ArrayLike) -> Matrix:
        query = np.ascontiguousarray(vector, dtype=np.float32).reshape(1, -1)
        if query.shape[1] != self._dimensions:
            raise IndexMismatch(
                f"the question's vector has {query.shape[1]} dimensions, the index {self._dimensions}",
                hint="Ask with the model the index was built with, or build it again with `kb index`.",
            )
        # One question is too little work to share: waking faiss's other threads costs more than it saves.
        faiss.omp_set_num_threads(1)
        return query

    def _fields(self) -> tuple[_Field, ...]:
        with self._lock:
            if self._open is None:
                self._open = tuple(_Field(self._build, name, self._dimensions) for name in self._names)
            return self._open
