"""Which clauses answer a question, and in what arrangement."""

from __future__ import annotations

import functools
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, takewhile
from typing import Literal

from kb.model import Hit, Passage
from kb.search.wanted import Want

Arrangement = Literal["fact", "list", "steps", "differing"]

CLOSE = 0.2
"""A hit trusted at least this much, compared with the best one, is part of the answer."""
SAME_MATTER = 0.06
"""A hit of another document trusted at least this much, with a topic in common, rules the same matter."""
COMPARED = 0.01
"""The same when the documents are to be compared."""
LONGEST_LIST = 14
"""Of a section with more rules than this only the best are told."""
_WHOLES: frozenset[Want] = frozenset({"list", "steps", "overview"})
_LOOK = 30
_LOOK_UNASKED = 6
_ALIKE = 3
_FACTS = 3
_DOCUMENTS = 5
_FIRST = 5
_LEADS_IN = re.compile(
    r"(?:：|:|如下|(?:以下|下面|下列)[^，。；]{0,6}(?:方面|步骤|部分|内容|点|项|功能|技能|规定|要求|情况|条件))[。.]?$"
)
_ROW = " | "
"""Between the cells of a table's row."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What stands around a clause, in reading order.

    Attributes:
        above: The heading it stands under, None at the top.
        under: Clauses under it, at any depth.
        beside: Clauses under the same parent, itself among them.
    """

    above: Passage | None
    under: tuple[Passage, ...]
    beside: tuple[Passage, ...]


def surroundings_among(passage: Passage, neighbours: Sequence[Passage]) -> Surroundings:
    """Return what stands around a clause, of its neighbours in reading order."""
    depth = len(passage.heading_path)
    before = [other for other in neighbours if other.order < passage.order]
    after = [other for other in neighbours if other.order > passage.order]
    above = (other for other in reversed(before) if other.heading and len(other.heading_path) == depth - 1)
    beside = [other for other in [*before, passage, *after] if other.heading_path == passage.heading_path]
    return Surroundings(
        above=next(above, None),
        under=tuple(takewhile(lambda other: len(other.heading_path) > depth, after)),
        beside=tuple(beside),
    )


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
    around = functools.cache(around)  # asked again and again for the same few clauses
    scores = {hit.passage.clause_id: hit.score for hit in hits}
    ranked = list(dict.fromkeys(_expanded(hits, scores, around)))
    rules = [hit for hit in hits if not hit.passage.heading] or list(hits)
    compared = "comparison" in wanted
    section = () if compared else _section(hits, wanted, around)
    differing = _differing(rules, rivals(rules[0].passage), COMPARED if compared else SAME_MATTER)
    if section and (wanted & _WHOLES or len(differing) < 2):
        best = sorted(section, key=lambda passage: -scores.get(passage.clause_id, 0.0))[:LONGEST_LIST]
        arrangement: Arrangement = "steps" if "steps" in wanted and "list" not in wanted else "list"
        told = [passage for passage in section if passage in best]
        asked = hits[0].passage
        if not wanted & _WHOLES and asked in told:
            told.remove(asked)
            told.insert(0, asked)
        return _evidence(arrangement, told, ranked, best)
    if len(differing) > 1:
        return _evidence("differing", differing, ranked, differing)
    top = scores.get(ranked[0].clause_id, rules[0].score)
    close = [passage for passage in ranked if scores.get(passage.clause_id, 0.0) >= CLOSE * top]
    told = close[:_FACTS] or ranked[:1]
    return _evidence("fact", told, ranked, told)


def _evidence(
    arrangement: Arrangement, told: Sequence[Passage], ranked: Sequence[Passage], best: Sequence[Passage]
) -> Evidence:
    """Return the evidence; what the search ranked first stays first, also where the answer tells a section that it is not in."""
    order = dict.fromkeys([*ranked[:_FIRST], *best, *told, *ranked])
    return Evidence(arrangement, tuple(dict.fromkeys(told)), tuple(order))


def _expanded(hits: Sequence[Hit], scores: Mapping[str, float], around: Around) -> Iterator[Passage]:
    """Yield the rules of the hits, best first; a heading gives way to the rules under it, the best of them first."""
    for hit in hits:
        if not hit.passage.heading:
            yield hit.passage
        elif hit.score >= CLOSE * hits[0].score:
            under = [passage for passage in around(hit.passage).under if not passage.heading]
            yield from sorted(under, key=lambda passage: -scores.get(passage.clause_id, 0.0))[:_FACTS]


def _section(hits: Sequence[Hit], wanted: frozenset[Want], around: Around) -> tuple[Passage, ...]:
    """Return what answers as a whole, or nothing: the section of the best hit or, where a whole is wanted, of one close to it."""
    best = hits[0]
    close = [hit for hit in hits[1:] if hit.score >= CLOSE * best.score] if wanted & _WHOLES else []
    for hit in (best, *sorted(close, key=lambda hit: not hit.passage.heading)):
        section = (
            _led_by(hit.passage, around)
            or ("overview" in wanted and _sections(hit.passage, hits, around))
            or _crowd(hit.passage, hits, wanted, around)
        )
        if section:
            return section if hit is best or best.passage.heading else (best.passage, *section)
    return ()


def _led_by(passage: Passage, around: Around) -> tuple[Passage, ...]:
    """Return what a clause with others under it stands for, or one that only leads in what follows it."""
    surroundings = around(passage)
    under = tuple(other for other in surroundings.under if not other.heading)
    if under:
        return under if passage.heading else (passage, *under)
    if not _LEADS_IN.search(passage.text):
        return ()
    following = [other for other in surroundings.beside if other.order > passage.order]
    if not following:
        return ()
    whole = [one for other in following for one in (other, *(around(other).under if other.heading else ()))]
    return (passage, *(whole if len(whole) < LONGEST_LIST else following))


def _sections(passage: Passage, hits: Sequence[Hit], around: Around) -> tuple[Passage, ...]:
    """Return the headings of a clause's section and of those beside it, when clauses of several were found."""
    own = passage if passage.heading else around(passage).above
    if own is None:
        return ()
    path = own.heading_path
    sections = tuple(other for other in around(own).beside if other.heading)
    found = {
        hit.passage.heading_path[len(path)]
        for hit in hits[:_LOOK]
        if hit.passage.document_id == own.document_id
        and hit.passage.heading_path[: len(path)] == path != hit.passage.heading_path
    }
    return sections if 1 < len(sections) <= LONGEST_LIST and len(found) >= min(_ALIKE, len(sections)) else ()


def _crowd(
    passage: Passage, hits: Sequence[Hit], wanted: frozenset[Want], around: Around
) -> tuple[Passage, ...]:
    """Return the rules beside a rule, or the rows of its table, when they were found along with it.

    Where a list or steps are wanted, anywhere; where nothing in particular is wanted, when they crowd the very top.
    """
    if wanted and not wanted & _WHOLES:
        return ()
    beside = tuple(other for other in around(passage).beside if not other.heading)
    if len(beside) > LONGEST_LIST and _ROW in passage.text:
        beside = _rows_around(passage, beside)
    if not 1 < len(beside) <= LONGEST_LIST:
        return ()
    found = {hit.passage.clause_id for hit in hits[: _LOOK if wanted else _LOOK_UNASKED]}
    alike = sum(other.clause_id in found for other in beside)
    return beside if alike >= min(_ALIKE, len(beside)) else ()


def _rows_around(row: Passage, beside: Sequence[Passage]) -> tuple[Passage, ...]:
    for rows, run in groupby(beside, key=lambda passage: _ROW in passage.text):
        table = tuple(run)
        if rows and row in table:
            return table
    return ()


def _differing(hits: Sequence[Hit], rivals: Sequence[Passage], least: float) -> tuple[Passage, ...]:
    """Return the best rule of each document that rules the matter of the best hit, also those that only conflict with it."""
    best = hits[0]
    topics = set(best.passage.topics)
    seen: Counter[str] = Counter()
    chosen: list[Passage] = []
    for hit in hits[:_LOOK]:
        passage = hit.passage
        same_matter = passage is best.passage or (
            hit.score >= least * best.score and topics & set(passage.topics)
        )
        if same_matter and not seen[passage.document_id]:
            chosen.append(passage)
        seen[passage.document_id] += 1
    for passage in rivals:
        if all(passage.document_id != one.document_id for one in chosen):
            chosen.append(passage)
    return tuple(chosen[:_DOCUMENTS])
