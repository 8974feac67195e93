"""Words as sparse vectors whose inner product is BM25, on any version of Milvus.

BM25 (Robertson and Zaragoza 2009, doi 10.1561/1500000019) is a sum over the words of a question: how rare the word is,
times how much of the clause it is. The second factor is the clause's vector, the first one the question's.

What readers see must not depend on clauses that they may not see. So a clause's length is measured against clauses for its
own audience, and how rare a word is, is counted among the audiences that the reader has.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from kb.index.lexical import LARGE, MANY, MAX_TERMS, terms
from kb.model.entry import Entry

_K1 = 1.2
_B = 0.75
NOTHING = 0
"""Dimension of no term: stores refuse empty vectors, and a question never has it."""


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the corpus.

    Attributes:
        number: Its dimension.
        counts: How many clauses have it, per audience and, within one, per field.
    """

    number: int
    counts: tuple[int, ...]


class Corpus:
    """What is counted over all clauses before their vectors can be written.

    Attributes:
        clauses: Number of clauses per audience.
    """

    def __init__(self, fields: Sequence[str], audiences: Sequence[str]) -> None:
        self._fields = tuple(fields)
        self._places = {
            (audience, field): place
            for place, (audience, field) in enumerate(
                (audience, field) for audience in audiences for field in fields
            )
        }
        self.clauses = dict.fromkeys(audiences, 0)
        self._tokens = [0] * len(self._places)
        self._terms: dict[str, list[int]] = {}

    def add(self, entry: Entry) -> None:
        """Count a clause."""
        audience = entry.passage.audience
        self.clauses[audience] += 1
        for field, words in field_terms(entry).items():
            place = self._places[audience, field]
            self._tokens[place] += len(words)
            for word in set(words):
                self._terms.setdefault(word, [0] * len(self._places))[place] += 1

    def terms(self) -> Iterable[tuple[str, Term]]:
        """Yield every term."""
        for number, (word, counts) in enumerate(self._terms.items(), NOTHING + 1):
            yield word, Term(number, tuple(counts))

    def vectors(self, entries: Iterable[Entry]) -> Iterable[dict[str, dict[int, float]]]:
        """Yield the sparse vector of each field of each clause."""
        numbers = {word: term.number for word, term in self.terms()}
        for entry in entries:
            audience = entry.passage.audience
            made = {field: {NOTHING: 1.0} for field in self._fields}
            for field, words in field_terms(entry).items():
                mean = self._tokens[self._places[audience, field]] / self.clauses[audience]
                longer = _K1 * (1 - _B + _B * _coarse(len(words)) / mean)
                made[field] = {
                    numbers[word]: (1 + _K1) * times / (times + longer)
                    for word, times in Counter(words).items()
                }
            yield made


def _coarse(length: int) -> int:
    """Return a length as tantivy and Lucene remember it, in one byte: exact below 40, then within an eighth."""
    if length < 40:
        return length
    beyond = length - 24
    low = beyond.bit_length() - 4
    return 24 + ((beyond >> low) << low)


def field_terms(entry: Entry) -> dict[str, list[str]]:
    """Return the terms of each lexical field that has any."""
    found: dict[str, list[str]] = {}
    for field, text in entry.lexical:
        if text.strip() and (words := terms(text)):
            found.setdefault(field, []).extend(words)
    return found


class Statistics:
    """How rare terms are among the clauses for some audiences.

    Attributes:
        clauses: Number of these clauses.
    """

    def __init__(self, fields: Sequence[str], clauses: Mapping[str, int], readers: Sequence[str]) -> None:
        """Choose the audiences.

        Args:
            fields: All lexical fields, in the order of ``Term.counts``.
            clauses: Number of clauses of every audience, in that order.
            readers: Those that count.
        """
        self._fields = {field: place for place, field in enumerate(fields)}
        self._starts = [at * len(fields) for at, audience in enumerate(clauses) if audience in readers]
        self.clauses = sum(clauses[audience] for audience in readers)

    def count(self, term: Term, field: str) -> int:
        """Return how many of the clauses have the term in the field."""
        return sum(term.counts[start + self._fields[field]] for start in self._starts)

    def most(self, term: Term) -> int:
        """Return how many of the clauses have the term in some field: the most of any one."""
        return max(self.count(term, field) for field in self._fields)

    def question(
        self, known: Mapping[str, Term], boosts: Mapping[str, float] | None
    ) -> dict[str, dict[int, float]]:
        """Return the sparse vector of a question in each field that can find anything.

        Args:
            known: Those of its terms that the corpus has; the rarest ``MAX_TERMS`` count.
            boosts: Weight per field, as ``OpenIndex.lexical`` takes them.
        """
        wanted = dict.fromkeys(self._fields, 1.0) if boosts is None else boosts
        weights = {f: w for f, w in wanted.items() if f in self._fields and w > 0}
        total = {word: sum(self.count(term, f) for f in weights) for word, term in known.items()}
        telling = sorted((word for word, n in total.items() if n), key=total.__getitem__)[:MAX_TERMS]
        made: dict[str, dict[int, float]] = {}
        for field, weight in weights.items():
            held = {word: n for word in telling if (n := self.count(known[word], field))}
            if self.clauses >= LARGE:  # as in a folder
                held = {word: n for word, n in held.items() if n <= MANY * self.clauses} or held
            if held:
                made[field] = {
                    known[word].number: weight * math.log1p((self.clauses - n + 0.5) / (n + 0.5))
                    for word, n in held.items()
                }
        return made
