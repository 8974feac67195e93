"""Writes an ONNX model: the few protobuf messages an encoder needs, without a 33 MB package for them.

Field numbers are those of ``onnx.proto3`` (ONNX IR version 8), which are fixed for good.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

IR_VERSION = 8
OPSET = 17
MICROSOFT = "com.microsoft"
"""Domain of onnxruntime's own, fused operators."""

FLOAT, UINT8, INT8, INT32, INT64 = 1, 2, 3, 6, 7
_ELEMENT = {"float32": FLOAT, "uint8": UINT8, "int8": INT8, "int32": INT32, "int64": INT64}
_ATTRIBUTE_FLOAT, _ATTRIBUTE_INT, _ATTRIBUTE_INTS = 1, 2, 7


class Graph:
    """Collects operators and constants; every method returns the name of what it added."""

    def __init__(self) -> None:
        self._operators: list[bytes] = []
        self._constants: list[bytes] = []
        self._inputs: list[bytes] = []
        self._outputs: list[bytes] = []
        self._names = self._fresh_names()

    @staticmethod
    def _fresh_names() -> Iterator[str]:
        number = 0
        while True:
            number += 1
            yield f"v{number}"

    def input(self, name: str, element: int, shape: Sequence[int | str]) -> str:
        """Declares an input; a dimension given by name may vary."""
        self._inputs.append(_value_info(name, element, shape))
        return name

    def output(self, name: str, element: int, shape: Sequence[int | str]) -> None:
        """Declares a value as an output."""
        self._outputs.append(_value_info(name, element, shape))

    def constant(self, value: NDArray[np.generic]) -> str:
        """Adds an array."""
        name = next(self._names)
        array = np.ascontiguousarray(value).reshape(value.shape)
        sizes: tuple[int, ...] = array.shape
        tensor = b"".join(_integer(1, size) for size in sizes)
        tensor += _integer(2, _ELEMENT[array.dtype.name]) + _text(8, name) + _bytes(9, array.tobytes())
        self._constants.append(tensor)
        return name

    def add(
        self,
        operator: str,
        inputs: Sequence[str],
        *,
        domain: str = "",
        outputs: int = 1,
        **attributes: float | int | tuple[int, ...],
    ) -> list[str]:
        """Adds an operator; an input named "" is left out."""
        names = [next(self._names) for _ in range(outputs)]
        body = b"".join(_text(1, name) for name in inputs) + b"".join(_text(2, name) for name in names)
        body += _text(4, operator) + b"".join(_attribute(key, value) for key, value in attributes.items())
        self._operators.append(body + _text(7, domain))
        return names

    def serialize(self) -> bytes:
        """The whole model."""
        body = b"".join(_bytes(1, operator) for operator in self._operators) + _text(2, "encoder")
        body += b"".join(_bytes(5, constant) for constant in self._constants)
        body += b"".join(_bytes(11, value) for value in self._inputs)
        body += b"".join(_bytes(12, value) for value in self._outputs)
        opsets = _bytes(8, _integer(2, OPSET)) + _bytes(8, _text(1, MICROSOFT) + _integer(2, 1))
        return _integer(1, IR_VERSION) + _text(2, "policy-kb") + _bytes(7, body) + opsets


def _attribute(name: str, value: float | int | tuple[int, ...]) -> bytes:
    match value:
        case int():
            body = _integer(3, value) + _integer(20, _ATTRIBUTE_INT)
        case float():
            body = _varint(2 << 3 | 5) + struct.pack("<f", value) + _integer(20, _ATTRIBUTE_FLOAT)
        case _:
            body = b"".join(_integer(8, number) for number in value) + _integer(20, _ATTRIBUTE_INTS)
    return _bytes(5, _text(1, name) + body)


def _value_info(name: str, element: int, shape: Sequence[int | str]) -> bytes:
    sizes = [_text(2, size) if isinstance(size, str) else _integer(1, size) for size in shape]
    dimensions = b"".join(_bytes(1, size) for size in sizes)
    tensor = _integer(1, element) + _bytes(2, dimensions)
    return _text(1, name) + _bytes(2, _bytes(1, tensor))


def _integer(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value % 2**64)


def _text(field: int, value: str) -> bytes:
    return _bytes(field, value.encode())


def _bytes(field: int, value: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(value)) + value


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
