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
        what: What is ruled differently, in Chinese (``下班时间``).
        said_a: What ``a`` says about it, in its words.
        said_b: What ``b`` says.
    """

    a: str
    b: str
    kind: ConflictKind
    what: str
    said_a: str
    said_b: str

    @property
    def why(self) -> str:
        """One line that shows the difference."""
        return f"{self.what}不同：{self.said_a} ↔ {self.said_b}"


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
        rows: Best first; the rules of one document stand together. Empty when no document rules the matter.
        conflicts: Conflicts among the rows.
        reason: Why there are no rows, ``""`` when there are.
    """

    question: str
    rows: tuple[Row, ...]
    conflicts: tuple[Conflict, ...]
    reason: str = ""
