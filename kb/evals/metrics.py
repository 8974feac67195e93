"""Metrics over outcomes, with bootstrap intervals. Pure.

Every metric is a sum over questions divided by another sum over questions, so that one matrix product gives it for all
resamples at once (percentile bootstrap; Efron, Tibshirani 1993: An Introduction to the Bootstrap, ch. 13).
An answerable question that was answered with silence counts as missed everywhere but in the ``found`` metrics.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from kb.evals.judge import GROUPS_AT, Outcome
from kb.evals.questions import KINDS, LANGUAGES

_Term = Callable[[Outcome], float]
_Floats = npt.NDArray[np.float64]
RESAMPLES = 2_000
SEED = 20_240_601
ALL = "all"


def _answerable(outcome: Outcome) -> float:
    return float(outcome.kind != "none")


def _hit(at: int) -> _Term:
    return lambda outcome: float(not outcome.abstained and 0 < outcome.rank <= at)


def _found(at: int) -> _Term:
    return lambda outcome: float(0 < outcome.rank <= at)


def _differing(outcome: Outcome) -> float:
    return float(outcome.groups > 0)


def _rightly_silent(outcome: Outcome) -> float:
    return float(outcome.abstained and outcome.kind == "none")


METRICS: Mapping[str, tuple[_Term, _Term]] = {
    "hit@1": (_hit(1), _answerable),
    "hit@3": (_hit(3), _answerable),
    "hit@5": (_hit(5), _answerable),
    "MRR@10": (lambda o: 1 / o.rank if o.rank and not o.abstained else 0.0, _answerable),
    "must": (lambda o: float(o.must and not o.abstained), _answerable),
    "two groups@5": (lambda o: float(o.groups_seen >= 2 and not o.abstained), _differing),
    "group coverage@5": (
        lambda o: o.groups_seen / min(GROUPS_AT, o.groups) if o.groups and not o.abstained else 0.0,
        _differing,
    ),
    "wrong silence": (lambda o: float(o.abstained) * _answerable(o), _answerable),
    "silence precision": (_rightly_silent, lambda o: float(o.abstained)),
    "silence recall": (_rightly_silent, lambda o: float(o.kind == "none")),
    "silence F1": (lambda o: 2 * _rightly_silent(o), lambda o: float(o.abstained) + float(o.kind == "none")),
    "found@1": (_found(1), _answerable),
    "found@5": (_found(5), _answerable),
}
"""Name to (what is added up, what it is divided by). ``found`` is retrieval alone, silence or not."""

_BOTH_SIDES = ("silence precision", "silence F1")
"""Metrics that mean something only where some questions have an answer and some have none."""

PER_QUESTION = ("hit@1", "hit@3", "hit@5", "must", "two groups@5")
"""Metrics that a single question can win or lose."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One metric of one slice.

    Attributes:
        value: In [0, 1].
        low: Lower end of the 95 % interval.
        high: Upper end.
        n: Questions it is about.
    """

    value: float
    low: float
    high: float
    n: int


@dataclass(frozen=True, slots=True)
class Difference:
    """One metric of two runs over the same questions: the second less the first.

    Attributes:
        value: In [-1, 1].
        low: Lower end of the paired 95 % interval.
        high: Upper end.
        won: Ids that only the second run got; empty for a metric that no single question decides.
        lost: Ids that only the first run got.
    """

    value: float
    low: float
    high: float
    won: tuple[str, ...]
    lost: tuple[str, ...]


def slices(outcomes: Sequence[Outcome]) -> dict[str, tuple[Outcome, ...]]:
    """Return the outcomes of all questions, of each kind and of each language; empty slices are left out."""
    parts = {ALL: tuple(outcomes)}
    parts |= {f"kind {kind}": tuple(o for o in outcomes if o.kind == kind) for kind in KINDS}
    parts |= {f"lang {lang}": tuple(o for o in outcomes if o.lang == lang) for lang in LANGUAGES}
    return {name: part for name, part in parts.items() if part}


def measure(outcomes: Sequence[Outcome]) -> dict[str, Measure]:
    """Return every metric that is about at least one of the outcomes, by name."""
    above, below = _terms(outcomes)
    counts = _resamples(len(outcomes))
    values, spread = _ratio(above.sum(0), below.sum(0)), _ratio(counts @ above, counts @ below)
    one_sided = len({outcome.kind == "none" for outcome in outcomes}) < 2
    found: dict[str, Measure] = {}
    for column, name in enumerate(METRICS):
        if np.isnan(values[column]) or (one_sided and name in _BOTH_SIDES):
            continue
        low, high = _interval(spread[:, column])
        n = int(np.count_nonzero(below[:, column]))
        found[name] = Measure(float(values[column]), low, high, n)
    return found


def compare(first: Sequence[Outcome], second: Sequence[Outcome]) -> dict[str, Difference]:
    """Return by metric how the second run differs from the first, over the questions that both hold."""
    other = {outcome.id: outcome for outcome in second}
    pairs = [(outcome, other[outcome.id]) for outcome in first if outcome.id in other]
    above_1, below_1 = _terms([pair[0] for pair in pairs])
    above_2, below_2 = _terms([pair[1] for pair in pairs])
    counts = _resamples(len(pairs))  # the same resamples for both runs: a paired bootstrap
    values = _ratio(above_2.sum(0), below_2.sum(0)) - _ratio(above_1.sum(0), below_1.sum(0))
    spread = _ratio(counts @ above_2, counts @ below_2) - _ratio(counts @ above_1, counts @ below_1)
    found: dict[str, Difference] = {}
    for column, name in enumerate(METRICS):
        if np.isnan(values[column]):
            continue
        changes = above_2[:, column] - above_1[:, column] if name in PER_QUESTION else np.zeros(len(pairs))
        won, lost = (
            tuple(pair[0].id for pair, change in zip(pairs, changes * sign, strict=True) if change > 0)
            for sign in (1, -1)
        )
        found[name] = Difference(float(values[column]), *_interval(spread[:, column]), won, lost)
    return found


def _terms(outcomes: Sequence[Outcome]) -> tuple[_Floats, _Floats]:
    """Return what is added up and what it is divided by, each of shape (outcomes, metrics)."""
    shape = (len(outcomes), len(METRICS))
    above = np.array([[term(o) for term, _ in METRICS.values()] for o in outcomes], np.float64).reshape(shape)
    below = np.array([[term(o) for _, term in METRICS.values()] for o in outcomes], np.float64).reshape(shape)
    return above, below


def _resamples(n: int) -> _Floats:
    """Return how often each of ``n`` questions stands in each resample, shape (RESAMPLES, n)."""
    if n == 0:
        return np.zeros((RESAMPLES, 0))
    chances = np.full(n, 1 / n)
    return np.random.default_rng(SEED).multinomial(n, chances, RESAMPLES).astype(np.float64)


def _ratio(above: _Floats, below: _Floats) -> _Floats:
    """Return the quotient, not a number where nothing is divided by."""
    return np.divide(above, below, out=np.full_like(above, np.nan), where=below > 0)


def _interval(values: _Floats) -> tuple[float, float]:
    low, high = np.quantile(values[~np.isnan(values)], (0.025, 0.975))
    return float(low), float(high)
