"""Clauses that a key does not open leave no mark on what it reads: the server answers as one that never had them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.conftest import CASES, ROOT, Asked, Inside, Keys
from api.test_audiences import FREE
from kb.knowledge_base import build
from kb.knowledge_base.corpus import GLOSSARY
from kb.pages import load_pages

PATHS = ("ask", "search")


def texts() -> list[str]:
    """Return questions: those of the evaluation, most about what the public may not see, in both languages."""
    lines = (ROOT / "evals" / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    found = [json.loads(line)["question"] for line in lines]
    return found[:: 1 if CASES > 1 else 20]


@pytest.fixture(scope="module", params=[("public",), ("public", "staff")], ids="+".join)
def pair(
    request: pytest.FixtureRequest,
    shipped_index: Path,
    keys: Keys,
    inside: Inside,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[Asked, Asked, dict[str, str]]]:
    """A server of all shipped pages, one of the pages of some audiences alone, and the header of a key for these."""
    readers = request.param
    place = tmp_path_factory.mktemp("some")
    for document in load_pages(ROOT / "docs"):
        if document.audience in readers:
            page = Path(document.kind) / f"{document.id}.md"
            (place / "docs" / page.parent).mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / "docs" / page, place / "docs" / page)
    shutil.copy(ROOT / "docs" / GLOSSARY, place / "docs" / GLOSSARY)  # the same for all
    shutil.copytree(shipped_index, place / "index")  # so that texts need not be embedded again
    build(place / "docs", place / "index")
    with (
        inside(shipped_index, keys=keys.path, limits=FREE) as whole,
        inside(place / "index", keys=keys.path, limits=FREE) as alone,
    ):
        yield whole, alone, keys.header(*readers)


def told(payload: Any) -> Any:
    """Return a payload without what tells one index and one moment from another."""
    if isinstance(payload, dict):
        return {name: told(value) for name, value in payload.items() if name not in ("took_ms", "index")}
    return [told(one) for one in payload] if isinstance(payload, list) else payload


def test_answers_are_those_of_a_server_that_has_nothing_else(
    pair: tuple[Asked, Asked, dict[str, str]],
) -> None:
    whole, alone, header = pair
    answered = 0
    for question in texts():
        for path in PATHS:
            body = {"question": question, "limit": 10}
            here, there = (one.post(f"/api/v1/{path}", body, headers=header) for one in (whole, alone))
            assert told(here.json()) == told(there.json()), (path, question)
            answered += here.json().get("status") == "answered"
        here, there = (
            one.get("/api/v1/compare", params={"question": question}, headers=header)
            for one in (whole, alone)
        )
        assert told(here.json()) == told(there.json()), question
    assert answered > 2


def test_so_are_lists_clauses_and_refusals(pair: tuple[Asked, Asked, dict[str, str]]) -> None:
    whole, alone, header = pair
    listed = alone.get("/api/v1/documents?limit=500", headers=header).json()
    paths = ["/api/v1/documents?limit=500", "/api/v1/documents?limit=2&offset=3"]
    for document in load_pages(ROOT / "docs")[:: 1 if CASES > 1 else 4]:  # those that are hidden too
        paths += [f"/api/v1/documents/{document.id}", f"/api/v1/documents/{document.id}x"]
        for clause in document.clauses[:3]:
            anchor = f"{document.id}%23{clause.anchor}"
            paths += [f"/api/v1/clauses/{anchor}?around=5", f"/api/v1/clauses/{anchor}x"]
    for path in paths:
        here, there = (one.get(path, headers=header) for one in (whole, alone))
        assert (here.status_code, here.text) == (there.status_code, there.text), path
        assert here.headers.get("etag") == there.headers.get("etag")
    assert listed["total"] > 5
