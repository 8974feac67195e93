"""What a run must reach before a change lands. Pure but for reading the file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.errors import InputInvalid
from kb.evals.metrics import METRICS, measure, slices
from kb.evals.results import Results

_Bounds = Mapping[str, Mapping[str, float]]


@dataclass(frozen=True, slots=True)
class Floors:
    """Pinned bounds.

    Attributes:
        corpus: Digest of the pages they were pinned on.
        split: Questions they are about.
        at_least: Slice to metric to its floor.
        at_most: Slice to metric to its ceiling.
    """

    corpus: str
    split: str
    at_least: _Bounds
    at_most: _Bounds


def read_floors(path: Path) -> Floors:
    """Read pinned bounds.

    Raises:
        InputInvalid: The file is missing or malformed, or names a metric that there is not.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        bounds = {name: _bounds(facts[name]) for name in ("at_least", "at_most")}
        return Floors(corpus=str(facts["corpus"]), split=str(facts["split"]), **bounds)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise InputInvalid(
            f"{path} is no file of floors: {error}", hint="see evals/README.md for its format"
        ) from error


def violations(results: Results, floors: Floors) -> tuple[str, ...]:
    """Return one line per bound that the run breaks; empty when it passes."""
    found: list[str] = []
    if results.corpus != floors.corpus:
        found.append(
            f"the floors were pinned on corpus {floors.corpus[:12] or '(none)'}, the index holds {results.corpus[:12]}; "
            f'to renew: `kb index`, `kb eval run`, look at the figures, then set "corpus": "{results.corpus}" in the file of floors'
        )
    measured = {name: measure(part) for name, part in slices(results.outcomes).items()}
    for bounds, sign, word in ((floors.at_least, 1, "floor"), (floors.at_most, -1, "ceiling")):
        for name, metrics in bounds.items():
            for metric, bound in metrics.items():
                if metric not in measured.get(name, {}):
                    found.append(f"{name} {metric}: no question is about it, {word} {bound:.3f}")
                elif sign * measured[name][metric].value < sign * bound:
                    found.append(f"{name} {metric}: {measured[name][metric].value:.3f}, {word} {bound:.3f}")
    return tuple(found)


def _bounds(facts: Mapping[str, Mapping[str, Any]]) -> _Bounds:
    bounds = {part: {metric: float(bound) for metric, bound in row.items()} for part, row in facts.items()}
    for metric in {metric for row in bounds.values() for metric in row} - METRICS.keys():
        raise ValueError(f"there is no metric {metric!r}")
    return bounds
