"""Fit the ranking's weights and the model of silence on the fit half of the questions.

usage: fit.py [--index index] [--model default] [--docs docs] [--questions evals/questions.jsonl]

Ranking, listwise: per question a softmax over its candidates, the log-likelihood of the right clauses raised by Adam, with an L2 penalty (Cao et al.
2007, "Learning to rank: from pairwise approach to listwise approach"). Chinese and English questions get weights of their
own. Silence: logistic regression by Newton's method with an L2 penalty over the signals of ``kb.answer.confidence``; of the
thresholds that silence at most ``MOST_WRONG_SILENCE`` of the answerable questions and come within ``AS_GOOD`` of the best F1 of silence, the lowest. One
model is fitted over the shipped pages and the same with two typical questions a clause, another over the bare pages that
``kb ingest`` makes of a text. Prints both halves' figures; writes kb/search/weights.json and kb/answer/confidence.json, and keeps the model of silence with the index too.
With another embedder (``--model``, the index built by it) only the latter: a rebuild of that index takes it over.
"""

from __future__ import annotations

import argparse
import json
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.answer.confidence import FILE as CONFIDENCE
from kb.answer.confidence import SIGNALS as CONFIDENCE_SIGNALS
from kb.answer.confidence import signals as confidence_signals
from kb.embed import open_embedder
from kb.index import build_index, open_index
from kb.knowledge_base.corpus import load_terms
from kb.model import Clause, Document
from kb.pages import load_pages
from kb.passages import entries_of
from kb.search import retrieve, telling
from kb.search import weights as ranking
from kb.search.question import language_of
from kb.search.retrieve import candidates, whole_signals
from kb.search.signals import SIGNALS

if TYPE_CHECKING:
    from kb.embed import Embedder
    from kb.index import Index

ROOT = Path(__file__).parent.parent
STEPS, RATE, PENALTY, SCALE = 600, 0.05, 0.02, 3.0
SILENCE_PENALTY, MOST_WRONG_SILENCE, AS_GOOD = 0.01, 0.025, 0.003
MOST_CONTEXT = 0.3  # titles and headings tell handbooks apart, but on statutes (STARD-lite) more of them costs 3 points of nDCG
HITS = 60  # as many as an answer is composed from
FOUND = 10
SHIPPED, FEWER, BARE = "pages as shipped", "two typical questions a clause", "pages as `kb ingest` makes them"


def load(index: Index, embedder: Embedder, questions: Path) -> list[dict[str, Any]]:
    """Return each answerable question with the signals of its candidates and which of them are right."""
    passages = dict(zip(index.rows(), index.passages(index.rows()), strict=True))
    rows = []
    for line in questions.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        gold = {clause for group in question["gold"] for clause in group}
        if not gold:
            continue
        found = candidates(index, embedder, question["question"], None)
        read = [passages[row] for row in found.rows.tolist()]
        right = [passage.clause_id in gold for passage in read]
        rows.append(
            {
                "split": question["split"],
                "language": language_of(question["question"]),
                "signals": whole_signals(found.signals, read, question["question"]) * SCALE,
                "right": np.array(right),
            }
        )
    return rows


def fit(rows: list[dict[str, Any]]) -> np.ndarray:
    """Return the weights that make the right clauses likeliest."""
    rows = [row for row in rows if row["right"].any()]
    weights = np.zeros(len(SIGNALS))
    context = SIGNALS.index("words_context")
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
        weights[context] = min(weights[context], MOST_CONTEXT / SCALE)
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


def fewer_questions(document: Document) -> Document:
    """Return a document whose clauses have two typical questions at most, and do not say what they are silent on."""
    return _with_clauses(document, lambda clause: replace(clause, ask=clause.ask[:2], silent_on=()))


def bare(document: Document) -> Document:
    """Return a document as ``kb ingest`` makes it: nothing but what its source says."""
    return _with_clauses(
        document, lambda clause: replace(clause, ask=(), silent_on=(), gloss_en="", topics=())
    )


def _with_clauses(document: Document, change: Callable[[Clause], Clause]) -> Document:
    blocks = (change(block) if isinstance(block, Clause) else block for block in document.blocks)
    return replace(document, blocks=tuple(blocks))


@contextmanager
def index_of(documents: Sequence[Document], docs: Path, embedder: Embedder, like: Path) -> Iterator[Index]:
    """Open an index of changed pages, built in a folder of its own from the vectors of one that is ``like`` it."""
    with TemporaryDirectory() as folder:
        built = shutil.copytree(like, Path(folder) / "index")
        build_index(entries_of(documents, load_terms(docs)), built, embedder)
        with open_index(built, model=embedder.name) as index:
            yield index


@dataclass(frozen=True, slots=True)
class Signals:
    """The confidence signals of a half's questions.

    Attributes:
        rows: ``(n, signals)`` them.
        answerable: ``(n,)`` whether the question can be answered.
        found: ``(n,)`` whether a clause that answers is among the first ``FOUND``.
    """

    rows: np.ndarray
    answerable: np.ndarray
    found: np.ndarray

    @property
    def judgeable(self) -> np.ndarray:
        """``(n,)`` false for the questions that can be answered but not from what was found."""
        return self.found | ~self.answerable

    def fair(self) -> tuple[np.ndarray, np.ndarray]:
        """Return signals and answerability of the questions that what was found can be judged by."""
        return self.rows[self.judgeable], self.answerable[self.judgeable]


def load_silence(index: Index, embedder: Embedder, questions: Path) -> dict[str, Signals]:
    """Return per half the confidence signals of every question."""
    halves: dict[str, list[tuple[tuple[float, ...], bool, bool]]] = {"fit": [], "held-out": []}
    for line in questions.read_text(encoding="utf-8").splitlines():
        question = json.loads(line)
        text = question["question"]
        gold = {clause for group in question["gold"] for clause in group}
        found = retrieve(index, embedder, text, limit=HITS)
        row = confidence_signals(text, found, index.term_counts(telling(text)), len(index))
        right = any(hit.passage.clause_id in gold for hit in found.hits[:FOUND])
        halves[question["split"]].append((row, bool(gold), right))
    return {
        split: Signals(*(np.array(column) for column in zip(*rows, strict=True)))
        for split, rows in halves.items()
    }


def silence_over(
    folder: Path, docs: Path, embedder: Embedder, questions: Path
) -> dict[str, dict[str, Signals]]:
    """Return what ``load_silence`` gives over the pages as shipped and over the same pages with less in them."""
    pages = load_pages(docs)
    with open_index(folder, model=embedder.name) as index:
        over = {SHIPPED: load_silence(index, embedder, questions)}
    for name, change in ((FEWER, fewer_questions), (BARE, bare)):
        with index_of([*map(change, pages)], docs, embedder, folder) as less:
            over[name] = load_silence(less, embedder, questions)
    return over


def logistic(signals: np.ndarray, answerable: np.ndarray) -> tuple[np.ndarray, float]:
    """Return weights and bias of a penalized logistic regression (standardized signals)."""
    rows = np.column_stack([signals, np.ones(len(signals))])
    penalty = SILENCE_PENALTY * np.diag([*np.ones(signals.shape[1]), 0.0])
    weights = np.zeros(rows.shape[1])
    for _ in range(50):
        likely = 1 / (1 + np.exp(-rows @ weights))
        gradient = rows.T @ (likely - answerable) / len(rows) + penalty @ weights
        curvature = (rows.T * (likely * (1 - likely))) @ rows / len(rows) + penalty
        weights -= np.linalg.solve(curvature + 1e-9 * np.eye(len(weights)), gradient)
    return weights[:-1], float(weights[-1])


def silence_figures(scores: np.ndarray, answerable: np.ndarray, threshold: float) -> tuple[float, float]:
    """Return F1 of silence and the share of answerable questions wrongly silenced."""
    silent = scores < threshold
    right, wrong = int((silent & ~answerable).sum()), int((silent & answerable).sum())
    missed = int((~silent & ~answerable).sum())
    return 2 * right / max(2 * right + wrong + missed, 1), wrong / max(int(answerable.sum()), 1)


def standard(signals: np.ndarray, mean: np.ndarray, scale: np.ndarray) -> np.ndarray:
    """Return signals in standard deviations from their mean; one that is NaN is average."""
    rows: np.ndarray = np.nan_to_num((signals - np.array(mean)) / np.array(scale))
    return rows


def fit_silence(*corpora: tuple[np.ndarray, np.ndarray]) -> dict[str, Any]:
    """Return the fitted model of silence, as ``kb.answer.confidence`` reads it.

    Each corpus gets the threshold that is best for it; what they differ by becomes part of the weight of ``questions``, so that one
    threshold serves all.

    Args:
        corpora: Signals and answerability over pages with more and more typical questions.
    """
    signals = np.vstack([rows for rows, _ in corpora])
    told = np.where(np.isnan(signals).all(axis=0), 0.0, signals)  # what no question has is no signal
    mean, scale = np.nanmean(told, axis=0), np.nanstd(told, axis=0)
    scale[scale == 0] = 1.0
    weights, bias = logistic(
        standard(signals, mean, scale), np.concatenate([answerable for _, answerable in corpora])
    )
    best = [
        best_threshold(standard(rows, mean, scale) @ weights + bias, answerable)
        for rows, answerable in corpora
    ]
    if len(corpora) > 1:
        at = CONFIDENCE_SIGNALS.index("questions")
        many = [rows[:, at].mean() for rows, _ in corpora]
        slope, _ = np.polyfit(many, best, 1)
        weights[at] -= slope * scale[at]
        bias -= slope * (mean[at] - many[0])
    return {
        "mean": mean.round(4).tolist(),
        "scale": scale.round(4).tolist(),
        "weights": weights.round(3).tolist(),
        "bias": round(bias, 3),
        "threshold": round(best[0], 3),
    }


def best_threshold(scores: np.ndarray, answerable: np.ndarray) -> float:
    """Return the lowest of the thresholds that silence few answerable questions and come close to the best F1 of silence."""
    allowed = [
        (figures[0], threshold)
        for threshold in np.linspace(-4, 4, 161)
        if (figures := silence_figures(scores, answerable, threshold))[1] <= MOST_WRONG_SILENCE
    ]
    best = max(allowed)[0]
    return float(min(at for f1, at in allowed if f1 >= best - AS_GOOD))


def main() -> None:
    """Fit, report, write."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, default=ROOT / "index")
    parser.add_argument("--model", default="default")
    parser.add_argument("--docs", type=Path, default=ROOT / "docs")
    parser.add_argument("--questions", type=Path, default=ROOT / "evals" / "questions.jsonl")
    options = parser.parse_args()
    embedder = open_embedder(options.model)
    index = open_index(options.index, model=embedder.name)
    if options.model == "default":
        fit_ranking(load(index, embedder, options.questions))
    over = silence_over(
        options.index, options.docs, embedder, options.questions
    )  # with the ranking just written
    models = {
        "embedder": embedder.name,
        "signals": list(CONFIDENCE_SIGNALS),
        "asked": fit_silence(*(over[pages]["fit"].fair() for pages in (FEWER, SHIPPED))),
        "bare": fit_silence(over[BARE]["fit"].fair()),
    }
    for pages, halves in over.items():
        model = models["bare" if pages == BARE else "asked"]
        for split, half in halves.items():
            f1, wrong = silence_figures(score(half.rows, model), half.answerable, model["threshold"])
            print(f"silence  {split:9} F1 {f1:.3f}  wrong silence {wrong:.3f}  n {len(half.rows)}  {pages}")
    if options.model == "default":
        write(ROOT / "kb" / "answer" / CONFIDENCE, models)
    index.keep(CONFIDENCE, json.dumps(models, indent=1) + "\n")
    print(f"kept with {options.index}")


def fit_ranking(rows: list[dict[str, Any]]) -> None:
    """Fit the ranking's weights on the fit half, print both halves' figures, write the weights."""
    halves = {split: [row for row in rows if row["split"] == split] for split in ("fit", "held-out")}
    weights = {
        language: fit([row for row in halves["fit"] if row["language"] == language])
        for language in ("zh", "en")
    }
    for split, half in halves.items():
        print(f"ranking  {split:9} {found_at(half, weights)}")
    write(
        ROOT / "kb" / "search" / ranking.FILE,
        {
            language: dict(zip(SIGNALS, (weights[language] * SCALE).round(3).tolist(), strict=True))
            for language in ("zh", "en")
        },
    )
    ranking.weights.cache_clear()


def score(signals: np.ndarray, model: Mapping[str, Any]) -> np.ndarray:
    """Return the log-odds that questions with these signals are answered."""
    scores: np.ndarray = standard(signals, model["mean"], model["scale"]) @ np.array(model["weights"])
    return scores + model["bias"]


def write(path: Path, fitted: dict[str, Any]) -> None:
    """Write a fitted model as JSON."""
    path.write_text(json.dumps(fitted, indent=1) + "\n", encoding="utf-8")
    print(f"written {path.relative_to(ROOT)}")


if __name__ == "__main__":
    main()
