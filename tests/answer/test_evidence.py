"""Which clauses an answer is made of, and how they are arranged."""

from __future__ import annotations

import pytest

from kb.answer.evidence import Evidence, gather
from kb.model import Passage
from kb.search.wanted import Want
from tests.answer.handbooks import PASSAGES, around, hits, passage, texts


def gathered(found: list[tuple[str, float]], *wanted: Want, rivals: tuple[Passage, ...] = ()) -> Evidence:
    return gather(hits(*found), frozenset(wanted), around, lambda _: rivals)


def test_what_stands_around_a_clause() -> None:
    there = around(passage("把当晚"))
    assert there.above is passage("交班")
    assert texts(there.beside) == ["把当晚的事写进交接本。", "关灯、锁门。", "补记"]
    assert texts(around(passage("交班")).under) == [
        "把当晚的事写进交接本。",
        "关灯、锁门。",
        "补记",
        "漏写的第二天补上。",
    ]
    assert around(passage("夜班分")).above is None
    assert around(passage("关灯")).under == ()


def test_one_rule_with_those_trusted_nearly_as_much() -> None:
    found = gathered([("每两小时", 0.6), ("关灯", 0.2), ("灯牌坏", 0.01)], "count")
    assert (found.arrangement, texts(found.told)) == ("fact", ["每两小时巡一遍。", "关灯、锁门。"])
    assert texts(found.ranked)[-1] == "灯牌坏了报修。"


def test_a_heading_stands_for_the_rules_under_it() -> None:
    found = gathered([("交班", 0.7), ("每两小时", 0.1)], "steps")
    assert found.arrangement == "steps"
    assert texts(found.told) == ["把当晚的事写进交接本。", "关灯、锁门。", "漏写的第二天补上。"]


def test_a_rule_that_leads_in_brings_what_follows_whole() -> None:
    told = texts(gathered([("夜班分", 0.9), ("钥匙", 0.02)], "list").told)
    assert told == ["夜班分下面几个步骤：", "接班", "巡店", "交班", "灯牌", "处分"]


def test_what_follows_comes_with_its_rules_where_these_are_few(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.answer.evidence.LONGEST_LIST", 40)
    told = texts(gathered([("夜班分", 0.9)], "list").told)
    assert told[1:5] == ["接班", "到岗后先看交接本。", "未写明的事当面问清。", "巡店"]


def test_a_list_is_the_section_where_its_rules_were_found_together() -> None:
    found = gathered([("关灯", 0.5), ("把当晚", 0.3)], "list")
    assert texts(found.told) == ["把当晚的事写进交接本。", "关灯、锁门。"]
    assert gathered([("关灯", 0.5), ("红灯", 0.3)], "list").arrangement == "fact"


def test_rows_of_a_table_are_told_without_what_stands_beside_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.answer.evidence.LONGEST_LIST", 3)
    found = gathered([("绿灯", 0.5), ("红灯", 0.3), ("黄灯", 0.2)], "list")
    assert texts(found.told) == ["红灯 | 停", "黄灯 | 等", "绿灯 | 行"]


def test_a_flow_asked_for_as_a_whole_is_told_by_its_headings() -> None:
    found = [("到岗", 0.5), ("每两小时", 0.2), ("关灯", 0.1), ("红灯", 0.1)]
    assert texts(gathered(found, "overview").told) == ["接班", "巡店", "交班", "灯牌", "处分"]
    assert gathered(found[:2], "overview").arrangement == "fact"


def test_the_section_of_a_near_hit_answers_a_list_after_the_best_rule() -> None:
    found = gathered([("钥匙由", 0.5), ("交班", 0.2)], "list")
    assert texts(found.told) == [
        "钥匙由店长保管。",
        "把当晚的事写进交接本。",
        "关灯、锁门。",
        "漏写的第二天补上。",
    ]
    assert gathered([("钥匙由", 0.5), ("交班", 0.05)], "list").arrangement == "fact"


def test_documents_that_rule_the_same_matter_stand_side_by_side() -> None:
    found = gathered([("迟到一次扣20", 0.6), ("迟到一次扣50", 0.1), ("关灯", 0.3)], "amount")
    assert (found.arrangement, texts(found.told)) == ("differing", ["迟到一次扣20元。", "迟到一次扣50元。"])


def test_documents_that_differ_come_before_a_section_that_nobody_asked_for() -> None:
    found = [("迟到一次扣20", 0.6), ("带走", 0.4), ("迟到一次扣50", 0.2)]
    assert gathered(found[:2]).arrangement == "list"
    assert gathered(found).arrangement == "differing"
    assert gathered(found, "list").arrangement == "list"


def test_other_topics_are_no_difference() -> None:
    assert gathered([("关灯", 0.6), ("迟到一次扣50", 0.5)], "amount").arrangement == "fact"


def test_a_rule_that_conflicts_is_told_even_if_it_was_not_found() -> None:
    found = gathered([("迟到一次扣20", 0.9)], "amount", rivals=(passage("迟到一次扣50"),))
    assert (found.arrangement, texts(found.told)) == ("differing", ["迟到一次扣20元。", "迟到一次扣50元。"])


def test_documents_to_be_compared_are_taken_from_further_down() -> None:
    found = [("迟到一次扣20", 0.9), ("带走", 0.3), ("迟到一次扣50", 0.02)]
    assert gathered(found, "amount").arrangement == "fact"
    compared = gathered(found, "list", "comparison")
    assert (compared.arrangement, len(compared.told)) == ("differing", 2)


def test_every_clause_told_is_ranked_once() -> None:
    found = gathered([(one.text, 1 / place) for place, one in enumerate(PASSAGES, 1)], "list")
    assert set(texts(found.told)) <= set(texts(found.ranked))
    assert len(found.ranked) == len(set(texts(found.ranked)))
