"""Which clause of an old version became which clause of a new one.

Exact words come first, then likeness, in an alignment that respects order; only what is left over may
have moved anywhere. It works from the outside in: first whole rules with all that stands under them, then
their paragraphs and items, so that the second item of one article is never taken for the second item of
another. Headings come last: the rules under them tell which is which.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from typing import Literal

from kb.diff.align import SHORT, aligned, in_order, partners
from kb.diff.similarity import Weights, likeness, words_of
from kb.model import Clause

Kind = Literal["unchanged", "changed", "renumbered", "renumbered and changed"]

_MOVED = 0.3  # alike enough for rules that stand in different places, if nothing else comes near
_CLEARLY = 0.07  # by how much a pair must be more alike than any other of either side
_SAME_RULE = 0.5  # from here on the words of a rule are its own, whatever its paragraphs say
_FIRST = "first"  # stands for the number of a rule's own words among its paragraphs


@dataclass(frozen=True, slots=True)
class Pair:
    """A clause in both versions.

    Attributes:
        old: The clause as it was.
        new: The clause as it is.
        likeness: 1 for the same words, else how alike they are.
        kind: Whether its words, its id, both or neither changed. Blanks, line ends and full or half width
            are no change of words.
        carried: Its id changed only because the clause it stands under was renumbered.
    """

    old: Clause
    new: Clause
    likeness: float
    kind: Kind
    carried: bool = False


@dataclass(frozen=True)
class Match:
    """How two versions correspond.

    Attributes:
        old: All clauses of the old version.
        new: All clauses of the new version.
        pairs: Clauses that stand in both, in the order of the new version.
    """

    old: tuple[Clause, ...]
    new: tuple[Clause, ...]
    pairs: tuple[Pair, ...]

    @cached_property
    def ids(self) -> dict[str, str]:
        """Old anchor to new anchor, for every clause that lives on."""
        return {pair.old.anchor: pair.new.anchor for pair in self.pairs}

    def renamed(self, new: Sequence[Clause]) -> Match:
        """Return the same correspondence with the new clauses, in the same order, under other anchors."""
        final = {clause.anchor: other for clause, other in zip(self.new, new, strict=True)}
        couples = [(pair.old, final[pair.new.anchor], pair.likeness) for pair in self.pairs]
        return Match(self.old, tuple(new), _pairs(couples))

    @cached_property
    def removed(self) -> tuple[Clause, ...]:
        """Clauses of the old version that are gone, in its order."""
        kept = {pair.old.anchor for pair in self.pairs}
        return tuple(clause for clause in self.old if clause.anchor not in kept)

    @cached_property
    def added(self) -> tuple[Clause, ...]:
        """Clauses of the new version that were not there, in its order."""
        known = {pair.new.anchor for pair in self.pairs}
        return tuple(clause for clause in self.new if clause.anchor not in known)


def match_clauses(old: Sequence[Clause], new: Sequence[Clause]) -> Match:
    """Find which clause became which.

    Args:
        old: The clauses of the old version in reading order, anchors unique.
        new: Those of the new version.

    Returns:
        The correspondence. Each clause is in at most one pair; a rule that was split or merged is paired
        with the part that is most like it.
    """
    before, after = _Side(old), _Side(new)
    weights = Weights(before.own, after.own)
    found = _Found()
    rules = aligned(
        weights,
        [before.whole[place] for place in before.rules],
        [after.whole[place] for place in after.rules],
        [before.clauses[place].label for place in before.rules],
        [after.clauses[place].label for place in after.rules],
    )
    for one, other in rules.items():
        found.add(before.rules[one], after.rules[other])
    _align_below(before, after, weights, found, list(found.new_of.items()))
    _move(before, after, weights, found)
    _match_headings(before, after, weights, found)
    couples = [(old[found.old_of[place]], new[place]) for place in sorted(found.old_of)]
    pairs = _pairs([(one, other, likeness(one.text, other.text)) for one, other in couples])
    return Match(tuple(old), tuple(new), pairs)


class _Found:
    """The pairs found so far, by place."""

    def __init__(self) -> None:
        self.new_of: dict[int, int] = {}
        self.old_of: dict[int, int] = {}

    def add(self, old: int, new: int) -> None:
        self.new_of[old] = new
        self.old_of[new] = old

    def drop(self, old: int) -> None:
        del self.old_of[self.new_of.pop(old)]

    def free(self, old: int, new: int) -> bool:
        """Whether neither side is in a pair."""
        return old not in self.new_of and new not in self.old_of


class _Side:
    """One version, prepared for comparing."""

    def __init__(self, clauses: Sequence[Clause]) -> None:
        self.clauses = clauses
        places = {clause.anchor: place for place, clause in enumerate(clauses)}
        self.parents = [places.get(clause.parent or "") for clause in clauses]
        self.below: defaultdict[int, list[int]] = defaultdict(list)
        for place, parent in enumerate(self.parents):
            if parent is not None and parent != place:
                self.below[parent].append(place)
        self.own = [words_of(clause.text) for clause in clauses]
        # Rules that stand under a heading or at the top; everything else stands under one of them.
        self.rules = [
            place
            for place, clause in enumerate(clauses)
            if not clause.heading and (self.parents[place] is None or self._under_headings(place))
        ]
        self.whole = list(self.own)
        for place in reversed(range(len(clauses))):
            parts = self.below.get(place)
            if parts and not clauses[place].heading:
                self.whole[place] = "\n".join([self.own[place], *(self.whole[part] for part in parts)])

    def _under_headings(self, place: int) -> bool:
        parent = self.parents[place]
        return parent is not None and self.clauses[parent].heading

    def may_move(self, place: int) -> bool:
        """Whether a clause says enough to be known again in another place."""
        return not self.clauses[place].heading and len(self.whole[place]) >= SHORT

    def headings_over(self, place: int) -> list[int]:
        """Return the headings a clause stands under, the nearest first."""
        over = []
        parent = self.parents[place]
        while parent is not None and parent not in over:
            if self.clauses[parent].heading:
                over.append(parent)
            parent = self.parents[parent]
        return over


def _align_below(
    before: _Side, after: _Side, weights: Weights, found: _Found, fresh: list[tuple[int, int]]
) -> None:
    """Align what stands under each pair, and so on down.

    Where the words of a rule itself changed much, they are aligned together with the paragraphs under it:
    if a paragraph was put in front, the old first one lives on as the second.
    """
    while fresh:
        old, new = fresh.pop()
        olds = [place for place in before.below.get(old, ()) if place not in found.new_of]
        news = [place for place in after.below.get(new, ()) if place not in found.old_of]
        old_words = [before.whole[place] for place in olds]
        new_words = [after.whole[place] for place in news]
        if (olds or news) and weights.similarity(before.own[old], after.own[new]) < _SAME_RULE:
            found.drop(old)
            olds, old_words = [old, *olds], [before.own[old], *old_words]
            news, new_words = [new, *news], [after.own[new], *new_words]
        old_labels = [_FIRST if place == old else before.clauses[place].label for place in olds]
        new_labels = [_FIRST if place == new else after.clauses[place].label for place in news]
        pairs = aligned(weights, old_words, new_words, old_labels, new_labels)
        below = [(olds[one], news[other]) for one, other in pairs.items()]
        if old not in found.new_of and not any(one == old or other == new for one, other in below):
            below.append((old, new))
        for pair in below:
            found.add(*pair)
        fresh += [pair for pair in below if pair != (old, new)]


def _move(before: _Side, after: _Side, weights: Weights, found: _Found) -> None:
    """Pair what is left over anywhere, the most alike first.

    What is less than half alike must be clearly the likeliest from both sides.
    """
    olds = [n for n in range(len(before.clauses)) if n not in found.new_of and before.may_move(n)]
    news = [n for n in range(len(after.clauses)) if n not in found.old_of and after.may_move(n)]
    scores: dict[tuple[int, int], float] = {}
    for side in ("own", "whole"):
        ones, others = getattr(before, side), getattr(after, side)
        for old, ranking in zip(
            olds, partners(weights, [ones[n] for n in olds], [others[n] for n in news]), strict=True
        ):
            for alike, new in ranking:
                scores[old, news[new]] = max(alike, scores.get((old, news[new]), 0.0))
    ranked: defaultdict[tuple[str, int], list[float]] = defaultdict(list)
    for (old, new), alike in scores.items():
        ranked["old", old].append(alike)
        ranked["new", new].append(alike)

    def clear(old: int, new: int, alike: float) -> bool:
        rivals = sorted(ranked["old", old] + ranked["new", new], reverse=True)[2:]  # without itself, twice
        return alike >= max(ranked["old", old] + ranked["new", new]) and alike >= _CLEARLY + max(
            rivals, default=0
        )

    for (old, new), alike in sorted(scores.items(), key=lambda score: (-score[1], score[0])):
        if alike >= _MOVED and found.free(old, new) and (alike >= _SAME_RULE or clear(old, new, alike)):
            found.add(old, new)
            _align_below(before, after, weights, found, [(old, new)])


def _match_headings(before: _Side, after: _Side, weights: Weights, found: _Found) -> None:
    """Pair headings by their words and by the rules under them."""
    votes: Counter[tuple[int, int]] = Counter()
    sizes_old: Counter[int] = Counter()
    sizes_new: Counter[int] = Counter()
    for old in before.rules:
        over = before.headings_over(old)
        sizes_old.update(over)
        if old in found.new_of:
            votes.update((one, other) for one in over for other in after.headings_over(found.new_of[old]))
    for new in after.rules:
        sizes_new.update(after.headings_over(new))
    olds = [n for n, clause in enumerate(before.clauses) if clause.heading]
    news = [n for n, clause in enumerate(after.clauses) if clause.heading]
    possible = set(votes)
    for old, ranking in zip(
        olds, partners(weights, [before.own[n] for n in olds], [after.own[n] for n in news]), strict=True
    ):
        possible.update((old, news[new]) for _, new in ranking)
    scored = []
    for old, new in possible:
        shared = votes[old, new] / max(sizes_old[old], sizes_new[new], 1)
        alike = weights.similarity(before.own[old], after.own[new])
        same_level = before.clauses[old].level == after.clauses[new].level
        score = 0.5 * alike + 0.5 * shared + (0.05 if same_level else 0.0)
        if alike == 1.0 or score >= 0.4:
            scored.append((-score, abs(old - new), old, new))
    for _, _, old, new in sorted(scored):
        if found.free(old, new):
            found.add(old, new)
    # A heading alone between the same neighbours with the same number was only given other words.
    bones = [(old, found.new_of[old]) for old in olds if old in found.new_of]
    edges = [(-1, -1), *in_order(dict(bones)), (len(before.clauses), len(after.clauses))]
    for (old_from, new_from), (old_to, new_to) in pairwise(edges):
        ones = [n for n in _between(olds, old_from, old_to) if n not in found.new_of]
        others = [n for n in _between(news, new_from, new_to) if n not in found.old_of]
        if len(ones) == len(others) == 1:
            one, other = before.clauses[ones[0]], after.clauses[others[0]]
            if one.label == other.label != "" and one.level == other.level:
                found.add(ones[0], others[0])


def _between(places: Sequence[int], low: int, high: int) -> Sequence[int]:
    return places[bisect_right(places, low) : bisect_left(places, high)]


def _pairs(couples: Sequence[tuple[Clause, Clause, float]]) -> tuple[Pair, ...]:
    """Return couples of given likeness with what became of each, as their words and anchors tell."""
    ids = {old.anchor: new.anchor for old, new, _ in couples}
    pairs = []
    for old, new, alike in couples:
        same_words = old.text == new.text or (alike == 1.0 and words_of(old.text) == words_of(new.text))
        same_id = old.anchor == new.anchor
        kind: Kind
        if same_id:
            kind = "unchanged" if same_words else "changed"
        else:
            kind = "renumbered" if same_words else "renumbered and changed"
        carried = (
            not same_id
            and old.parent is not None
            and ids.get(old.parent, "") == new.parent
            and _own_part(old) == _own_part(new)
        )
        pairs.append(Pair(old, new, alike, kind, carried))
    return tuple(pairs)


def _own_part(clause: Clause) -> str:
    """Return the part of an anchor that a clause adds to its parent's."""
    return clause.anchor.removeprefix(f"{clause.parent}-")
