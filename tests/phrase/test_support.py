"""What a cited clause bears out, and what is cut."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.model import Passage
from kb.phrase.support import borne_out, known_of, marks, supports


def clause(text: str, gloss: str = "", *above: str, title: str = "松果铺子值班守则") -> Passage:
    return Passage(
        clause_id="d#1", document_id="d", document_title=title, kind="shop-handbook", platform="general",
        audience="staff", status="unknown", number="二、3.", heading_path=above, heading=False, text=text,
        gloss_en=gloss, ask=(), silent_on=(), topics=(), note="", sources=(), url="", order=0,
    )  # fmt: skip


GAMES = clause(
    "值班期间玩游戏、看电影的，第一次罚款20元，第二次罚款50元。",
    "Playing games or watching films on shift: 20 yuan the first time, 50 the second.",
)
LEAVE = clause(
    "请事假须提前三天书面申请，主管批准后方可休息。", "Ask for leave three days ahead, in writing."
)
NIGHT = clause("晚班从16:30上到次日0:30。", "The evening shift runs from 16:30 to 0:30.")
FREE = clause("7天内退回的商品，运费由店铺承担，顾客无需付费。")
SHORT = clause("20元", "20 yuan", "迟到罚款", "第一次")
CLAUSES = {1: GAMES, 2: LEAVE, 3: NIGHT, 4: FREE, 5: SHORT}


@pytest.mark.parametrize(
    "sentence",
    [
        "值班期间玩游戏的，第一次罚款20元，第二次罚款50元 [1]。",
        "值班时玩游戏，首次罚款二十元。[1]",
        "值班玩游戏第一次罚20块[1]",
        "值班期間玩遊戲第一次罰款２０元【1】。",
        "请事假要提前3天书面申请 [2]。",
        "晚班从16点30分上到次日0点30分 [3]。",
        "7天内退回的商品运费由店铺承担，顾客无需付费 [4]。",
        "第一次迟到罚款20元 [5]。",
        "根据松果铺子值班守则[1]，值班期间看电影第一次罚款20元。",
        "第一次玩游戏罚款20元[1]，请事假须提前三天申请[2]。",
        "Playing games on shift costs 20 yuan the first time and 50 yuan the second [1].",
        "Playing games on shift is fined twenty yuan the first time. [1]",
        "Leave has to be asked for 3 days ahead, in writing [2].",
        "Under the rules [1], playing games on shift costs 20 yuan the first time.",
        "主管批准后可以休息，请事假须书面申请 [2]。",
    ],
)
def test_what_a_clause_says_stays(sentence: str) -> None:
    assert marks(borne_out(sentence, CLAUSES))


@pytest.mark.parametrize(
    "sentence",
    [
        "值班期间玩游戏，第一次罚款30元 [1]。",
        "值班期间玩游戏，第一次罚款20元，第三次罚款50元 [1]。",
        "值班期间玩游戏，第一次罚款20元 [2]。",
        "值班期间玩游戏，第一次罚款20元 [9]。",
        "值班期间玩游戏，第一次罚款20元。",
        "值班期间玩游戏会被开除 [1]。",
        "值班期间可以玩游戏 [1]。",
        "值班期间玩游戏不罚款 [1]。",
        "店里每年组织员工去海边旅游并发纪念品 [1]。",
        "请事假须提前三天申请[2]，另外还要交一份体检报告给人事部门。",
        "第一次玩游戏罚款20元[1]，请事假须提前五天申请[2]。",
        "是的 [1]。",
        "是的，值班期间玩游戏 [1]。",
        "根据规定 [1]。",
        "晚班从17:30上到次日0:30 [3]。",
        "7天内退回的商品，顾客必须付费并承担违约金三倍 [4]。",
        "Playing games on shift costs thirty yuan the first time [1].",
        "Playing games on shift gets you dismissed the second time [1].",
        "Yes, playing games on shift [1].",
        "[1]",
        "",
    ],
)
def test_what_it_does_not_say_is_cut(sentence: str) -> None:
    assert borne_out(sentence, CLAUSES) == ""


def test_only_the_unsound_sentence_goes() -> None:
    text = "值班期间玩游戏第一次罚款20元 [1]。第三次会被开除 [1]。请事假须提前三天书面申请 [2]。"
    assert borne_out(text, CLAUSES) == "值班期间玩游戏第一次罚款20元 [1]。 请事假须提前三天书面申请 [2]。"


def test_marks_that_do_not_support_are_dropped() -> None:
    assert borne_out("请事假须提前三天书面申请 [1][2]。", CLAUSES) == "请事假须提前三天书面申请 [2]。"
    assert borne_out("请事假须提前三天书面申请 [1, 2]。", CLAUSES) == "请事假须提前三天书面申请 [2]。"


def test_lists_keep_their_numbers_and_lose_other_dress() -> None:
    text = "<think>罚款999元？</think>## 处罚\n1. **第一次**玩游戏罚款20元 [1]\n2. 第二次罚款60元 [1]\n\n- 请事假须提前三天申请 [2]"
    assert borne_out(text, CLAUSES) == "1. 第一次玩游戏罚款20元 [1]\n- 请事假须提前三天申请 [2]"


def test_decimals_end_no_sentence() -> None:
    rate = clause("技术服务费按成交额的2.5%收取。", "The service fee is 2.5% of sales.")
    assert (
        borne_out("The service fee is 2.5% of sales [1].", {1: rate})
        == "The service fee is 2.5% of sales [1]."
    )


def test_one_clause_has_to_bear_out_the_whole_part() -> None:
    blended = "值班期间玩游戏罚款20元，须提前三天书面申请"
    assert not supports(known_of(GAMES), blended)
    assert not supports(known_of(LEAVE), blended)
    assert borne_out(blended + " [1][2]。", CLAUSES) == ""


@settings(deadline=None)
@given(st.text(max_size=200))
def test_whatever_a_model_writes_only_marked_sentences_stay(text: str) -> None:
    kept = borne_out(text, CLAUSES)
    assert all(marks(line) <= CLAUSES.keys() and marks(line) for line in kept.splitlines())


@settings(deadline=None)
@given(st.integers(0, 10**6).filter(lambda n: n not in (0, 1, 2, 3, 7, 16, 20, 30, 50)))
def test_no_foreign_figure_passes(n: int) -> None:
    assert borne_out(f"值班期间玩游戏第一次罚款{n}元 [1]。", CLAUSES) == ""


def test_every_clause_bears_out_itself() -> None:
    for n, passage in CLAUSES.items():
        told = replace(passage, heading_path=()).text.rstrip("。")
        assert n in marks(borne_out(f"{'迟到罚款' * (n == 5)}{told} [{n}]。", CLAUSES)), passage.text
