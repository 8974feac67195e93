"""What a question's wording asks for."""

from __future__ import annotations

import pytest

from kb.search.wanted import Want, has_figure, wanted_figures, wants


@pytest.mark.parametrize(
    ("question", "want"),
    [
        ("迟到一次罚多少钱", "amount"),
        ("How much is the fine for being late?", "amount"),
        ("早班几点上班", "time"),
        ("多久之内要回复", "duration"),
        ("how soon must I reply", "duration"),
        ("一个月能请几次假", "count"),
        ("扣点是多少", "percentage"),
        ("售前的职责有哪些", "list"),
        ("what are the duties", "list"),
        ("退货怎么处理", "steps"),
        ("how do I refund", "steps"),
        ("处理工单一共几步", "overview"),
        ("從頭到尾的流程是什麼", "overview"),
        ("手册要写哪几个部分", "overview"),
        ("walk me through the five steps", "overview"),
        ("从零开始入驻天猫，怎么走", "overview"),
        ("开店一步一步该怎么弄", "overview"),
        ("各家制度对迟到怎么规定", "comparison"),
        ("compare the shops: late fines", "comparison"),
        ("上班能玩手机吗", "verdict"),
        ("may I eat at my desk", "verdict"),
    ],
)
def test_what_is_wanted(question: str, want: Want) -> None:
    assert want in wants(question)


@pytest.mark.parametrize(
    "question", ["旺旺名字", "主管是谁", "一张身份证能在淘宝开几个店", "Who pays the difference?"]
)
def test_what_is_not(question: str) -> None:
    assert not wants(question) & {"list", "steps", "overview", "comparison"}


def test_figures_of_the_kind_wanted() -> None:
    assert has_figure("迟到一次扣20元。", wanted_figures(wants("迟到扣多少钱")))
    assert not has_figure("早上8:00到岗。", wanted_figures(wants("迟到扣多少钱")))
    assert not has_figure("迟到一次扣20元。", wanted_figures(wants("谁管考勤")))
