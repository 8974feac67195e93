"""Copies: the same rules told again, word for word, nearly, in part, or with synonyms swapped in.

Two documents are compared clause by clause on character pairs. A document most of whose words stand in a fuller
one is its copy, unless the figures differ: the same template with other shifts, fines or wages is a variant and
stays a document of its own.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import combinations
from zlib import crc32

COVERED = 0.82  # share of the shorter document's words that must stand in the fuller one
ALIKE = 0.55  # Dice coefficient of two clauses that say the same with some words swapped
SAME = 0.9  # … that say the same but for slips
_OWN = 20  # words of a numbered clause that make it a rule of its own
_SHINGLE = 6
_SAMPLE = 4  # one shingle in four is enough to notice a relation
_NEAREST = 8  # only so many of the nearest documents are compared sentence by sentence
_COMMON = 12  # a shingle in more documents than this is a set phrase
_SENTENCE = re.compile(r"[^。；;！!？?\s]+[。；;！!？?]?")
_FIGURE = re.compile(r"\d+(?:[.:：]\d+)?")
_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Told:
    """What is compared of one document: its clauses' words in order, and which of them carry a number."""

    clauses: tuple[str, ...]
    numbered: tuple[bool, ...]


@dataclass(frozen=True, slots=True)
class Copy:
    """Document ``copy`` tells ``original`` again; ``pairs`` maps its clauses to the original's (index to index)."""

    copy: int
    original: int
    kind: str
    pairs: tuple[tuple[int, int], ...]


def find_copies(told: Sequence[Told]) -> list[Copy]:
    """Return the documents that are copies of a fuller one; originals are never copies themselves."""
    words = [[_NOISE.sub("", clause) for clause in document.clauses] for document in told]
    sizes = [sum(map(len, clauses)) for clauses in words]
    order = sorted(range(len(told)), key=lambda n: (-sizes[n], n))
    place = {n: i for i, n in enumerate(order)}
    related = _related(words)
    sentences = {
        n: _Sentences(told[n].clauses)
        for n in {*related, *(m for others in related.values() for m in others)}
    }
    copies: dict[int, Copy] = {}
    for n in order:
        best: tuple[float, Copy] | None = None
        for other in related.get(n, ()):
            if place[other] >= place[n] or other in copies:
                continue
            coverage, kind, pairs = _compare(sentences[n], sentences[other], sizes[n] / max(1, sizes[other]))
            pairs = () if _own_rules(told[n], words[n], pairs) else pairs
            if pairs and (best is None or coverage > best[0]):
                best = (coverage, Copy(n, other, "exact" if words[n] == words[other] else kind, pairs))
        if best is not None:
            copies[n] = best[1]
    return [copies[n] for n in sorted(copies)]


def _own_rules(told: Told, words: Sequence[str], pairs: Sequence[tuple[int, int]]) -> bool:
    """Whether a document says something of its own: a numbered clause of some length, or much else.

    What stands only in a copy would be lost with it, so such a document is no mere copy.
    """
    paired = {clause for clause, _ in pairs}
    own = [clause for clause in range(len(words)) if clause not in paired]
    if any(told.numbered[clause] and len(words[clause]) >= _OWN for clause in own):
        return True
    return sum(len(words[clause]) for clause in own) > (1 - COVERED) * sum(map(len, words))


def _related(words: Sequence[Sequence[str]]) -> dict[int, list[int]]:
    """Return, for each document, the few others that share the most word sequences with it."""
    if len(words) < 2:
        return {}
    told = [_shingles(clauses) for clauses in words]
    counts = [len(shingles) for shingles in told]
    # Most word sequences stand in one document only: a table of one byte each sorts those out first, which
    # keeps the memory small where the texts are large.
    slots = 1 << max(16, (4 * sum(counts)).bit_length())
    seen, several = bytearray(slots), bytearray(slots)
    for n, shingles in enumerate(told):
        mark = n % 255 + 1
        for shingle in shingles:
            slot = shingle // _SAMPLE % slots
            if seen[slot] not in (0, mark):
                several[slot] = 1
            seen[slot] = mark
    holders: dict[int, list[int]] = {}
    for n, shingles in enumerate(told):
        for shingle in shingles:
            if several[shingle // _SAMPLE % slots]:
                holder = holders.setdefault(shingle, [])
                if not holder or holder[-1] != n:
                    holder.append(n)
    shared: Counter[tuple[int, int]] = Counter()
    for documents in holders.values():
        if 1 < len(documents) <= _COMMON:
            shared.update(combinations(documents, 2))
    related: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (a, b), count in shared.items():
        if count >= max(3, 0.06 * min(counts[a], counts[b])):
            related[a].append((-count, b))
            related[b].append((-count, a))
    return {n: [other for _, other in sorted(others)[:_NEAREST]] for n, others in related.items()}


def _shingles(clauses: Sequence[str]) -> array[int]:
    """Return a sample of the word sequences of a document."""
    found = array("I")
    for clause in clauses:
        for i in range(len(clause) - _SHINGLE + 1):
            # crc32, not hash(): the same in every run
            shingle = crc32(clause[i : i + _SHINGLE].encode("utf-8", "surrogatepass"))
            if shingle % _SAMPLE == 0:
                found.append(shingle)
    return found


class _Sentences:
    """The sentences of a document, with an index of their character pairs."""

    def __init__(self, clauses: Sequence[str]) -> None:
        self.units = _units(clauses)
        self.grams = [_grams(text) for _, text, _ in self.units]
        self.exact = {text: i for i, (_, text, _) in reversed([*enumerate(self.units)])}
        self.index: dict[str, list[int]] = defaultdict(list)
        for i, grams in enumerate(self.grams):
            for gram in grams:
                self.index[gram].append(i)

    def closest(self, text: str, grams: frozenset[str]) -> tuple[float, int]:
        """Return how alike the most alike sentence is, and which one it is."""
        if text in self.exact:
            return 1.0, self.exact[text]
        votes: Counter[int] = Counter()
        for gram in grams:
            holders = self.index.get(gram, ())
            if len(holders) <= 40:
                votes.update(holders)
        best, found = 0.0, -1
        for i, _ in sorted(votes.items(), key=lambda item: (-item[1], item[0]))[:5]:
            whole = self.units[i][1]
            told = len(text) >= 6 and (text in whole or (whole in text and len(whole) > 0.8 * len(text)))
            score = 1.0 if told else _dice(grams, self.grams[i])
            if score > best:
                best, found = score, i
        return best, found


def _grams(text: str) -> frozenset[str]:
    return frozenset(text[i : i + 2] for i in range(len(text) - 1))


def _dice(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0


def _compare(
    mine: _Sentences, other: _Sentences, ratio: float
) -> tuple[float, str, tuple[tuple[int, int], ...]]:
    """Return how much of a document a fuller one covers, the kind of copy, and the clauses paired; none if no copy."""
    total = matched = figures = differing = 0
    alike = 0.0
    pairs: dict[int, Counter[int]] = defaultdict(Counter)
    for (clause, text, raw), grams in zip(mine.units, mine.grams, strict=True):
        total += len(text)
        score, found = other.closest(text, grams)
        if score >= ALIKE:
            matched += len(text)
            alike += score * len(text)
            pairs[clause][other.units[found][0]] += len(text)
            here, there = _FIGURE.findall(raw), _FIGURE.findall(other.units[found][2])
            if here or there:
                figures += 1
                differing += bool(set(here) - set(there))
    variant = (figures >= 2 and differing * 3 > figures) or (figures == 1 and differing and total < 200)
    if not total or matched < COVERED * total or variant:
        return 0.0, "", ()
    kind = "spun" if alike / matched < SAME else "near" if ratio >= 0.8 else "partial"
    mapping = tuple(sorted((clause, votes.most_common(1)[0][0]) for clause, votes in pairs.items()))
    return matched / total, kind, mapping


def _units(clauses: Sequence[str]) -> list[tuple[int, str, str]]:
    """Return the sentences of some length as ``(clause index, words only, as printed)``."""
    units = []
    for i, clause in enumerate(clauses):
        for sentence in _SENTENCE.findall(clause):
            core = _NOISE.sub("", sentence)
            if len(core) >= 4:
                units.append((i, core, sentence))
    return units


def same_clauses(documents: Sequence[Sequence[str]]) -> dict[tuple[int, int], list[tuple[int, int]]]:
    """Return the clauses that stand word for word in several places, each with the other places.

    Args:
        documents: The clause texts of each document.

    Returns:
        ``(document, clause)`` to the other ``(document, clause)`` places; clauses too short to be told apart are left out.
    """
    places: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for d, clauses in enumerate(documents):
        for c, text in enumerate(clauses):
            core = _NOISE.sub("", text)
            if len(core) >= 12:
                places[core].append((d, c))
    return {
        place: [other for other in group if other != place]
        for group in places.values()
        if 1 < len(group) <= 20
        for place in group
    }
