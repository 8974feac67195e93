"""What speaks for and against an answer, read off a question and what it found."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest

from kb.answer.confidence import SIGNALS, doubt, fitted, kind_of, signals
from kb.model import Hit
from kb.search import Found
from tests.answer.handbooks import hits


def named(question: str, found: Found) -> dict[str, float]:
    return dict(zip(SIGNALS, signals(question, found, {}, 20), strict=True))


@pytest.mark.parametrize(
    ("question", "lacking"),
    [
        ("几小时巡一遍", 0),
        ("几天巡一遍", 0),
        ("几分钟巡一遍", 0),
        ("巡一遍多少元", 1),
        ("几个月巡一遍", 1),
        ("巡店", 0),
    ],
)
def test_a_unit_that_is_asked_for_and_not_there(question: str, lacking: int) -> None:
    assert named(question, Found(tuple(hits(("每两小时", 0.9)))))["no_such_unit"] == lacking


def test_rules_without_typical_questions_are_judged_by_a_model_of_their_own() -> None:
    (bare,) = hits(("迟到一次扣20元", 0.9))
    asked = Hit(replace(bare.passage, ask=("晚到扣钱吗", "late fine")), bare.score)
    rows = [signals("迟到扣多少", Found((hit,)), {}, 20) for hit in (bare, asked)]
    assert [kind_of(row) for row in rows] == ["bare", "asked"]
    assert fitted("bare") != fitted("asked")


def test_what_cannot_be_told_is_not_a_number() -> None:
    found = named("迟到扣多少", Found(tuple(hits(("迟到一次扣20元", 0.9)))))
    assert all(math.isnan(found[name]) for name in ("silent", "text", "gloss"))
    assert not any(math.isnan(found[name]) for name in SIGNALS if name not in ("silent", "text", "gloss"))


def test_nothing_found_is_a_reason_of_its_own() -> None:
    assert doubt("迟到扣多少", Found(()), {}, 20) == "nothing found"


def test_what_clauses_are_silent_on_speaks_against_an_answer() -> None:
    (hit,) = hits(("迟到一次扣20元", 0.9))
    passage = replace(hit.passage, ask=("晚到扣钱吗", "late fine"))
    near, far = (
        fitted("asked").score(signals("迟到扣多少", Found((Hit(passage, 0.9, 0.85),), silent), {}, 20))
        for silent in (0.03, -0.03)
    )
    assert near < far
