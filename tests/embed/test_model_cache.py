from __future__ import annotations

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from kb.embed import open_embedder
from kb.embed.cache import cache_folder, kept
from kb.embed.default_engine import DefaultEngine, open_default_engine
from kb.embed.weights import Weights
from kb.errors import ModelProblem

OPEN_AND_ASK = """
from kb.embed import open_embedder
print(open_embedder().embed_questions(["迟到怎么罚"]).tobytes().hex())
"""


def files(folder: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir())}


def test_the_model_is_converted_once_and_then_only_read(
    engine: DefaultEngine, weights: Weights, cache: Path
) -> None:
    assert [path.suffix for path in sorted(cache.iterdir())] == [".onnx", ".pieces"]
    assert sum(path.stat().st_size for path in cache.iterdir()) < 26_000_000
    times = [path.stat().st_mtime_ns for path in sorted(cache.iterdir())]
    again = DefaultEngine(weights, cache)
    assert [path.stat().st_mtime_ns for path in sorted(cache.iterdir())] == times
    assert again.name == engine.name
    assert again.embed_questions(["迟到"]).tobytes() == engine.embed_questions(["迟到"]).tobytes()


def test_the_default_engine_reads_the_cache_that_is_named(
    engine: DefaultEngine, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KB_CACHE", str(cache))
    assert open_embedder().name == engine.name


def test_damaged_files_are_made_again(
    engine: DefaultEngine, weights: Weights, cache: Path, tmp_path: Path
) -> None:
    expected = files(cache)
    for path in cache.iterdir():
        damaged = bytearray(path.read_bytes())
        damaged[len(damaged) // 2] ^= 1
        (tmp_path / path.name).write_bytes(damaged)
    again = DefaultEngine(weights, tmp_path)
    assert files(tmp_path) == expected
    assert again.embed_questions(["迟到"]).tobytes() == engine.embed_questions(["迟到"]).tobytes()


def test_two_processes_may_convert_at_once(engine: DefaultEngine, tmp_path: Path) -> None:
    environment = {"KB_CACHE": str(tmp_path / "new"), "PYTHONPATH": str(Path(__file__).parents[2])}
    command = [sys.executable, "-W", "error", "-c", OPEN_AND_ASK]
    both = [
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
        for _ in range(2)
    ]
    answers = [process.communicate(timeout=100) for process in both]
    expected = engine.embed_questions(["迟到怎么罚"]).tobytes().hex()
    assert answers == [(f"{expected}\n".encode(), b"")] * 2
    assert [path.suffix for path in sorted((tmp_path / "new").iterdir())] == [".onnx", ".pieces"]


def test_a_cut_or_empty_file_counts_as_damaged(tmp_path: Path) -> None:
    path = tmp_path / "deep" / "model"
    assert kept(path, lambda: b"first") == b"first"
    assert kept(path, lambda: b"second") == b"first"
    for wrong in (b"", path.read_bytes()[:-1], b"short"):
        path.write_bytes(wrong)
        assert kept(path, lambda: b"third") == b"third"
        assert kept(path, lambda: b"fourth") == b"third"


def test_nothing_is_left_behind_when_making_fails(tmp_path: Path) -> None:
    def fail() -> bytes:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        kept(tmp_path / "model", fail)
    assert list(tmp_path.iterdir()) == []


def test_a_cache_that_cannot_be_written_is_one_clear_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("KB_CACHE", str(tmp_path / "file"))
    with pytest.raises(ModelProblem, match=r"cannot keep the converted model at .*file") as caught:
        open_default_engine()
    assert "KB_CACHE" in caught.value.hint


def test_the_folder_is_the_users_unless_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("KB_CACHE", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert cache_folder() == tmp_path / ".cache" / "policy-kb"
