"""The encoder of multilingual-e5-small as an ONNX graph, in float32 and in 8 bits.

Every matrix product takes its input in 8 bits with a *fixed* scale (measured once, see ``calibration``), so
a text's vector does not depend on the other texts of its batch, as it does with the usual dynamic
quantization. A few channels are twenty times larger than the rest; dividing each channel by a factor and
multiplying the weights by it moves the difficulty into the weights (Xiao et al. 2023, "SmoothQuant"). Weights
have 7 bits: the 8-bit products of processors without VNNI saturate above that, so vectors would differ
between machines.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from kb.embed.onnx_writer import FLOAT, INT32, MICROSOFT, Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from kb.embed.weights import Weights

INPUT_EMBEDDINGS, INPUT_MASK = "embeddings", "mask"

_MARGIN = 1.1  # room above the largest value seen while calibrating
_WEIGHT_STEPS = 63
# How much of the difference between channels moves into the weights (measured; 0 is none, and costs nothing).
_SMOOTHING = {"qkv": 0.8, "attention": 0.0, "inner": 0.6, "outer": 0.75}


@dataclass(frozen=True, slots=True)
class Ranges:
    """Smallest and largest value of each channel, for the input of each matrix product by name."""

    low: dict[str, NDArray[np.float32]]
    high: dict[str, NDArray[np.float32]]


class _Encoder:
    """Adds one encoder to one graph; ``ranges`` given means 8 bits, none means float32 and noting ranges."""

    def __init__(self, weights: Weights, ranges: Ranges | None) -> None:
        self.graph = Graph()
        self.products: list[str] = []
        self._weights, self._ranges = weights, ranges

    def build(self) -> None:
        graph, weights, shape = self.graph, self._weights, self._weights.shape
        embeddings = graph.input(INPUT_EMBEDDINGS, FLOAT, ["texts", "tokens", shape.hidden])
        mask = graph.input(INPUT_MASK, INT32, ["texts", "tokens"])
        (state,) = graph.add(
            "LayerNormalization",
            [embeddings, *self._vectors("emb.ln.w", "emb.ln.b")],
            axis=-1,
            epsilon=shape.epsilon,
        )
        thirds = graph.constant(np.full(3, shape.hidden, dtype=np.int64))
        for layer in range(shape.layers):
            name = f"l{layer}."
            matrix = np.concatenate([weights.matrix(f"{name}{part}.w", shape.hidden) for part in "qkv"])
            bias = np.concatenate([weights.vector(f"{name}{part}.b") for part in "qkv"])
            together = self._product(name, "qkv", state, matrix, bias)
            parts = graph.add("Split", [together, thirds], outputs=3, axis=-1)
            (mixed,) = graph.add(
                "MultiHeadAttention", [*parts, "", mask], domain=MICROSOFT, num_heads=shape.heads
            )
            mixed = self._stored_product(name, "attention", mixed, "ao", shape.hidden)
            state = self._added(mixed, state, f"{name}aln")
            inner = self._stored_product(name, "inner", state, "fi", shape.hidden)
            (active,) = graph.add("Gelu", [inner], domain=MICROSOFT)
            outer = self._stored_product(name, "outer", active, "fo", shape.inner)
            state = self._added(outer, state, f"{name}oln")
        # The sum over a text's tokens points where their mean points.
        (kept,) = graph.add("Cast", [mask], to=FLOAT)
        (row,) = graph.add("Unsqueeze", [kept, graph.constant(np.array([1], dtype=np.int64))])
        (summed,) = graph.add("MatMul", [row, state])
        (flat,) = graph.add("Squeeze", [summed, graph.constant(np.array([1], dtype=np.int64))])
        (unit,) = graph.add("LpNormalization", [flat], axis=-1, p=2)
        graph.output(unit, FLOAT, ["texts", shape.hidden])

    def _vectors(self, *names: str) -> list[str]:
        return [self.graph.constant(self._weights.vector(name)) for name in names]

    def _added(self, change: str, state: str, norm: str) -> str:
        inputs = [change, state, *self._vectors(f"{norm}.w", f"{norm}.b")]
        epsilon = self._weights.shape.epsilon
        return self.graph.add("SkipLayerNormalization", inputs, domain=MICROSOFT, epsilon=epsilon)[0]

    def _stored_product(self, name: str, role: str, value: str, tensor: str, columns: int) -> str:
        matrix = self._weights.matrix(f"{name}{tensor}.w", columns)
        return self._product(name, role, value, matrix, self._weights.vector(f"{name}{tensor}.b"))

    def _product(
        self, name: str, role: str, value: str, matrix: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> str:
        if self._ranges is None:
            return self._float_product(name + role, value, matrix, bias)
        low, high = self._ranges.low[name + role], self._ranges.high[name + role]
        factors = _factors(matrix, low, high, _SMOOTHING[role])
        if _SMOOTHING[role]:
            (value,) = self.graph.add("Mul", [value, self.graph.constant(np.float32(1) / factors)])
        bottom = min(float((low / factors).min()), 0.0) * _MARGIN
        top = max(float((high / factors).max()), 0.0) * _MARGIN
        return self._integer_product(value, (bottom, top), matrix * factors, bias)

    def _float_product(
        self, name: str, value: str, matrix: NDArray[np.float32], bias: NDArray[np.float32]
    ) -> str:
        graph = self.graph
        self.products.append(name)
        for reduction in ("ReduceMin", "ReduceMax"):
            (seen,) = graph.add(reduction, [value], axes=(0, 1), keepdims=0)
            graph.output(seen, FLOAT, [matrix.shape[1]])
        (product,) = graph.add("MatMul", [value, graph.constant(matrix.T)])
        return graph.add("Add", [product, graph.constant(bias)])[0]

    def _integer_product(
        self,
        value: str,
        bounds: tuple[float, float],
        matrix: NDArray[np.float32],
        bias: NDArray[np.float32],
    ) -> str:
        graph = self.graph
        step = (bounds[1] - bounds[0]) / 255
        scale = graph.constant(np.array(step, dtype=np.float32))
        zero = graph.constant(np.array(round(-bounds[0] / step), dtype=np.uint8))
        (small,) = graph.add("QuantizeLinear", [value, scale, zero])
        row_scales = (np.abs(matrix).max(axis=1) / _WEIGHT_STEPS).astype(np.float32)
        rounded = graph.constant(np.round(matrix / row_scales[:, None]).astype(np.int8).T)
        rows = [graph.constant(row_scales), zero, graph.constant(np.zeros(len(row_scales), dtype=np.int8))]
        inputs = [small, rounded, scale, *rows, graph.constant(bias)]
        return graph.add("MatMulIntegerToFloat", inputs, domain=MICROSOFT)[0]


def _factors(
    matrix: NDArray[np.float32], low: NDArray[np.float32], high: NDArray[np.float32], smoothing: float
) -> NDArray[np.float32]:
    if not smoothing:
        return np.ones(matrix.shape[1], dtype=np.float32)
    values = np.maximum(np.maximum(-low, high), 1e-3)
    weights = np.maximum(np.abs(matrix).max(axis=0), 1e-5)
    factors: NDArray[np.float32] = values**smoothing / weights ** (1 - smoothing)
    return factors


def float_graph(weights: Weights) -> tuple[bytes, list[str]]:
    """The encoder in float32, for measuring ranges.

    Returns:
        The serialized model, and the names of its matrix products. Its outputs are the smallest and the
        largest value of each product's input by channel, in turn; the last one is the unit vectors.
    """
    encoder = _Encoder(weights, None)
    encoder.build()
    return encoder.graph.serialize(), encoder.products


def integer_graph(weights: Weights, ranges: Ranges) -> bytes:
    """The encoder in 8 bits, serialized: embeddings (texts, tokens, hidden) and mask in, unit vectors out."""
    encoder = _Encoder(weights, ranges)
    encoder.build()
    return encoder.graph.serialize()
