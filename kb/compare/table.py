"""Which clauses a comparison lays side by side."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

from kb.compare.matter import FRAMES
from kb.compare.records import Comparison, Conflict, Row
from kb.figures import find_figures
from kb.model import Hit, Passage
from kb.search import plain

SAME_MATTER = 0.55
"""A hit with at least this share of the best relevance may rule the matter asked about."""
SURE = 0.7
"""Of hits with at least this share of the best relevance the conflicts are followed to clauses that were not found."""
PER_DOCUMENT = 3
"""Most rows of one document."""
_SECOND = 0.75
_LEADING = 8
_LEADING_TOPIC = 0.6
_DENSE_SHARE = 0.7
_SLUG = re.compile(r"[a-z]+(?:-[a-z]+)*")


def is_slug(question: str) -> bool:
    """Return whether the question may be the name of a topic."""
    return bool(_SLUG.fullmatch(question.strip().casefold()))


def is_named(question: str, hits: Sequence[Hit]) -> bool:
    """Return whether a question is no more than words that stand in what was found, such as 旷工."""
    words = plain(question)
    return any(
        words in plain(" ".join([hit.passage.text, *hit.passage.heading_path, *hit.passage.ask]))
        for hit in hits[:_LEADING]
    )


def compare(
    question: str,
    hits: Sequence[Hit],
    conflicts: Sequence[Conflict],
    look_up: Callable[[Sequence[str]], Sequence[Passage]],
    *,
    limit: int,
    whole_topic: bool = False,
) -> Comparison:
    """Return what the documents say about a matter, side by side.

    Every document that rules the matter gets a row before any gets a second one.

    Args:
        question: As asked.
        hits: Best first.
        conflicts: All there are.
        look_up: Gives the passages of clause ids, leaving out those that the reader may not see.
        limit: Most rows.
        whole_topic: The hits are a whole topic: clauses that conflict go first, and all hits rule the matter.
    """
    rules = [hit for hit in hits if not hit.passage.heading and hit.passage.kind != "background"]
    if not rules:
        return Comparison(question, (), (), "nothing found")
    others = _partners(conflicts)
    scores = _relevance(rules)
    if whole_topic:
        chosen = {hit.passage.clause_id: hit.passage for hit in rules}
        for id_ in scores:
            scores[id_] += 2.0 if others.get(id_, set()) & scores.keys() else 0.0
    else:
        chosen = _of_one_matter(rules, scores)
        least = SURE * max(scores.values())
        best = rules[0].passage  # whatever the raw scores say: the ranking took it for the answer
        chosen.setdefault(best.clause_id, best)
        sure = [id_ for id_ in chosen if scores[id_] >= least or id_ == best.clause_id]
        missing = sorted({other for id_ in sure for other in others.get(id_, ())} - chosen.keys())
        chosen |= {passage.clause_id: passage for passage in look_up(missing)}
    ranked = sorted(chosen.values(), key=lambda passage: -scores.get(passage.clause_id, 0.0))
    kept = _fair(ranked, scores, others, limit)
    ids = {passage.clause_id for passage in kept}
    return Comparison(
        question,
        tuple(
            Row(
                passage=passage,
                score=scores.get(passage.clause_id, 0.0),
                figures=find_figures(passage.text),
                conflicts_with=tuple(
                    other.clause_id for other in kept if other.clause_id in others.get(passage.clause_id, ())
                ),
            )
            for passage in kept
        ),
        tuple(conflict for conflict in conflicts if conflict.a in ids and conflict.b in ids),
    )


def _partners(conflicts: Sequence[Conflict]) -> Mapping[str, set[str]]:
    found: dict[str, set[str]] = {}
    for conflict in conflicts:
        found.setdefault(conflict.a, set()).add(conflict.b)
        found.setdefault(conflict.b, set()).add(conflict.a)
    return found


def _relevance(rules: Sequence[Hit]) -> dict[str, float]:
    """Return how near each clause is to the question, from 0 to 1, by the raw scores of both sides.

    The hits' own scores tell which one answers; here every clause about the matter counts.
    """
    dense = _scaled([hit.dense or 0.0 for hit in rules])
    lexical = _scaled([hit.lexical or 0.0 for hit in rules])
    return {
        hit.passage.clause_id: _DENSE_SHARE * near + (1 - _DENSE_SHARE) * words
        for hit, near, words in zip(rules, dense, lexical, strict=True)
    }


def _scaled(values: Sequence[float]) -> list[float]:
    low, high = min(values), max(values)
    return [(value - low) / (high - low) if high > low else 1.0 for value in values]


def _of_one_matter(rules: Sequence[Hit], scores: Mapping[str, float]) -> dict[str, Passage]:
    """Return the hits that are near the question and carry a topic that most of the nearest carry."""
    ranked = sorted((hit.passage for hit in rules), key=lambda passage: -scores[passage.clause_id])
    votes: dict[str, float] = {}
    for passage in ranked[:_LEADING]:
        for topic in passage.topics:
            votes[topic] = votes.get(topic, 0.0) + scores[passage.clause_id]
    about = {topic: votes[topic] for topic in votes.keys() - FRAMES} or votes
    leading = {topic for topic in about if about[topic] >= _LEADING_TOPIC * max(about.values())}
    least = SAME_MATTER * scores[ranked[0].clause_id]
    return {
        passage.clause_id: passage
        for passage in ranked
        if scores[passage.clause_id] >= least and (leading & set(passage.topics) or not leading)
    }


def _fair(
    ranked: Sequence[Passage], scores: Mapping[str, float], others: Mapping[str, set[str]], limit: int
) -> list[Passage]:
    """Return the best rule of each document, then their next ones, the rows of a document together."""
    ids = {passage.clause_id for passage in ranked}
    best: dict[str, float] = {}
    rounds: list[tuple[int, Passage]] = []
    count: Counter[str] = Counter()
    for passage in ranked:
        document, score = passage.document_id, scores.get(passage.clause_id, 0.0)
        first = best.setdefault(document, score)
        worth = score >= _SECOND * first or bool(others.get(passage.clause_id, set()) & ids)
        if count[document] < PER_DOCUMENT and (not count[document] or worth):
            rounds.append((count[document], passage))
            count[document] += 1
    kept = [passage for _, passage in sorted(rounds, key=lambda one: one[0])][:limit]
    place = {document: n for n, document in enumerate(dict.fromkeys(passage.document_id for passage in kept))}
    return sorted(kept, key=lambda passage: (place[passage.document_id], passage.order))
