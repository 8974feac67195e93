"""How much each signal counts: fitted by ``evals/fit.py`` on the fit half of the evaluation questions."""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import Literal

from kb.search.signals import SIGNALS, Row

FILE = "weights.json"


@functools.cache
def weights(language: Literal["zh", "en"]) -> Row:
    """Return the weights for questions in one language, in the order of ``SIGNALS``."""
    fitted = json.loads((resources.files("kb.search") / FILE).read_text(encoding="utf-8"))
    return tuple(fitted[language][name] for name in SIGNALS)


def weigh(row: Row, language: Literal["zh", "en"]) -> float:
    """Return the weighted sum of a candidate's signals (its first ones, if the row is not complete yet)."""
    return sum(value * weight for value, weight in zip(row, weights(language), strict=False))
