from __future__ import annotations

import os
import random
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from versions import NEW, OLD, heading, rule

from kb.diff import match_clauses
from kb.diff.similarity import likeness
from kb.model import Clause

# Sentences that have nothing to do with each other.
SENTENCES = [
    "仓库每晚十点锁门，钥匙交给值班的人。",
    "顾客要开发票的，问清抬头和税号再转给财务。",
    "快递破损先拍照，二十四小时内联系物流公司理赔。",
    "茶水间的微波炉用完要擦干净。",
    "直播间报错价格时，主播立刻更正并请示运营。",
    "新品上架前，美工核对尺码表和材质说明。",
    "老顾客生日当天送一张无门槛优惠券。",
    "请病假要有医院的证明，当天补不上的三天内补交。",
    "聊天记录保存两年，不许私自删除。",
    "大促期间取消调休，事后按一比一点五补回。",
    "Headsets stay on the desk; nobody takes them home.",
    "遇到恶意差评，先截图，再按平台流程举报。",
]


def kinds(old: tuple[Clause, ...], new: tuple[Clause, ...]) -> dict[str, tuple[str, str]]:
    return {pair.old.anchor: (pair.new.anchor, pair.kind) for pair in match_clauses(old, new).pairs}


def test_a_revised_handbook() -> None:
    match = match_clauses(OLD, NEW)
    assert {pair.old.anchor: (pair.new.anchor, pair.kind) for pair in match.pairs} == {
        "ch-1": ("ch-1", "unchanged"),
        "art-1": ("art-1", "changed"),
        "art-1-p2": ("art-1-p3", "renumbered"),
        "art-2": ("art-3", "renumbered"),
        "art-2-2": ("art-3-1", "renumbered"),
        "art-2-3": ("art-3-2", "renumbered"),
        "ch-2": ("ch-2", "changed"),
        "art-4": ("art-4", "changed"),
        "art-3": ("art-5", "renumbered"),
        "n1": ("n2", "renumbered"),
    }
    assert [clause.anchor for clause in match.removed] == ["art-2-1", "art-5"]
    assert [clause.anchor for clause in match.added] == ["art-1-p2", "art-2", "n1"]
    assert match.ids["art-3"] == "art-5"


def test_what_only_follows_its_parent_is_marked() -> None:
    new = (rule("art-9", OLD[3].text, "第九条"), rule("art-9-1", OLD[4].text, "（一）", "art-9"))
    pairs = match_clauses(OLD, new).pairs
    assert [(pair.new.anchor, pair.carried) for pair in pairs] == [("art-9", False), ("art-9-1", True)]


def test_width_blanks_and_line_ends_are_no_change() -> None:
    old = (rule("1", "迟到扣５元,  超过\n半小时另算", "1."),)
    new = (rule("1", "迟到扣5元，超过半小时另算", "1."),)
    assert kinds(old, new) == {"1": ("1", "unchanged")}


def test_a_paragraph_put_in_front_takes_the_number_not_the_identity() -> None:
    old = (rule("art-1", "顾客退货要写明原因，客服逐条登记在表里。", "第一条"),)
    new = (
        rule("art-1", "售后专员负责本条规定的全部工作。", "第一条"),
        rule("art-1-p2", "顾客退货要写明原因，客服逐条登记在表格里。", "", "art-1"),
    )
    assert kinds(old, new) == {"art-1": ("art-1-p2", "renumbered and changed")}


def test_a_rule_written_anew_in_its_place_is_changed() -> None:
    old = (rule("1", SENTENCES[0], "1."), rule("2", "上班不许吃零食。", "2."), rule("3", SENTENCES[1], "3."))
    new = (
        rule("1", SENTENCES[0], "1."),
        rule("2", "上班时间可以喝水，不许吃东西。", "2."),
        rule("3", SENTENCES[1], "3."),
    )
    assert kinds(old, new)["2"] == ("2", "changed")


def test_short_words_prove_nothing_elsewhere() -> None:
    old = (rule("a", SENTENCES[0]), rule("a-1", "其他。", "1.", "a"), rule("b", SENTENCES[1]))
    new = (rule("a", SENTENCES[0]), rule("b", SENTENCES[1]), rule("b-1", "其他。", "1.", "b"))
    assert kinds(old, new) == {"a": ("a", "unchanged"), "b": ("b", "unchanged")}


def test_boilerplate_does_not_outweigh_what_a_rule_is_about() -> None:
    def fine(what: str, sum_: str) -> str:
        return f"客服{what}的，由主管责令改正；不改正的，从当月奖金里扣除{sum_}元，并在周会上通报。"

    old = tuple(
        rule(f"art-{n}", fine(what, "五十"), f"第{n}条")
        for n, what in enumerate(("私自改价", "泄露地址", "漏发赠品"), 1)
    )
    new = tuple(
        rule(f"art-{n}", fine(what, "一百"), f"第{n}条")
        for n, what in enumerate(("漏发赠品", "代刷好评", "私自改价"), 1)
    )
    found = kinds(old, new)
    assert (found["art-1"][0], found["art-3"][0]) == ("art-3", "art-1")


def test_headings_follow_the_rules_under_them() -> None:
    old = (heading("1", "第一部分"), *(rule(f"1-{n}", SENTENCES[n], f"{n}.", "1") for n in range(4)))
    new = (
        heading("1", "总的要求"),
        rule("1-1", SENTENCES[9], "1.", "1"),
        heading("2", "日常工作"),
        *(rule(f"2-{n}", SENTENCES[n], f"{n}.", "2") for n in range(4)),
    )
    assert kinds(old, new)["1"] == ("2", "renumbered and changed")


def test_empty_versions() -> None:
    assert match_clauses((), ()).pairs == ()
    assert match_clauses(OLD, ()).removed == OLD
    assert match_clauses((), NEW).added == NEW


def test_a_parent_that_is_missing_or_points_in_a_circle_does_no_harm() -> None:
    clauses = (rule("a", SENTENCES[0], parent="nowhere"), rule("b", SENTENCES[1], parent="b"))
    assert len(match_clauses(clauses, clauses).pairs) == 2


@given(st.permutations(range(12)), st.sets(st.integers(0, 11)), st.randoms(use_true_random=False))
def test_every_rule_is_found_again_wherever_it_goes(
    order: list[int], gone: set[int], chance: random.Random
) -> None:
    old = tuple(rule(f"art-{n + 1}", text, f"第{n + 1}条") for n, text in enumerate(SENTENCES))
    kept = [n for n in order if n not in gone]
    new = tuple(rule(f"art-{place + 1}", SENTENCES[n], f"第{place + 1}条") for place, n in enumerate(kept))
    match = match_clauses(old, new)
    assert match.ids == {f"art-{n + 1}": f"art-{place + 1}" for place, n in enumerate(kept)}
    assert {clause.anchor for clause in match.removed} == {f"art-{n + 1}" for n in gone}
    assert match.added == ()


clause_lists = st.lists(
    st.tuples(
        st.sampled_from([*SENTENCES, "其他。", "", "甲"]), st.sampled_from([None, 0, 1, 2]), st.booleans()
    ),
    max_size=12,
)


@given(clause_lists, clause_lists)
def test_any_two_versions_correspond_one_to_one(one: list, other: list) -> None:  # type: ignore[type-arg]
    def build(parts: list) -> tuple[Clause, ...]:  # type: ignore[type-arg]
        return tuple(
            Clause(
                anchor=f"c{n}",
                text=text,
                label=f"{n}.",
                parent=None if up is None or up >= n else f"c{up}",
                form="heading" if top else "paragraph",
            )
            for n, (text, up, top) in enumerate(parts)
        )

    old, new = build(one), build(other)
    match = match_clauses(old, new)
    assert (
        len({pair.old.anchor for pair in match.pairs})
        == len({pair.new.anchor for pair in match.pairs})
        == len(match.pairs)
    )
    assert len(match.pairs) + len(match.removed) == len(old)
    assert len(match.pairs) + len(match.added) == len(new)
    assert all(0 <= pair.likeness <= 1 for pair in match.pairs)
    assert {pair.kind for pair in match_clauses(old, old).pairs} <= {"unchanged"}
    assert len(match_clauses(old, old).pairs) == len(old)


def test_large_versions_are_matched_in_seconds() -> None:
    chance = random.Random(7)
    words = [
        "退款",
        "发货",
        "签收",
        "换货",
        "差评",
        "客服",
        "主管",
        "登记",
        "补偿",
        "扣款",
        "早班",
        "晚班",
        "物流",
        "仓库",
        "照片",
    ]
    texts = [f"{n}号事项：" + "，".join(chance.choices(words, k=12)) + "。" for n in range(3000)]
    old = tuple(rule(f"art-{n}", text, f"第{n}条") for n, text in enumerate(texts))
    new = tuple(
        rule(f"art-{n + 5}", text.replace("登记", "备案") if n % 3 else text, f"第{n + 5}条")
        for n, text in enumerate(texts)
    )
    start = time.thread_time()
    match = match_clauses(old, new)
    assert time.thread_time() - start < 20
    right = sum(match.ids.get(f"art-{n}") == f"art-{n + 5}" for n in range(3000))
    assert right > 2990


def test_likeness() -> None:
    assert likeness("迟到扣五元", "迟到 扣五元") == 1.0
    assert likeness("", "") == 1.0
    assert likeness("", "甲") == 0.0
    assert likeness("迟到扣五元", "迟到扣十元") == pytest.approx(0.5)


@pytest.mark.sources
@pytest.mark.skipif("KB_SOURCES" not in os.environ, reason="KB_SOURCES names no folder")
def test_two_real_statutes_of_which_two_versions_are_at_hand() -> None:
    """Pairs that were checked by hand; the texts themselves stay where they are."""
    from kb.convert import read_source
    from kb.normalize import normalize

    folder = Path(os.environ["KB_SOURCES"]).parent / "laws"
    if not folder.is_dir():
        pytest.skip("the statutes are not at hand")
    checked = {
        ("专利法实施细则(2010-01-09).md", "专利法实施细则(2023-12-11).md"): (
            "1:1 5:5 9:9 10:10 11:12 14:15 16:19 24:27 28:31 32:35 33:38 39:44 42:48 56:62 57:63 60:65 63:67 66:70 "
            "69:73 72:76 73:89 79:95 82:98 84:101 88:105 93:110 100:117 104:121 110:127 111:129 117:135 118:145 "
            "122:148 123:149"
        ),
        ("农产品质量安全法(2018-10-26).md", "农产品质量安全法(2022-09-02).md"): (
            "1:1 2:2 3:5 4:8 5:6 8:9 9:10 10:11 13:18 14:19 15:21 16:24 18:22 19:23 21:28 22:31 24:27 25:29 27:12 "
            "28:38 29:35 30:43 31:44 32:42 33:36 35:48 36:51 37:37 38:56 44:65 47:69 51:74 53:78 56:81"
        ),
    }
    for files, pairs in checked.items():
        old, new = (normalize([read_source(folder / file)]).documents[0].clauses for file in files)
        ids = match_clauses(old, new).ids
        found = " ".join(
            f"{one}:{ids.get(f'art-{one}', '').removeprefix('art-')}"
            for one, _ in (pair.split(":") for pair in pairs.split())
        )
        assert found == pairs
