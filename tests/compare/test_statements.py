"""What is forbidden or allowed, and who acts, decides or pays."""

from __future__ import annotations

import pytest

from kb.compare.statements import actors_of, stances_of


def test_each_part_of_a_clause_takes_its_own_stance() -> None:
    found = stances_of("上班可以喝茶，不准打牌；桌上须整洁")
    assert [(stance.allows, stance.words) for stance in found] == [(True, "上班喝茶"), (False, "打牌")]


def test_words_offered_to_be_said_are_no_stance() -> None:
    assert stances_of("答：“亲，这款不能再便宜了”") == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("由店长给新人讲课", [("does", "店长")]),
        ("采购部的同事给新人讲课", [("does", "采购")]),
        ("主管安排轮休", [("does", "主管")]),
        ("要走的先请示客服主管", [("decides", "主管")]),
        ("请假经部门经理批准", [("decides", "经理")]),
        ("主管人很好", []),
    ],
)
def test_posts_lose_their_department(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(actor.role, actor.who) for actor in actors_of(text)] == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("货有毛病的，运费由商家承担；不是的，由顾客承担。", [("seller", "if"), ("buyer", "else")]),
        ("不是货的毛病，来回邮费买家出", [("buyer", "else")]),
        ("退货的邮费一家一半", [("both", "")]),
        ("换货的费用由店铺负担", [("seller", "if")]),
        ("修理的费用由店铺负担", []),
        ("运费请问清楚", []),
        ("邮费都由他承担", []),
    ],
)
def test_who_pays_in_which_case(text: str, expected: list[tuple[str, str]]) -> None:
    assert [(actor.who, actor.case) for actor in actors_of(text) if actor.role == "pays"] == expected
