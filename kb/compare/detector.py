"""Clauses that rule the same matter differently.

Candidates are dense neighbours with a topic in common; whether a pair conflicts is decided by rules over what both clauses
settle (``kb.compare.claims``), forbid or allow, and whom they name (``kb.compare.statements``).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import numpy.typing as npt

from kb.compare.claims import EVERY, Claim
from kb.compare.matter import Rule, Weights, rules_of, terms_of, without_figures
from kb.compare.records import Conflict
from kb.compare.statements import Actor
from kb.model import Passage

NEIGHBOURS = 40
"""Nearest rules per rule and field that are looked at."""
_BLOCK = 512

_TIE = 0.02
"""Difference of closeness that counts as none; closeness is a sum of cosines, one per field."""

Rows = npt.NDArray[np.int32]
Matrix = npt.NDArray[np.float32]
FieldVectors = Mapping[str, tuple[Rows, Matrix]]
"""Per dense field the row of each vector, ascending, and the ``(m, dimensions)`` normalized vectors."""


def conflicts_of(passages: Sequence[Passage], vectors: FieldVectors) -> tuple[Conflict, ...]:
    """Return the pairs of clauses that conflict, in reading order.

    Args:
        passages: Every clause, in reading order; headings and background texts rule nothing.
        vectors: Their vectors, as the index holds them.
    """
    rules = rules_of(passages)
    weights = Weights([rule for rule in rules if rule is not None])
    found = []
    for i, j, nearest in pairs_of(rules, vectors):
        a, b = rules[i], rules[j]
        if a is not None and b is not None:
            conflict = judge(a, b, nearest, weights)
            if conflict is not None:
                found.append(conflict)
    return tuple(found)


def pairs_of(rules: Sequence[Rule | None], vectors: FieldVectors) -> list[tuple[int, int, bool]]:
    """Return the pairs of rows worth comparing, and whether each is the other's nearest in its document.

    A pair is worth it when the rules are dense neighbours in any field and have a topic in common.
    """
    near: set[tuple[int, int]] = set()
    ruling = np.array([rule is not None for rule in rules])
    kept = {field: _of_rules(np.asarray(rows), matrix, ruling) for field, (rows, matrix) in vectors.items()}
    for rows, matrix in kept.values():
        near.update(_neighbours(rows, matrix))
    pairs = sorted((i, j) for i, j in near if _may_meet(rules[i], rules[j]))
    if not pairs:
        return []
    closeness = sum(_closeness(pairs, rows, matrix, len(rules)) for rows, matrix in kept.values())
    documents = ["" if rule is None else rule.passage.document_id for rule in rules]
    best: dict[tuple[int, str], float] = {}
    for (i, j), value in zip(pairs, closeness.tolist(), strict=True):
        for row, other in ((i, documents[j]), (j, documents[i])):
            best[row, other] = max(value, best.get((row, other), -9.0))
    return [
        (i, j, value >= max(best[i, documents[j]], best[j, documents[i]]) - _TIE)
        for (i, j), value in zip(pairs, closeness.tolist(), strict=True)
    ]


def _of_rules(rows: Rows, matrix: Matrix, ruling: npt.NDArray[np.bool_]) -> tuple[Rows, Matrix]:
    kept = ruling[rows]
    return rows[kept], np.asarray(matrix)[kept]


def _neighbours(rows: Rows, matrix: Matrix) -> Iterator[tuple[int, int]]:
    """Yield (lower, higher) row for each row and the rows of its nearest vectors."""
    distinct, first = np.unique(rows, return_index=True)
    wanted = min(NEIGHBOURS, len(distinct) - 1)
    if wanted < 1:
        return
    for start in range(0, len(rows), _BLOCK):
        part = slice(start, start + _BLOCK)
        best = np.maximum.reduceat(matrix[part] @ matrix.T, first, axis=1)
        best[rows[part, None] == distinct[None, :]] = -2.0
        nearest = np.argpartition(-best, wanted - 1, axis=1)[:, :wanted]
        for row, columns in zip(rows[part].tolist(), nearest, strict=True):
            for other in distinct[columns].tolist():
                yield min(row, other), max(row, other)


def _closeness(pairs: Sequence[tuple[int, int]], rows: Rows, matrix: Matrix, total: int) -> npt.NDArray[np.float32]:
    """Return ``(pairs,)`` the best cosine of each pair in one field, 0 where a clause has no text in it."""
    first = np.searchsorted(rows, np.arange(total))
    count = np.searchsorted(rows, np.arange(total), side="right") - first
    found = np.zeros(len(pairs), np.float32)
    left, right = np.array(pairs).T
    for m in range(int(count.max(initial=0))):
        for n in range(int(count.max(initial=0))):
            both = np.flatnonzero((count[left] > m) & (count[right] > n))
            for start in range(0, len(both), _BLOCK):
                part = both[start : start + _BLOCK]
                one, other = matrix[first[left[part]] + m], matrix[first[right[part]] + n]
                found[part] = np.maximum(found[part], np.einsum("pd,pd->p", one, other))
    return found


def _may_meet(a: Rule | None, b: Rule | None) -> bool:
    if a is None or b is None:
        return False
    topics, others = set(a.passage.topics), set(b.passage.topics)
    return bool((topics & others) - _FRAMES) or not topics or not others


# Roles whose name says the whole matter, given that the named label agrees.
_BY_LABEL = {
    "hours": ("shift", False),
    "shift-end": ("shift", False),
    "base-pay": ("grade", False),
    "pay": ("grade", False),
    "guarantee": ("grade", False),
    "tenure": ("grade", True),
}
_BY_ROLE = frozenset({"typing-speed", "speaking-speed", "days-off", "reply-time"})
_FRAMES = frozenset({"fines", "sanctions", "rewards"})
"""Topics that say what follows, not on what."""
_LEAST = {"sanction": 0.4, "meeting": 0.3}
_LEAST_OTHER = 0.4
_LEAST_NEAREST = {"sanction": 0.05, "meeting": 0.15, "limit": 0.3, "actor": 0.05, "permission": 0.3}
_SAME_WORDS = 0.85


def judge(a: Rule, b: Rule, nearest: bool, weights: Weights) -> Conflict | None:
    """Return the conflict of two rules, or None when they agree or rule different matters."""
    for kind, told in (
        ("figure", _figures(a, b, nearest, weights)),
        ("actor", _actors(a, b, nearest, weights)),
        ("permission", _permission(a, b, nearest, weights)),
    ):
        if told:
            return Conflict(a.passage.clause_id, b.passage.clause_id, kind, told)  # type: ignore[arg-type]
    return None


def _within(a: Rule, b: Rule) -> bool:
    return a.passage.document_id == b.passage.document_id


def _figures(a: Rule, b: Rule, nearest: bool, weights: Weights) -> str:
    if _apart(a.claims, b.claims):
        return ""
    for role in dict.fromkeys(claim.role for claim in a.claims):
        mine = [claim for claim in a.claims if claim.role == role]
        theirs = [claim for claim in b.claims if claim.role == role]
        if theirs and role not in ("at-most", "more-than") and _differ(mine, theirs) and _same_matter(role, a, b, nearest, weights):
            shown = " against ".join("、".join(claim.shown for claim in side) for side in (mine, theirs))
            return f"{role}: {shown}"
    return ""


def _differ(mine: Sequence[Claim], theirs: Sequence[Claim]) -> bool:
    """Return whether two claims of one case differ; a claim for every case meets each case."""
    left, right = _by_case(mine), _by_case(theirs)
    for case in left.keys() | right.keys():
        one, other = left.get(case) or left.get(EVERY), right.get(case) or right.get(EVERY)
        if one and other and not one & other:
            return True
    return False


def _apart(mine: Sequence[Claim], theirs: Sequence[Claim]) -> bool:
    """Return whether one clause is about at most so long and the other about longer than that."""
    for one, other in ((mine, theirs), (theirs, mine)):
        for most in (claim for claim in one if claim.role == "at-most"):
            for more in (claim for claim in other if claim.role == "more-than"):
                if int(most.value) <= int(more.value):
                    return True
    return False


def _by_case(claims: Sequence[Claim]) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for claim in claims:
        found.setdefault(claim.case, set()).add(claim.value)
    return found


def _same_matter(role: str, a: Rule, b: Rule, nearest: bool, weights: Weights) -> bool:
    if role in _BY_LABEL:
        name, heading_first = _BY_LABEL[role]
        mine, theirs = (rule.label(name, heading_first=heading_first) for rule in (a, b))
        return not _within(a, b) and len(mine) == 1 and mine == theirs
    if _within(a, b):
        return _agree_on_labels(a, b) and weights.likeness(a.terms, b.terms) >= _SAME_WORDS
    if role in _BY_ROLE:
        return True
    return _agree_on_labels(a, b) and weights.overlap(a.terms, b.terms) >= _least(role, nearest)


def _least(role: str, nearest: bool) -> float:
    least = _LEAST.get(role, _LEAST_OTHER)
    return _LEAST_NEAREST.get(role, least) if nearest else least


def _agree_on_labels(a: Rule, b: Rule) -> bool:
    """Return whether no label class is named by both in different members."""
    return all(
        not (a.label(name) and b.label(name)) or a.label(name) & b.label(name) for name in ("shift", "grade", "shop", "stage")
    )


def _actors(a: Rule, b: Rule, nearest: bool, weights: Weights) -> str:
    for mine in a.actors:
        for theirs in b.actors:
            if mine.role != theirs.role or mine.who == theirs.who:
                continue
            if mine.role == "pays":
                same = _same_case(mine, theirs, weights) and (mine.case and theirs.case or not _within(a, b))
            else:
                same = not _within(a, b) and weights.overlap(a.terms, b.terms) >= _least("actor", nearest)
            if same and not _posts(a, mine.role) & _posts(b, mine.role):
                return f"{mine.role}: {mine.shown} against {theirs.shown}"
    return ""


def _posts(rule: Rule, role: str) -> set[tuple[str, str]]:
    return {(actor.case, actor.who) for actor in rule.actors if actor.role == role}


def _same_case(mine: Actor, theirs: Actor, weights: Weights) -> bool:
    """Return whether two payments may fall due in one case; the case of shared costs is any."""
    if not (mine.case and theirs.case):
        return True
    if mine.case != theirs.case:
        return False
    return mine.case == "else" or weights.overlap(terms_of(mine.condition), terms_of(theirs.condition)) >= 0.5


def _permission(a: Rule, b: Rule, nearest: bool, weights: Weights) -> str:
    if _within(a, b):
        return ""
    for mine in a.stances:
        for theirs in b.stances:
            if mine.allows != theirs.allows:
                left, right = (terms_of(without_figures(stance.words)) for stance in (mine, theirs))
                if left and right and weights.overlap(left, right) >= _least("permission", nearest):
                    return f"{mine.shown} against {theirs.shown}"
    return ""
