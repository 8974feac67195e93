"""Servers without an index of their own: all answer from one in Milvus, and take a newer build into use."""

from __future__ import annotations

import shutil
import time
from pathlib import Path

from api.conftest import Server, serving
from api.test_mcp import by_process, look_around
from kb.knowledge_base import build

QUESTION = {"question": "迟到扣多少"}


def test_two_servers_and_an_agent(milvus_server: str, small_index: Path, docs: Path, tmp_path: Path) -> None:
    place = f"milvus:{milvus_server}?name=servers"
    pages = Path(shutil.copytree(docs, tmp_path / "docs"))
    first = build(pages, place)
    options = ("--index", place, "--no-gaps")
    by_process(small_index, look_around, *options)
    with serving(small_index, *options) as one, serving(small_index, *options) as other:
        answers = [server.post("/api/v1/ask", QUESTION).json() | {"took_ms": 0} for server in (one, other)]
        assert answers[0] == answers[1]
        assert answers[0]["status"] == "answered" and answers[0]["index"]["id"] == first.id
        assert one.get("/api/v1/clauses/bamboo%231-1").status_code == 200
        (pages / "shop-handbook" / "bamboo.md").unlink()
        second = build(pages, place)
        for server in (one, other):
            wait_for(server, second.id)
            assert server.get("/api/v1/clauses/bamboo%231-1").status_code == 404
            hits = server.post("/api/v1/search", QUESTION | {"limit": 50}).json()["hits"]
            assert {hit["document_id"] for hit in hits} == {"pinecone"}


def wait_for(server: Server, build_id: str) -> None:
    deadline = time.monotonic() + 30
    while server.post("/api/v1/ask", QUESTION).json()["index"]["id"] != build_id:
        assert time.monotonic() < deadline, "the newer build is not taken into use"
        time.sleep(0.1)
