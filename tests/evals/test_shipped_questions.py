"""The development set is large enough, mixed enough, and answered by the shipped pages."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from kb.evals import KINDS, Question, read_questions
from kb.evals.judge import says
from kb.evals.questions import check_known
from kb.knowledge_base import export
from kb.model import Passage

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def shipped() -> tuple[Question, ...]:
    return read_questions(ROOT / "evals" / "questions.jsonl")


@pytest.fixture(scope="module")
def clauses() -> dict[str, Passage]:
    return {passage.clause_id: passage for passage in export(ROOT / "docs")}


def test_it_is_large_and_mixed(shipped: tuple[Question, ...]) -> None:
    assert len(shipped) >= 264
    assert len({question.question for question in shipped}) == len(shipped)
    assert sum(question.lang == "en" for question in shipped) >= len(shipped) / 6
    assert sum(question.kind == "none" for question in shipped) >= len(shipped) / 6
    for split in ("fit", "held-out"):
        half = [question for question in shipped if question.split == split]
        assert abs(len(half) - len(shipped) / 2) < 0.05 * len(shipped)
        assert min(Counter(question.kind for question in half)[kind] for kind in KINDS) >= 10


def test_the_halves_are_told_by_the_parity_of_the_id(shipped: tuple[Question, ...]) -> None:
    for question in shipped:
        assert question.split == ("held-out" if int(question.id[1:]) % 2 else "fit"), question.id


def test_every_answer_stands_in_the_pages(shipped: tuple[Question, ...], clauses: dict[str, Passage]) -> None:
    check_known(shipped, clauses)
    for question in shipped:
        found = [clauses[clause] for clause in question.clauses]
        told = "\n".join(f"{passage.text}\n{passage.gloss_en}" for passage in found)
        assert says(told, question.must), question.id


def test_the_groups_of_a_comparison_share_no_clause(shipped: tuple[Question, ...]) -> None:
    for question in shipped:
        assert sum(map(len, question.gold)) == len(question.clauses), question.id
