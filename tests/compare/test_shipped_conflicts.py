"""The detector on the shipped pages: scores on labelled pairs, and every reported conflict judged by a person."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from kb.compare import Conflict
from kb.compare.detector import conflicts_of
from kb.compare.measure import Pair, read_pairs, score
from kb.errors import InputInvalid
from kb.index import open_index
from kb.knowledge_base import KnowledgeBase, load_documents
from kb.passages import entries_of

ROOT = Path(__file__).parents[2]
EVALS = ROOT / "evals" / "conflicts"


@pytest.fixture(scope="module")
def pairs() -> tuple[Pair, ...]:
    return read_pairs(EVALS / "pairs.jsonl")


@pytest.fixture(scope="module")
def judged() -> dict[frozenset[str], bool]:
    lines = (EVALS / "judged.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    assert all(row["why"] for row in rows)
    return {frozenset((row["a"], row["b"])): row["conflict"] for row in rows}


@pytest.fixture(scope="module")
def reported(shipped_index: Path) -> tuple[Conflict, ...]:
    """All conflicts of the shipped pages, found anew rather than read from beside the index."""
    with open_index(shipped_index) as index:
        return conflicts_of(index.passages(range(len(index))), index.field_vectors())


def test_the_pairs_are_many_and_of_all_sorts(pairs: tuple[Pair, ...]) -> None:
    assert len(pairs) == len({frozenset((pair.a, pair.b)) for pair in pairs}) >= 120
    for half in ("dev", "held-out"):
        count = Counter(pair.label for pair in pairs if pair.half == half)
        assert min(count["conflict"], count["agreement"], count["other"]) >= 20
    halves = {pair.matter: set() for pair in pairs}  # type: dict[str, set[str]]
    for pair in pairs:
        halves[pair.matter].add(pair.half)
    assert all(len(half) == 1 for half in halves.values()), "a matter stands in one half only"


def test_labels_and_judgements_name_clauses_that_are_there(
    pairs: tuple[Pair, ...], judged: dict[frozenset[str], bool]
) -> None:
    there = {entry.passage.clause_id for entry in entries_of(load_documents(ROOT / "docs"))}
    assert {id_ for pair in pairs for id_ in (pair.a, pair.b)} <= there
    assert {id_ for ids in judged for id_ in ids} <= there
    for pair in pairs:
        assert judged.get(frozenset((pair.a, pair.b)), pair.label == "conflict") == (pair.label == "conflict")


@pytest.mark.parametrize("half", ["dev", "held-out"])
def test_precision_and_recall_hold(
    half: str, pairs: tuple[Pair, ...], reported: tuple[Conflict, ...]
) -> None:
    found = score([pair for pair in pairs if pair.half == half], reported)
    assert found.precision >= 0.8, found.false
    assert found.recall >= 0.7, found.missed


def test_every_reported_conflict_was_judged_and_nearly_all_are_right(
    reported: tuple[Conflict, ...], judged: dict[frozenset[str], bool]
) -> None:
    new = [one for one in reported if frozenset((one.a, one.b)) not in judged]
    assert new == [], "judge these and add them to evals/conflicts/judged.jsonl"
    right = sum(judged[frozenset((one.a, one.b))] for one in reported)
    assert right >= 0.8 * len(reported) > 0


def test_a_pair_is_scored_whichever_way_round(tmp_path: Path) -> None:
    conflict = Conflict("b", "a", "figure", "罚款", "1元", "2元")
    rows = [Pair("dev", "m", "a", "b", label, "") for label in ("conflict", "other")]
    found = score(rows, [conflict])
    assert (found.precision, found.recall) == (0.5, 1.0)
    assert score(rows[:1], []).recall == 0.0
    assert score([], []).precision == score([], []).recall == 1.0


@pytest.mark.parametrize(
    "line", ["{", "{}", '{"half":"dev","matter":"m","a":"1","b":"2","label":"maybe","why":""}']
)
def test_a_bad_line_of_pairs_is_named(line: str, tmp_path: Path) -> None:
    path = tmp_path / "pairs.jsonl"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(InputInvalid, match=r"pairs\.jsonl:1"):
        read_pairs(path)


def test_a_rule_is_answered_with_the_rules_that_conflict_with_it(shipped_index: Path) -> None:
    told = 0
    with KnowledgeBase.open(shipped_index) as shipped:
        for conflict in shipped.conflicts:
            clause, _ = shipped.show(conflict.a)
            answer = shipped.ask(clause.ask[0]) if clause.ask else None
            if (
                answer
                and answer.text.startswith("各份文件的规定不同")
                and answer.citations[0].passage == clause
            ):
                rival, _ = shipped.show(conflict.b)
                documents = {citation.passage.document_id for citation in answer.citations}
                assert rival.document_id in documents or len(documents) >= 5
                told += 1
    assert told >= 5
