"""What a question is before it is searched."""

from __future__ import annotations

import re
import unicodedata
from typing import Literal

from kb.config import MAX_QUESTION
from kb.errors import QuestionEmpty, QuestionTooLong

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]+")


def check_question(question: str) -> str:
    """Return the question as it may be searched: trimmed, without control characters.

    Raises:
        QuestionEmpty: Nothing is left.
        QuestionTooLong: It is longer than ``MAX_QUESTION`` characters.
    """
    if len(question) > MAX_QUESTION:
        raise QuestionTooLong(
            f"the question has {len(question):,} characters, at most {MAX_QUESTION:,} are read",
            hint="ask in a sentence or two",
            length=len(question),
            limit=MAX_QUESTION,
        )
    text = _UNPRINTABLE.sub(" ", question).strip()
    if not any(character.isalnum() for character in text):
        raise QuestionEmpty("the question is empty", hint='ask in words, for example: kb ask "迟到怎么处罚"')
    return text


def plain(text: str) -> str:
    """Return the text in one width and case (NFKC, case folded), blanks collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def language_of(question: str) -> Literal["zh", "en"]:
    """Return the asker's language: English when the question has Latin words and (nearly) no Chinese."""
    return "en" if _LATIN.search(question) and len(_HAN.findall(question)) < 2 else "zh"
