"""Measure the shipped index and write the figures into the evaluation page.

usage: report.py [--index index] [--page docs/evaluation/answers.md] [--stard evals/stard.json]

Rewrites what stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` in the page, and ``silence.svg`` beside it; the words around
are written by hand. The figures of STARD-lite are read from what ``bench/stard.py FOLDER --out evals/stard.json`` kept.
"""

from __future__ import annotations

import argparse
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from fit import SHIPPED, Signals, silence_over

from kb.answer.confidence import kind_of, shipped
from kb.embed import open_embedder
from kb.evals import Measure, Question, Results, measure, read_questions, run, slices
from kb.evals.ablation import NOTHING, ablated
from kb.index import open_index

if TYPE_CHECKING:
    from kb.embed import Embedder
    from kb.index import Index

ROOT = Path(__file__).parent.parent
QUESTIONS = ROOT / "evals" / "questions.jsonl"
SPLIT = "held-out"
RUN_METRICS = (
    ("hit@1", "hit@3", "hit@5", "MRR@10", "must"),
    ("two groups@5", "group coverage@5", "found@1", "found@5"),
    ("wrong silence", "silence precision", "silence recall", "silence F1"),
)
STARD_METRICS = ("R@1", "R@5", "R@10", "R@100", "MRR@10", "nDCG@10")
THRESHOLDS = np.arange(-2.0, 2.51, 0.5)
FINE = np.arange(-3.0, 4.001, 0.05)


# --- the run


def run_tables(results: Results) -> str:
    """Return the metrics by slice, intervals and baseline beside them."""
    parts, others = slices(results.outcomes), slices(results.baseline)
    measured = {name: (measure(part), measure(others[name])) for name, part in parts.items()}
    lines = [
        f"{len(results.outcomes)} questions ({SPLIT}), {results.date[:10]}, commit `{results.commit}`, corpus "
        f"`{results.corpus[:12]}`, model `{results.index.model}`. Each cell: value, 95 % interval, *keyword baseline*.",
    ]
    for metrics in RUN_METRICS:
        lines += ["", _row(["", "n", *metrics]), _row(["---", "--:", *["---"] * len(metrics)])]
        for name, (own, other) in measured.items():
            if any(metric in own for metric in metrics):
                cells = [_cell(own.get(metric), other.get(metric)) for metric in metrics]
                lines.append(_row([name, str(len(parts[name])), *cells]))
    return "\n".join(lines)


def _cell(own: Measure | None, other: Measure | None) -> str:
    if own is None:
        return ""
    beside = f" *{other.value:.3f}*" if other is not None else ""
    return f"**{own.value:.3f}** {own.low:.2f}–{own.high:.2f}{beside}"


def _row(cells: Sequence[str]) -> str:
    return f"| {' | '.join(cells)} |"


# --- the ablation


def ablation_table(index: Index, embedder: Embedder, questions: Sequence[Question]) -> str:
    """Return hit@1, hit@5 and MRR@10 of the ranking with and without each signal, silence left aside."""
    ids = [passage.clause_id for passage in index.passages(range(len(index)))]
    asked = [question for question in questions if question.clauses]
    found: dict[str, list[tuple[float, float, float]]] = {}
    for question in asked:
        for name, rows in ablated(index, embedder, question.question, limit=10).items():
            rank = next((n for n, row in enumerate(rows, 1) if ids[row] in question.clauses), 0)
            found.setdefault(name, []).append((rank == 1, 0 < rank <= 5, 1 / rank if rank else 0.0))
    full = np.array(found[NOTHING], dtype=float)
    resamples = np.random.default_rng(1).integers(0, len(asked), (2000, len(asked)))
    lines = [
        _row(["left out", "hit@1", "hit@5", "MRR@10", "it gains in MRR@10", "95 %"]),
        _row(["---"] + ["--:"] * 5),
    ]
    for name, rows in found.items():
        values = np.array(rows, dtype=float)
        gains = (full - values)[:, 2]
        low, high = np.quantile(gains[resamples].mean(axis=1), (0.025, 0.975))
        cells = [f"{value:.3f}" for value in values.mean(axis=0)]
        gain = [f"{gains.mean():+.3f}", f"{low:+.3f} to {high:+.3f}"] if name != NOTHING else ["", ""]
        lines.append(_row([name, *cells, *gain]))
    return "\n".join(lines)


# --- silence


@dataclass(frozen=True, slots=True)
class Point:
    """Figures of silence at one threshold."""

    threshold: float
    precision: float
    recall: float
    f1: float
    wrong: float


def curve(scores: np.ndarray, answerable: np.ndarray, thresholds: Sequence[float]) -> list[Point]:
    """Return precision, recall and F1 of silence, and the share of answerable questions wrongly silenced.

    Args:
        scores: Log-odds that a question is answered.
        answerable: Whether it can be.
        thresholds: Below them the answer is silence.
    """
    points = []
    for threshold in thresholds:
        silent = scores < threshold
        right, wrong = int((silent & ~answerable).sum()), int((silent & answerable).sum())
        missed = int((~silent & ~answerable).sum())
        points.append(
            Point(
                float(threshold),
                right / max(right + wrong, 1),
                right / max(right + missed, 1),
                2 * right / max(2 * right + wrong + missed, 1),
                wrong / max(int(answerable.sum()), 1),
            )
        )
    return points


def judged(half: Signals) -> np.ndarray:
    """Return how far each question's log-odds lie above the threshold of the model that judges it."""
    models = [shipped().judging(kind_of(row)) for row in half.rows]
    return np.array(
        [model.score(row) - model.threshold for model, row in zip(models, half.rows, strict=True)]
    )


def silence_by_pages(over: Mapping[str, Mapping[str, Signals]]) -> str:
    """Return the table of silence over pages with more and with less in them, held-out half."""
    lines = [
        _row(
            [
                "pages",
                "precision",
                "recall",
                "F1",
                "wrong silence",
                "the same where the right clause was found",
            ]
        ),
        _row(["---"] + ["--:"] * 5),
    ]
    for name, halves in over.items():
        half = halves[SPLIT]
        scores, told = judged(half), half.judgeable
        (all_of,), (found,) = (
            curve(scores[some], half.answerable[some], [0.0]) for some in (np.full(len(told), True), told)
        )
        values = (all_of.precision, all_of.recall, all_of.f1, all_of.wrong, found.wrong)
        lines.append(_row([name, *(f"{value:.3f}" for value in values)]))
    return "\n".join(lines)


def silence(half: Signals) -> tuple[str, str]:
    """Return the table and the picture of the curve on the held-out half."""
    model = shipped().asked
    scores, answerable = judged(half) + model.threshold, half.answerable
    chosen = round(model.threshold, 3)
    lines = [
        _row(["threshold", "precision", "recall", "F1", "wrong silence"]),
        _row(["--:"] * 5),
    ]
    for point in curve(scores, answerable, sorted({*THRESHOLDS.tolist(), chosen})):
        bold = "**" if point.threshold == chosen else ""
        values = (point.precision, point.recall, point.f1, point.wrong)
        lines.append(
            _row([f"{bold}{point.threshold:+.2f}{bold}", *(f"{bold}{value:.3f}{bold}" for value in values)])
        )
    lines += [
        "",
        f"Bold: the shipped threshold. {len(scores)} questions, {int((~answerable).sum())} of them without an answer.",
    ]
    return "\n".join(lines), picture(curve(scores, answerable, FINE.tolist()), chosen)


_WIDTH, _HEIGHT, _LEFT, _TOP = 720, 360, 48, 16
_LINES = (("F1", "f1", "#0d9488"), ("precision", "precision", "#6366f1"), ("recall", "recall", "#f59e0b"), ("wrong silence", "wrong", "#dc2626"))  # fmt: skip


def picture(points: Sequence[Point], shipped: float) -> str:
    """Return the curve as SVG, legible on a light and on a dark page."""
    low, high = points[0].threshold, points[-1].threshold
    plot_width, plot_height = _WIDTH - _LEFT - 130, _HEIGHT - _TOP - 44

    def x(threshold: float) -> float:
        return round(_LEFT + (threshold - low) / (high - low) * plot_width, 1)

    def y(value: float) -> float:
        return round(_TOP + (1 - value) * plot_height, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" font-size="13" '
        'role="img" aria-label="Precision, recall and F1 of silence and wrong silence against the threshold">',
    ]
    for value in (0, 0.25, 0.5, 0.75, 1):
        parts.append(
            f'<line x1="{_LEFT}" x2="{_LEFT + plot_width}" y1="{y(value)}" y2="{y(value)}" stroke="#888" stroke-opacity=".3"/>'
            f'<text x="{_LEFT - 8}" y="{y(value) + 4}" fill="#888" text-anchor="end">{value:.2f}</text>'
        )
    for threshold in range(int(np.ceil(low)), int(high) + 1):
        parts.append(
            f'<text x="{x(threshold)}" y="{_TOP + plot_height + 20}" fill="#888" text-anchor="middle">{threshold:+d}</text>'
        )
    parts.append(
        f'<text x="{_LEFT + plot_width / 2}" y="{_HEIGHT - 6}" fill="#888" text-anchor="middle">threshold (log-odds)</text>'
        f'<line x1="{x(shipped)}" x2="{x(shipped)}" y1="{y(0)}" y2="{y(1)}" stroke="#888" stroke-dasharray="4 4"/>'
        f'<text x="{x(shipped) + 5}" y="{y(1) + 12}" fill="#888">shipped</text>'
    )
    for place, (name, field, colour) in enumerate(_LINES):
        line = " ".join(f"{x(point.threshold)},{y(getattr(point, field))}" for point in points)
        at = _TOP + 20 + 24 * place
        parts.append(
            f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>'
            f'<line x1="{_WIDTH - 118}" x2="{_WIDTH - 98}" y1="{at}" y2="{at}" stroke="{colour}" stroke-width="3"/>'
            f'<text x="{_WIDTH - 92}" y="{at + 4}" fill="#888">{name}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


# --- STARD-lite


def stard_tables(facts: Mapping[str, Any]) -> tuple[str, str]:
    """Return the table of rankings and that of the ablation."""
    times = ("p50 ms", "p95 ms")
    lines = [
        f"{facts['questions']:,} questions, {facts['date'][:10]}, commit `{facts['commit']}`.",
        "",
        _row(["ranking", *STARD_METRICS, *times]),
        _row(["---"] + ["--:"] * (len(STARD_METRICS) + len(times))),
    ]
    for name, row in facts["methods"].items():
        lines.append(
            _row([name, *(f"{row[m]:.3f}" for m in STARD_METRICS), *(f"{row[t]:.1f}" for t in times)])
        )
    without = [
        _row(["left out", *STARD_METRICS, "it gains in nDCG@10", "95 %"]),
        _row(["---"] + ["--:"] * (len(STARD_METRICS) + 2)),
    ]
    for name, row in facts["left out"].items():
        gain = (
            [f"{row['gain']:+.4f}", f"{row['low']:+.4f} to {row['high']:+.4f}"]
            if name != NOTHING
            else ["", ""]
        )
        without.append(_row([name, *(f"{row[m]:.3f}" for m in STARD_METRICS), *gain]))
    return "\n".join(lines), "\n".join(without)


def fill(page: str, blocks: Mapping[str, str]) -> str:
    """Return the page with its blocks replaced."""
    for name, text in blocks.items():
        block = re.compile(rf"(<!-- begin {name} -->\n).*?(<!-- end {name} -->)", re.DOTALL)
        if not block.search(page):
            raise SystemExit(
                f"the page has no place for {name!r}: add <!-- begin {name} --> and <!-- end {name} -->"
            )
        page = block.sub(lambda found, text=text: f"{found[1]}\n{text}\n\n{found[2]}", page)
    return page


def main() -> None:
    """Measure, then write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, default=ROOT / "index")
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "evaluation" / "answers.md")
    parser.add_argument("--stard", type=Path, default=ROOT / "evals" / "stard.json")
    options = parser.parse_args()
    questions = read_questions(QUESTIONS, SPLIT)
    results = run(questions, options.index, split=SPLIT)
    embedder = open_embedder()
    with open_index(options.index, model=embedder.name) as index:
        ablation = ablation_table(index, embedder, questions)
    over = silence_over(options.index, ROOT / "docs", embedder, QUESTIONS)
    table, svg = silence(over[SHIPPED][SPLIT])
    rankings, without = stard_tables(json.loads(options.stard.read_text(encoding="utf-8")))
    page = fill(
        options.page.read_text(encoding="utf-8"),
        {
            "run": run_tables(results),
            "ablation": ablation,
            "silence": table,
            "silence-pages": silence_by_pages(over),
            "stard": rankings,
            "stard-ablation": without,
        },
    )
    options.page.write_text(page, encoding="utf-8")
    options.page.with_name("silence.svg").write_text(svg, encoding="utf-8")
    print(f"written {options.page} and silence.svg beside it")


if __name__ == "__main__":
    main()
