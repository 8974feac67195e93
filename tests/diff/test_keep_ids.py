from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from versions import NEW, OLD, document, rule

from kb.diff import keep_ids, match_clauses
from kb.model import Clause, Prose


def anchors(clauses: tuple[Clause, ...]) -> list[str]:
    return [clause.anchor for clause in clauses]


def test_what_kept_its_number_keeps_its_id() -> None:
    kept = keep_ids(document(OLD), document(NEW))
    assert anchors(kept.clauses) == [
        *("ch-1", "art-1"),
        "art-1-p3",  # new; the second paragraph keeps its id though one stands before it now
        "art-1-p2",
        *("art-2", "art-3", "art-3-1", "art-3-2", "ch-2", "art-4", "art-5"),
        "n2",  # new; n1 stays with the sentence that had it
        "n1",
    ]
    assert [clause.text for clause in kept.clauses] == [clause.text for clause in NEW]


def test_the_same_version_again_changes_nothing() -> None:
    once = keep_ids(document(OLD), document(NEW))
    assert keep_ids(document(OLD), document(OLD)) == document(OLD)
    assert keep_ids(document(OLD), once) == once
    assert keep_ids(once, document(NEW)) == once


def test_children_follow_a_parent_whose_id_stayed() -> None:
    old = (
        rule("n1", "仓库每晚十点锁门，钥匙交给值班的人。"),
        rule("n1-1", "钥匙丢了要当场报告。", "1.", "n1"),
    )
    new = (
        rule("n1", "大促期间取消调休，事后补回。"),
        rule("n2", "仓库每晚十点锁门，钥匙交给值班的人。"),
        rule("n2-1", "钥匙丢了要当场报告。", "1.", "n2"),
        rule("n2-2", "备用钥匙放在店长那里。", "2.", "n2"),
    )
    kept = keep_ids(document(old), document(new))
    assert [(clause.anchor, clause.parent) for clause in kept.clauses] == [
        ("n2", None),
        ("n1", None),
        ("n1-1", "n1"),
        ("n1-2", "n1"),
    ]


def test_a_number_that_is_taken_gets_a_suffix() -> None:
    old = (rule("1_2", "顾客要开发票的，问清抬头再转给财务。", "1."),)
    new = (
        rule("1", "顾客要开发票的，问清抬头再转给财务。", "1."),
        rule("1_2", "茶水间的微波炉用完要擦干净。", "1."),
    )
    assert anchors(keep_ids(document(old), document(new)).clauses) == ["1_2", "1_2_2"]


def test_what_people_added_by_hand_stays() -> None:
    old = tuple(
        replace(
            clause,
            gloss_en=f"gloss of {clause.anchor}",
            ask=("怎么办？",),
            silent_on=("谁来办？",),
            topics=("奖惩",),
            note="看过",
        )
        for clause in OLD
    )
    prose = Prose("附图见店内公告。")
    before = document(
        old, summary="一句话", summary_en="One line", title_en="Rules", platform="taobao", audience="manager"
    )
    after = replace(document((*NEW, prose)), id="rules-v2", title="客服守则（新）", effective="2024-01-01")
    kept = keep_ids(before, after)
    assert (kept.id, kept.title, kept.effective) == ("shop-rules", "客服守则（新）", "2024-01-01")
    assert (kept.summary, kept.summary_en, kept.title_en) == ("一句话", "One line", "Rules")
    assert (kept.platform, kept.audience) == ("taobao", "manager")
    assert kept.blocks[-1] == prose
    by_text = {clause.text: clause for clause in kept.clauses}
    same = by_text["交接班要在登记本上写明没有办完的售后。"]
    assert (same.gloss_en, same.ask, same.silent_on, same.topics, same.note) == (
        "gloss of art-3",
        ("怎么办？",),
        ("谁来办？",),
        ("奖惩",),
        "看过",
    )
    assert by_text["迟到十分钟以内扣五元，超过半小时扣八十元。"].gloss_en == ""  # its figures are others now


@given(
    st.lists(st.sampled_from(range(len(OLD))), unique=True),
    st.lists(st.sampled_from(range(len(NEW))), unique=True),
)
def test_ids_stay_unique_and_parents_exist(some: list[int], others: list[int]) -> None:
    def part(clauses: tuple[Clause, ...], places: list[int]) -> tuple[Clause, ...]:
        chosen = [clauses[place] for place in sorted(places)]
        there = {clause.anchor for clause in chosen}
        return tuple(clause if clause.parent in there else replace(clause, parent=None) for clause in chosen)

    old, new = document(part(OLD, some)), document(part(NEW, others))
    kept = keep_ids(old, new)
    names = anchors(kept.clauses)
    assert len(set(names)) == len(names)
    assert all(clause.parent is None or clause.parent in names for clause in kept.clauses)
    assert keep_ids(old, kept) == kept
    for pair in match_clauses(old.clauses, new.clauses).pairs:
        if pair.old.anchor == pair.new.anchor:
            assert pair.old.anchor in names
