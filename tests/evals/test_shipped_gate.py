"""The gate: answers over the shipped pages are as good as the pinned floors say."""

from __future__ import annotations

from pathlib import Path

from click.testing import CliRunner

from kb.cli.main import main

EVALS = Path(__file__).parents[2] / "evals"


def test_the_answers_over_the_shipped_pages_pass_the_gate(shipped_index: Path) -> None:
    files = ["--floors", str(EVALS / "floors.json"), "--questions", str(EVALS / "questions.jsonl")]
    found = CliRunner().invoke(main, ["eval", "gate", *files, "--index", str(shipped_index)])
    assert found.exit_code == 0, found.output
