"""Questions that clauses are listed as silent on: told from those that they answer, and never found by."""

from __future__ import annotations

import math
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from kb.answer.confidence import SIGNALS, Model
from kb.embed import Embedder, open_embedder
from kb.index import open_index
from kb.knowledge_base import KnowledgeBase, build
from kb.model import Clause, Filters
from kb.pages import load_pages, save_page
from kb.search import retrieve

UNSAID = ("带薪年假有几天", "Who pays for the night taxi home?")


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder()


@pytest.fixture(scope="module")
def silent_index(docs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The two small handbooks, the first clause of Pinecone's silent on two questions."""
    folder = tmp_path_factory.mktemp("silent")
    shutil.copytree(docs, folder / "docs")
    for document in load_pages(folder / "docs"):
        if document.id == "pinecone":
            first, *others = document.blocks
            assert isinstance(first, Clause)
            changed = replace(document, blocks=(replace(first, silent_on=UNSAID), *others))
            save_page(changed, folder / "docs")
    build(folder / "docs", folder / "index")
    return folder / "index"


def silent(index: Path, embedder: Embedder, question: str, filters: Filters | None = None) -> float:
    with open_index(index) as opened:
        return retrieve(opened, embedder, question, limit=5, filters=filters).silent


@pytest.mark.parametrize("question", [*UNSAID, "年假能休几天？"])
def test_what_is_listed_lies_nearer_than_what_is_answered(
    silent_index: Path, embedder: Embedder, question: str
) -> None:
    assert silent(silent_index, embedder, question) > 0


@pytest.mark.parametrize("question", ["晚到罚多少", "上班打游戏被抓到", "考勤有什么规定"])
def test_what_is_answered_lies_nearer_than_what_is_listed(
    silent_index: Path, embedder: Embedder, question: str
) -> None:
    assert silent(silent_index, embedder, question) < 0


def test_where_nothing_is_listed_nothing_is_told(small_index: Path, embedder: Embedder) -> None:
    assert math.isnan(silent(small_index, embedder, UNSAID[0]))


def test_who_may_not_read_a_clause_learns_nothing_of_what_it_is_silent_on(
    silent_index: Path, embedder: Embedder
) -> None:
    other = Filters(document=("bamboo",))
    assert math.isnan(silent(silent_index, embedder, UNSAID[0], other))


def test_nothing_is_found_by_it(silent_index: Path, small_index: Path, embedder: Embedder) -> None:
    for question in (*UNSAID, "晚到罚多少"):
        with open_index(silent_index) as here, open_index(small_index) as there:
            one, other = (retrieve(index, embedder, question, limit=20).hits for index in (here, there))
        assert [(hit.passage.clause_id, hit.score) for hit in one] == [
            (hit.passage.clause_id, hit.score) for hit in other
        ]


def test_a_signal_that_cannot_be_told_counts_as_the_average() -> None:
    count = len(SIGNALS)
    model = Model((0.5,) * count, (2.0,) * count, (1.0,) * count, 0.25, 0.0)
    row = [0.5] * count
    assert model.score(row) == pytest.approx(0.25)
    assert model.score([*row[:-1], math.nan]) == pytest.approx(0.25)
    assert model.score([*row[:-1], 2.5]) == pytest.approx(1.25)


def test_the_clause_says_what_it_is_silent_on(silent_index: Path) -> None:
    with KnowledgeBase.open(silent_index) as kb:
        told = {hit.passage.silent_on for hit in kb.search("考勤", limit=20)}
    assert UNSAID in told
