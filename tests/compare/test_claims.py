"""What a clause settles by figures: role, case and value."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.compare.claims import claims_of


def settled(text: str, heading: str = "") -> set[tuple[str, str, str]]:
    return {(claim.role, claim.case, claim.value) for claim in claims_of(text, heading)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("早班 | 7:45-16:15", {("hours", "*", "07:45-16:15")}),
        ("夜班 | 18:00-凌晨2:30", {("hours", "*", "18:00-02:30")}),
        ("中班 | 9:30-11:30；13:00—20:00", {("hours", "*", "09:30-11:30 13:00-20:00")}),
        ("夜班干到24:00", {("hour", "*", "00:00")}),
        ("夜班22点30分下班", {("shift-end", "*", "22:30")}),
        ("周会定在周五下午4点半开", {("meeting", "*", "16:30")}),
        ("下午3点集中装箱", {("hour", "*", "03:00")}),
        ("每月休3天，轮着来", {("days-off", "*", "3")}),
        ("每周休2天", {("days-off", "*", "8")}),
        ("做六休一", {("days-off", "*", "4")}),
        ("月休两天", {("days-off", "*", "2")}),
        ("打字每分钟不少于70字", {("typing-speed", "*", "70")}),
        ("打字速度45/分", {("typing-speed", "*", "45")}),
        ("讲话的语速每分钟110个字", {("speaking-speed", "*", "110")}),
        ("组长底薪3000元", {("base-pay", "*", "3000")}),
        ("开店要交保证金，一共8000元", {("deposit", "*", "8000")}),
        ("离职要提前半个月说", {("notice", "*", "1296000")}),
        ("连续三个月没出错", {("tenure", "*", "7776000")}),
        ("客人发问后1分钟内要应答", {("reply-time", "*", "60")}),
        ("7个工作日内寄出", {("limit", "*", "7工作日")}),
        ("五角的挂件", {("price", "*", "5角")}),
        ("抽成8%", {("share", "*", "8")}),
    ],
)
def test_a_figure_gets_its_role_and_value(text: str, expected: set[tuple[str, str, str]]) -> None:
    assert settled(text) == expected


@pytest.mark.parametrize(
    ("text", "ladder"),
    [
        ("第一次罚款15元，第二次40元，第三次辞退", {"1": "15", "2": "40", "3": "dismissal"}),
        ("首次警告；再犯每次罚25元；屡教不改的开除", {"1": "warning", "2": "25"}),
        ("一次罚款30元，第二次翻倍，三次以上自动离职", {"1": "30", "2": "60", "3": "dismissal"}),
        ("违者一次罚款5元", {"*": "5"}),
        ("每次扣8元", {"*": "8"}),
        ("连旷两班的予以开除", {"*": "dismissal"}),
        ("第二次翻倍，另外警告", {"2": "warning"}),
    ],
)
def test_sanctions_are_read_as_a_ladder(text: str, ladder: dict[str, str]) -> None:
    assert settled(text) == {("sanction", case, value) for case, value in ladder.items()}


@pytest.mark.parametrize(
    "text", ["辞退手续由人事办理", "拨打85551234咨询", "发警告信", "前一天的订单", "月休的安排看班表", "调休"]
)
def test_what_settles_nothing_gives_no_claim(text: str) -> None:
    assert settled(text) == set()


def test_the_heading_says_what_a_bare_number_is() -> None:
    assert settled("组长 | 3100", "基本工资") == {("base-pay", "*", "3100")}
    assert settled("组长 | 3100", "电话") == set()


def test_the_span_over_which_is_counted_is_no_limit() -> None:
    assert settled("一个月内忘打卡超过3次的，罚款20元") == {("sanction", "*", "20")}


def test_a_limit_tells_on_which_side_of_it_a_clause_stands() -> None:
    assert ("at-most", "*", "600") in settled("晚到10分钟以内的，罚款5元")
    assert ("more-than", "*", "600") in settled("晚到超过10分钟的，罚款15元")


@given(st.text("罚扣元第一二三次警告开除月休天内:：0123456789|，；", max_size=40))
def test_no_text_is_refused(text: str) -> None:
    for claim in claims_of(text):
        assert claim.role and claim.value
