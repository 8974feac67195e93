from __future__ import annotations

import numpy as np
import onnxruntime

from kb.embed.onnx_writer import FLOAT, INT64, Graph


def test_onnxruntime_runs_what_is_written() -> None:
    graph = Graph()
    rows = graph.input("rows", FLOAT, ["n", 3])
    shift = graph.constant(np.array([[-1.0, 0.0, 300.0]], dtype=np.float32))
    (moved,) = graph.add("Add", [rows, shift])
    (bent,) = graph.add("LeakyRelu", [moved], alpha=0.5)
    (largest,) = graph.add("ReduceMax", [bent], axes=(1,), keepdims=0)
    (place,) = graph.add("ArgMax", [bent], axis=-1, keepdims=0)
    graph.output(largest, FLOAT, ["n"])
    graph.output(place, INT64, ["n"])
    session = onnxruntime.InferenceSession(graph.serialize(), providers=["CPUExecutionProvider"])
    values, places = session.run(None, {"rows": np.array([[0, -400, -400], [9, 1, 2]], dtype=np.float32)})
    assert values.tolist() == [-0.5, 302.0]
    assert places.tolist() == [0, 2]
