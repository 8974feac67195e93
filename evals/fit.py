"""Fit the weights of the ranking on the fit half of the questions.

usage: fit.py [--index index] [--questions evals/questions.jsonl]

Listwise: per question a softmax over its candidates, the log-likelihood of the right clauses raised by Adam, with an L2 penalty (Cao et al.
2007, "Learning to rank: from pairwise approach to listwise approach"). Chinese and English questions get weights of their
own. Prints hit@1/3/5 of bare retrieval on both halves; writes kb/search/weights.json.
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

import numpy as np

from kb.embed import open_embedder
from kb.index import open_index
from kb.search.question import language_of
from kb.search.retrieve import candidates, whole_row
from kb.search.signals import SIGNALS

ROOT = Path(__file__).parent.parent
STEPS, RATE, PENALTY, SCALE = 600, 0.05, 0.02, 3.0


def load(index_folder: Path, questions: Path) -> list[dict[str, Any]]:
    """Return each answerable question with the signals of its candidates and which of them are right."""
    embedder = open_embedder()
    index = open_index(index_folder, model=embedder.name)
    passages = index.passages(range(len(index)))
    rows = []
    for line in questions.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        gold = {clause for group in question["gold"] for clause in group}
        if not gold:
            continue
        found = candidates(index, embedder, question["question"], None)
        signals = [whole_row(found[row].signals, passages[row], question["question"]) for row in found]
        right = [passages[row].clause_id in gold for row in found]
        rows.append(
            {
                "split": question["split"],
                "language": language_of(question["question"]),
                "signals": np.array(signals) * SCALE,
                "right": np.array(right),
            }
        )
    return rows


def fit(rows: list[dict[str, Any]]) -> np.ndarray:
    """Return the weights that make the right clauses likeliest."""
    rows = [row for row in rows if row["right"].any()]
    weights = np.zeros(len(SIGNALS))
    evidence = np.array([name != "heading" for name in SIGNALS])  # may count for a clause, never against it
    first, second = np.zeros_like(weights), np.zeros_like(weights)
    for step in range(1, STEPS + 1):
        gradient = PENALTY * weights
        for row in rows:
            scores = row["signals"] @ weights
            likely = np.exp(scores - scores.max())
            likely /= likely.sum()
            wanted = likely * row["right"]
            gradient -= (wanted / wanted.sum() - likely) @ row["signals"] / len(rows)
        first = 0.9 * first + 0.1 * gradient
        second = 0.99 * second + 0.01 * gradient**2
        weights -= RATE * (first / (1 - 0.9**step)) / (np.sqrt(second / (1 - 0.99**step)) + 1e-8)
        weights[evidence] = np.maximum(weights[evidence], 0.0)
    return weights


def found_at(rows: list[dict[str, Any]], weights: dict[str, np.ndarray]) -> str:
    """Return hit@1, 3 and 5 of the ranking these weights give."""
    ranks = []
    for row in rows:
        order = np.argsort(-(row["signals"] @ weights[row["language"]]), kind="stable")
        places = np.flatnonzero(row["right"][order])
        ranks.append(int(places[0]) if len(places) else 999)
    return (
        "  ".join(f"hit@{k} {np.mean([rank < k for rank in ranks]):.3f}" for k in (1, 3, 5))
        + f"  n {len(ranks)}"
    )


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, default=ROOT / "index")
    parser.add_argument("--questions", type=Path, default=ROOT / "evals" / "questions.jsonl")
    options = parser.parse_args()
    rows = load(options.index, options.questions)
    halves = {split: [row for row in rows if row["split"] == split] for split in ("fit", "held-out")}
    weights = {
        language: fit([row for row in halves["fit"] if row["language"] == language])
        for language in ("zh", "en")
    }
    for split, half in halves.items():
        print(f"{split:9} {found_at(half, weights)}")
    fitted = {
        language: dict(zip(SIGNALS, (weights[language] * SCALE).round(3).tolist(), strict=True))
        for language in ("zh", "en")
    }
    target = ROOT / "kb" / "search" / "weights.json"
    target.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    print(f"weights written to {target.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
