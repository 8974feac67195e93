"""What a question is before it is searched."""

from __future__ import annotations

import re
from typing import Literal

from kb.config import MAX_QUESTION
from kb.errors import QuestionEmpty, QuestionTooLong
from kb.figures import find_figures
from kb.folding import folded

_HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]")
_LATIN = re.compile(r"[A-Za-z]{2,}")
# Words of asking, not of the matter asked about.
_ASKING = re.compile(
    r"请问|想问一下|问一下|是什么意思|什么意思|什么样|什么|为什么|怎么样|怎么办|怎么弄|怎么|怎样|如何|多少|多久|哪些|哪几种|哪几|哪个|哪里|哪"
    r"|几个|几种|几|能不能|可不可以|行不行|是不是|有没有|会不会|要不要|算不算|用不用|该不该|需不需要|可以|应该|需要|如果|的话|一下|我们|你们|他们"
    r"|我|你|您|吗|呢|吧|啊|呀|咋|啥|么|的|了|是|有"
    r"|\b(?:do|does|did|is|are|was|were|ca|could|wo|would|should|must|have|has|had)n?['’]t\b|['’](?:m|s|re|ve|ll|d)\b"
    r"|\b(?:happens?|happened)\b"
    r"|\b(?:what|which|who|whom|whose|when|where|why|how|do|does|did|is|are|am|was|were|be|been|can|could|may|might|must|shall|should"
    r"|will|would|have|has|had|i|we|you|he|she|it|they|me|us|my|our|your|their|the|a|an|of|to|in|on|at|for|with|by|from|if"
    r"|and|or|not|there|this|that|get|much|many|long|any|some|as|so|into|about)\b",
    re.IGNORECASE,
)
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
    """Return the text folded (width, case, simplified characters), blanks collapsed."""
    return " ".join(folded(text).split())


def language_of(question: str) -> Literal["zh", "en"]:
    """Return the asker's language: English when the question has Latin words and (nearly) no Chinese."""
    return "en" if _LATIN.search(question) and len(_HAN.findall(question)) < 2 else "zh"


def telling(question: str) -> str:
    """Return the question without its words of asking, its figures in digits; what is left tells the matter. Never empty."""
    words = plain(question)
    for figure in reversed(find_figures(words)):
        if not any(character.isdecimal() for character in figure.text):
            before = "第" if figure.kind == "ordinal" else ""
            words = f"{words[: figure.start]}{before}{figure.value}{figure.unit}{words[figure.end :]}"
    return " ".join(_ASKING.sub(" ", words).split()) or question
