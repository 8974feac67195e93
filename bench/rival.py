"""The rival: one question the plain way, sentence-transformers and a flat FAISS index, nothing else.

usage: rival.py build MODEL_FOLDER CLAUSES.jsonl INDEX_FOLDER | ask MODEL_FOLDER INDEX_FOLDER QUESTION
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import faiss
import numpy as np
from sentence_transformers import SentenceTransformer


def build(model: SentenceTransformer, clauses: Path, folder: Path) -> None:
    rows = [json.loads(line) for line in clauses.read_text(encoding="utf-8").splitlines()]
    texts = [
        f"passage: {row['document_title']} {' '.join(row['heading_path'])} {row['text']}" for row in rows
    ]
    vectors = model.encode(texts, normalize_embeddings=True, batch_size=32)
    index = faiss.IndexFlatIP(vectors.shape[1])
    index.add(np.asarray(vectors, dtype=np.float32))
    folder.mkdir(parents=True, exist_ok=True)
    faiss.write_index(index, str(folder / "vectors.faiss"))
    (folder / "rows.json").write_text(json.dumps(rows, ensure_ascii=False), encoding="utf-8")


def ask(model: SentenceTransformer, folder: Path, question: str) -> None:
    index = faiss.read_index(str(folder / "vectors.faiss"))
    rows = json.loads((folder / "rows.json").read_text(encoding="utf-8"))
    vector = model.encode([f"query: {question}"], normalize_embeddings=True)
    scores, found = index.search(np.asarray(vector, dtype=np.float32), 5)
    for score, row in zip(scores[0], found[0], strict=True):
        print(f"{score:.3f} {rows[row]['id']} {rows[row]['text'][:80]}")


if __name__ == "__main__":
    command, model_folder, *rest = sys.argv[1:]
    model = SentenceTransformer(model_folder, device="cpu")
    if command == "build":
        build(model, Path(rest[0]), Path(rest[1]))
    else:
        ask(model, Path(rest[0]), rest[1])
