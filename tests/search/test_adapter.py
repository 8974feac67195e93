"""The map that turns questions towards the clauses that answer them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from kb.embed import Embedder, open_embedder
from kb.pages import load_pages
from kb.search import plain
from kb.search.adapter import adapted, fitted_for
from tests.support import ROOT


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder()


def test_it_is_fitted_for_the_model_that_comes_along(embedder: Embedder) -> None:
    assert fitted_for() == embedder.name


def test_a_turned_vector_has_length_one(embedder: Embedder) -> None:
    vector = embedder.embed_questions(["迟到怎么罚"])[0]
    turned = adapted(vector, embedder.name)
    assert turned.shape == vector.shape
    assert turned.dtype == np.float32
    assert np.linalg.norm(turned) == pytest.approx(1, abs=1e-6)
    assert 0.5 < turned @ vector < 0.999


def test_vectors_of_other_models_stay_as_they_are() -> None:
    vector = np.array([1.0, 0.0], np.float32)
    assert adapted(vector, "st:another") is vector


def test_questions_it_has_not_seen_come_nearer_to_their_clauses_than_to_others(
    embedder: Embedder, shipped_index: Path
) -> None:
    """Nearest clause by text alone, over the evaluation's questions: none of them is in the training set."""
    from kb.index import open_index

    lines = (ROOT / "evals" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [question for question in map(json.loads, lines[::4]) if question["gold"]]
    with open_index(shipped_index, model=embedder.name) as index:
        owners, matrix = index.field_vectors()["text"]
        ids = np.array([passage.clause_id for passage in index.passages(owners.tolist())])
        raw = embedder.embed_questions([plain(question["question"]) for question in asked])
        right = [{clause for group in question["gold"] for clause in group} for question in asked]
        turned = [adapted(vector, embedder.name) for vector in raw]
        first = [
            np.mean(
                [ids[np.argmax(matrix @ vector)] in gold for vector, gold in zip(vectors, right, strict=True)]
            )
            for vectors in (raw, turned)
        ]
    assert first[1] > first[0] + 0.05


def test_no_question_of_the_evaluation_stands_in_the_pages_that_it_is_fitted_on() -> None:
    lines = (ROOT / "evals" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    evaluated = {_letters(json.loads(line)["question"]) for line in lines}
    listed = {
        _letters(question)
        for document in load_pages(ROOT / "docs")
        for clause in document.clauses
        for question in (*clause.ask, *clause.silent_on)
    }
    assert not evaluated & listed


def _letters(question: str) -> str:
    return "".join(filter(str.isalnum, plain(question)))
