"""Vectors on disk and nearest ones among them. The only module that knows faiss.

A segment is an index of vectors with, beside it, the row of every vector and the key of the text it came from.
Segments are written once and shared by later builds.
"""

from __future__ import annotations

from pathlib import Path

import faiss
import numpy as np
import numpy.typing as npt

from kb.errors import IndexDamaged
from kb.index.manifest import REBUILD

VECTORS = "vectors"
KEY_BYTES = 16
BLOCK = 65_536  # vectors handled at a time, to bound memory
PARTS = (".faiss", ".rows.npy", ".keys.npy")  # files of a segment

Matrix = npt.NDArray[np.float32]
Half = npt.NDArray[np.float16]
Rows = npt.NDArray[np.int32]
Positions = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


def choose(count: int, dimensions: int) -> faiss.Index:
    """Return the empty index for so many vectors; the one place where its kind is decided.

    Every vector is compared (a flat scan) in half precision: 2.6 times as fast as single precision at half the size.
    On 3,000 statutes and 1,543 questions cosines are off by at most 6e-5 and nDCG@10 is the same to five digits.
    """
    return faiss.IndexScalarQuantizer(dimensions, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)


def write_segment(build: Path, name: str, rows: Rows, keys: Keys, vectors: Half) -> None:
    """Write a segment.

    Args:
        build: The build's folder.
        name: Name of its files.
        rows: ``(n,)`` rows the vectors stand for, ascending.
        keys: ``(n, KEY_BYTES)`` keys of the texts.
        vectors: ``(n, dimensions)`` their normalized vectors.

    Raises:
        OSError: It cannot be written.
    """
    index = choose(len(rows), vectors.shape[1])
    for start in range(0, len(rows), BLOCK):
        index.add(vectors[start : start + BLOCK].astype(np.float32))
    path = build / VECTORS / name
    try:
        faiss.write_index(index, f"{path}.faiss")
    except RuntimeError as error:
        raise OSError(f"{path}.faiss: {error}") from error
    np.save(f"{path}.rows.npy", rows)
    np.save(f"{path}.keys.npy", keys)


def as_bytes(keys: Keys) -> list[bytes]:
    """Return each key as an object that can be looked up."""
    found: list[bytes] = keys.view(f"V{KEY_BYTES}").ravel().tolist()
    return found


class Segment:
    """A segment, opened memory-mapped."""

    def __init__(self, build: Path, name: str, dimensions: int, gone: Rows | None = None) -> None:
        """Open it.

        Args:
            build: The build's folder.
            name: Its name.
            dimensions: Length of its vectors.
            gone: Rows whose vectors here no longer count, if any.

        Raises:
            IndexDamaged: A file cannot be read or does not fit the others.
        """
        self._path = build / VECTORS / name
        try:
            self._index = faiss.read_index(f"{self._path}.faiss", faiss.IO_FLAG_MMAP_IFC)
            self.rows: Rows = np.load(f"{self._path}.rows.npy", mmap_mode="r")
        except (RuntimeError, OSError, ValueError) as error:
            raise IndexDamaged(f"{self._path}.faiss cannot be opened: {error}", hint=REBUILD) from error
        if (self._index.ntotal, self._index.d) != (len(self.rows), dimensions):
            raise IndexDamaged(f"{self._path}.faiss does not fit its rows or the manifest", hint=REBUILD)
        self._live: Mask | None = ~np.isin(self.rows, gone) if gone is not None and len(gone) else None

    def __len__(self) -> int:
        """Return the number of vectors, those that no longer count included."""
        return len(self.rows)

    def search(self, query: Matrix, limit: int, mask: Mask | None) -> list[tuple[int, float]]:
        """Return the best ``limit`` rows, or a few more, with their best cosine.

        Args:
            query: ``(1, dimensions)``, normalized.
            limit: At least so many rows, if there are.
            mask: ``(rows of the index,)`` which may be found, or None for all.
        """
        within = self._live
        if mask is not None:
            within = mask[self.rows] if within is None else mask[self.rows] & within
        total, parameters = len(self), None
        if within is not None:
            total = int(within.sum())
            bits = np.packbits(within, bitorder="little")
            parameters = faiss.SearchParameters()
            # points into bits, copies nothing
            selector = faiss.IDSelectorBitmap(len(bits), faiss.swig_ptr(bits))
            parameters.sel = selector
        wanted = min(limit, total)
        best: dict[int, float] = {}
        while wanted > 0:
            scores, found = self._index.search(query, wanted, params=parameters)
            best = {}
            for row, score in zip(self.rows[found[0]].tolist(), scores[0].tolist(), strict=True):
                best.setdefault(row, score)
            if len(best) >= limit or wanted == total:
                break
            wanted = min(wanted * 2, total)  # several texts of one row crowded the list
        return list(best.items())

    def cosines(self, query: Matrix, rows: Rows) -> list[tuple[int, float]]:
        """Return the best cosine of each of the distinct rows that has a vector here."""
        first = np.searchsorted(self.rows, rows)
        counts = np.searchsorted(self.rows, rows, "right") - first
        if self._live is not None:
            counts = (
                counts * self._live[np.minimum(first, len(self) - 1)]
            )  # a row's vectors come and go together
        there = counts > 0
        if not there.any():
            return []
        first, counts = first[there], counts[there]
        starts = np.cumsum(counts) - counts
        positions = np.arange(counts.sum()) + np.repeat(first - starts, counts)
        best = np.maximum.reduceat(self.vectors(positions) @ query[0], starts)
        return list(zip(rows[there].tolist(), best.tolist(), strict=True))

    def live(self) -> Positions:
        """Return the positions of the vectors that count."""
        return np.arange(len(self)) if self._live is None else np.flatnonzero(self._live)

    def vectors(self, positions: Positions) -> Matrix:
        """Return the vectors at these positions."""
        found: Matrix = self._index.reconstruct_batch(positions)
        return found

    def keys(self) -> Keys:
        """Return ``(n, KEY_BYTES)``, the keys of the texts.

        Raises:
            IndexDamaged: They cannot be read.
        """
        try:
            found: Keys = np.load(f"{self._path}.keys.npy")
        except (OSError, ValueError) as error:
            raise IndexDamaged(f"{self._path}.keys.npy cannot be read: {error}", hint=REBUILD) from error
        return found


def search_alone() -> None:
    """Keep faiss to this thread: one question is too little work to share, waking its other threads costs more."""
    faiss.omp_set_num_threads(1)
