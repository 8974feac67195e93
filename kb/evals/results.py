"""The record of one run, as it is kept in a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from kb.errors import InputInvalid
from kb.evals.judge import Outcome
from kb.evals.metrics import measure, slices
from kb.model import IndexInfo
from kb.pages.folder import write_text


@dataclass(frozen=True, slots=True)
class Results:
    """What one run found.

    Attributes:
        date: UTC time, ISO 8601.
        commit: Version of the program, ``""`` outside a checkout.
        split: Which questions were asked.
        index: Which index answered.
        corpus: Digest of the pages in that index.
        outcomes: Per question.
        baseline: The same questions answered by keywords alone.
    """

    date: str
    commit: str
    split: str
    index: IndexInfo
    corpus: str
    outcomes: tuple[Outcome, ...]
    baseline: tuple[Outcome, ...]


def results_json(results: Results) -> dict[str, Any]:
    """Return the run and its metrics by slice, ready for JSON."""
    return {
        "date": results.date,
        "commit": results.commit,
        "split": results.split,
        "index": asdict(results.index),
        "corpus": results.corpus,
        "metrics": _metrics(results.outcomes),
        "baseline_metrics": _metrics(results.baseline),
        "outcomes": [asdict(outcome) for outcome in results.outcomes],
        "baseline": [asdict(outcome) for outcome in results.baseline],
    }


def write_results(results: Results, path: Path) -> None:
    """Write a run to a file, replaced atomically."""
    path.parent.mkdir(parents=True, exist_ok=True)
    write_text(path, json.dumps(results_json(results), ensure_ascii=False, indent=1) + "\n")


def read_results(path: Path) -> Results:
    """Read a run that ``write_results`` wrote.

    Raises:
        InputInvalid: The file is missing or is no such file.
    """
    try:
        facts = json.loads(path.read_text(encoding="utf-8"))
        return Results(
            date=facts["date"],
            commit=facts["commit"],
            split=facts["split"],
            index=IndexInfo(**facts["index"]),
            corpus=facts["corpus"],
            outcomes=tuple(map(_outcome, facts["outcomes"])),
            baseline=tuple(map(_outcome, facts["baseline"])),
        )
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise InputInvalid(
            f"{path} is no file of results: {error}", hint="write one with `kb eval run --out FILE`"
        ) from error


def _metrics(outcomes: tuple[Outcome, ...]) -> dict[str, Any]:
    return {
        name: {metric: asdict(found) for metric, found in measure(part).items()}
        for name, part in slices(outcomes).items()
    }


def _outcome(facts: Mapping[str, Any]) -> Outcome:
    return Outcome(**{**facts, "ranked": tuple(facts["ranked"])})
