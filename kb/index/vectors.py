"""Vectors on disk and nearest ones among them. The only module that knows faiss.

A segment is an index of vectors with, beside it, the row of every vector and the key of the text it came from.
Segments are written once and shared by later builds.
"""

from __future__ import annotations

import math
import os
from pathlib import Path
from typing import Any

import faiss
import numpy as np
import numpy.typing as npt

from kb.errors import IndexDamaged
from kb.index.manifest import EXACT, REBUILD, VECTORS, Tier, TierName

KEY_BYTES = 16
BLOCK = 65_536  # vectors handled at a time, to bound memory
INVERTED_FROM = 100_000
"""Vectors of a field from which on not all are compared; below, a scan takes 7 ms at most."""
RECALL = 0.97
"""Share of the ten nearest that an index that does not compare all must find."""
_MARGIN = 0.02  # by which the sample may find more than real questions do
_BEST = 10
_SAMPLE = 256
_TIE = 1e-6  # of cosines that count as equal
_TRAINED_ON = 32  # vectors per list
PARTS = (".faiss", ".rows.npy", ".keys.npy")  # files of a segment

Matrix = npt.NDArray[np.float32]
Half = npt.NDArray[np.float16]
Rows = npt.NDArray[np.int32]
Cosines = npt.NDArray[np.float32]
Positions = npt.NDArray[np.int64]
Keys = npt.NDArray[np.uint8]
Mask = npt.NDArray[np.bool_]


def flat(vectors: Half) -> faiss.Index:
    """Return an index that compares every vector.

    Half precision is 2.6 times as fast as single precision at half the size. On 3,000 statutes and 1,543 questions
    cosines are off by at most 6e-5 and nDCG@10 is the same to five digits.
    """
    index = faiss.IndexScalarQuantizer(
        vectors.shape[1], faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT
    )
    _add(index, vectors)
    return index


def inverted(vectors: Half, questions: Matrix) -> tuple[faiss.Index, Tier] | None:
    """Return an index that compares the vectors of the lists nearest to a question, or None if it finds too little.

    The vectors are sorted into lists by k-means (inverted file; Sivic and Zisserman 2003, doi 10.1109/ICCV.2003.1238663)
    and kept there in half precision, so that what is compared is compared exactly, and all lists together are the
    exact index: recall is measured against that. More lists are compared until it is enough. For 0.98 of what 193 lay
    questions should find among a million vectors, 4 lists per square root of their number take 6.0 ms, 2 lists 7.1.

    Args:
        vectors: ``(n, dimensions)``, normalized.
        questions: ``(m, dimensions)`` normalized questions to measure with besides the sample.
    """
    count, dimensions = vectors.shape
    lists = max(1, round(4 * math.sqrt(count)))
    index = faiss.IndexIVFScalarQuantizer(
        faiss.IndexFlatIP(dimensions),
        dimensions,
        lists,
        faiss.ScalarQuantizer.QT_fp16,
        faiss.METRIC_INNER_PRODUCT,
    )
    index.cp.niter, index.cp.min_points_per_centroid, index.cp.max_points_per_centroid = 8, 1, _TRAINED_ON
    dice = np.random.default_rng(0)
    chosen = np.sort(dice.choice(count, min(count, lists * _TRAINED_ON), replace=False))
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    index.train(vectors[chosen].astype(np.float32))
    _add(index, vectors)
    index.make_direct_map()  # from position to list and place, for reconstructing

    sample = np.concatenate([_between(vectors, dice), questions])
    best = min(_BEST, count)
    index.nprobe = lists
    needed = index.search(sample, best)[0][:, -1:] - _TIE
    probes = max(1, lists // 32)
    while probes <= lists // 2:
        index.nprobe = probes  # written with the index
        recall = float((index.search(sample, best)[0] >= needed).mean())
        if recall >= RECALL + _MARGIN:
            return index, Tier("inverted", lists, probes, round(recall, 4), len(sample))
        probes = math.ceil(probes * 1.25)
    return None


def _add(index: faiss.Index, vectors: Half) -> None:
    for start in range(0, len(vectors), BLOCK):
        index.add(vectors[start : start + BLOCK].astype(np.float32))


def _between(vectors: Half, dice: np.random.Generator) -> Matrix:
    """Return vectors halfway between two of these: as hard to find neighbours of as real questions are.

    A question is no clause and lies apart from all of them. With a sixteenth of the lists, 386 lay questions found 0.957 of
    what they should among 57,529 articles, points halfway 0.968, the articles' own vectors 0.990; among a million (jittered
    copies) three samples of lay questions found 0.969 to 0.981, points halfway 0.985; among 300,000 0.970 and 0.985.
    """
    pairs = vectors[dice.integers(0, len(vectors), (2, _SAMPLE))].astype(np.float32)
    between = pairs.sum(axis=0)
    found: Matrix = between / np.maximum(np.linalg.norm(between, axis=1, keepdims=True), 1e-9)
    return found


def write_segment(
    build: Path,
    name: str,
    rows: Rows,
    keys: Keys,
    vectors: Half,
    tier: TierName = "exact",
    questions: Matrix | None = None,
) -> Tier:
    """Write a segment; return how its vectors are searched.

    Args:
        build: The build's folder.
        name: Name of its files.
        rows: ``(n,)`` rows the vectors stand for, ascending.
        keys: ``(n, KEY_BYTES)`` keys of the texts.
        vectors: ``(n, dimensions)`` their normalized vectors.
        tier: How they are to be searched.
        questions: ``(m, dimensions)`` questions to measure with besides the sample.

    Raises:
        OSError: It cannot be written.
    """
    made = None
    if tier == "inverted" or (tier == "auto" and len(rows) >= INVERTED_FROM):
        made = inverted(
            vectors, np.empty((0, vectors.shape[1]), np.float32) if questions is None else questions
        )
    index, facts = made or (flat(vectors), EXACT)
    path = build / VECTORS / name
    try:
        faiss.write_index(index, f"{path}.faiss")
    except RuntimeError as error:
        raise OSError(f"{path}.faiss: {error}") from error
    np.save(f"{path}.rows.npy", rows)
    np.save(f"{path}.keys.npy", keys)
    return facts


def as_bytes(keys: Keys) -> list[bytes]:
    """Return each key as an object that can be looked up."""
    found: list[bytes] = keys.view(f"V{KEY_BYTES}").ravel().tolist()
    return found


TEXTS = 3
"""Texts looked at per row wanted; the nearest are seldom all of one row, and where they are, more are looked at."""


class _Choice:
    """Which vectors may be found."""

    def __init__(self, within: Mask) -> None:
        self.count = int(within.sum())
        self._bits = np.packbits(within, bitorder="little")
        # points into the bits, copies nothing: the choice must outlive the search
        self.selector = faiss.IDSelectorBitmap(len(self._bits), faiss.swig_ptr(self._bits))


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
            self._index: Any = faiss.read_index(f"{self._path}.faiss", faiss.IO_FLAG_MMAP_IFC)
            self.rows: Rows = np.load(f"{self._path}.rows.npy", mmap_mode="r").view(np.ndarray)
        except (RuntimeError, OSError, ValueError) as error:
            raise IndexDamaged(f"{self._path}.faiss cannot be opened: {error}", hint=REBUILD) from error
        if (self._index.ntotal, self._index.d) != (len(self.rows), dimensions):
            raise IndexDamaged(f"{self._path}.faiss does not fit its rows or the manifest", hint=REBUILD)
        distinct = 1 + int(np.count_nonzero(np.diff(self.rows)))
        self._texts = math.ceil(len(self) / distinct)  # of a row, on average
        self._lists = int(getattr(self._index, "nlist", 0))
        self._live: Mask | None = ~np.isin(self.rows, gone) if gone is not None and len(gone) else None
        self._choice = None if self._live is None else _Choice(self._live)

    def __len__(self) -> int:
        """Return the number of vectors, those that no longer count included."""
        return len(self.rows)

    def search(self, query: Matrix, limit: int, mask: Mask | None) -> list[tuple[int, float]]:
        """Return the best ``limit`` rows with their best cosine, best first.

        Args:
            query: ``(1, dimensions)``, normalized.
            limit: So many rows, if there are.
            mask: ``(rows of the index,)`` which may be found, or None for all.
        """
        choice = self._choice
        if mask is not None:
            within = mask[self.rows]
            choice = _Choice(within if self._live is None else within & self._live)
        total = len(self) if choice is None else choice.count
        # Few enough to compare them all: then what may not be found does not decide, by its lists, what is.
        few = mask is not None and total < INVERTED_FROM
        probes = self._lists if few else self._probes(total)
        wanted = min(limit * min(self._texts, TEXTS), total)
        best: list[tuple[int, float]] = []
        while wanted > 0:
            scores, found = self._index.search(query, wanted, params=self._parameters(choice, probes))
            got = found[0] >= 0
            rows = self.rows[found[0][got]]
            firsts = np.sort(np.unique(rows, return_index=True)[1])[:limit]  # the first of a row is its best
            best = list(zip(rows[firsts].tolist(), scores[0][got][firsts].tolist(), strict=True))
            if len(best) >= limit:
                break
            if probes < self._lists and not got.all():
                probes = self._lists  # those compared do not hold as many
            elif wanted < total:
                wanted = min(wanted * 2, total)  # several texts of one row crowded the list
            else:
                break
        return best

    def _probes(self, total: int) -> int:
        """Return how many lists to compare when only so many vectors may be found: the fewer, the more lists."""
        if not self._lists or not total:
            return self._lists
        return min(self._lists, math.ceil(int(self._index.nprobe) * len(self) / total))

    def _parameters(self, choice: _Choice | None, probes: int) -> faiss.SearchParameters:
        parameters: Any = faiss.SearchParameters()
        if self._lists:
            parameters = faiss.SearchParametersIVF()
            parameters.nprobe = probes
        if choice is not None:
            parameters.sel = choice.selector
        return parameters  # type: ignore[no-any-return]

    def cosines(self, query: Matrix, rows: Rows) -> Cosines:
        """Return ``(n,)`` the best cosine of each of these rows, which ascend; NaN where it has no vector here."""
        first = np.searchsorted(self.rows, rows)
        counts = np.searchsorted(self.rows, rows, "right") - first
        if self._live is not None:
            counts = (
                counts * self._live[np.minimum(first, len(self) - 1)]
            )  # a row's vectors come and go together
        there = counts > 0
        best = np.full(len(rows), np.nan, np.float32)
        if there.any():
            first, counts = first[there], counts[there]
            starts = np.cumsum(counts) - counts
            positions = np.arange(counts.sum()) + np.repeat(first - starts, counts)
            best[there] = np.maximum.reduceat(self._scores(query, positions), starts)
        return best

    def _scores(self, query: Matrix, positions: Positions) -> Cosines:
        """Return the cosines of the vectors at these positions, which ascend."""
        if self._lists:  # a search would go through all lists
            return self.vectors(positions) @ query[0]  # type: ignore[no-any-return]
        within = np.zeros(len(self), np.bool_)
        within[positions] = True
        choice = _Choice(within)
        scores, found = self._index.search(query, len(positions), params=self._parameters(choice, 0))
        return scores[0][np.argsort(found[0])]  # type: ignore[no-any-return]

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
