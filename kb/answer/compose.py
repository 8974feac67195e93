"""An answer made of the clauses themselves: no word of it is anybody's but theirs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

from kb.answer.confidence import Reason
from kb.answer.evidence import Around, Arrangement, Rivals, gather
from kb.model import Answer, Citation, Hit, Passage
from kb.search.wanted import wants

Language = Literal["zh", "en"]

_SILENCE = {
    "zh": "现有规则里没有说到这件事。下面是意思最接近的几条，它们并不回答这个问题。",
    "en": "The rules do not say. The nearest rules follow; they do not answer the question.",
}
_DIFFER = {"zh": "各份文件的规定不同：", "en": "The documents differ:"}
_SHORT = 24
"""A clause this short needs the words it stands under to be understood."""


def compose(
    question: str,
    hits: Sequence[Hit],
    language: Language,
    *,
    doubt: Reason,
    limit: int,
    surroundings: Around,
    rivals: Rivals,
) -> Answer:
    """Return the answer to a question from its hits.

    Args:
        question: As asked.
        hits: Best first.
        language: The asker's.
        doubt: Why the hits do not answer, ``""`` when they do.
        limit: Most citations; a list or a flow that is answered whole may bring more.
        surroundings: Gives what stands under and beside a clause.
        rivals: Gives the clauses that conflict with a clause.
    """
    nearest = tuple(_cite(n, hit.passage, hit.score) for n, hit in enumerate(hits[:limit], 1))
    if doubt:
        return Answer(question, "abstained", _SILENCE[language], doubt, (), nearest)
    evidence = gather(hits, wants(question), surroundings, rivals)
    scores = {hit.passage.clause_id: hit.score for hit in hits}
    told = {passage.clause_id for passage in evidence.told}
    shown = [passage for at, passage in enumerate(evidence.ranked) if at < limit or passage.clause_id in told]
    cited = {
        passage.clause_id: _cite(n, passage, scores.get(passage.clause_id, 0.0))
        for n, passage in enumerate(shown, 1)
    }
    lines = [
        _line(passage, cited[passage.clause_id].n, evidence.arrangement, language)
        for passage in evidence.told
    ]
    if evidence.arrangement == "differing":
        lines.insert(0, _DIFFER[language])
    if evidence.arrangement == "steps":
        lines = [f"{step}. {line}" for step, line in enumerate(lines, 1)]
    return Answer(question, "answered", "\n".join(lines), "", tuple(cited.values()), ())


def _cite(n: int, passage: Passage, score: float) -> Citation:
    return Citation(n=n, passage=passage, quote=passage.text, score=score)


def _line(passage: Passage, n: int, arrangement: Arrangement, language: Language) -> str:
    """Return what a clause says, in the asker's language where there is a gloss, with its mark."""
    words = " ".join(passage.text.split("\n"))
    if language == "en" and passage.gloss_en:
        words = f"{passage.gloss_en} （{words}）"
    elif len(words) <= _SHORT and passage.heading_path and arrangement in ("fact", "differing"):
        words = f"{passage.heading_path[-1].rstrip('：:。；;')}：{words}"
    if arrangement == "differing":
        words = f"《{passage.document_title}》{words}"
    return f"{words} [{n}]"
