"""Promises 1 to 3 over generated and mutated texts."""

from __future__ import annotations

import random

from hypothesis import given, settings
from hypothesis import strategies as st

from kb.normalize import normalize, report
from tests.normalize import fuzz
from tests.normalize.test_normalize import source

PIECES = st.sampled_from(
    ["第一章 总则", "第二条", "一、", "（二）", "1.", "1.1", "2)", "①", "●", "?", "Q:", "步骤一:", "附件1", "\n", "\n\n", " ", "　",
     "到岗要准时。", "罚款10元;", "8:30-17:30", "详见第三条", "相关推荐", "2023-01-01", "目录", "篇2", "甲原则乙原则丙原则", "____"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=300), st.lists(PIECES, max_size=60).map("".join))


@given(TEXTS)
@settings(max_examples=150, deadline=None)
def test_no_text_is_refused_and_no_character_lost(text: str) -> None:
    fuzz.check(text)


@given(TEXTS)
@settings(max_examples=50, deadline=None)
def test_the_same_input_gives_the_same_result(text: str) -> None:
    assert report(normalize([source(text)])) == report(normalize([source(text)]))


@given(st.lists(PIECES, max_size=40).map("".join), st.lists(PIECES, max_size=40).map("".join))
@settings(max_examples=30, deadline=None)
def test_ids_are_unique_over_several_sources(first: str, second: str) -> None:
    normalized = normalize([source(first), source(second), source(first, "b.txt")])
    ids = [found.id for found in normalized.found]
    assert len(ids) == len(set(ids))


def test_mutated_texts() -> None:
    for n in range(400):
        fuzz.check(fuzz.mutate(random.Random(n), fuzz.SEEDS))


def test_large_texts_take_linear_time() -> None:
    line = "一、上班8:30到岗。 1.签到。 2.开灯。 (1)大灯 (2)小灯 二、下班关灯。 第三条 依照第二条办。 "
    fuzz.check(line * 500)
    for text in (
        "一" * 20000,
        "1、" * 10000,
        "（" * 20000,
        " " * 20000 + "一、",
        "?是" * 8000,
        "\n" * 20000,
        "第" * 20000,
    ):
        fuzz.check(text)
