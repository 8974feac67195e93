"""Numbering systems: what a possible label is, and where its system usually stands."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

Value = tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Candidate:
    """A possible label.

    Attributes:
        start: Its first character in the flow.
        end: One past its last character, the separator included.
        family: The numbering system (``条``, ``cn、``, ``ar.``, ``dec`` …).
        value: The number; decimals have several parts, ``第十二条之一`` is ``(12, 1)``; bullets ``(0,)``.
        gain: How much its form and place speak for it.
        opening: Whether it opens a line of the flow.
        led: Whether a colon introduces it.
        below: Whether a short labelled line stands right above it, as ``一、总则`` above ``第一条``.
    """

    start: int
    end: int
    family: str
    value: Value
    gain: float
    opening: bool
    led: bool = False
    below: bool = False


# Rank of a family: a lower rank usually stands above a higher one.
RANKS = {
    "篇": 0, "编": 0, "annex": 0, "分编": 0.5, "部分": 1, "单元": 1, "章": 1, "Article": 1, "课": 1, "讲": 1, "节": 2, "条": 3, "款": 4,
    "cn": 5, "个": 5, "步": 5.5, "阶段": 5.5, "类": 5, "noun": 5, "ord": 5, "点": 5, "项": 5, "stem": 5, "cn(": 6, "ar": 7, "dec": 7, "blank": 7,
    "ar)": 8.2, "ar(": 8, "张": 8, "①": 9, "A": 8.5, "a": 9, "a(": 8.5, "roman": 9.2, "bullet": 10, "dash": 10, "lost": 10, "talk": 11,
}  # fmt: skip
HEADINGS = frozenset({"Article", "篇", "编", "分编", "annex", "部分", "单元", "章", "课", "讲", "节"})


@cache
def base(family: str) -> str:
    """Return the family without its style (``ar、`` and ``ar.`` are both ``ar``)."""
    return family.split("|", 1)[0]


@cache
def rank(family: str) -> float:
    """Return where the family usually stands; unknown families stand in the middle."""
    return RANKS.get(base(family), 7.0)
