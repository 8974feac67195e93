"""Copies: the same rules told again, word for word, nearly, in part, or with synonyms swapped in.

Two documents are compared sentence by sentence on character pairs. A document most of whose words stand in a fuller
one is its copy, and so is a section of a document most of whose words stand in another document, unless the figures
differ: the same template with other shifts, fines or wages is a variant and stays a document of its own.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from heapq import nsmallest
from itertools import chain, combinations, pairwise
from operator import itemgetter
from zlib import crc32

from kb.figures import find_figures
from kb.numerals import CHINESE

COVERED = 0.82  # share of the shorter text's words that must stand in the fuller one
ALIKE = 0.55  # Dice coefficient of two clauses that say the same with some words swapped
SAME = 0.9  # … that say the same but for slips
TEMPLATE = 0.8  # … that say the same but for their figures, or that stand in one order with others
SECTION = 60  # words of a section that may be a copy by itself
_OWN = 20  # words of a numbered clause that make it a rule of its own
_RULE = 6  # … that make it one at all
_TOLD = 12  # words of a clause that can be told apart
_SHINGLE = 6
_SAMPLE = 4  # one shingle in four is enough to notice a relation
_NEAREST = 4  # only so many of the nearest documents are compared sentence by sentence
_SET_PHRASE = 24  # a character pair in more sentences than this finds none
_STRIDE = 7  # sentences are compared from all over a text, so that it shows soon whether it is told elsewhere
_RAREST = 8  # a sentence is looked for by so many of its rarest character pairs
_SURELY = 0.97  # a copy this complete is not looked for in further documents
_COMMON = 12  # a shingle in more documents than this relates them to the fullest of them only
_SENTENCE = re.compile(r"[^。；;！!？?\s]+[。；;！!？?]?")
_NUMERAL = re.compile(rf"[\d{CHINESE}]+")
_DENIAL = re.compile(r"不(?![同断仅但管论])|未|无|禁|勿|\b(?:not?|never|nor|without)\b", re.IGNORECASE)
_NOISE = re.compile(r"[\W_]+")


@dataclass(frozen=True, slots=True)
class Told:
    """What is compared of one document.

    Attributes:
        clauses: Its clauses' words in order.
        numbered: Which of them carry a number.
        sections: Half-open stretches of clauses that stand under one of them, that one first; outer ones first.
    """

    clauses: tuple[str, ...]
    numbered: tuple[bool, ...]
    sections: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Copy:
    """A document, or a section of it, that tells another document again.

    Attributes:
        copy: The document.
        original: The other one.
        kind: ``exact``, ``near``, ``partial`` or ``spun``.
        pairs: Its clauses and the original's that say the same (index to index).
        section: The first clause of the section; None for the whole document.
        own: Whether a whole document also says something of its own, so that it cannot be left out.
    """

    copy: int
    original: int
    kind: str
    pairs: tuple[tuple[int, int], ...]
    section: int | None = None
    own: bool = False


def find_copies(told: Sequence[Told]) -> list[Copy]:
    """Return the documents that are copies of a fuller one; originals are never copies themselves."""
    if len(told) < 2:
        return []
    words = [[_NOISE.sub("", clause) for clause in document.clauses] for document in told]
    sizes = [sum(map(len, clauses)) for clauses in words]
    order = sorted(range(len(told)), key=lambda n: (-sizes[n], n))
    copies = _exact(words, order, sizes)
    different = [n for n in order if n not in copies]
    related = _related(words, different)

    @lru_cache(maxsize=4 * _NEAREST)
    def sentences(n: int) -> _Sentences:
        return _Sentences(told[n].clauses)

    place = {n: i for i, n in enumerate(order)}
    sections: list[Copy] = []
    for n in different:
        best: tuple[float, Copy] | None = None
        parts: list[Copy] = []
        for other in related.get(n, ()):
            if other in copies and not copies[other].own:
                continue
            compared = _Compared(sentences(n), sentences(other))
            if place[other] < place[n] and other not in copies:
                covered = compared.judge(0, len(words[n]))
                if covered and (best is None or covered.share > best[0]):
                    kind = covered.kind(whole=sizes[n] >= 0.8 * sizes[other])
                    own = _own_rules(told[n], words[n], covered.pairs)
                    best = (covered.share, Copy(n, other, kind, covered.pairs, own=own))
                    if covered.share >= _SURELY:
                        break
            parts += _sections(n, other, told[n], words[n], compared)
        if best is not None:
            copies[n] = best[1]
        else:
            sections += parts
    return [copies[n] for n in sorted(copies)] + _once(sections, copies)


def _exact(words: Sequence[Sequence[str]], order: Sequence[int], sizes: Sequence[int]) -> dict[int, Copy]:
    """Return the documents that tell another one word for word, whatever their number."""
    first: dict[tuple[str, ...], int] = {}
    copies = {}
    for n in order:
        original = first.setdefault(tuple(words[n]), n)
        if original != n and sizes[n] >= _OWN:
            pairs = tuple((clause, clause) for clause, text in enumerate(words[n]) if text)
            copies[n] = Copy(n, original, "exact", pairs)
    return copies


def _own_rules(told: Told, words: Sequence[str], pairs: Iterable[tuple[int, int]]) -> bool:
    """Whether a copy says something of its own: a numbered clause of some length, or other words that tell something."""
    paired = {clause for clause, _ in pairs}
    own = [clause for clause in range(len(words)) if clause not in paired]
    if any(told.numbered[clause] and len(words[clause]) >= _RULE for clause in own):
        return True
    return sum(len(words[clause]) for clause in own if len(words[clause]) >= _TOLD) >= 2 * _OWN


def _sections(n: int, other: int, told: Told, words: Sequence[str], compared: _Compared) -> list[Copy]:
    """Return the outermost sections of a document that the other one tells too."""
    found: list[Copy] = []
    done = 0
    for start, stop in told.sections:
        first = start + (len(words[start]) <= SECTION // 2)  # a heading of its own makes no other section
        size = sum(map(len, words[first:stop]))
        if start >= done and size >= SECTION and (covered := compared.judge(first, stop)):
            if covered.alike < (TEMPLATE if covered.in_order else SAME):
                continue  # statutes share sentences that differ in the one word that counts
            own = set(range(first, stop)) - {clause for clause, _ in covered.pairs}
            if not any(told.numbered[clause] and len(words[clause]) >= _OWN for clause in own):
                found.append(Copy(n, other, covered.kind(whole=True), covered.pairs, section=start))
                done = stop
    return found


def _once(sections: Iterable[Copy], copies: Mapping[int, Copy]) -> list[Copy]:
    """Leave out what tells the same from the other side, and what is told of a document that is a copy itself."""
    kept: list[Copy] = []
    told: set[tuple[int, int]] = set()
    for copy in sorted(sections, key=lambda copy: (-len(copy.pairs), copy.copy, copy.section, copy.original)):
        mine = {(copy.copy, clause) for clause, _ in copy.pairs}
        if copy.copy not in copies and copy.original not in copies and not mine & told:
            kept.append(copy)
            told |= mine | {(copy.original, clause) for _, clause in copy.pairs}
    return sorted(kept, key=lambda copy: (copy.copy, copy.section))


def _related(words: Sequence[Sequence[str]], order: Sequence[int]) -> dict[int, list[int]]:
    """Return, for each document in ``order``, the few others that share the most word sequences with it."""
    told = {n: _shingles(words[n]) for n in order}
    # Most word sequences stand in one document only: a table of one byte each sorts those out first, which
    # keeps the memory small where the texts are large.
    slots = 1 << max(16, (4 * sum(map(len, told.values()))).bit_length())
    seen, several = bytearray(slots), bytearray(slots)
    for n, shingles in told.items():
        mark = n % 255 + 1
        for shingle in shingles:
            slot = shingle // _SAMPLE % slots
            if seen[slot] not in (0, mark):
                several[slot] = 1
            seen[slot] = mark
    holders: dict[int, list[int]] = {}
    for n, shingles in told.items():
        for shingle in shingles:
            if several[shingle // _SAMPLE % slots]:
                holder = holders.setdefault(shingle, [])
                if not holder or holder[-1] != n:
                    holder.append(n)
    shared: Counter[tuple[int, int]] = Counter()
    for documents in holders.values():
        if len(documents) <= _COMMON:
            shared.update(combinations(documents, 2))
        else:
            shared.update((documents[0], other) for other in documents[1:])
    related: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (a, b), count in shared.items():
        if count >= max(4, 0.02 * min(len(told[a]), len(told[b]))):
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
        self._exact = {text: i for i, (_, text, _) in reversed([*enumerate(self.units)])}
        self._known: dict[int, tuple[frozenset[str], frozenset[tuple[str, str]]]] = {}

    @cached_property
    def _index(self) -> dict[str, array[int]]:
        index: defaultdict[str, array[int]] = defaultdict(lambda: array("I"))
        for i, (_, text, _) in enumerate(self.units):
            for gram in _grams(text):
                index[gram].append(i)
        return index

    def _measured(self, i: int) -> tuple[frozenset[str], frozenset[tuple[str, str]]]:
        """Return the character pairs and the figures of a sentence, which many others may be compared with."""
        if i not in self._known:
            self._known[i] = _grams(self.units[i][1]), _figures(self.units[i][2])
        return self._known[i]

    def closest(self, text: str, raw: str) -> tuple[float, int, bool]:
        """Return how alike the most alike sentence is, which one it is, and whether it gives other figures.

        A sentence with other figures is only found where none with the same figures is alike.
        """
        if text in self._exact:
            return 1.0, self._exact[text], False
        pieces = dict.fromkeys(
            text[i : i + 2] for i in range(len(text) - 1)
        )  # in order: the same in every run
        holders = sorted([self._index[gram] for gram in pieces if gram in self._index], key=len)
        votes: Counter[int] = Counter()
        for held in holders[:_RAREST]:
            if len(held) <= _SET_PHRASE:
                votes.update(held)
        least = min(3, len(pieces) // 2)
        likely = nsmallest(4, [(-count, i) for i, count in votes.items() if count >= least])
        if not likely:
            return 0.0, -1, False
        grams = frozenset(pieces)
        figures = _figures(raw)
        denies = bool(_DENIAL.search(raw))  # 可以 and 不得 differ in two characters and in everything
        best, found = 0.0, -1
        other, variant = 0.0, -1
        for _, i in likely:
            whole = self.units[i][1]
            there, printed = self._measured(i)
            told = len(text) >= 6 and (text in whole or (whole in text and len(whole) > 0.8 * len(text)))
            score = 1.0 if told else _dice(grams, there)
            if not figures <= printed:
                template = score
                if score < TEMPLATE:
                    template = _dice(_grams(_NUMERAL.sub("", text)), _grams(_NUMERAL.sub("", whole)))
                if template > other:
                    other, variant = template, i
            elif score > best and (score == 1.0 or denies == bool(_DENIAL.search(self.units[i][2]))):
                best, found = score, i
                if best >= SAME:
                    break
        if best < ALIKE and other >= TEMPLATE:
            return other, variant, True
        return best, found, False


def _grams(text: str) -> frozenset[str]:
    return frozenset([text[i : i + 2] for i in range(len(text) - 1)])


def _dice(a: frozenset[str], b: frozenset[str]) -> float:
    return 2 * len(a & b) / (len(a) + len(b)) if a or b else 0.0


def _figures(text: str) -> frozenset[tuple[str, str]]:
    """Return the figures of a sentence; the number of an article that it refers to is none of its own."""
    figures = find_figures(text)
    return frozenset([(one.value, one.unit) for one in figures if one.unit or one.kind != "ordinal"])


@dataclass(frozen=True, slots=True)
class _Match:
    """A sentence of a clause, and the clause and sentence of the other document that say it; -1 where none does."""

    clause: int
    size: int
    alike: float
    there: int
    sentence: int
    differs: bool


@dataclass(frozen=True, slots=True)
class _Covered:
    """How much of a text another document tells, how alike it is, which clauses say the same, whether in one order."""

    share: float
    alike: float
    pairs: tuple[tuple[int, int], ...]
    in_order: bool

    def kind(self, *, whole: bool) -> str:
        """Return the kind of copy; ``whole`` where the original is hardly any longer."""
        return "spun" if self.alike < SAME else "near" if whole else "partial"


class _Compared:
    """A document beside another one. No sentence is compared before it is asked for, and none twice."""

    def __init__(self, mine: _Sentences, other: _Sentences) -> None:
        self._mine = mine
        self._other = other
        self._matches: dict[int, _Match] = {}

    def _match(self, unit: int) -> _Match:
        if unit not in self._matches:
            clause, text, raw = self._mine.units[unit]
            alike, there, differs = self._other.closest(text, raw)
            told = alike >= ALIKE and not differs
            home = self._other.units[there][0] if told else -1
            self._matches[unit] = _Match(clause, len(text), alike, home, there if told else -1, differs)
        return self._matches[unit]

    def judge(self, start: int, stop: int) -> _Covered | None:
        """Return what is told of a stretch of clauses, None where it is no copy or a variant with other figures.

        It gives up as soon as too much is told nowhere: texts of one template, of which there may be thousands, cost
        little. A clause that gives another figure in one sentence says something of its own, whatever the others say.
        """
        low = bisect_left(self._mine.units, start, key=itemgetter(0))
        high = bisect_left(self._mine.units, stop, key=itemgetter(0))
        total = sum(len(text) for _, text, _ in self._mine.units[low:high])
        untold = 0
        for unit in chain.from_iterable(range(low + offset, high, _STRIDE) for offset in range(_STRIDE)):
            match = self._match(unit)
            untold += match.size if match.there < 0 else 0
            if match.differs or untold > (1 - COVERED) * total:
                return None
        if not total:
            return None
        told = [match for match in map(self._match, range(low, high)) if match.there >= 0]
        pairs: dict[int, Counter[int]] = defaultdict(Counter)
        for match in told:
            pairs[match.clause][match.there] += match.size
        size = sum(match.size for match in told)
        alike = sum(match.alike * match.size for match in told) / size
        steps = [after.sentence - before.sentence for before, after in pairwise(told)]
        in_order = len(steps) >= 3 and sum(0 < step <= 3 for step in steps) >= 0.8 * len(steps)
        mapping = tuple(sorted((clause, votes.most_common(1)[0][0]) for clause, votes in pairs.items()))
        return _Covered(size / total, alike, mapping, in_order)


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
