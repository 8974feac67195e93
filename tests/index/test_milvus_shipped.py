"""The shipped pages in Milvus and in a folder: the same clauses for the evaluation questions."""

from __future__ import annotations

import json
import statistics
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt

from kb.embed import Embedder, open_embedder
from kb.index import build_index, current_build, open_index
from kb.index.embeddings import text_key
from kb.index.fields import open_field
from kb.index.vectors import as_bytes
from kb.knowledge_base.corpus import Pages
from kb.model import Filters
from kb.search import check_question, retrieve
from tests.support import ROOT

EVERY = 40  # th question; bench/milvus.py asks them all
AT_LEAST = 0.95
FILTERS = (None, Filters(audience=("public",)), Filters(platform=("taobao",), audience=("staff", "public")))


class Known:
    """The default model, whose vectors of these pages are taken from an index: nothing is embedded twice."""

    def __init__(self, model: Embedder, folder: Path) -> None:
        self.name = model.name
        self.dimensions = model.dimensions
        self.embed_questions = model.embed_questions
        self._vectors: dict[bytes, npt.NDArray[np.float32]] = {}
        build = folder / current_build(folder)
        for field in ("text", "ask", "gloss", "silent_on"):
            for segment in open_field(build, field, model.dimensions):
                vectors = segment.vectors(segment.live())
                self._vectors |= dict(zip(as_bytes(segment.keys()), vectors, strict=True))

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        return np.array([self._vectors[text_key(self.name, text)] for text in texts], np.float32)


def test_the_evaluation_questions_find_the_same_clauses(shipped_index: Path, tmp_path: Path) -> None:
    from milvus_lite.server_manager import server_manager_instance

    model = open_embedder()
    place = f"milvus:{tmp_path}/kb.db"
    build_index(Pages(ROOT / "docs"), place, Known(model, shipped_index))
    lines = (ROOT / "evals" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    questions = [check_question(json.loads(line)["question"]) for line in lines[::EVERY]]
    with open_index(shipped_index) as here, open_index(place) as there:
        there.verify()
        assert there.manifest.corpus == here.manifest.corpus
        for filters in FILTERS:
            shared = []
            for question in questions:
                hits = [
                    retrieve(index, model, question, limit=10, filters=filters).hits
                    for index in (here, there)
                ]
                assert all(filters is None or filters.allow(hit.passage) for hit in hits[1])
                one, other = ({hit.passage.clause_id for hit in found} for found in hits)
                shared.append(len(one & other) / len(one))
            assert statistics.mean(shared) >= AT_LEAST, filters
    server_manager_instance.release_server(f"{tmp_path}/kb.db")
