"""A small corpus and its index."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest
from index_samples import RULES, HashedPairs, entry, passage

from kb.index import build_index
from kb.model import Entry


@pytest.fixture
def entries() -> list[Entry]:
    """Thirty clauses in six documents of two platforms and three audiences."""
    audiences = ("public", "staff", "manager")
    made = []
    for (number, audience), platform in product(enumerate(audiences), ("taobao", "kuaishou")):
        for order, (text, ask, gloss) in enumerate(RULES):
            made.append(
                passage(
                    f"{platform}-{audience}#1-{order + 1}",
                    f"{text}（{platform} 第{number}版）",
                    order,
                    platform=platform,
                    audience=audience,
                    ask=ask,
                    gloss_en=gloss,
                    topics=("fines", "attendance") if order < 2 else ("service",),
                    status="superseded" if order == 3 else "in-force",
                )
            )
    return [entry(one) for one in made]


@pytest.fixture
def embedder() -> HashedPairs:
    return HashedPairs()


@pytest.fixture
def folder(tmp_path: Path, entries: list[Entry], embedder: HashedPairs) -> Path:
    """A folder with an index of the entries."""
    build_index(entries, tmp_path / "index", embedder)
    embedder.embedded.clear()
    return tmp_path / "index"
