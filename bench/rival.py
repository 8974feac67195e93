"""The plain way: sentence-transformers and a flat FAISS index, nothing else.

usage: rival.py build MODEL_FOLDER CLAUSES.jsonl FOLDER | ask MODEL_FOLDER FOLDER QUESTION | serve MODEL_FOLDER FOLDER
"""

from __future__ import annotations

import json
from pathlib import Path

import faiss
import numpy as np
from rival_loop import Row, Search, main, text_of
from sentence_transformers import SentenceTransformer


def build(model_folder: str, rows: list[Row], folder: Path) -> None:
    model = SentenceTransformer(model_folder, device="cpu")
    texts = [f"passage: {text_of(row)}" for row in rows]
    vectors = model.encode(texts, normalize_embeddings=True, batch_size=32)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.asarray(vectors, dtype=np.float32))
    folder.mkdir(parents=True, exist_ok=True)
    faiss.write_index(index, str(folder / "vectors.faiss"))
    (folder / "rows.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def opened(model_folder: str, folder: Path) -> Search:
    model = SentenceTransformer(model_folder, device="cpu")
    index = faiss.read_index(str(folder / "vectors.faiss"))
    rows = json.loads((folder / "rows.json").read_text(encoding="utf-8"))

    def search(question: str, limit: int) -> list[Row]:
        vector = model.encode([f"query: {question}"], normalize_embeddings=True)
        _, found = index.search(np.asarray(vector, dtype=np.float32), limit)
        return [rows[row] for row in found[0]]

    return search


if __name__ == "__main__":
    main(build, opened)
