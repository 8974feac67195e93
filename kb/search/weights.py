"""How much each signal counts: fitted by ``evals/fit.py`` on the fit half of the evaluation questions."""

from __future__ import annotations

import functools
import json
from collections.abc import Sequence
from importlib import resources
from typing import Literal

import numpy as np

from kb.search.signals import SIGNALS, Scores

FILE = "weights.json"


@functools.cache
def weights(language: Literal["zh", "en"]) -> tuple[float, ...]:
    """Return the weights for questions in one language, in the order of ``SIGNALS``."""
    fitted = json.loads((resources.files("kb.search") / FILE).read_text(encoding="utf-8"))
    return tuple(fitted[language][name] for name in SIGNALS)


def weigh(signals: Scores, weights: Sequence[float]) -> Scores:
    """Return ``(n,)`` the weighted sums of ``(n, s)`` signals: all of them, or their first ones while the others are not known.

    Signals are added one by one, so that candidates with the same signals have the same sum, to the last bit.
    """
    total = np.zeros(len(signals))
    for column, weight in zip(signals.T, weights, strict=False):
        total += column * weight
    return total
