"""Two ranked lists to one."""

from __future__ import annotations

from collections.abc import Mapping

DENSE_WEIGHT = 0.7
"""Share of the vector side; measured best at 0.65-0.7 (DESIGN 6)."""


def convex(
    dense: Mapping[int, float], lexical: Mapping[int, float], dense_weight: float = DENSE_WEIGHT
) -> dict[int, float]:
    """Return fused scores in [0, 1] over the union of both lists.

    Each list is scaled to [0, 1] by its own minimum and maximum; a row that a list does not hold gets 0 there
    (Bruch, Gai, Ingber 2023: An Analysis of Fusion Functions for Hybrid Retrieval, arXiv 2210.11934).

    Args:
        dense: Cosine by row.
        lexical: Lexical score by row.
        dense_weight: Share of the vector side.
    """
    left, right = _scaled(dense), _scaled(lexical)
    return {
        row: dense_weight * left.get(row, 0.0) + (1 - dense_weight) * right.get(row, 0.0)
        for row in left.keys() | right.keys()
    }


def _scaled(scores: Mapping[int, float]) -> dict[int, float]:
    if not scores:
        return {}
    low, high = min(scores.values()), max(scores.values())
    width = high - low
    return {row: (score - low) / width if width > 0 else 1.0 for row, score in scores.items()}
