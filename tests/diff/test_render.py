from __future__ import annotations

import json

from versions import NEW, OLD, rule

from kb.diff import diff_facts, match_clauses, render_diff


def test_the_text_marks_every_change_once() -> None:
    assert render_diff(match_clauses(OLD, NEW)).splitlines() == [
        "未变 1 · 修改 3 · 改号 6 · 改号并修改 0 · 新增 3 · 删除 2",
        "~ 第一条 (art-1)  修改",
        "    顾客发来第一句话后，客服要在[-三-]{+二+}十秒之内回复。",
        "+ (art-1-p2)  夜班可以放宽到一分钟，由值班组长当场登记。",
        "~ (art-1-p2) → (art-1-p3)  改号",
        "+ 第二条 (art-2)  新来的客服要跟班学习三天，考核合格才能单独接待。",
        "~ 第二条 (art-2) → 第三条 (art-3)  改号",
        "- （一） (art-2-1)  催顾客快点付款的话；",
        "~ （二） (art-2-2) → （一） (art-3-1)  改号",
        "~ （三） (art-2-3) → （二） (art-3-2)  改号",
        "~ 第二章 (ch-2)  修改",
        "    奖[-金和扣款-]{+励与处罚+}",
        "~ 第四条 (art-4)  修改",
        "    迟到十分钟以内扣五元，超过半小时扣[-五-]{+八+}十元。",
        "- 第五条 (art-5)  全月没有差评的客服，奖两百元。",
        "~ 第三条 (art-3) → 第五条 (art-5)  改号",
        "+ (n1)  修订日期以店铺公告为准，旧版同时作废。",
        "~ (n1) → (n2)  改号",
    ]


def test_clauses_that_only_follow_their_parent_are_not_listed() -> None:
    old = (
        rule("art-1", "下面这些话不许说：", "第一条"),
        rule("art-1-1", "催顾客付款的话。", "（一）", "art-1"),
    )
    new = (
        rule("art-2", "下面这些话不许说：", "第二条"),
        rule("art-2-1", "催顾客付款的话。", "（一）", "art-2"),
    )
    assert render_diff(match_clauses(old, new)).splitlines()[1:] == [
        "~ 第一条 (art-1) → 第二条 (art-2)  改号"
    ]


def test_a_very_long_change_is_shown_as_two_texts() -> None:
    old = (rule("1", "客服要先读说明。" * 400, "1."),)
    new = (rule("1", "客服要先读说明。" * 399 + "完。", "1."),)
    assert render_diff(match_clauses(old, new)).splitlines()[2].startswith("    [-客服")


def test_what_was_removed_first_comes_first() -> None:
    assert render_diff(match_clauses(OLD[1:3], ())).splitlines()[1].startswith("- 第一条 (art-1)")


def test_the_facts_are_json() -> None:
    facts = json.loads(json.dumps(diff_facts(match_clauses(OLD, NEW)), ensure_ascii=False))
    assert facts["counts"] == {
        "unchanged": 1,
        "changed": 3,
        "renumbered": 6,
        "renumbered and changed": 0,
        "added": 3,
        "removed": 2,
    }
    assert facts["ids"]["art-3"] == "art-5"
    first = facts["changes"][0]
    assert first["kind"] == "changed"
    assert first["old"] == {"anchor": "art-1", "number": "第一条", "heading": False, "text": OLD[1].text}
    assert 0.5 < first["likeness"] < 1
    added = next(change for change in facts["changes"] if change["kind"] == "added")
    assert added["old"] is None
    removed = next(change for change in facts["changes"] if change["kind"] == "removed")
    assert (removed["new"], removed["likeness"], removed["carried"]) == (None, None, False)
    assert len(facts["changes"]) == 14
