"""Clauses of a few invented shops, and vectors that put clauses on one matter next to each other."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from kb.compare.matter import terms_of
from kb.model import Passage

Field = tuple[npt.NDArray[np.int32], npt.NDArray[np.float32]]


def passage(
    clause_id: str, text: str, *topics: str, path: tuple[str, ...] = (), **changes: object
) -> Passage:
    document, _, anchor = clause_id.partition("#")
    fields: dict[str, object] = {
        "clause_id": clause_id, "document_id": document, "document_title": f"{document}守则", "kind": "shop-handbook",
        "platform": "taobao", "audience": "staff", "status": "unknown", "number": anchor, "heading_path": path,
        "heading": False, "text": text, "gloss_en": "", "ask": (), "silent_on": (), "topics": topics, "note": "", "sources": (),
        "url": f"shop-handbook/{document}/#{anchor}", "order": 0,
    }  # fmt: skip
    return Passage(**(fields | changes))  # type: ignore[arg-type]


def vectors(passages: Sequence[Passage]) -> dict[str, Field]:
    """Return hashed character pairs as unit vectors, two per clause, as a stand-in for a model."""
    rows, made = [], []
    for row, one in enumerate(passages):
        for text in (one.text, " ".join([*one.heading_path, one.text])):
            vector = np.full(256, 0.01, np.float32)
            for term in terms_of(text):
                vector[sum(map(ord, term)) % 256] += 1
            rows.append(row)
            made.append(vector / np.linalg.norm(vector))
    return {"text": (np.array(rows, np.int32), np.array(made, np.float32))}
