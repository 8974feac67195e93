"""Pairs of clauses that conflict, and their look-alikes that do not."""

from __future__ import annotations

import pytest
from compare_samples import passage, vectors

from kb.compare.detector import conflicts_of
from kb.model import Passage


def found(*passages: Passage) -> list[tuple[str, str, str]]:
    return [(one.a, one.b, one.kind) for one in conflicts_of(passages, vectors(passages))]


def pair(
    a: str, b: str, *topics: str, paths: tuple[tuple[str, ...], tuple[str, ...]] = ((), ())
) -> list[str]:
    """Return the kinds of conflict between two clauses of two shops."""
    one, other = passage("oak#1", a, *topics, path=paths[0]), passage("elm#1", b, *topics, path=paths[1])
    return [kind for _, _, kind in found(one, other)]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("早班 | 8:00-16:00", "白班 | 9:00-17:00"),
        ("夜班原则上23点下班", "晚班原则上到0点下班"),
        ("每月休4天", "每月休2天，由主管安排"),
        ("初级客服 | 底薪1900元", "初级客服 | 底薪2100元"),
        ("打字速度达55字/分", "打字要快，每分钟75字以上"),
        ("上班打牌的，第一次警告，第二次罚款30元", "上班打牌，每次罚款30元"),
        ("周会在周一9:00开", "周会改到周五下午5点开"),
        ("顾客留言要在2分钟内回复", "顾客留言须在5分钟内回复"),
        ("退货申请须在3日内处理", "退货申请应在5日内处理完"),
        ("开网店交保证金6000元", "开网店交保证金9000元"),
    ],
)
def test_other_figures_on_one_matter_conflict(a: str, b: str) -> None:
    assert pair(a, b) == ["figure"]


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("早班 | 8:00-16:00", "晚班 | 15:00-23:00"),
        ("早班 | 8:00-16:00", "白班 | 08:00-16:00"),
        ("早班 | 8:00-16:00", "早会 | 7:40-8:00"),
        ("晚班24:00下班", "晚班0点下班"),
        ("初级客服 | 底薪1900元", "高级客服 | 底薪2500元"),
        ("每周单休", "每月休4天"),
        ("打字每分钟70字", "讲话的语速每分钟110个字"),
        ("晚到10分钟以内的，罚款5元", "晚到超过10分钟的，罚款15元"),
        ("泄露客户电话的，罚款80元", "垃圾乱丢的，罚款10元"),
        ("旗舰店退货申请须在3日内处理", "专营店退货申请须在5日内处理"),
        ("上班打牌的，第一次警告，第二次罚款30元", "上班打牌，首次警告，再犯罚30元，再犯开除"),
    ],
)
def test_agreement_and_other_matters_do_not(a: str, b: str) -> None:
    assert pair(a, b) == []


def test_a_grade_is_taken_from_the_heading_where_the_rule_is_about_getting_there() -> None:
    to_middle, to_high = ("中级客服晋升条件",), ("高级客服的要求",)
    a, b = "初级客服连续两个月没出错", "初级客服要干满半年"
    assert pair(a, b, paths=(to_middle, to_middle)) == ["figure"]
    assert pair(a, b, paths=(to_middle, to_high)) == []


def test_a_sanction_without_an_offence_takes_it_from_the_clauses_before() -> None:
    rules = [
        passage("oak#1", "上班不许打牌、看小说", "conduct"),
        passage("oak#1-n1", "违者一次罚款10元", "conduct", "fines"),
        passage("elm#1", "上班打牌、看小说的，一次罚款60元", "conduct", "fines"),
        passage("elm#2", "工号牌丢了的，一次罚款20元", "equipment", "fines"),
    ]
    assert found(*rules) == [("oak#1-n1", "elm#1", "figure")]


def test_topics_that_only_say_what_follows_do_not_make_one_matter() -> None:
    a = passage("oak#1", "拿错货的，罚款10元", "shipping", "fines")
    b = passage("elm#1", "拿错货的，罚款20元", "equipment", "fines")
    assert found(a, b) == []


def test_another_actor_conflicts() -> None:
    assert pair("新品由主管给客服讲解", "新品上架前由采购部的同事给客服讲解") == ["actor"]
    assert pair("请假先联系部门经理", "请假的先联系主管") == ["actor"]
    assert pair("请假先联系主管", "请假的先联系客服主管") == []
    both = "请假两天以内的联系主管，更久的联系经理"
    assert pair("请假先联系经理", both) == pair(both, "请假先联系经理") == []


def test_another_payer_conflicts_in_the_same_case_only_even_within_a_document() -> None:
    rules = [
        passage("oak#1", "货有毛病退货的，运费由商家承担；不是的，由顾客承担", "returns"),
        passage("oak#2", "不是货的毛病而退货的，来回运费商家承担", "returns"),
        passage("oak#3", "摔坏后才说要退货的，运费由顾客承担", "returns"),
    ]
    assert found(*rules) == [("oak#1", "oak#2", "actor")]
    assert pair("退货运费一家一半", "货有毛病退货的，运费由商家承担") == ["actor"]


def test_allowed_against_forbidden_conflicts_between_documents_only() -> None:
    a, b = "上班可以戴耳机", "上班不许戴耳机"
    assert pair(a, b) == ["permission"]
    assert pair(a, "上班时不许吃面") == []
    assert found(passage("oak#1", a), passage("oak#2", b)) == []


def test_two_clauses_of_one_document_conflict_when_only_the_figure_differs() -> None:
    a, b = "顾客退货申请须在3日内处理完", "顾客退货申请须在8日内处理完"
    assert found(passage("oak#1", a), passage("oak#2", b)) == [("oak#1", "oak#2", "figure")]
    assert found(passage("oak#1", a), passage("oak#2", b + "并打电话告诉仓库")) == []


def test_titles_and_background_rule_nothing() -> None:
    rule = passage("oak#1", "每月休4天")
    assert found(rule, passage("elm#1", "每月休2天", heading=True)) == []
    assert found(rule, passage("elm#1", "每月休2天", kind="background")) == []
    assert found() == found(rule) == []


def test_why_shows_both_sides() -> None:
    rules = [passage("oak#1", "每月休4天"), passage("elm#1", "每月休2天")]
    (conflict,) = conflicts_of(rules, vectors(rules))
    assert conflict.why == "休息天数不同：4天 ↔ 2天"


def test_what_both_clauses_say_is_no_conflict() -> None:
    both = "员工可以带水杯进库房，库房里不得使用水杯浇花"
    assert pair(both, both, "conduct") == []
    assert pair("员工可以带水杯进库房", both, "conduct") == []


def test_a_condition_forbids_nothing() -> None:
    assert pair("员工可以带水杯进库房", "员工不能带水杯进库房的，放在柜子里") == []


def test_a_clause_meets_only_its_nearest_in_the_other_document() -> None:
    rules = [
        passage("oak#1", "顾客退货申请须在3日内处理完", "returns"),
        passage("elm#1", "顾客退货申请须在3日内处理完", "returns"),
        passage("elm#2", "顾客换货申请须在8日内登记并处理完，另行通知库房的同事备货", "returns"),
    ]
    assert found(*rules) == []


def test_fines_in_the_manner_of_statutes_are_compared() -> None:
    a, b = "违反本条规定的，处二千元以上二万元以下罚款", "违反本条规定的，处五千元以上五万元以下罚款"
    assert pair(a, b, "listing") == ["figure"]


def test_a_repair_and_postage_are_two_costs() -> None:
    assert pair("退货的费用由商家承担", "维修的费用由顾客承担", "returns") == []
