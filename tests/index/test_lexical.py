"""What of a text is looked up, and how rows are ranked by it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from index_samples import HashedPairs, entry, passage

from kb.index import build_index, lexical, open_index
from kb.index.lexical import MAX_TERMS, terms
from kb.model import Filters


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("迟到扣款", ["迟", "到", "扣", "款", "迟到", "到扣", "扣款"]),
        ("罚", ["罚"]),
        ("扣30元", ["扣", "30", "元", "30元"]),
        ("ＱＱ群　９：３０", ["qq", "群", "9:30"]),
        ("1,000元 12,34", ["1000", "元", "12", "34", "1000元"]),
        ("三天", ["三", "天", "三天", "3天"]),
        ("遲到罰款", ["迟", "到", "罚", "款", "迟到", "到罚", "罚款"]),
        ("Fined for lateness", ["fine", "for", "late"]),
        ("3.5分。", ["3.5", "分", "3.5分"]),
        ("", []),
        ("？！…🙂\0", []),
        ("かな 한글", ["か", "な", "かな", "한", "글", "한글"]),
        ("x" * 100, ["x" * 64]),
        ("\ud800坏\udfff", ["坏"]),
    ],
)
def test_terms(text: str, expected: list[str]) -> None:
    assert terms(text) == expected


@given(text=st.text(max_size=80))
def test_terms_are_the_same_for_texts_that_look_the_same(text: str) -> None:
    assert terms(text) == terms(f"  {text}。")
    assert all(term and not term.isspace() for term in terms(text))


@settings(max_examples=60, deadline=None)
@given(question=st.text(max_size=300))
@example('"迟到" AND (罚款 OR')
@example("text:* [a TO b] {x} ^2 ~1 \\ / + - ! && ||")
@example("迟到\0罚款")
@example("🙂🙂👩‍👩‍👧")
@example("\udc80半个字符")
@example("迟到罚款怎么算" * 300)
@example("".join(chr(0x4E00 + n) for n in range(2000)))
def test_no_question_fails(tmp_path_factory: pytest.TempPathFactory, question: str) -> None:
    folder = tmp_path_factory.getbasetemp() / "odd-questions"
    if not folder.exists():
        rules = [
            "迟到十分钟扣二十元。",
            "".join(chr(0x4E00 + n) for n in range(1500)),
            'title "text": AND OR NOT *',
        ]
        build_index(
            [entry(passage(f"a#{n}", text, n)) for n, text in enumerate(rules)], folder, HashedPairs()
        )
    with open_index(folder) as index:
        for filters in (None, Filters(topic=(question,)), Filters(document=(question, "a"))):
            found = index.lexical(question, 10, filters)
            assert len(found) <= 3
            assert [hit.score for hit in found] == sorted((hit.score for hit in found), reverse=True)


def test_a_long_question_keeps_its_rarest_words(tmp_path: Path) -> None:
    filler = [chr(0x4E00 + n) for n in range(MAX_TERMS * 2)]
    texts = ["，".join(filler), "，".join(filler), "值日，" + "，".join(filler)]
    build_index([entry(passage(f"a#{n}", text, n)) for n, text in enumerate(texts)], tmp_path, HashedPairs())
    with open_index(tmp_path) as index:
        found = index.lexical("，".join(filler) + "，值日", 3, boosts={"text": 1.0})
    assert found[0].row == 2


def test_boosts_choose_and_weigh_fields(tmp_path: Path) -> None:
    entries = [
        entry(passage("a#1", "早班打卡规定。", 1, ask=("忘记打卡怎么办",))),
        entry(passage("a#2", "忘记打卡按缺勤登记。", 2, ask=("早班几点",))),
    ]
    build_index(entries, tmp_path, HashedPairs())
    with open_index(tmp_path) as index:
        assert index.lexical("忘记打卡", 1, boosts={"text": 1.0})[0].row == 1
        assert index.lexical("忘记打卡", 1, boosts={"ask": 1.0})[0].row == 0
        assert index.lexical("忘记打卡", 1, boosts={"text": 1.0, "ask": 9.0})[0].row == 0
        assert index.lexical("忘记打卡", 1, boosts={"text": 9.0, "ask": 1.0})[0].row == 1
        both = {field: dict(index.lexical("忘记打卡", 2, boosts={field: 1.0})) for field in ("text", "ask")}
        joint = dict(index.lexical("忘记打卡", 2, boosts={"text": 2.0, "ask": 0.5}))
        assert joint == pytest.approx(
            {row: 2 * both["text"].get(row, 0) + 0.5 * both["ask"].get(row, 0) for row in (0, 1)}, rel=1e-5
        )
        assert index.lexical("忘记打卡", 2, boosts={"text": 0.0, "no-such-field": 1.0}) == []
        assert index.lexical("忘记打卡", 0) == []
        assert len(index.lexical("忘记打卡", 10**15)) == 2
        assert index.lexical("火星", 5) == []


def test_one_character_is_a_question(tmp_path: Path) -> None:
    texts = ["扣罚二十元。", "晚班九点交接。"]
    build_index([entry(passage(f"a#{n}", text, n)) for n, text in enumerate(texts)], tmp_path, HashedPairs())
    with open_index(tmp_path) as index:
        assert [hit.row for hit in index.lexical("罚", 5)] == [0]


def test_english_word_forms_meet(tmp_path: Path) -> None:
    one = passage("b#1", "值班玩游戏扣五十元。", 1, gloss_en="Playing games on duty is fined 50 yuan.")
    build_index([entry(one), entry(passage("b#2", "晚班九点交接。"))], tmp_path, HashedPairs())
    with open_index(tmp_path) as index:
        assert [hit.row for hit in index.lexical("fines for a game played", 5)] == [0]


def test_words_that_many_clauses_of_a_large_index_hold_are_not_searched(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    texts = [*(f"员工第{n}次迟到要登记。" for n in range(9)), "员工忘记打卡要补签。"]
    build_index([entry(passage(f"a#{n}", text, n)) for n, text in enumerate(texts)], tmp_path, HashedPairs())
    with open_index(tmp_path) as index:
        assert len(index.lexical("员工打卡", 20, boosts={"text": 1.0})) == 10
        monkeypatch.setattr(lexical, "LARGE", 10)
        assert [hit.row for hit in index.lexical("员工打卡", 20, boosts={"text": 1.0})] == [9]
        assert len(index.lexical("员工", 20, boosts={"text": 1.0})) == 10  # nothing else to go by


def test_a_text_is_taken_apart_once_however_many_readers_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def counted(text: str) -> list[str]:
        seen.append(text)
        return terms(text)

    monkeypatch.setattr(lexical, "terms", counted)
    audiences = ("public", "staff", "manager")
    made = [passage(f"{name}#1", f"第{n}仓库夜里锁门。", audience=name) for n, name in enumerate(audiences)]
    build_index([entry(one) for one in made], tmp_path, HashedPairs())
    assert sorted(seen) == sorted(text for one in made for _, text in entry(one).lexical if text)
    with open_index(tmp_path) as index:
        for one in made:
            assert len(index.lexical("仓库锁门", 9, Filters(audience=(one.audience,)))) == 1
        assert len(index.lexical("仓库锁门", 9)) == 3
