"""How runs look in a terminal."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from kb.cli.output import shorten
from kb.evals import Difference, Measure, Question, Results, measure, slices
from kb.evals.judge import GROUPS_AT, Outcome

_TABLES = (
    ("hit@1", "hit@3", "hit@5", "MRR@10", "must"),
    ("wrong silence", "silence precision", "silence recall", "silence F1"),
    ("two groups@5", "group coverage@5", "found@1", "found@5"),
)
_WIDTH = 26
_SHOWN = 3
"""Offered clauses listed for a question that went wrong."""


def run_text(results: Results) -> str:
    """Return the metrics of a run by slice, each with its interval and, in brackets, the baseline's."""
    times = sorted(outcome.took_ms for outcome in results.outcomes)
    lines = [
        f"{len(results.outcomes)} questions ({results.split}), index {results.index.id} ({results.index.model}), "
        f"corpus {results.corpus[:12]}, {results.date}, commit {results.commit or 'unknown'}",
        f"took {statistics.median(times):.1f} ms (median), {times[int(0.95 * (len(times) - 1))]:.1f} ms (95th percentile)",
        "value, 95 % bootstrap interval, in brackets a keyword search (BM25 of character pairs over clause texts)",
    ]
    parts, others = slices(results.outcomes), slices(results.baseline)
    measured = {name: (measure(part), measure(others[name])) for name, part in parts.items()}
    for metrics in _TABLES:
        lines += ["", "".join([f"{'':16}{'n':>5}", *(f"{name:>{_WIDTH}}" for name in metrics)])]
        for name, (own, other) in measured.items():
            if any(metric in own for metric in metrics):
                cells = [_cell(own.get(metric), other.get(metric)) for metric in metrics]
                lines.append(
                    "".join([f"{name:16}{len(parts[name]):5}", *(f"{cell:>{_WIDTH}}" for cell in cells)])
                )
    return "\n".join(lines)


def misses_text(results: Results, questions: Sequence[Question]) -> str:
    """Return the questions that went wrong: what was wanted, what was offered."""
    outcomes = {outcome.id: outcome for outcome in results.outcomes}
    lines: list[str] = []
    for question in questions:
        outcome = outcomes[question.id]
        if faults := _faults(outcome):
            lines.append(f"\n{question.id} {question.kind} {', '.join(faults)}: {shorten(question.question)}")
            lines.append(
                f"    wanted  {' | '.join(', '.join(group) for group in question.gold) or 'silence'}"
            )
            lines.append(f"    offered {', '.join(outcome.ranked[:_SHOWN])}")
            if "must" in faults:
                lines.append(f"    to say  {'; '.join('|'.join(spellings) for spellings in question.must)}")
    return "\n".join(lines)


def compare_text(first: Results, second: Results, differences: Mapping[str, Difference]) -> str:
    """Return the differences of two runs by metric, and which questions made them."""
    ids = [{outcome.id for outcome in results.outcomes} for results in (first, second)]
    lines = [
        f"first   {first.date}, commit {first.commit or 'unknown'}, corpus {first.corpus[:12]}",
        f"second  {second.date}, commit {second.commit or 'unknown'}, corpus {second.corpus[:12]}",
        f"{len(ids[0] & ids[1])} questions in both, {len(ids[0] ^ ids[1])} in one only; "
        "second less first, 95 % paired bootstrap interval",
    ]
    lines += [
        f"{name:20}{difference.value:+8.3f}   {difference.low:+.3f} to {difference.high:+.3f}"
        for name, difference in differences.items()
    ]
    for name, difference in differences.items():
        for word, changed in (("won", difference.won), ("lost", difference.lost)):
            if changed:
                lines.append(f"{name} {word} {len(changed)}: {' '.join(changed)}")
    return "\n".join(lines)


def _cell(own: Measure | None, other: Measure | None) -> str:
    if own is None:
        return "-"
    beside = f" ({other.value:.3f})" if other is not None else ""
    return f"{own.value:.3f} {own.low:.2f}-{own.high:.2f}{beside}"


def _faults(outcome: Outcome) -> list[str]:
    if outcome.kind == "none":
        return [] if outcome.abstained else ["answered"]
    if outcome.abstained:
        return ["silent"]
    faults = ["rank " + (str(outcome.rank) if outcome.rank else "none")] if outcome.rank != 1 else []
    if not outcome.must:
        faults.append("must")
    if outcome.groups and outcome.groups_seen < min(2, outcome.groups):
        faults.append(f"{outcome.groups_seen} of {outcome.groups} groups in {GROUPS_AT}")
    return faults
