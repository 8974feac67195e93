"""txtai, hybrid: dense vectors and BM25 of characters and their pairs, weighed half and half as it does by itself.

usage: as rival.py
"""

from __future__ import annotations

from pathlib import Path

from rival_loop import Row, Search, main, text_of
from txtai import Embeddings


def build(model_folder: str, rows: list[Row], folder: Path) -> None:
    embeddings = Embeddings(
        path=model_folder,
        content=True,
        hybrid=True,
        maxlength=True,
        instructions={"query": "query: ", "data": "passage: "},
        scoring={
            "method": "bm25",
            "terms": True,
            "normalize": True,
            "tokenizer": {"ngrams": {"nmin": 1, "nmax": 2}},
        },
    )
    embeddings.index((row["id"], text_of(row), None) for row in rows)
    embeddings.save(str(folder))


def opened(model_folder: str, folder: Path) -> Search:
    embeddings = Embeddings()
    embeddings.load(str(folder))
    return embeddings.search


if __name__ == "__main__":
    main(build, opened)
