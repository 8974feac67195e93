"""``kb eval`` on two small handbooks, with the real model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kb.cli.main import main
from tests.support import Run

QUESTIONS: list[dict[str, Any]] = [
    {"id": "q1", "lang": "zh", "kind": "single", "question": "跟顾客吵起来第二回罚多少",
     "gold": [["pinecone#2-2"]], "must": [["50元"]]},
    {"id": "q2", "lang": "en", "kind": "single", "question": "What does the blue flag mean?",
     "gold": [["pinecone#3-n2"]], "must": [["合并", "together"]]},
    {"id": "q3", "lang": "zh", "kind": "compare", "question": "来晚了扣几块",
     "gold": [["bamboo#1-1"], ["pinecone#1-2"]], "must": [["20元"], ["10元"]]},
    {"id": "q4", "lang": "zh", "kind": "single", "question": "请假要提前几天说",
     "gold": [["pinecone#3-n1"]], "must": [["七天"]]},
    {"id": "q5", "lang": "en", "kind": "none", "question": "Who won the chess tournament in Reykjavik?",
     "gold": [], "must": []},
]  # fmt: skip


@pytest.fixture(scope="session")
def questions(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("evals") / "questions.jsonl"
    rows = [json.dumps(row | {"split": "held-out"}, ensure_ascii=False) for row in QUESTIONS]
    path.write_text("\n".join(rows) + "\n", "utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["eval", *map(str, arguments)])


@pytest.fixture(scope="session")
def kept(questions: Path, small_index: Path) -> Path:
    """A run kept in a file."""
    path = questions.with_name("run.json")
    found = run("run", "--questions", questions, "--index", small_index, "--out", path, "--misses")
    assert found.exit_code == 0, found.output
    path.with_suffix(".txt").write_text(found.stdout, "utf-8")
    return path


def test_a_run_judges_every_question(kept: Path) -> None:
    facts = json.loads(kept.read_text("utf-8"))
    outcomes = {outcome["id"]: outcome for outcome in facts["outcomes"]}
    assert outcomes["q1"]["rank"] == 1
    assert outcomes["q1"]["must"] is True
    assert outcomes["q2"]["rank"] == 1
    assert outcomes["q3"]["groups_seen"] == 2
    assert outcomes["q4"]["must"] is False
    assert len(facts["corpus"]) == 64
    assert facts["index"]["model"].startswith("multilingual-e5-small")
    assert facts["metrics"]["all"]["hit@1"]["n"] == 4
    assert facts["baseline_metrics"]["all"]["hit@1"]["value"] < 1


def test_a_run_is_printed_by_slice_with_the_baseline_beside_it(kept: Path) -> None:
    text = kept.with_suffix(".txt").read_text("utf-8")
    assert "5 questions (held-out)" in text
    for row in ("all ", "kind compare", "lang en", "kind none"):
        assert any(line.startswith(row) for line in text.splitlines()), row
    assert "silence F1" in text
    missed = text[text.index("\nq4 single") :]
    assert "wanted  pinecone#3-n1" in missed
    assert "to say  七天" in missed


def test_a_run_compared_with_itself_wins_and_loses_nothing(kept: Path) -> None:
    found = run("compare", kept, kept)
    assert found.exit_code == 0, found.output
    assert "5 questions in both, 0 in one only" in found.stdout
    assert " won " not in found.stdout
    assert json.loads(run("compare", kept, kept, "--json").stdout)["hit@1"]["value"] == 0


def test_a_run_compared_with_a_worse_one_names_the_question(kept: Path, tmp_path: Path) -> None:
    facts = json.loads(kept.read_text("utf-8"))
    facts["outcomes"][0]["rank"] = 0
    worse = tmp_path / "worse.json"
    worse.write_text(json.dumps(facts), "utf-8")
    assert "hit@1 lost 1: q1" in run("compare", kept, worse).stdout
    assert "hit@1 won 1: q1" in run("compare", worse, kept).stdout


def test_the_gate(kept: Path, questions: Path, small_index: Path, tmp_path: Path) -> None:
    floors = tmp_path / "floors.json"
    pins = {
        "corpus": json.loads(kept.read_text("utf-8"))["corpus"],
        "split": "held-out",
        "at_least": {"all": {"hit@5": 0.5}},
        "at_most": {"all": {"wrong silence": 0.5}},
    }
    options = ("--floors", floors, "--questions", questions, "--index", small_index)
    floors.write_text(json.dumps(pins), "utf-8")
    assert run("gate", *options).exit_code == 0
    floors.write_text(json.dumps(pins | {"corpus": "0" * 64, "at_least": {"all": {"hit@5": 1.0}}}), "utf-8")
    broken = run("gate", *options)
    assert broken.exit_code == 1
    assert "the floors were pinned on corpus 000000000000" in broken.stdout
    assert "all hit@5: 0.750, floor 1.000" in broken.stdout


def test_json_and_faults(questions: Path, small_index: Path, tmp_path: Path) -> None:
    found = run("run", "--questions", questions, "--index", small_index, "--json")
    assert json.loads(found.stdout)["split"] == "held-out"
    gone = run("run", "--questions", tmp_path / "none.jsonl", "--index", small_index)
    assert gone.exit_code == 2
    assert "none.jsonl: cannot be read" in gone.stderr
    assert run("compare", questions, questions).exit_code == 2


def test_outside_a_checkout_the_commit_is_unknown(
    questions: Path, small_index: Path, tmp_path: Path, kb_command: Run
) -> None:
    found = kb_command(
        "eval", "run", "--questions", questions, "--index", small_index, "--json", cwd=tmp_path
    )
    assert json.loads(found.stdout)["commit"] == ""


def test_answers_are_handed_to_another_scorer(questions: Path, small_index: Path, kb_command: Run) -> None:
    import subprocess
    import sys

    answers = kb_command(
        "ask", "--batch", questions, "--json", "--limit", "10", "--index", small_index
    ).stdout
    script = Path(__file__).parents[2] / "evals" / "export_for_scorer.py"
    found = subprocess.run(
        [sys.executable, script], input=answers, capture_output=True, text=True, encoding="utf-8", check=True
    )
    rows = [json.loads(line) for line in found.stdout.splitlines()]
    assert [row["id"] for row in rows] == ["q1", "q2", "q3", "q4", "q5"]
    assert rows[0]["citations"][0] == {"file": "handbooks.txt", "start": 103, "end": 131}
    assert rows[0]["abstained"] is False
