"""The index with the real model: questions find the rules that people mean."""

from __future__ import annotations

from pathlib import Path

import pytest
from index_samples import RULES, entry, passage

from kb.embed import Embedder, open_embedder
from kb.errors import IndexMismatch
from kb.index import build_index, open_index
from kb.model import Filters


@pytest.fixture(scope="module")
def embedder() -> Embedder:
    return open_embedder()


def test_questions_find_their_rules(tmp_path: Path, embedder: Embedder) -> None:
    steps: list[tuple[int, int]] = []
    rules = [passage(f"rules#{n}", text, n, gloss_en=gloss) for n, (text, _, gloss) in enumerate(RULES)]
    info = build_index(
        [entry(rule) for rule in rules], tmp_path, embedder, progress=lambda *step: steps.append(step)
    )
    assert info.model == embedder.name
    assert steps[-1] == (9, 9)  # five texts, four glosses

    questions = {
        "早上来晚了会扣钱吗": 0,
        "上班时间打游戏有什么后果": 1,
        "How fast must I reply to a customer?": 2,
        "退钱要等多久": 3,
        "可以让买家给五星吗": 4,
    }
    with open_index(tmp_path, model=embedder.name) as index:
        for question, row in questions.items():
            found = index.dense(embedder.embed_questions([question])[0], 5, Filters(audience=("staff",)))
            assert found[0].row == row, question
            assert 0.7 < found[0].score <= 1.001
    with pytest.raises(IndexMismatch):
        open_index(tmp_path, model="another model")
    steps.clear()
    build_index(
        [entry(rule) for rule in rules[1:]], tmp_path, embedder, progress=lambda *step: steps.append(step)
    )
    assert steps == []
