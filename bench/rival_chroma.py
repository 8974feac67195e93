"""Chroma with its sentence-transformers embedder and its HNSW index, as its documentation sets it up.

usage: as rival.py
"""

from __future__ import annotations

from pathlib import Path

import chromadb
from chromadb.config import Settings
from rival_loop import Row, Search, main, text_of
from sentence_transformers import SentenceTransformer

_BATCH = 1000


def build(model_folder: str, rows: list[Row], folder: Path) -> None:
    model = SentenceTransformer(model_folder, device="cpu")
    collection = _client(folder).create_collection(
        "clauses", embedding_function=None, configuration={"hnsw": {"space": "cosine"}}
    )
    for start in range(0, len(rows), _BATCH):
        part = rows[start : start + _BATCH]
        texts = [text_of(row) for row in part]
        vectors = model.encode([f"passage: {text}" for text in texts], normalize_embeddings=True)
        collection.add(ids=[row["id"] for row in part], embeddings=vectors, documents=texts)


def opened(model_folder: str, folder: Path) -> Search:
    model = SentenceTransformer(model_folder, device="cpu")
    collection = _client(folder).get_collection("clauses", embedding_function=None)

    def search(question: str, limit: int) -> list[Row]:
        vector = model.encode([f"query: {question}"], normalize_embeddings=True)
        found = collection.query(query_embeddings=vector, n_results=limit, include=["documents"])
        pairs = zip(found["ids"][0], found["documents"][0], strict=True)
        return [{"id": name, "text": text} for name, text in pairs]

    return search


def _client(folder: Path) -> chromadb.ClientAPI:
    return chromadb.PersistentClient(str(folder), settings=Settings(anonymized_telemetry=False))


if __name__ == "__main__":
    main(build, opened)
