"""STARD-lite: lay questions about Chinese statutes, 57,529 articles (name and text, no glosses, no typical questions).

usage: stard.py FOLDER [--index build/stard] [--tier auto] [--sample N] [--out FILE]

FOLDER holds corpus.jsonl (id, name, text) and queries.jsonl (id, question, gold). The index is built if there is none, or none of this
corpus; embedding takes 20 to 40 minutes on two cores and goes on where it was interrupted. Prints recall, MRR@10,
nDCG@10 and the time of a warm question for words only, vectors only and the fused ranking (weights as shipped: nothing is fitted
here), then what each signal of the ranking gains: the difference in nDCG@10 with a paired 95 % bootstrap interval.
--tier is how vectors are searched, as `kb index` takes it; for any but auto the rankings are all that is measured. --sample N asks
every N-th question only. --out keeps the figures as JSON.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402

from kb.embed import Embedder, open_embedder  # noqa: E402
from kb.errors import IndexMissing, IndexProblem  # noqa: E402
from kb.evals.ablation import NOTHING, ablated, in_use  # noqa: E402
from kb.index import Index, build_index, corpus_digest, open_index  # noqa: E402
from kb.index.manifest import TierName  # noqa: E402
from kb.model import Entry, Passage  # noqa: E402
from kb.search import plain, retrieve  # noqa: E402

DEPTH = 100
METRICS = ("R@1", "R@5", "R@10", "R@100", "MRR@10", "nDCG@10")
Rank = Callable[[str], Sequence[int]]


def entries(corpus: Path) -> list[Entry]:
    """Return one clause per article, found by its name and its text."""
    rows = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    return [
        Entry(
            _passage(row),
            dense=(("text", f"{row['name']} {row['text']}"),),
            lexical=(("text", row["text"]), ("context", row["name"])),
        )
        for row in rows
    ]


def _passage(row: dict[str, Any]) -> Passage:
    return Passage(
        clause_id=f"s{row['id']}#n1", document_id=f"s{row['id']}", document_title=row["name"],
        kind="platform-regulation", platform="general", audience="public", status="unknown", number="",
        heading_path=(), heading=False, text=row["text"], gloss_en="", ask=(), silent_on=(), topics=(), note="", sources=(),
        url="", order=0,
    )  # fmt: skip


def opened(folder: Path, corpus: Path, embedder: Embedder, tier: TierName = "auto") -> Index:
    """Return the index of the corpus, built first where there is none of it."""
    wanted = entries(corpus)
    try:
        index = open_index(folder, model=embedder.name)
        if (index.manifest.corpus, index.manifest.tier) == (corpus_digest(wanted), tier):
            return index
        index.close()
    except IndexMissing:
        pass
    except IndexProblem as error:
        print(f"building again: {error.message}", file=sys.stderr)

    told = 0

    def tell(done: int, total: int) -> None:
        nonlocal told
        if done >= told + 1000:
            told = done
            print(f"{done:,} of {total:,} articles embedded", file=sys.stderr)

    folder.mkdir(parents=True, exist_ok=True)
    build_index(wanted, folder, embedder, tier=tier, progress=tell)
    return open_index(folder, model=embedder.name)


def judged(ranked: Sequence[int], gold: set[int]) -> tuple[float, ...]:
    """Return the metrics of one ranking, in the order of ``METRICS``; recall over all gold articles."""
    right = [row in gold for row in ranked]
    recall = [sum(right[:k]) / len(gold) for k in (1, 5, 10, 100)]
    first = next((1 / place for place, hit in enumerate(right[:10], 1) if hit), 0.0)
    gain = sum(1 / np.log2(place + 1) for place, hit in enumerate(right[:10], 1) if hit)
    ideal = sum(1 / np.log2(place + 1) for place in range(1, min(10, len(gold)) + 1))
    return (*recall, first, gain / ideal)


def rankings(index: Index, embedder: Embedder) -> dict[str, Rank]:
    """Return the rankings compared, by name; each takes a question to rows, best first."""
    row_of = {passage.clause_id: row for row, passage in enumerate(index.passages(range(len(index))))}

    def words(**boosts: float) -> Rank:
        return lambda question: [hit.row for hit in index.lexical(plain(question), DEPTH, None, boosts)]

    def vectors(question: str) -> Sequence[int]:
        return [hit.row for hit in index.dense(embedder.embed_questions([plain(question)])[0], DEPTH)]

    def fused(question: str) -> Sequence[int]:
        return [
            row_of[hit.passage.clause_id] for hit in retrieve(index, embedder, question, limit=DEPTH).hits
        ]

    return {
        "words: text": words(text=1.0),
        "words: text and name": words(text=1.0, context=1.0),
        "vectors": vectors,
        "fused (kb.search.retrieve)": fused,
    }


def golds_of(index: Index, queries: Sequence[dict[str, Any]]) -> list[set[int]]:
    """Return the rows that answer each question."""
    row_of = {passage.document_id: row for row, passage in enumerate(index.passages(range(len(index))))}
    return [{row_of[f"s{article}"] for article in query["gold"]} for query in queries]


def measure(index: Index, embedder: Embedder, queries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of every ranking."""
    golds = golds_of(index, queries)
    methods: dict[str, Any] = {}
    for name, rank in rankings(index, embedder).items():
        rank(queries[0]["question"])  # the first question pays for what is loaded late
        rows, times = [], []
        for query, gold in zip(queries, golds, strict=True):
            start = time.perf_counter()
            ranked = rank(query["question"])
            times.append((time.perf_counter() - start) * 1000)
            rows.append(judged(ranked, gold))
        methods[name] = dict(zip(METRICS, np.mean(rows, axis=0).tolist(), strict=True))
        methods[name] |= {f"p{q} ms": float(np.percentile(times, q)) for q in (50, 95)}
        print(
            f"{name:30}"
            + "".join(f"{methods[name][metric]:9.4f}" for metric in METRICS)
            + f"{methods[name]['p50 ms']:9.1f}{methods[name]['p95 ms']:9.1f}",
            flush=True,
        )
    return methods


def ablations(index: Index, embedder: Embedder, queries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """Return the figures of the fused ranking without each signal."""
    golds = golds_of(index, queries)
    fields = frozenset((*index.manifest.vectors, *index.manifest.lexical, "figure"))
    found: dict[str, list[tuple[float, ...]]] = {name: [] for name in in_use(fields)}
    for query, gold in zip(queries, golds, strict=True):
        ranked_without = ablated(index, embedder, query["question"], limit=DEPTH)
        for name, rows in found.items():
            rows.append(judged(ranked_without[name], gold))
    return {name: ablation(np.array(found[NOTHING]), np.array(rows)) for name, rows in found.items()}


def ablation(full: np.ndarray, without: np.ndarray) -> dict[str, float]:
    """Return the means without a signal and what the signal gains, with its interval."""
    gains = (full - without)[:, METRICS.index("nDCG@10")]
    resamples = np.random.default_rng(1).integers(0, len(gains), (2000, len(gains)))
    low, high = np.quantile(gains[resamples].mean(axis=1), (0.025, 0.975))
    means = dict(zip(METRICS, without.mean(axis=0).tolist(), strict=True))
    return means | {"gain": float(gains.mean()), "low": float(low), "high": float(high)}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="holds corpus.jsonl and queries.jsonl")
    parser.add_argument("--index", type=Path, default=ROOT / "build" / "stard")
    parser.add_argument("--tier", choices=["auto", "exact", "inverted"], default="auto")
    parser.add_argument("--sample", type=int, default=1, metavar="N", help="ask every N-th question only")
    parser.add_argument("--out", type=Path, help="file to keep the figures in")
    options = parser.parse_args()
    lines = (options.folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    queries = [json.loads(line) for line in lines][:: options.sample]
    embedder = open_embedder()
    with opened(options.index, options.folder / "corpus.jsonl", embedder, options.tier) as index:
        print(f"{len(queries)} questions, {len(index)} articles, {embedder.name}")
        print(f"{'':30}" + "".join(f"{name:>9}" for name in (*METRICS, "p50 ms", "p95 ms")))
        methods = measure(index, embedder, queries)
        without = ablations(index, embedder, queries) if options.tier == "auto" else {}
    print(f"\n{'left out':30}" + "".join(f"{name:>9}" for name in METRICS) + "   nDCG@10 gained by it")
    for name, row in without.items():
        print(
            f"{name:30}"
            + "".join(f"{row[metric]:9.4f}" for metric in METRICS)
            + f"   {row['gain']:+.4f} ({row['low']:+.4f} to {row['high']:+.4f})"
        )
    if options.out is not None:
        commit = subprocess.run(
            ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"],
            capture_output=True, text=True, check=False, cwd=ROOT,
        ).stdout.strip()  # fmt: skip
        facts = {
            "date": datetime.now(UTC).isoformat(timespec="seconds"), "commit": commit, "model": embedder.name,
            "questions": len(queries), "tier": options.tier, "methods": methods, "left out": without,
        }  # fmt: skip
        options.out.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
