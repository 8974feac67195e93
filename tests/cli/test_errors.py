"""Every failure is one line with a hint and a stable exit code, and leaves nothing half-written."""

from __future__ import annotations

import inspect
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kb import errors
from kb.cli.exit_codes import EXIT_CODES, exit_code
from kb.cli.main import main


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def assert_one_clear_error(result: Result, code: int, *words: str) -> None:
    assert result.exit_code == code, result.output
    assert result.stdout == ""
    first, hint = result.stderr.rstrip("\n").split("\n")
    assert first.startswith("kb: ")
    assert hint.startswith("    ")
    for word in words:
        assert word in result.stderr


def test_every_error_has_an_exit_code() -> None:
    kinds = [
        kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.KbError)
    ]
    for kind in kinds:
        if kind is not errors.KbError:
            assert exit_code(kind("x", hint="y")) in EXIT_CODES.values()
    codes = [kind.code for kind in kinds]
    assert len(codes) == len(set(codes))


def test_no_index_yet(tmp_path: Path) -> None:
    assert_one_clear_error(run("ask", "迟到", "--index", tmp_path / "none"), 3, "none", "kb index")


def test_an_index_of_another_model(small_index: Path, tmp_path: Path) -> None:
    other = tmp_path / "index"
    shutil.copytree(small_index, other)
    for manifest in other.glob("*/manifest.json"):
        text = manifest.read_text(encoding="utf-8")
        manifest.write_text(text.replace("multilingual-e5-small", "another-model"), encoding="utf-8")
    assert_one_clear_error(run("ask", "迟到", "--index", other), 3, "another-model", "kb index")


@pytest.mark.parametrize("question", ["", "   ", "\u200b", "？！…"])
def test_an_empty_question(question: str, small_index: Path) -> None:
    assert_one_clear_error(run("ask", question, "--index", small_index), 2, "empty")


def test_a_question_that_is_too_long(small_index: Path) -> None:
    assert_one_clear_error(run("search", "迟" * 2001, "--index", small_index), 2, "2,001", "2,000")


def test_an_unknown_clause_names_near_ones(small_index: Path) -> None:
    assert_one_clear_error(
        run("show", "pinecone#1-9", "--index", small_index), 7, "pinecone#1-9", "pinecone#1-"
    )


def test_a_page_that_is_malformed(tmp_path: Path) -> None:
    page = tmp_path / "bad.md"
    page.write_text("---\nid: bad\ntitle: 坏\nkind: soup\nclauses:\n---\n\n# 坏\n", encoding="utf-8")
    assert_one_clear_error(
        run("index", "--docs", tmp_path, "--index", tmp_path / "index"), 6, "bad.md", "soup"
    )
    assert not (tmp_path / "index").exists()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("{", ("batch.jsonl:2", "JSON")),
        ('{"id": "a"}', ("batch.jsonl:2", "question")),
        ('{"question": "迟到"}', ("batch.jsonl:2", "id")),
        ("[]", ("batch.jsonl:2", "question")),
    ],
)
def test_a_malformed_batch_is_refused_before_the_first_answer(
    line: str, words: tuple[str, ...], small_index: Path, tmp_path: Path
) -> None:
    batch = tmp_path / "batch.jsonl"
    batch.write_text('{"id": "q1", "question": "迟到"}\n' + line + "\n", encoding="utf-8")
    assert_one_clear_error(run("ask", "--batch", batch, "--json", "--index", small_index), 2, *words)


def _missing(folder: Path) -> Path:
    return folder / "nothing.txt"


def _file(name: str, data: bytes) -> Callable[[Path], Path]:
    def make(folder: Path) -> Path:
        path = folder / name
        path.write_bytes(data)
        return path

    return make


@pytest.mark.parametrize(
    ("make", "word"),
    [
        (_missing, "nothing.txt"),
        (_file("empty.txt", b" \n\t"), "empty.txt"),
        (_file("picture.txt", b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4), "picture.txt"),
        (_file("broken.docx", b"PK\x03\x04 no zip at all"), "broken.docx"),
    ],
)
def test_a_source_that_cannot_be_taken_in(make: Callable[[Path], Path], word: str, tmp_path: Path) -> None:
    result = run("ingest", make(tmp_path), "--out", tmp_path / "pages", "--report", tmp_path / "report.json")
    assert_one_clear_error(result, 4, word)
    assert not (tmp_path / "pages").exists()
    assert not (tmp_path / "report.json").exists()


@pytest.mark.parametrize("arguments", [["ask"], ["ask", "a", "--batch", "-"], ["ingest", "a.txt"], ["soup"]])
def test_usage_errors_tell_how_to_use(arguments: list[str]) -> None:
    result = run(*arguments)
    assert result.exit_code == 2
    assert "Usage:" in result.stderr


def test_an_interrupt_is_said_in_one_line(
    monkeypatch: pytest.MonkeyPatch, docs: Path, tmp_path: Path
) -> None:
    def interrupted(*_: Any, **__: Any) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("kb.cli.index.build", interrupted)
    result = run("index", "--docs", docs, "--index", tmp_path / "index")
    assert result.exit_code == 130
    assert "interrupted" in result.stderr
