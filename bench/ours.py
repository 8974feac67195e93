"""Ours, asked as its peers are; a limit of 0 asks for the whole answer.

usage: as rival.py; MODEL_FOLDER is not looked at, the weights come with the package
"""

from __future__ import annotations

from pathlib import Path

from rival_loop import Row, Search, main, text_of

from kb.embed import open_embedder
from kb.index import build_index
from kb.knowledge_base import KnowledgeBase
from kb.model import Entry, Passage


def entry(row: Row) -> Entry:
    """Return a clause found by its titles and its text, as the peers have it."""
    passage = Passage(
        clause_id=f"{row['id']}#n1", document_id=row["id"], document_title=row["document_title"],
        kind="platform-regulation", platform="general", audience="public", status="unknown", number="",
        heading_path=tuple(row["heading_path"]), heading=False, text=row["text"], gloss_en="", ask=(), silent_on=(), topics=(),
        note="", sources=(), url="", order=0,
    )  # fmt: skip
    context = " ".join([row["document_title"], *row["heading_path"]])
    return Entry(passage, (("text", text_of(row)),), (("text", row["text"]), ("context", context)))


def build(model_folder: str, rows: list[Row], folder: Path) -> None:
    build_index([entry(row) for row in rows], folder, open_embedder())


def opened(model_folder: str, folder: Path) -> Search:
    kb = KnowledgeBase.open(folder)

    def search(question: str, limit: int) -> list[Row]:
        passages = (
            [hit.passage for hit in kb.search(question, limit=limit)]
            if limit
            else [citation.passage for citation in kb.ask(question).citations]
        )
        return [{"id": passage.document_id, "text": passage.text} for passage in passages]

    return search


if __name__ == "__main__":
    main(build, opened)
