"""How alike two texts are, and which texts are worth comparing."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Sequence
from functools import cached_property, lru_cache
from itertools import chain
from sys import intern

_COMMON = 24  # pairs of characters that stand in more texts than this say little about which text it is
_NEAREST = 6  # how many likely partners of a text are compared with it
_VOTES = 5000  # a text looks for its partners by its rarest pairs until it has met so many
_REMEMBERED = 2048


def words_of(text: str) -> str:
    """Return a text without what does not change its words: blanks, line ends, full or half width."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def likeness(one: str, other: str) -> float:
    """Return how alike the words of two texts are: 0 nothing in common, 1 the same.

    The Dice coefficient of their pairs of neighbouring characters.
    """
    if one == other:
        return 1.0
    a, b = words_of(one), words_of(other)
    if a == b:
        return 1.0
    first, second = _pairs(a), _pairs(b)
    return 2 * (first & second).total() / (first.total() + second.total())


class Weights:
    """How telling each pair of characters is among some texts, and how alike texts are by it.

    Phrases that all rules share count little. Texts are given by their words (see ``words_of``), several texts
    taken together joined by line feeds. Nothing is worked out before it is asked for, and only what was worked out of
    the last few thousand texts is kept: two versions that hardly differ cost little, whatever their size.
    """

    def __init__(self, *texts: Sequence[str]) -> None:
        self._texts = texts
        self._profile = lru_cache(maxsize=_REMEMBERED)(self._measured)

    @cached_property
    def _telling(self) -> dict[str, float]:
        holders: Counter[str] = Counter()
        total = 0
        for words in chain(*self._texts):
            holders.update({pair for part in words.split("\n") for pair in _neighbours(part)})
            total += 1
        return {pair: math.log(1 + total / count) for pair, count in holders.items()}

    def _measured(self, words: str) -> tuple[dict[str, float], float]:
        """Return the pairs of a text, each with how often it stands there times how telling it is, and their sum."""
        counts = Counter(pair for part in words.split("\n") for pair in _neighbours(part))
        pairs = {intern(pair): count * self._telling.get(pair, 1.0) for pair, count in counts.items()}
        return pairs, sum(pairs.values())

    def similarity(self, one: str, other: str) -> float:
        """Return how alike two texts are: 0 nothing in common, 1 the same (a weighted Dice coefficient)."""
        if one == other:
            return 1.0
        (few, small), (many, large) = self._profile(one), self._profile(other)
        if not small or not large:
            return 0.0
        if len(few) > len(many):
            few, many = many, few
        shared = sum(min(weight, many[pair]) for pair, weight in few.items() if pair in many)
        return 2 * shared / (small + large)

    def likely(self, olds: Sequence[str], news: Sequence[str]) -> list[list[int]]:
        """Return for each old text the positions of the new texts that may resemble it, the likeliest first.

        Texts that share rare pairs of characters are found through an index, so the work grows with the length
        of the texts and not with the number of possible partners.
        """
        most = max(_COMMON, min(len(news) // 50, _VOTES // 10))
        places: defaultdict[str, list[int]] = defaultdict(list)
        sizes = []
        for position, new in enumerate(news):
            pairs, size = self._profile(new)
            sizes.append(size)
            for pair in pairs:
                if len(places[pair]) <= most:
                    places[pair].append(position)
        found = []
        for old in olds:
            pairs, size = self._profile(old)
            holders = [(places[pair], weight) for pair, weight in pairs.items() if pair in places]
            holders.sort(key=lambda held: len(held[0]))
            votes: defaultdict[int, float] = defaultdict(float)
            cast = 0
            for positions, weight in holders:
                cast += len(positions)
                if len(positions) > most or cast > _VOTES:
                    break
                for position in positions:
                    votes[position] += weight
            ranked = sorted(votes, key=lambda n: (-votes[n] / (size + sizes[n]), n))
            found.append(ranked[:_NEAREST])
        return found


def _neighbours(words: str) -> list[str]:
    return [words[n : n + 2] for n in range(max(1, len(words) - 1))] if words else []


def _pairs(words: str) -> Counter[str]:
    return Counter(_neighbours(words))
