"""How far an index in Milvus answers as one in a folder does: the same pages, the same questions, with and without filters.

    PYTHONPATH=. python bench/milvus.py [--questions N] [--place milvus:URI]

Without ``--place`` it is Milvus Lite in a temporary folder: what it says of agreement holds for any Milvus, of time it does not.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from kb.embed import open_embedder
from kb.index import build_index, open_index
from kb.knowledge_base.corpus import Pages
from kb.model import Filters
from kb.search import check_question, retrieve

TOP = 10
FILTERS = {
    "none": None,
    "public": Filters(audience=("public",)),
    "staff": Filters(audience=("staff",)),
    "public, staff": Filters(audience=("public", "staff")),
    "one platform": Filters(platform=("taobao",)),
    "two topics": Filters(topic=("complaints", "returns")),
    "kind, status, audience": Filters(kind=("shop-handbook",), status=("unknown",), audience=("staff",)),
}


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--questions", type=int, default=10**6, help="as many, spread over all there are")
    options.add_argument("--place", help="milvus:URI to build in")
    options.add_argument("--docs", type=Path, default=Path("docs"))
    options.add_argument("--folder", type=Path, help="folder to build the other index in")
    options.add_argument("--tier", default="auto")
    given = options.parse_args()
    lines = Path("evals/questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [check_question(json.loads(line)["question"]) for line in lines]
    questions = questions[:: max(1, len(questions) // given.questions)]
    embedder = open_embedder()
    with tempfile.TemporaryDirectory() as scratch:
        folder = given.folder or Path(scratch) / "index"
        place = given.place or f"milvus:{scratch}/kb.db"
        pages = Pages(given.docs)
        print(
            f"folder: built in {seconds(lambda: build_index(pages, folder, embedder))[1]:.1f} s of processor time"
        )
        print(
            f"milvus: built in {seconds(lambda: build_index(pages, place, embedder, tier=given.tier))[1]:.1f} s of processor time"
        )
        with open_index(folder) as here, open_index(place) as there:
            there.verify()
            print(f"{len(there)} clauses, vectors {dict(there.manifest.vectors)}, {len(questions)} questions")
            print("| filters | overlap@10 | lowest | same first | ms folder | ms milvus |")
            print("| --- | --- | --- | --- | --- | --- |")
            for name, filters in FILTERS.items():
                print(agreement(here, there, embedder, questions, name, filters), flush=True)


def agreement(
    here: Any, there: Any, embedder: Any, questions: list[str], name: str, filters: Filters | None
) -> str:
    shared, first, ours, theirs = [], [], 0.0, 0.0
    for question in questions:
        a, took = seconds(lambda: retrieve(here, embedder, question, limit=TOP, filters=filters).hits)  # noqa: B023
        ours += took
        b, took = seconds(lambda: retrieve(there, embedder, question, limit=TOP, filters=filters).hits)  # noqa: B023
        theirs += took
        assert all(filters is None or filters.allow(hit.passage) for hit in b), question
        one, other = ([hit.passage.clause_id for hit in hits] for hits in (a, b))
        if one or other:
            shared.append(len({*one} & {*other}) / max(len(one), len(other)))
            first.append(one[:1] == other[:1])
    each = 1000 / len(questions)
    return f"| {name} | {statistics.mean(shared):.4f} | {min(shared):.1f} | {statistics.mean(first):.4f} | {ours * each:.0f} | {theirs * each:.0f} |"


def seconds(work: Callable[[], Any]) -> tuple[Any, float]:
    start = time.process_time()
    return work(), time.process_time() - start


if __name__ == "__main__":
    main()
