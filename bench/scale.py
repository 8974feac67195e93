"""Time and memory against the size of the corpus, from a thousand clauses to a million, in one run.

usage: scale.py FOLDER [--index build/stard] [--work build/scale] [--sizes N …] [--questions N] [--keep] [--out FILE]

FOLDER holds STARD-lite (see stard.py), whose index is built first if there is none. Up to 57,529 clauses are its
articles. Beyond, they are jittered copies: the first half of one article with the second half of another, and for the vector
x of the first x + 0.5 (y - z), normalized, with y and z of two others: as far from the original (cosine 0.97) as the nearest
real article is (0.96), and spread as real vectors are. Embedding is left out of build times and told apart.
Every size is built in a process of its own and asked in another. Times of questions are in ms, `ask CPU` the processor time of
one. An edit is five clauses of one page reworded, from the start of the update until another reader has opened the new
build, compared every byte and answered. Prints Markdown.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import platform
import resource
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
from stard import _passage, entries, opened  # noqa: E402

from kb.embed import Embedder, open_embedder  # noqa: E402
from kb.index import build_index, open_index  # noqa: E402
from kb.knowledge_base import KnowledgeBase  # noqa: E402
from kb.model import Entry  # noqa: E402

SIZES = (1_000, 10_000, 57_529, 300_000, 1_000_000)
JITTER = 0.5
EDITED = range(100, 105)
POOL = 100
"""Rows asked of each side, as a question does."""
COLUMNS = {
    "clauses": ",", "vectors": "", "recall@10": ".3f", "build s": ".1f", "clauses/s": ",.0f", "peak MB": ",.0f", "disk MB": ",.0f",
    "edit s": ".2f", "open ms": ".1f", "first ms": ".0f", "ask p50": ".1f", "ask p95": ".1f", "ask CPU": ".1f", "dense p50": ".1f", "words p50": ".1f",
    "filtered p50": ".1f", "MB idle": ".0f", "MB after": ",.0f",
}  # fmt: skip
"""What is printed, and with which digits."""


class Known:
    """The model, except that passages have the vectors they are given here."""

    def __init__(self, model: Embedder, texts: Sequence[str], vectors: np.ndarray) -> None:
        self.name = model.name
        self.dimensions = model.dimensions
        self._model = model
        self._vectors = vectors
        self._places = {text: place for place, text in enumerate(texts)}

    def embed_questions(self, texts: Sequence[str]) -> np.ndarray:
        """As the model."""
        return self._model.embed_questions(texts)

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> np.ndarray:
        """As given, or as the model where nothing was given."""
        if all(text in self._places for text in texts):
            return self._vectors[[self._places[text] for text in texts]]
        return self._model.embed_passages(texts)


class Paged:
    """Clauses as pages of a hundred, whose versions are at hand as digests of files are."""

    def __init__(self, made: Sequence[Entry]) -> None:
        self._made = made
        self.pages = {str(start): start.to_bytes(4, "big") for start in range(0, len(made), 100)}

    def entries(self, page: str) -> Sequence[Entry]:
        """Return the entries of a page."""
        return self._made[int(page) : int(page) + 100]


def corpus(articles: Sequence[Entry], vectors: np.ndarray, count: int) -> tuple[list[Entry], np.ndarray]:
    """Return so many clauses and their vectors."""
    dice = np.random.default_rng(0)
    made = list(articles[:count])
    matrix = np.empty((count, vectors.shape[1]), np.float32)
    matrix[: len(made)] = vectors[: len(made)]
    while len(made) < count:
        start, many = len(made), min(len(articles), count - len(made))
        others, y, z = dice.integers(0, len(articles), (3, many))
        moved = vectors[:many] + JITTER * (vectors[y] - vectors[z])
        matrix[start : start + many] = moved / np.linalg.norm(moved, axis=1, keepdims=True)
        for place, other in enumerate(others.tolist()):
            a, b = articles[place].passage, articles[other].passage
            text = a.text[: len(a.text) // 2] + b.text[len(b.text) // 2 :]
            row = {"id": f"{place}x{start}", "name": a.document_title, "text": text}
            made.append(
                Entry(
                    _passage(row),
                    (("text", f"{row['name']} {text} {start}"),),
                    (("text", text), ("context", row["name"])),
                )
            )
    return made, matrix


def questions(folder: Path, count: int) -> list[str]:
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line)["question"] for line in lines]
    return asked[:: max(1, len(asked) // count)][:count]


def memory() -> float:
    """Return the resident memory of this process in MB, mapped files included."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))


def built(options: argparse.Namespace, count: int) -> dict[str, Any]:
    """Build so many clauses, then edit one page; runs in a process of its own."""
    model = open_embedder()
    articles = entries(options.folder / "corpus.jsonl")
    with open_index(options.index, model=model.name) as index:
        _, real = index.field_vectors()["text"]
        made, matrix = corpus(articles, real, count)
    del real, articles
    embedder = Known(model, [entry.dense[0][1] for entry in made], matrix)
    asked = questions(options.folder, options.questions)
    nearest = _nearest(model.embed_questions(asked), matrix)
    gc.freeze()  # the corpus here stands for pages on disk
    before = memory()
    start = time.perf_counter()
    build_index(Paged(made), options.work, embedder)
    whole = time.perf_counter() - start
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    with open_index(options.work) as index:
        tier = index.manifest.tiers["text"]
        disk = sum(facts.size for facts in index.manifest.files.values()) / 1e6
    for row in EDITED:
        made[row] = _reworded(made[row])
    pages = Paged(made)
    pages.pages[str(EDITED.start)] = b"edited"
    with KnowledgeBase.open(options.work) as kb:
        start = time.perf_counter()
        build_index(pages, options.work, embedder)
        with kb.reopen(options.work) as fresh:
            fresh.verify()
            assert fresh.search("钥匙由谁保管")[0].passage.text.startswith("钥匙")
            edit = time.perf_counter() - start
    return {
        "clauses": count, "vectors": tier.kind + (f" {tier.probes}/{tier.lists}" if tier.lists else ""),
        "build s": whole, "clauses/s": count / whole, "peak MB": peak - before, "disk MB": disk, "edit s": edit,
        "nearest": nearest.tolist(),
    }  # fmt: skip


def _reworded(entry: Entry) -> Entry:
    passage = replace(entry.passage, text=f"钥匙由值班人员保管。{entry.passage.text}")
    return Entry(passage, (("text", passage.text),), (("text", passage.text), *entry.lexical[1:]))


def _nearest(asked: np.ndarray, matrix: np.ndarray) -> np.ndarray:
    """Return ``(questions, 10)`` the rows of the nearest vectors."""
    best = [
        np.argpartition(-(part @ matrix.T), 10, axis=1)[:, :10]
        for part in np.array_split(asked, len(asked) // 20 + 1)
    ]
    return np.concatenate(best)


def asked(options: argparse.Namespace, nearest: Sequence[Sequence[int]]) -> dict[str, Any]:
    """Ask the questions; runs in a process of its own."""
    from kb.model import Filters

    texts = questions(options.folder, options.questions)
    open_embedder().embed_questions(texts[:1])
    start = time.perf_counter()
    index = open_index(options.work)
    index.lexical("", 1)
    opening = time.perf_counter() - start
    index.close()
    idle = memory()
    with KnowledgeBase.open(options.work) as kb:
        first = _timed(lambda: kb.ask(texts[0]))
        used = time.process_time()
        asking = [_timed(lambda text=text: kb.ask(text)) for text in texts]
        used = (time.process_time() - used) / len(texts)
        model, index = open_embedder(), kb._index
        vectors = model.embed_questions(texts)
        dense = [_timed(lambda vector=vector: index.dense(vector, POOL)) for vector in vectors]
        words = [
            _timed(
                lambda text=text: [
                    index.lexical(text, POOL, None, {field: 1.0}) for field in ("text", "context")
                ]
            )
            for text in texts
        ]
        allowed = Filters(status=("unknown",))
        index.dense(vectors[0], POOL, allowed)
        filtered = [_timed(lambda vector=vector: index.dense(vector, POOL, allowed)) for vector in vectors]
        found = [{hit.row for hit in index.dense(vector, 10)} for vector in vectors]
        after = memory()
    wanted = [set(best) - set(EDITED) for best in nearest]
    shares = [len(rows & best) / len(best) for rows, best in zip(found, wanted, strict=True)]
    return {
        "recall@10": np.mean(shares), "open ms": opening * 1e3, "first ms": first * 1e3,
        "ask p50": np.median(asking) * 1e3, "ask p95": np.quantile(asking, 0.95) * 1e3,
        "ask CPU": used * 1e3, "dense p50": np.median(dense) * 1e3, "words p50": np.median(words) * 1e3,
        "filtered p50": np.median(filtered) * 1e3, "MB idle": idle, "MB after": after,
    }  # fmt: skip


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def measured(options: argparse.Namespace, count: int) -> dict[str, Any]:
    """Build and ask so many clauses, each in a process of its own."""
    shutil.rmtree(options.work, ignore_errors=True)
    own = [
        sys.executable,
        __file__,
        str(options.folder),
        "--index",
        str(options.index),
        "--work",
        str(options.work),
    ]
    own += ["--questions", str(options.questions), "--size", str(count)]
    facts = json.loads(subprocess.run(own, check=True, stdout=subprocess.PIPE, text=True).stdout)
    nearest = json.dumps(facts.pop("nearest"))
    done = subprocess.run([*own, "--ask"], check=True, input=nearest, stdout=subprocess.PIPE, text=True)
    return facts | json.loads(done.stdout)


def embedding_rate(model: Embedder, folder: Path) -> float:
    """Return how many articles a second the model embeds."""
    texts = [entry.dense[0][1] for entry in entries(folder / "corpus.jsonl")[:20_000:50]]
    return len(texts) / _timed(lambda: model.embed_passages(texts))


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--index", type=Path, default=ROOT / "build" / "stard")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "scale")
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--out", type=Path, help="keep the figures as JSON")
    parser.add_argument("--keep", action="store_true", help="leave the last index where it is")
    parser.add_argument("--size", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--ask", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.size:
        print(
            json.dumps(asked(options, json.load(sys.stdin)) if options.ask else built(options, options.size))
        )
        return
    model = open_embedder()
    opened(options.index, options.folder / "corpus.jsonl", model).close()
    facts: dict[str, Any] = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}", "machine": platform.machine(), "cores": len(os.sched_getaffinity(0)),
        "load": os.getloadavg()[0], "questions": options.questions, "articles/s": embedding_rate(model, options.folder), "sizes": [],
    }  # fmt: skip
    print(f"{about(facts)}\n\n{head()}")
    for count in options.sizes:
        facts["sizes"].append(measured(options, count))
        print(row(facts["sizes"][-1]), flush=True)
    if not options.keep:
        shutil.rmtree(options.work)
    if options.out:
        options.out.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def about(facts: dict[str, Any]) -> str:
    """Return when and where it was measured."""
    return (
        f"{facts['date']}, {facts['machine']}, {facts['cores']} cores, load {facts['load']:.1f} at the start; "
        f"{facts['questions']} questions; embedding, left out below: {facts['articles/s']:.0f} articles/s"
    )


def head() -> str:
    """Return the head of the table."""
    return f"| {' | '.join(COLUMNS)} |\n|{'---:|' * len(COLUMNS)}"


def row(size: dict[str, Any]) -> str:
    """Return one line of the table."""
    cells = [format(size[column], digits) if column in size else "" for column, digits in COLUMNS.items()]
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    main()
