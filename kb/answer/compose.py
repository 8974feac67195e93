"""An answer made of the clauses themselves."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal

from kb.answer.confidence import is_confident
from kb.model import Answer, Citation, Hit, Passage

Language = Literal["zh", "en"]

_SILENCE = {
    "zh": "现有规则里没有说到这件事。下面是意思最接近的几条，它们并不回答这个问题。",
    "en": "The rules do not say. The nearest rules follow; they do not answer the question.",
}
_CLOSE = 0.85
"""A hit scoring at least this share of the best one is part of the answer."""


def compose(
    question: str,
    hits: Sequence[Hit],
    language: Language,
    *,
    limit: int,
    members: Callable[[Passage], Sequence[Passage]],
) -> Answer:
    """Return the answer to a question from its hits.

    Args:
        question: As asked.
        hits: Best first.
        language: The asker's.
        limit: Most citations.
        members: Gives the rules under a heading, in order.
    """
    nearest = tuple(_cite(n, hit.passage, hit.score) for n, hit in enumerate(hits[:limit], 1))
    if not hits or not is_confident(question, hits):
        reason = "no clause was found" if not hits else "no clause found says it"
        return Answer(question, "abstained", _SILENCE[language], reason, (), nearest)
    chosen = [hit for hit in hits[:limit] if hit.score >= _CLOSE * hits[0].score]
    cited: dict[str, Citation] = {}
    lines: list[str] = []
    for hit in chosen:
        rules = members(hit.passage) if hit.passage.heading else (hit.passage,)
        for passage in rules or (hit.passage,):
            if passage.clause_id not in cited and len(cited) < limit:
                citation = _cite(len(cited) + 1, passage, hit.score)
                cited[passage.clause_id] = citation
                lines.append(f"{_words(passage, language)} [{citation.n}]")
    for hit in hits:  # the evidence a reader may want besides, best first
        if hit.passage.clause_id not in cited and len(cited) < limit:
            cited[hit.passage.clause_id] = _cite(len(cited) + 1, hit.passage, hit.score)
    return Answer(question, "answered", "\n".join(lines), "", tuple(cited.values()), ())


def _cite(n: int, passage: Passage, score: float) -> Citation:
    return Citation(n=n, passage=passage, quote=passage.text, score=score)


def _words(passage: Passage, language: Language) -> str:
    """Return what the clause says in the asker's language where there is a gloss."""
    if language == "en" and passage.gloss_en:
        return passage.gloss_en
    return passage.text.replace("\n", " ")
