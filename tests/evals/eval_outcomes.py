"""Outcomes made by hand."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from kb.evals.judge import Outcome

_HIT = Outcome("q", "single", "zh", False, ("a#1",), 1, True, 0, 0, 4.0)


def outcome(name: str, **changes: Any) -> Outcome:
    return replace(_HIT, id=name, **changes)


def none(name: str, *, abstained: bool, lang: str = "zh") -> Outcome:
    return outcome(name, kind="none", rank=0, must=False, abstained=abstained, lang=lang)
