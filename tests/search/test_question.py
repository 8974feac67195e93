"""What a question is before it is searched."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.config import MAX_QUESTION
from kb.errors import QuestionEmpty, QuestionTooLong
from kb.search.question import check_question, language_of, plain, telling


@given(st.text(max_size=60))
def test_any_text_is_taken_or_refused(text: str) -> None:
    try:
        question = check_question(text)
    except QuestionEmpty:
        assert not any(character.isalnum() for character in text)
        return
    assert question == question.strip()
    assert telling(question)


def test_what_cannot_be_asked() -> None:
    with pytest.raises(QuestionTooLong, match="at most"):
        check_question("问" * (MAX_QUESTION + 1))
    for nothing in ("", " \n", "？！…", "\u200b"):
        with pytest.raises(QuestionEmpty):
            check_question(nothing)


def test_typing_is_evened_out() -> None:
    assert plain("ＱＱ　遲到　罰款") == plain("qq 迟到 罚款")


@pytest.mark.parametrize(
    ("question", "language"),
    [("late fine", "en"), ("迟到罚款", "zh"), ("QQ能用吗", "zh"), ("what is 旺旺", "zh"), ("1+1", "zh")],
)
def test_the_asker_s_language(question: str, language: str) -> None:
    assert language_of(question) == language


@pytest.mark.parametrize(
    ("question", "matter"),
    [
        ("请问迟到怎么办", "迟到"),
        ("what is the fine", "fine"),
        ("怎么", "怎么"),
        ("迟到第三次呢", "迟到第3次"),
    ],
)
def test_words_of_asking_tell_nothing(question: str, matter: str) -> None:
    assert telling(question) == matter
