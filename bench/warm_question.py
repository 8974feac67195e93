"""A warm question in process on one core, answer included, beside a plain dense search with the same model.

usage: warm_question.py [--index index] [--questions evals/questions.jsonl] [--rounds 2]

Both are asked every question in turn, each once a round, in one process bound to one core. The plain search embeds the question,
scans the vectors of the clause texts and reads five clauses; what the answer takes beyond it is words, fields, fusion, surroundings,
silence and composing. CPU time is given beside wall time: on a machine that others use, only the former is ours.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))
WARM = 20
"""Questions asked before the clock runs."""
BARS = {"p50": 15.0, "p95": 30.0}


def timed(work: Callable[[], object]) -> tuple[float, float]:
    """Return wall and CPU time in milliseconds."""
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return (time.perf_counter() - wall) * 1000, (time.process_time() - cpu) * 1000


def row(name: str, times: list[tuple[float, float]]) -> dict[str, float]:
    """Print percentiles of wall and CPU time; return those of wall time."""
    found = {}
    cells = []
    for unit, column in zip(("wall", "CPU"), zip(*times, strict=True), strict=True):
        cuts = statistics.quantiles(column, n=100)
        cells.append(f"{unit} p50 {cuts[49]:6.1f}  p95 {cuts[94]:6.1f} ms")
        if unit == "wall":
            found = {"p50": cuts[49], "p95": cuts[94]}
    print(f"{name:22}{'   '.join(cells)}")
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, default=ROOT / "index")
    parser.add_argument("--questions", type=Path, default=ROOT / "evals" / "questions.jsonl")
    parser.add_argument("--rounds", type=int, default=2)
    options = parser.parse_args()
    if hasattr(os, "sched_setaffinity"):  # before the engines start their threads
        os.sched_setaffinity(0, {max(os.sched_getaffinity(0))})

    from kb.embed import open_embedder
    from kb.index import open_index
    from kb.knowledge_base import KnowledgeBase

    lines = options.questions.read_text(encoding="utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines]
    embedder = open_embedder()
    index = open_index(options.index, model=embedder.name)
    kb = KnowledgeBase(index, embedder)

    def plain(question: str) -> object:
        hits = index.dense(embedder.embed_questions([question])[0], 5)
        return index.passages([hit.row for hit in hits[:5]])

    for question in questions[:WARM]:
        plain(question), kb.ask(question)
    ours, theirs = [], []
    for _ in range(options.rounds):
        for question in questions:
            theirs.append(timed(lambda question=question: plain(question)))
            ours.append(timed(lambda question=question: kb.ask(question)))
    print(
        f"{len(questions)} questions, {options.rounds} rounds, {len(index)} clauses, one core of {os.cpu_count()}"
    )
    found = row("kb.ask", ours)
    row("plain dense search", theirs)
    print("  ".join(f"{name} {found[name]:.1f} ms, bar {bar:.0f} ms" for name, bar in BARS.items()))


if __name__ == "__main__":
    main()
