"""Reading questions, floors and results: what is right is read, what is wrong is named."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from eval_outcomes import none, outcome

from kb.errors import InputInvalid
from kb.evals import Floors, Results, read_floors, read_questions, read_results, violations, write_results
from kb.evals.questions import check_known
from kb.model import IndexInfo

ROW: dict[str, Any] = {
    "id": "q1", "split": "fit", "lang": "zh", "kind": "single", "question": "晚到罚多少",
    "gold": [["bamboo#1-1"]], "must": [["20元"]],
}  # fmt: skip
FLOORS: dict[str, Any] = {"corpus": "c0", "split": "all", "at_least": {"all": {"hit@1": 0.5}}, "at_most": {}}


def write(folder: Path, *rows: object) -> Path:
    path = folder / "questions.jsonl"
    path.write_text("\n\n".join(row if isinstance(row, str) else json.dumps(row) for row in rows), "utf-8")
    return path


def test_questions_are_read_by_split(tmp_path: Path) -> None:
    path = write(tmp_path, ROW, ROW | {"id": "q2", "split": "held-out"})
    assert [question.id for question in read_questions(path)] == ["q1", "q2"]
    assert [question.id for question in read_questions(path, "held-out")] == ["q2"]
    assert read_questions(path)[0].clauses == {"bamboo#1-1"}


@pytest.mark.parametrize(
    ("row", "complaint"),
    [
        ("{", ":1 is no question"),
        ([1], ":1 is no question"),
        ({"id": "q1"}, ":1 has no 'split'"),
        (ROW | {"split": "test"}, "'test' is none of fit, held-out"),
        (ROW | {"kind": "yes-no"}, "'yes-no' is none of"),
        (ROW | {"question": " "}, "where a text belongs"),
        (ROW | {"gold": []}, "only a question of kind none"),
        (ROW | {"kind": "none"}, "only a question of kind none"),
        (ROW | {"kind": "compare"}, "two groups"),
    ],
)
def test_a_malformed_question_is_named(tmp_path: Path, row: object, complaint: str) -> None:
    with pytest.raises(InputInvalid, match=complaint):
        read_questions(write(tmp_path, row))


def test_an_id_stands_once_and_a_file_is_not_empty(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="stands twice"):
        read_questions(write(tmp_path, ROW, ROW))
    with pytest.raises(InputInvalid, match="no question of split 'held-out'"):
        read_questions(write(tmp_path, ROW), "held-out")
    with pytest.raises(InputInvalid, match="cannot be read"):
        read_questions(tmp_path / "gone.jsonl")


def test_an_answer_that_the_index_does_not_hold_is_named(tmp_path: Path) -> None:
    questions = read_questions(write(tmp_path, ROW))
    check_known(questions, ["bamboo#1-1", "bamboo#1-2"])
    with pytest.raises(InputInvalid, match="q1 is answered by bamboo#1-1"):
        check_known(questions, ["bamboo#1-2"])


def results(corpus: str = "c0") -> Results:
    outcomes = (
        outcome("q1"),
        outcome("q2", rank=2),
        outcome("q3", abstained=True),
        none("q4", abstained=True),
    )
    return Results(
        "2026-01-02T03:04:05+00:00", "abc", "all", IndexInfo("i", "m", "t"), corpus, outcomes, outcomes
    )


def test_results_come_back_as_they_were_written(tmp_path: Path) -> None:
    path = tmp_path / "runs" / "one.json"
    write_results(results(), path)
    assert read_results(path) == results()
    kept = json.loads(path.read_text("utf-8"))
    assert kept["metrics"]["all"]["hit@1"]["value"] == pytest.approx(1 / 3)
    path.write_text('{"date": "today"}', "utf-8")
    with pytest.raises(InputInvalid, match="no file of results"):
        read_results(path)


def test_the_gate_lets_pass_and_names_what_is_broken() -> None:
    held = Floors("c0", "all", {"all": {"hit@1": 0.33, "hit@3": 0.66}}, {"all": {"wrong silence": 0.34}})
    assert violations(results(), held) == ()
    broken = Floors(
        "c1", "all", {"all": {"hit@1": 0.4}, "lang en": {"hit@5": 0.1}}, {"all": {"wrong silence": 0.3}}
    )
    lines = violations(results(), broken)
    assert len(lines) == 4
    assert "pinned on corpus c1" in lines[0]
    assert '"corpus": "c0"' in lines[0]
    assert lines[1:] == (
        "all hit@1: 0.333, floor 0.400",
        "lang en hit@5: no question is about it, floor 0.100",
        "all wrong silence: 0.333, ceiling 0.300",
    )


def test_floors_are_read_and_their_faults_named(tmp_path: Path) -> None:
    path = tmp_path / "floors.json"
    path.write_text(json.dumps(FLOORS), "utf-8")
    assert read_floors(path) == Floors("c0", "all", {"all": {"hit@1": 0.5}}, {})
    for wrong in ({}, FLOORS | {"at_least": {"all": {"luck": 0.5}}}, FLOORS | {"at_most": {"all": 3}}):
        path.write_text(json.dumps(wrong), "utf-8")
        with pytest.raises(InputInvalid, match="no file of floors"):
            read_floors(path)
