"""How well reported conflicts agree with pairs that people labelled."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.compare.records import Conflict
from kb.errors import InputInvalid

LABELS = ("conflict", "agreement", "other")


@dataclass(frozen=True, slots=True)
class Pair:
    """Two clauses and what a person says of them.

    Attributes:
        half: ``dev`` (looked at while the rules were written) or ``held-out``.
        matter: What the pair is about; all pairs of a matter are in one half.
        a: Clause id.
        b: Clause id.
        label: ``conflict``, ``agreement`` (same matter, no conflict) or ``other`` (other matter).
        why: In a few words.
    """

    half: str
    matter: str
    a: str
    b: str
    label: str
    why: str


@dataclass(frozen=True, slots=True)
class Score:
    """Agreement on one set of pairs.

    Attributes:
        found: Conflicts reported.
        false: Pairs reported that are none.
        missed: Conflicts not reported.
    """

    found: tuple[Pair, ...]
    false: tuple[Pair, ...]
    missed: tuple[Pair, ...]

    @property
    def precision(self) -> float:
        """Share of reported pairs that are conflicts; 1 when nothing is reported."""
        reported = len(self.found) + len(self.false)
        return len(self.found) / reported if reported else 1.0

    @property
    def recall(self) -> float:
        """Share of conflicts that are reported; 1 when there are none."""
        there = len(self.found) + len(self.missed)
        return len(self.found) / there if there else 1.0


def read_pairs(path: Path) -> tuple[Pair, ...]:
    """Return the pairs of a file of JSON Lines.

    Raises:
        InputInvalid: A line is not a labelled pair; the message names it.
    """
    pairs = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        try:
            pair = Pair(**json.loads(line))
            if pair.label not in LABELS:
                raise ValueError(f"{pair.label!r} is no label")
        except (TypeError, ValueError) as error:
            raise InputInvalid(
                f"{path}:{number} is not a labelled pair ({error})",
                hint=f"each line has half, matter, a, b, why and one of the labels {', '.join(LABELS)}",
                line=number,
            ) from error
        pairs.append(pair)
    return tuple(pairs)


def score(pairs: Sequence[Pair], conflicts: Collection[Conflict]) -> Score:
    """Return how the reported conflicts agree with the labels."""
    reported = {frozenset((conflict.a, conflict.b)) for conflict in conflicts}
    hit = [pair for pair in pairs if frozenset((pair.a, pair.b)) in reported]
    return Score(
        found=tuple(pair for pair in hit if pair.label == "conflict"),
        false=tuple(pair for pair in hit if pair.label != "conflict"),
        missed=tuple(pair for pair in pairs if pair.label == "conflict" and pair not in hit),
    )
