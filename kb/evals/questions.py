"""The development set: questions and the clauses that answer them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import InputInvalid

KINDS = ("single", "list", "procedure", "compare", "condition", "none")
SPLITS = ("fit", "held-out")
LANGUAGES = ("zh", "en")
_HINT = "see evals/README.md for the format of a question"


@dataclass(frozen=True, slots=True)
class Question:
    """A question whose answer is known.

    Attributes:
        id: Unique in its file.
        split: ``fit`` (weights may be fitted on it) or ``held-out`` (only measured on).
        lang: The asker's language, ``zh`` or ``en``.
        kind: One of ``KINDS``; ``none`` means that the rules do not say.
        question: As typed.
        gold: Groups of clause ids. The clauses of one group say the same; the groups of a ``compare`` question differ.
            Empty for ``none``.
        must: What the answer has to say: of every inner tuple at least one spelling.
    """

    id: str
    split: str
    lang: str
    kind: str
    question: str
    gold: tuple[tuple[str, ...], ...]
    must: tuple[tuple[str, ...], ...]

    @property
    def clauses(self) -> frozenset[str]:
        """Every clause that answers it."""
        return frozenset(clause for group in self.gold for clause in group)


def read_questions(path: Path, split: str = "all") -> tuple[Question, ...]:
    """Read questions, one JSON object a line.

    Args:
        path: The file.
        split: ``fit``, ``held-out`` or ``all``.

    Raises:
        InputInvalid: The file is missing, a line is malformed, an id stands twice, or no question is of that split.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise InputInvalid(f"{path}: cannot be read ({error})", hint="name a file of questions") from error
    questions: dict[str, Question] = {}
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        question = _question(line, f"{path}:{number}")
        if question.id in questions:
            raise InputInvalid(f"{path}:{number} id {question.id!r} stands twice", hint="give it another id")
        questions[question.id] = question
    chosen = tuple(question for question in questions.values() if split in ("all", question.split))
    if not chosen:
        raise InputInvalid(f"{path}: no question of split {split!r}", hint="choose another file or --split")
    return chosen


def check_known(questions: Iterable[Question], known: Iterable[str]) -> None:
    """Refuse questions whose answer the index does not hold: they would be counted as missed without being asked.

    Raises:
        InputInvalid: Names the first such clause.
    """
    ids = frozenset(known)
    lost = [(question.id, clause) for question in questions for clause in sorted(question.clauses - ids)]
    if lost:
        raise InputInvalid(
            f"question {lost[0][0]} is answered by {lost[0][1]}, which the index does not hold ({len(lost)} such clauses)",
            hint="build the index again, or mend the question's clause ids after a change of the pages",
            lost=lost,
        )


def _question(line: str, where: str) -> Question:
    try:
        row: dict[str, Any] = json.loads(line)
        question = Question(
            id=_text(row["id"]),
            split=_one_of(row["split"], SPLITS),
            lang=_one_of(row["lang"], LANGUAGES),
            kind=_one_of(row["kind"], KINDS),
            question=_text(row["question"]),
            gold=tuple(tuple(_text(clause) for clause in group) for group in row["gold"]),
            must=tuple(tuple(_text(spelling) for spelling in spellings) for spellings in row["must"]),
        )
    except (ValueError, TypeError) as error:
        raise InputInvalid(f"{where} is no question: {error}", hint=_HINT) from error
    except KeyError as error:
        raise InputInvalid(f"{where} has no {error}", hint=_HINT) from error
    if (question.kind == "none") != (not question.clauses):
        raise InputInvalid(f"{where}: only a question of kind none has no gold clause", hint=_HINT)
    if question.kind == "compare" and len(question.gold) < 2:
        raise InputInvalid(f"{where}: a compare question needs two groups of clauses", hint=_HINT)
    return question


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError(f"{value!r} where a text belongs")
    return value


def _one_of(value: object, allowed: tuple[str, ...]) -> str:
    if value not in allowed:
        raise ValueError(f"{value!r} is none of {', '.join(allowed)}")
    return str(value)
