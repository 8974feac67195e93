"""One answer against what is known of its question. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from kb.evals.questions import Question

DEPTH = 10
"""Ranks looked at."""
GROUPS_AT = 5
"""Ranks in which the differing rules of a compare question have to stand."""

_DASHES = re.compile("[\u2010-\u2015\u2212~\u301c\ufe4b\u223c-]+")
_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_BESIDE_CHINESE = re.compile(r"(?<=[^\x00-\x7f])\s+|\s+(?=[^\x00-\x7f])")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    Attributes:
        id: The question's.
        kind: The question's.
        lang: The question's.
        abstained: The answer was that the rules do not say.
        ranked: Clause ids, best first, at most ``DEPTH``; when abstained, those of the nearest rules.
        rank: Rank of the first right clause, from 1; 0 when there is none.
        must: Every required fact stands in the answer.
        groups: Number of differing rules; 0 unless the kind is ``compare``.
        groups_seen: How many of them stand in the first ``GROUPS_AT`` ranks.
        took_ms: Time the answer took.
    """

    id: str
    kind: str
    lang: str
    abstained: bool
    ranked: tuple[str, ...]
    rank: int
    must: bool
    groups: int
    groups_seen: int
    took_ms: float


def judge(
    question: Question, ranked: Sequence[str], answer: str, *, abstained: bool, took_ms: float = 0.0
) -> Outcome:
    """Return what became of a question.

    Args:
        question: With its gold clauses and required facts.
        ranked: Clause ids offered as evidence, best first.
        answer: What the asker reads.
        abstained: Whether it says that the rules do not say.
        took_ms: Time it took.
    """
    looked_at = tuple(ranked[:DEPTH])
    rank = next((place for place, clause in enumerate(looked_at, 1) if clause in question.clauses), 0)
    groups = question.gold if question.kind == "compare" else ()
    first = set(looked_at[:GROUPS_AT])
    return Outcome(
        id=question.id,
        kind=question.kind,
        lang=question.lang,
        abstained=abstained,
        ranked=looked_at,
        rank=rank,
        must=bool(question.must) and says(answer, question.must),
        groups=len(groups),
        groups_seen=sum(bool(first & set(group)) for group in groups),
        took_ms=took_ms,
    )


def says(answer: str, must: Sequence[Sequence[str]]) -> bool:
    """Return whether the answer holds at least one spelling of every required fact.

    Width, case, dashes, thousands commas and blanks beside Chinese do not count; a figure is not found inside a longer one.
    """
    text = _plain(answer)
    return all(any(_holds(text, _plain(spelling)) for spelling in spellings) for spellings in must)


def _holds(text: str, spelling: str) -> bool:
    before = r"(?<!\d)" if spelling[:1].isdigit() else ""
    after = r"(?!\d)" if spelling[-1:].isdigit() else ""
    return re.search(f"{before}{re.escape(spelling)}{after}", text) is not None


def _plain(text: str) -> str:
    text = _DASHES.sub("-", unicodedata.normalize("NFKC", text)).casefold()
    text = _BESIDE_CHINESE.sub("", _THOUSANDS.sub("", text))
    return " ".join(re.sub(r"\s*-\s*", "-", text).split())
