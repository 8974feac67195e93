"""Clauses that rule the same matter differently.

Candidates are dense neighbours with a topic in common (``kb.compare.nearness``). Whether a pair conflicts is decided by rules
over what both clauses settle (``kb.compare.claims``), forbid or allow, and whom they name (``kb.compare.statements``), once
their words and labels say that the matter is one (``kb.compare.matter``). The thresholds were set on the ``dev`` half of
``evals/conflicts/pairs.jsonl``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from kb.compare.claims import EVERY, Claim
from kb.compare.matter import Rule, Weights, rules_of, terms_of, without_figures
from kb.compare.records import Conflict, ConflictKind
from kb.compare.statements import Actor, Stance
from kb.model import Passage

if TYPE_CHECKING:
    from kb.compare.nearness import FieldVectors

Difference = tuple[ConflictKind, str, str, str]
"""Kind, what is ruled differently, and what either clause says."""

ROLES = {
    "sanction": "处罚",
    "hours": "班次时间",
    "shift-end": "下班时间",
    "meeting": "开会时间",
    "days-off": "休息天数",
    "base-pay": "底薪",
    "pay": "工资",
    "guarantee": "保底工资",
    "tenure": "年限",
    "typing-speed": "打字速度",
    "reply-time": "回复时限",
    "limit": "期限",
    "notice": "提前的时间",
    "deposit": "保证金",
    "yearly-fee": "年费",
    "fine": "罚款",
    "reward": "奖励",
    "compensation": "补偿",
    "share": "比例",
}
POSTS = {"pays": "由谁承担", "repairs": "维修费由谁承担", "does": "由谁做", "decides": "找谁"}

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
_LEAST = {"sanction": 0.05, "meeting": 0.15, "limit": 0.3, "actor": 0.05, "permission": 0.3}
_LEAST_OTHER = 0.4
_LEAST_APART = {"sanction": 0.4, "meeting": 0.3, "actor": 0.3, "permission": 0.4}
"""The same for clauses of which one has a nearer one in the other's document, if they have a topic in common."""
_LEAST_UNTOLD = 0.15
_ALIKE_UNTOLD = 0.45
"""For clauses without a topic in common, which nothing but their words shows to be on one matter."""
_ALIKE_ACTS = 0.4
_SAME_WORDS = 0.85
_ECHO = 0.7


def conflicts_of(passages: Sequence[Passage], vectors: FieldVectors) -> tuple[Conflict, ...]:
    """Return the pairs of clauses that conflict, in reading order.

    Args:
        passages: Every clause, in reading order; headings and background texts rule nothing.
        vectors: Their vectors, as the index holds them.
    """
    from kb.compare.nearness import pairs_of

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


def judge(a: Rule, b: Rule, nearest: bool, weights: Weights) -> Conflict | None:
    """Return the conflict of two rules, or None when they agree or rule different matters."""
    found = (
        _figures(a, b, nearest, weights)
        or _actors(a, b, nearest, weights)
        or _permission(a, b, nearest, weights)
    )
    return Conflict(a.passage.clause_id, b.passage.clause_id, *found) if found else None


def _within(a: Rule, b: Rule) -> bool:
    return a.passage.document_id == b.passage.document_id


def _figures(a: Rule, b: Rule, nearest: bool, weights: Weights) -> Difference | None:
    if _apart(a.claims, b.claims):
        return None
    for role in dict.fromkeys(claim.role for claim in a.claims):
        mine = [claim for claim in a.claims if claim.role == role]
        theirs = [claim for claim in b.claims if claim.role == role]
        if (
            theirs
            and role not in ("at-most", "more-than")
            and _differ(mine, theirs)
            and _same_matter(role, a, b, nearest, weights)
        ):
            return "figure", ROLES.get(role, "数字"), _said(mine), _said(theirs)
    return None


def _said(claims: Sequence[Claim]) -> str:
    return "、".join(claim.shown.strip() for claim in claims)


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
    if role in _BY_ROLE and (nearest or a.topics & b.topics):
        return True
    return _agree_on_labels(a, b) and _share_words(role, a, b, nearest, weights)


def _share_words(role: str, a: Rule, b: Rule, nearest: bool, weights: Weights) -> bool:
    """Return whether two clauses have as many words in common as one matter of this role needs."""
    if not a.topics & b.topics:
        if role in ("sanction", "actor", "meeting"):
            return nearest and weights.overlap(a.terms, b.terms) >= _LEAST_UNTOLD
        return nearest and weights.likeness(a.terms, b.terms) >= _ALIKE_UNTOLD
    least = _LEAST.get(role, _LEAST_OTHER) if nearest else _LEAST_APART.get(role, 1.0)
    return weights.overlap(a.terms, b.terms) >= least


def _agree_on_labels(a: Rule, b: Rule) -> bool:
    """Return whether no label class is named by both in different members."""
    return all(
        not (a.label(name) and b.label(name)) or a.label(name) & b.label(name)
        for name in ("shift", "grade", "shop", "stage")
    )


def _actors(a: Rule, b: Rule, nearest: bool, weights: Weights) -> Difference | None:
    for mine in a.actors:
        for theirs in b.actors:
            if mine.role != theirs.role or mine.who == theirs.who:
                continue
            if mine.role in ("pays", "repairs"):
                same = _same_case(mine, theirs, weights) and (
                    not _within(a, b) or bool(mine.case and theirs.case)
                )
            else:
                same = not _within(a, b) and _share_words("actor", a, b, nearest, weights)
            if same and not _posts(a, mine.role) & _posts(b, mine.role):
                return "actor", POSTS[mine.role], mine.shown.strip(), theirs.shown.strip()
    return None


def _posts(rule: Rule, role: str) -> set[tuple[str, str]]:
    return {(actor.case, actor.who) for actor in rule.actors if actor.role == role}


def _same_case(mine: Actor, theirs: Actor, weights: Weights) -> bool:
    """Return whether two payments may fall due in one case; the case of shared costs is any."""
    if not (mine.case and theirs.case):
        return True
    if mine.case != theirs.case:
        return False
    return mine.case == "else" or weights.overlap(terms_of(mine.condition), terms_of(theirs.condition)) >= 0.5


def _permission(a: Rule, b: Rule, nearest: bool, weights: Weights) -> Difference | None:
    if _within(a, b):
        return None
    told = bool(a.topics & b.topics)
    if not (told or nearest):
        return None
    alike = weights.overlap if told else weights.likeness
    least = (_LEAST if nearest else _LEAST_APART)["permission"] if told else _ALIKE_ACTS
    for mine in a.stances:
        for theirs in b.stances:
            if mine.allows == theirs.allows or _echoed(mine, b, weights) or _echoed(theirs, a, weights):
                continue
            if alike(_act(mine), _act(theirs)) >= least:
                return "permission", "准不准", mine.shown.strip(), theirs.shown.strip()
    return None


def _act(stance: Stance) -> frozenset[str]:
    return terms_of(without_figures(stance.words))


def _echoed(stance: Stance, rule: Rule, weights: Weights) -> bool:
    """Return whether a rule says the same of the same act."""
    return any(
        other.allows == stance.allows and weights.likeness(_act(other), _act(stance)) >= _ECHO
        for other in rule.stances
    )
