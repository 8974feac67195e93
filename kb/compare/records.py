"""What comparing hands on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from kb.figures import Figure
from kb.model import Passage

ConflictKind = Literal["figure", "actor", "permission"]


@dataclass(frozen=True, slots=True)
class Conflict:
    """Two clauses that rule the same matter and cannot both be followed.

    Attributes:
        a: Clause id that stands first in reading order.
        b: The other clause id.
        kind: ``figure``: other amounts, times or sanctions; ``actor``: another person acts or pays; ``permission``: one
            allows or demands what the other forbids.
        why: What is said on either side, in the words of the clauses.
    """

    a: str
    b: str
    kind: ConflictKind
    why: str


@dataclass(frozen=True, slots=True)
class Row:
    """What one document says about the matter.

    Attributes:
        passage: The clause.
        score: Its score for the question.
        figures: Its figures.
        conflicts_with: Ids of the clauses in the comparison that it conflicts with.
    """

    passage: Passage
    score: float
    figures: tuple[Figure, ...]
    conflicts_with: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Comparison:
    """Documents side by side.

    Attributes:
        question: As asked.
        rows: Best first; the rules of one document stand together.
        conflicts: Conflicts among the rows.
    """

    question: str
    rows: tuple[Row, ...]
    conflicts: tuple[Conflict, ...]
