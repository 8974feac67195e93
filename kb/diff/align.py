"""Two lists of texts side by side: which text of one became which of the other.

What is certain makes a back bone (the longest run that goes forward on both sides); what lies between two
bones is aligned with each other by dynamic programming (Needleman and Wunsch, 1970).
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Sequence
from itertools import pairwise

from kb.diff.similarity import Weights

SHORT = 8  # characters: below that, equal words prove nothing in another place
_CERTAIN = 0.75  # alike enough to be the same rule wherever it stands
_IN_PLACE = 0.25  # alike enough for two rules between the same neighbours
_SAME_NUMBER = 0.05  # what the same number is worth beside likeness
_DENSE = 40_000  # comparisons up to which every old text is compared with every new one


def aligned(
    weights: Weights,
    olds: Sequence[str],
    news: Sequence[str],
    old_labels: Sequence[str],
    new_labels: Sequence[str],
) -> dict[int, int]:
    """Pair the texts of two lists, given by their words, in order, as far as they resemble each other."""
    pairs = _same_words(olds, news)
    sure = set(pairs.values())
    rest = [n for n in range(len(olds)) if n not in pairs]
    open_news = [n for n in range(len(news)) if n not in sure]
    rankings = partners(weights, [olds[n] for n in rest], [news[n] for n in open_news])
    for old, ranking in zip(rest, rankings, strict=True):
        if ranking and ranking[0][0] >= _CERTAIN and open_news[ranking[0][1]] not in sure:
            pairs[old] = open_news[ranking[0][1]]
            sure.add(pairs[old])
    edges = [(-1, -1), *in_order(pairs), (len(olds), len(news))]
    for (old_from, new_from), (old_to, new_to) in pairwise(edges):
        free_old = [n for n in range(old_from + 1, old_to) if n not in pairs]
        free_new = [n for n in range(new_from + 1, new_to) if n not in sure]
        alone = len(free_old) == len(free_new) == 1
        if len(free_old) * len(free_new) > _DENSE:
            continue
        worth = [
            [
                _worth(
                    weights.similarity(olds[old], news[new]),
                    old_labels[old] == new_labels[new] != "",
                    alone,
                )
                for new in free_new
            ]
            for old in free_old
        ]
        for i, j in _best_path(worth):
            pairs[free_old[i]] = free_new[j]
            sure.add(free_new[j])
    return pairs


def _same_words(olds: Sequence[str], news: Sequence[str]) -> dict[int, int]:
    """Pair texts with the same words; where they occur more than once, the first with the first."""
    places: defaultdict[str, list[int]] = defaultdict(list)
    for place in reversed(range(len(news))):
        places[news[place]].append(place)
    counts = Counter(olds)
    pairs = {}
    for place, old in enumerate(olds):
        # A short text that occurs in different numbers says nothing about which of them went.
        same = places.get(old)
        if same and (len(old) >= SHORT or counts[old] == 1):
            pairs[place] = same.pop()
    return pairs


def partners(weights: Weights, olds: Sequence[str], news: Sequence[str]) -> list[list[tuple[float, int]]]:
    """Return for each old text its likeliest new texts with their likeness, the most alike first."""
    if len(olds) * len(news) <= _DENSE:
        choices: list[Sequence[int]] = [range(len(news))] * len(olds)
    else:
        choices = list(weights.likely(olds, news))
    return [
        sorted(((weights.similarity(old, news[n]), n) for n in choice), key=lambda pair: (-pair[0], pair[1]))[
            :6
        ]
        for old, choice in zip(olds, choices, strict=True)
    ]


def in_order(pairs: dict[int, int]) -> list[tuple[int, int]]:
    """Return the longest run of pairs in which both sides go forward (patience sorting)."""
    tails: list[int] = []
    ends: list[int] = []
    previous: dict[int, int | None] = {}
    for old in sorted(pairs):
        place = bisect_left(tails, pairs[old])
        previous[old] = ends[place - 1] if place else None
        tails[place : place + 1] = [pairs[old]]
        ends[place : place + 1] = [old]
    run = []
    last: int | None = ends[-1] if ends else None
    while last is not None:
        run.append((last, pairs[last]))
        last = previous[last]
    return run[::-1]


def _best_path(worth: Sequence[Sequence[float]]) -> list[tuple[int, int]]:
    """Return the pairs, forward on both sides, whose worth adds up to the most."""
    best = [[0.0] * (len(row) + 1) for row in (worth[0] if worth else (), *worth)]
    for i, row in enumerate(worth, 1):
        for j, gain in enumerate(row, 1):
            best[i][j] = max(best[i - 1][j], best[i][j - 1], best[i - 1][j - 1] + gain)
    pairs = []
    i, j = len(worth), len(worth[0]) if worth else 0
    while i and j:
        if best[i][j] == best[i - 1][j]:
            i -= 1
        elif best[i][j] == best[i][j - 1]:
            j -= 1
        else:
            i, j = i - 1, j - 1
            pairs.append((i, j))
    return pairs


def _worth(alike: float, same_number: bool, alone: bool) -> float:
    """Return what pairing two clauses between the same neighbours is worth; 0 when they are too unlike.

    Likeness counts, a little more when the number is the same. Two that are alone between their neighbours
    and carry the same number may differ more: a rule that was written anew in its place.
    """
    least = _IN_PLACE / 2 if alone and same_number else _IN_PLACE
    return alike - least + (_SAME_NUMBER if same_number else 0.01) if alike >= least else 0.0
