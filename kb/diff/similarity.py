"""How alike two texts are, and which texts are worth comparing."""

from __future__ import annotations

import math
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

_COMMON = 24  # pairs of characters that stand in more texts than this say little about which text it is
_NEAREST = 6  # how many likely partners of a text are compared with it


def words_of(text: str) -> str:
    """Return a text without what does not change its words: blanks, line ends, full or half width."""
    return "".join(unicodedata.normalize("NFKC", text).split()).casefold()


def likeness(one: str, other: str) -> float:
    """Return how alike the words of two texts are: 0 nothing in common, 1 the same.

    The Dice coefficient of their pairs of neighbouring characters.
    """
    a, b = words_of(one), words_of(other)
    if a == b:
        return 1.0
    first, second = _pairs(a), _pairs(b)
    return 2 * (first & second).total() / (first.total() + second.total())


@dataclass(frozen=True, slots=True)
class Profile:
    """What a text is compared by.

    Attributes:
        words: Its words, see ``words_of``.
        pairs: Its pairs of neighbouring characters, each with how often it stands there times how telling
            it is.
        size: The sum of these.
    """

    words: str
    pairs: dict[str, float]
    size: float


def profiles(texts: Sequence[str], weights: Mapping[str, float]) -> list[Profile]:
    """Return the profiles of texts under the weights of ``telling``."""
    found = []
    for text in texts:
        words = words_of(text)
        pairs = {pair: count * weights.get(pair, 1.0) for pair, count in _pairs(words).items()}
        found.append(Profile(words, pairs, sum(pairs.values())))
    return found


def telling(texts: Iterable[str]) -> dict[str, float]:
    """Return for each pair of characters how telling it is: phrases that all rules share count little."""
    holders: Counter[str] = Counter()
    total = 0
    for text in texts:
        holders.update(set(_pairs(words_of(text))))
        total += 1
    return {pair: math.log(1 + total / count) for pair, count in holders.items()}


def joined(parts: Sequence[Profile]) -> Profile:
    """Return the profile of several texts taken together."""
    pairs: defaultdict[str, float] = defaultdict(float)
    for part in parts:
        for pair, weight in part.pairs.items():
            pairs[pair] += weight
    return Profile("\n".join(part.words for part in parts), dict(pairs), sum(part.size for part in parts))


def similarity(one: Profile, other: Profile) -> float:
    """Return how alike two texts are: 0 nothing in common, 1 the same (a weighted Dice coefficient)."""
    if one.words == other.words:
        return 1.0
    if not one.size or not other.size:
        return 0.0
    few, many = (one.pairs, other.pairs) if len(one.pairs) <= len(other.pairs) else (other.pairs, one.pairs)
    shared = sum(min(weight, many[pair]) for pair, weight in few.items() if pair in many)
    return 2 * shared / (one.size + other.size)


def likely(olds: Sequence[Profile], news: Sequence[Profile]) -> list[list[int]]:
    """Return for each old text the positions of the new texts that may resemble it, the likeliest first.

    Texts that share rare pairs of characters are found through an index, so the work grows with the length
    of the texts and not with the number of possible partners.
    """
    places: defaultdict[str, list[int]] = defaultdict(list)
    for position, new in enumerate(news):
        for pair in new.pairs:
            places[pair].append(position)
    found = []
    for old in olds:
        votes: defaultdict[int, float] = defaultdict(float)
        for pair, weight in old.pairs.items():
            holders = places.get(pair, ())
            if len(holders) <= max(_COMMON, len(news) // 50):
                for position in holders:
                    votes[position] += weight
        ranked = sorted(votes, key=lambda n: (-votes[n] / (old.size + news[n].size), n))
        found.append(ranked[:_NEAREST])
    return found


def _pairs(words: str) -> Counter[str]:
    return Counter(words[n : n + 2] for n in range(max(1, len(words) - 1)) if words)
