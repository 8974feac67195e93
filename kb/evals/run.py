"""A run: every question asked of the knowledge base and of the baseline."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

from kb.config import DEFAULT_MODEL
from kb.evals.baseline import Keywords
from kb.evals.judge import DEPTH, Outcome, judge
from kb.evals.questions import Question, check_known
from kb.evals.results import Results
from kb.index import open_index
from kb.knowledge_base import KnowledgeBase, timed
from kb.model import Answer

_BASELINE_TELLS = 3
"""Clauses the baseline reads out."""


def run(
    questions: Sequence[Question],
    index: str | Path,
    *,
    split: str,
    model: str = DEFAULT_MODEL,
    progress: Callable[[int, int], None] | None = None,
) -> Results:
    """Ask every question.

    Args:
        questions: With their answers.
        index: Folder of the index.
        split: Name under which the result is kept.
        model: The model that built the index.
        progress: Called with (done, total) questions.

    Raises:
        InputInvalid: A question is answered by a clause that the index does not hold.
        IndexProblem: The index cannot be used.
        ModelProblem: The model is not at hand.
    """
    with open_index(index) as opened:
        corpus = opened.manifest.corpus
        passages = opened.passages(opened.rows())
    check_known(questions, (passage.clause_id for passage in passages))
    outcomes: list[Outcome] = []
    with KnowledgeBase.open(index, model=model) as kb:
        kb.ask(questions[0].question)  # the first question pays for what is loaded late
        for question in questions:
            outcomes.append(_asked(kb, question))
            if progress is not None:
                progress(len(outcomes), len(questions))
        info = kb.info
    keywords = Keywords(passages)
    return Results(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        commit=_commit(),
        split=split,
        index=info,
        corpus=corpus,
        outcomes=tuple(outcomes),
        baseline=tuple(_looked_up(keywords, question) for question in questions),
    )


def _asked(kb: KnowledgeBase, question: Question) -> Outcome:
    answer: Answer
    answer, took_ms = timed(lambda: kb.ask(question.question, limit=DEPTH))
    ranked = [citation.passage.clause_id for citation in answer.citations or answer.nearest]
    return judge(
        question, ranked, answer.text, abstained=answer.status == "abstained", took_ms=round(took_ms, 2)
    )


def _looked_up(keywords: Keywords, question: Question) -> Outcome:
    found = keywords.rank(question.question, DEPTH)
    text = "\n".join(passage.text for passage in found[:_BASELINE_TELLS])
    return judge(question, [passage.clause_id for passage in found], text, abstained=False)


def _commit() -> str:
    """Return the checkout's commit, marked when files differ from it; ``""`` outside a checkout."""
    command = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    try:
        return subprocess.run(command, capture_output=True, text=True, check=True).stdout.strip()
    except (OSError, subprocess.CalledProcessError):
        return ""
