"""What speaks for and against an answer, read off a question and what it found."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from pathlib import Path

import pytest

from kb.answer import CONFIDENCE, to_keep
from kb.answer.confidence import SIGNALS, doubt, kind_of, shipped, shipped_text, signals
from kb.index import open_index
from kb.knowledge_base import KnowledgeBase, build
from kb.model import Hit
from kb.search import Found
from tests.answer.handbooks import hits

QUESTION = "玩游戏怎么罚"


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
    assert shipped().bare != shipped().asked


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
        shipped().asked.score(signals("迟到扣多少", Found((Hit(passage, 0.9, 0.85),), silent), {}, 20))
        for silent in (0.03, -0.03)
    )
    assert near < far


def test_a_fit_is_kept_with_the_index_and_judges_there(docs: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    build(docs, index)
    with open_index(index) as opened:
        assert opened.kept(CONFIDENCE) == shipped_text()
        facts = json.loads(shipped_text())
        facts["asked"]["threshold"] = 99.0
        opened.keep(CONFIDENCE, json.dumps(facts))
    with KnowledgeBase.open(index) as kb:
        assert kb.ask(QUESTION).status == "abstained"
    with open_index(index) as opened:
        opened.keep(CONFIDENCE, "{")
    with KnowledgeBase.open(index) as kb:  # what cannot be read is not there
        assert kb.ask(QUESTION).status == "answered"
    build(docs, index)
    with open_index(index) as opened:
        assert opened.kept(CONFIDENCE) == shipped_text()


def test_the_fit_of_another_embedder_is_taken_over_by_the_next_build() -> None:
    other = json.dumps(json.loads(shipped_text()) | {"embedder": "st:other"})
    assert to_keep(other, "st:other") == other
    assert to_keep(other, "st:third") is None
    assert to_keep(None, "st:other") is None
    assert to_keep("no json", "st:other") is None
    assert to_keep(json.dumps(json.loads(other) | {"signals": ["cosine"]}), "st:other") is None
    assert to_keep(other, shipped().embedder) == shipped_text()
