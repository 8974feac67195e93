"""Judging one answer, against cases worked out by hand."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.evals.judge import judge, says
from kb.evals.questions import Question


def question(
    kind: str = "single",
    gold: tuple[tuple[str, ...], ...] = (("a#1", "b#1"),),
    must: tuple[tuple[str, ...], ...] = (("10元", "十元"),),
) -> Question:
    return Question("q1", "fit", "zh", kind, "迟到罚多少", gold, must)


def test_the_rank_is_that_of_the_first_right_clause() -> None:
    found = judge(question(), ["x#1", "b#1", "a#1"], "扣10元 [2]", abstained=False, took_ms=3.5)
    assert (found.rank, found.must, found.took_ms) == (2, True, 3.5)
    assert (found.groups, found.groups_seen) == (0, 0)


def test_what_stands_below_the_tenth_rank_is_not_seen() -> None:
    ranked = [f"x#{n}" for n in range(10)] + ["a#1"]
    found = judge(question(), ranked, "", abstained=False)
    assert found.rank == 0
    assert len(found.ranked) == 10


def test_differing_rules_are_counted_in_the_first_five_ranks() -> None:
    differing = question("compare", (("a#1", "b#1"), ("c#1",), ("d#1",)))
    ranked = ["b#1", "a#1", "c#1", "x#1", "x#2", "d#1"]
    found = judge(differing, ranked, "10元", abstained=False)
    assert (found.groups, found.groups_seen, found.rank) == (3, 2, 1)


def test_a_question_without_an_answer_has_neither_rank_nor_fact() -> None:
    found = judge(question("none", (), ()), ["a#1"], "随便说", abstained=True)
    assert (found.rank, found.must, found.abstained) == (0, False, True)


@pytest.mark.parametrize(
    ("answer", "must", "right"),
    [
        ("每次罚 50 元。", (("50元",),), True),
        ("每次罚150元。", (("50元",),), False),
        ("押金10,000元", (("10000",),), True),
        ("共1000元", (("100",),), False),
        ("3—5 个工作日", (("3-5",),), True),
        ("２～３天", (("2-3",),), True),
        ("Within 10 to 15 Minutes", (("10-15", "10 to 15 minutes"),), True),
        ("红旗和蓝旗", (("红旗",), ("蓝旗", "blue")), True),
        ("只有红旗", (("红旗",), ("蓝旗", "blue")), False),
    ],
)
def test_required_facts(answer: str, must: tuple[tuple[str, ...], ...], right: bool) -> None:
    assert says(answer, must) is right


@given(
    st.text(alphabet="罚元天 小时-~a1", max_size=20), st.text(alphabet="罚元天小时a", min_size=1, max_size=5)
)
def test_a_fact_is_found_whatever_stands_around_it(around: str, fact: str) -> None:
    assert says(f"{around}。{fact}。{around}", ((fact,),))
