"""Which clauses of other documents speak of the same thing.

Cosine of character pairs weighted by their rarity (tf-idf, Salton & Buckley 1988), over a clause's words and its typical
questions: no model is needed, so the same pages give the same lists on any machine.
"""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Sequence

from kb.model import Passage

MOST = 4
"""Related clauses of one clause."""
NEAR = 0.16
"""Cosine from which a clause of another document counts as related."""
_COMMON = 0.12
"""A pair that stands in more than this share of the clauses tells nothing."""


def related_clauses(passages: Sequence[Passage]) -> dict[str, tuple[str, ...]]:
    """Return, by clause id, the ids of the nearest clauses in other documents, nearest first."""
    rules = [passage for passage in passages if not passage.heading]
    counts = [_terms(passage) for passage in rules]
    spread = Counter(term for terms in counts for term in terms)
    most = max(_COMMON * len(rules), 4)
    rare = {term: math.log(len(rules) / count) for term, count in spread.items() if 1 < count <= most}
    postings: dict[str, list[tuple[int, float]]] = defaultdict(list)
    vectors = []
    for place, terms in enumerate(counts):
        weights = {term: (1 + math.log(n)) * rare[term] for term, n in sorted(terms.items()) if term in rare}
        length = math.sqrt(sum(weight * weight for weight in weights.values())) or 1.0
        vectors.append({term: weight / length for term, weight in weights.items()})
        for term, weight in vectors[-1].items():
            postings[term].append((place, weight))
    found = {}
    for place, vector in enumerate(vectors):
        near: dict[int, float] = defaultdict(float)
        for term, weight in vector.items():
            for other, other_weight in postings[term]:
                near[other] += weight * other_weight
        own = rules[place].document_id
        ranked = sorted(
            (-round(cosine, 6), other)
            for other, cosine in near.items()
            if cosine >= NEAR and rules[other].document_id != own
        )
        if ranked:
            found[rules[place].clause_id] = tuple(rules[other].clause_id for _, other in ranked[:MOST])
    return found


def _terms(passage: Passage) -> Counter[str]:
    terms: Counter[str] = Counter()
    for text in (passage.text, *passage.ask):
        run = "".join(character for character in text if character.isalnum())
        terms.update(run[at : at + 2] for at in range(len(run) - 1))
    return terms
