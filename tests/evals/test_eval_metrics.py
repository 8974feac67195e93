"""Metrics, intervals and comparisons, against figures worked out by hand."""

from __future__ import annotations

import pytest
from eval_outcomes import none, outcome

from kb.evals import Measure, compare, measure, slices

RUN = (
    outcome("q1"),
    outcome("q2", rank=4, must=False),
    outcome("q3", rank=1, abstained=True),
    outcome("q4", kind="compare", rank=2, groups=3, groups_seen=2, lang="en"),
    outcome("q5", kind="compare", rank=0, must=False, groups=8, groups_seen=1),
    none("q6", abstained=True),
    none("q7", abstained=False),
)


def values(outcomes: tuple[object, ...] = RUN) -> dict[str, float]:
    return {name: found.value for name, found in measure(outcomes).items()}  # type: ignore[arg-type]


def test_values_by_hand() -> None:
    found = values()
    assert found["hit@1"] == pytest.approx(1 / 5)
    assert found["hit@3"] == pytest.approx(2 / 5)
    assert found["hit@5"] == pytest.approx(3 / 5)
    assert found["MRR@10"] == pytest.approx((1 + 1 / 4 + 0 + 1 / 2 + 0) / 5)
    assert found["must"] == pytest.approx(2 / 5)
    assert found["two groups@5"] == pytest.approx(1 / 2)
    assert found["group coverage@5"] == pytest.approx((2 / 3 + 1 / 5) / 2)
    assert found["wrong silence"] == pytest.approx(1 / 5)
    assert found["silence precision"] == pytest.approx(1 / 2)
    assert found["silence recall"] == pytest.approx(1 / 2)
    assert found["silence F1"] == pytest.approx(1 / 2)
    assert found["found@1"] == pytest.approx(2 / 5)
    assert found["found@5"] == pytest.approx(4 / 5)


def test_an_interval_holds_its_value_and_a_constant_has_none() -> None:
    for found in measure(RUN).values():
        assert 0 <= found.low <= found.value <= found.high <= 1
    assert measure((outcome("q1"), outcome("q2")))["hit@1"] == Measure(1.0, 1.0, 1.0, 2)


def test_an_interval_is_about_as_wide_as_the_binomial_one() -> None:
    half = tuple(outcome(f"q{n}", rank=n % 2) for n in range(100))
    found = measure(half)["hit@1"]
    assert found.low == pytest.approx(0.5 - 1.96 * 0.05, abs=0.02)
    assert found.high == pytest.approx(0.5 + 1.96 * 0.05, abs=0.02)


def test_metrics_about_nothing_are_left_out() -> None:
    assert "two groups@5" not in values((outcome("q1"),))
    assert "silence recall" not in values((outcome("q1"),))
    assert "silence precision" not in values((outcome("q1", abstained=True),))
    assert set(values((none("q1", abstained=True),))) == {"silence recall"}
    assert measure(()) == {}


def test_slices_leave_out_what_is_empty() -> None:
    found = {name: len(part) for name, part in slices(RUN).items()}
    assert found == {
        "all": 7,
        "kind single": 3,
        "kind compare": 2,
        "kind none": 2,
        "lang zh": 6,
        "lang en": 1,
    }


def test_a_comparison_names_what_was_won_and_lost() -> None:
    first = (outcome("q1"), outcome("q2", rank=3), outcome("q3", rank=0), outcome("q4"))
    second = (outcome("q1", rank=2), outcome("q2"), outcome("q3"), outcome("only here"))
    found = compare(first, second)
    assert found["hit@1"].value == pytest.approx(1 / 3)
    assert (found["hit@1"].won, found["hit@1"].lost) == (("q2", "q3"), ("q1",))
    assert found["hit@1"].low < 1 / 3 < found["hit@1"].high
    assert found["MRR@10"].value == pytest.approx((0.5 + 1 + 1) / 3 - (1 + 1 / 3 + 0) / 3)
    assert (found["MRR@10"].won, found["MRR@10"].lost) == ((), ())
    assert found["hit@5"].won == ("q3",)


def test_two_like_runs_differ_in_nothing() -> None:
    for difference in compare(RUN, RUN).values():
        assert (difference.value, difference.low, difference.high) == (0, 0, 0)
        assert (difference.won, difference.lost) == ((), ())
