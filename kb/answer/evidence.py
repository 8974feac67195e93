"""Which clauses answer a question, and in what arrangement."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kb.model import Hit, Passage
from kb.search.wanted import Want

Arrangement = Literal["fact", "list", "steps", "differing"]

CLOSE = 0.2
"""A hit trusted at least this much, compared with the best one, is part of the answer."""
SAME_MATTER = 0.06
"""A hit of another document trusted at least this much, with a topic in common, rules the same matter."""
LONGEST_LIST = 14
"""Of a section with more rules than this only the best are told."""
_LOOK = 30
_LOOK_UNASKED = 6
_ALIKE = 3
_FACTS = 3
_DOCUMENTS = 5
_LEADS_IN = re.compile(r"(?:：|:|如下|以下几个?方面|下面几个?方面|下列各项)[。.]?$")


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a clause, in reading order.

    Attributes:
        under: Clauses under it, at any depth.
        beside: Clauses under the same parent, itself among them.
    """

    under: tuple[Passage, ...]
    beside: tuple[Passage, ...]


Around = Callable[[Passage], Surroundings]
Rivals = Callable[[Passage], Sequence[Passage]]


@dataclass(frozen=True, slots=True)
class Evidence:
    """The clauses of an answer.

    Attributes:
        arrangement: How they belong together.
        told: What the answer says, in the order it says it.
        ranked: The same and what may be read besides, best first.
    """

    arrangement: Arrangement
    told: tuple[Passage, ...]
    ranked: tuple[Passage, ...]


def gather(hits: Sequence[Hit], wanted: frozenset[Want], around: Around, rivals: Rivals) -> Evidence:
    """Choose and arrange the clauses that answer.

    Args:
        hits: Best first, at least one.
        wanted: What the question wants.
        around: Gives the surroundings of a clause.
        rivals: Gives the clauses that conflict with a clause.
    """
    scores = {hit.passage.clause_id: hit.score for hit in hits}
    ranked = list(dict.fromkeys(_expanded(hits, scores, around)))
    section = _section(hits, wanted, around)
    if section:
        best = sorted(section, key=lambda passage: -scores.get(passage.clause_id, 0.0))[:LONGEST_LIST]
        arrangement: Arrangement = "steps" if "steps" in wanted and "list" not in wanted else "list"
        told = [passage for passage in section if passage in best]
        asked = hits[0].passage
        if not wanted & {"list", "steps"} and asked in told:
            told.remove(asked)
            told.insert(0, asked)
        return _evidence(arrangement, told, [*best, *ranked])
    rules = [hit for hit in hits if not hit.passage.heading] or list(hits)
    differing = _differing(rules, rivals(rules[0].passage))
    if len(differing) > 1:
        return _evidence("differing", differing, [*differing, *ranked])
    top = scores.get(ranked[0].clause_id, rules[0].score)
    close = [passage for passage in ranked if scores.get(passage.clause_id, 0.0) >= CLOSE * top]
    return _evidence("fact", close[:_FACTS] or ranked[:1], ranked)


def _evidence(arrangement: Arrangement, told: Sequence[Passage], ranked: Sequence[Passage]) -> Evidence:
    told = tuple(dict.fromkeys(told))
    first = [passage for passage in ranked if passage in told]
    return Evidence(arrangement, told, tuple(dict.fromkeys([*first, *told, *ranked])))


def _expanded(hits: Sequence[Hit], scores: Mapping[str, float], around: Around) -> Iterator[Passage]:
    """Yield the rules of the hits, best first; a heading gives way to the rules under it, the best of them first."""
    for hit in hits:
        if not hit.passage.heading:
            yield hit.passage
        elif hit.score >= CLOSE * hits[0].score:
            under = [passage for passage in around(hit.passage).under if not passage.heading]
            yield from sorted(under, key=lambda passage: -scores.get(passage.clause_id, 0.0))[:_FACTS]


def _section(hits: Sequence[Hit], wanted: frozenset[Want], around: Around) -> tuple[Passage, ...]:
    """Return the rules of the section that answers as a whole, or nothing.

    A clause with others under it stands for them, and so does one that only leads in what follows it. Where a list or steps are
    wanted, a rule on top stands for its section when its neighbours were found along with it; where nothing
    in particular is wanted, when they crowd the very top.
    """
    top = hits[0].passage
    surroundings = around(top)
    under = tuple(passage for passage in surroundings.under if not passage.heading)
    if under:
        return under if top.heading else (top, *under)
    beside = surroundings.beside
    if _LEADS_IN.search(top.text):
        following = tuple(passage for passage in beside if passage.order > top.order)
        return (top, *following) if following else ()
    beside = tuple(passage for passage in beside if not passage.heading)
    if not 1 < len(beside) <= LONGEST_LIST or (wanted and not wanted & {"list", "steps"}):
        return ()
    look = _LOOK if wanted else _LOOK_UNASKED
    found = {hit.passage.clause_id for hit in hits[:look]}
    alike = sum(passage.clause_id in found for passage in beside)
    return beside if alike >= min(_ALIKE, len(beside)) else ()


def _differing(hits: Sequence[Hit], rivals: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return the best rule of each document that rules the matter of the best hit, also those that only conflict with it."""
    best = hits[0]
    topics = set(best.passage.topics)
    seen: Counter[str] = Counter()
    chosen: list[Passage] = []
    for hit in hits[:_LOOK]:
        passage = hit.passage
        same_matter = passage is best.passage or (
            hit.score >= SAME_MATTER * best.score and topics & set(passage.topics)
        )
        if same_matter and not seen[passage.document_id]:
            chosen.append(passage)
        seen[passage.document_id] += 1
    for passage in rivals:
        if all(passage.document_id != one.document_id for one in chosen):
            chosen.append(passage)
    return tuple(chosen[:_DOCUMENTS])
