"""Each endpoint does what the reference says, on a real server."""

from __future__ import annotations

import signal
from pathlib import Path
from typing import Any

import httpx
import pytest

from api.conftest import Asked, Inside, Serve
from kb.api import models
from kb.knowledge_base import KnowledgeBase
from kb.payloads import answer_payload, clause_payload, compare_payload, search_payload

QUESTION = "和顾客吵起来第二次罚多少"


def timeless(payload: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in payload.items() if name != "took_ms"}


def test_ask_answers_what_the_knowledge_base_answers(server: Asked, small_index: Path) -> None:
    found = server.post("/api/v1/ask", {"question": QUESTION})
    assert found.status_code == 200
    with KnowledgeBase.open(small_index) as kb:
        wanted = answer_payload(kb.ask(QUESTION), kb.info, 0)
    assert timeless(found.json()) == timeless(wanted)
    models.AnswerBody.model_validate(found.json(), extra="forbid")


def test_ask_abstains_with_the_nearest_rules(server: Asked) -> None:
    found = server.post("/api/v1/ask", {"question": "公司食堂中午供应什么菜"}).json()
    assert found["status"] == "abstained"
    assert found["citations"] == []
    assert found["nearest"]
    models.AnswerBody.model_validate(found, extra="forbid")


def test_search_lists_hits_within_filters(server: Asked, small_index: Path) -> None:
    body = {"question": QUESTION, "limit": 3, "filters": {"document": ["bamboo"]}}
    found = server.post("/api/v1/search", body).json()
    assert [hit["document_id"] for hit in found["hits"]] == ["bamboo"] * 3
    with KnowledgeBase.open(small_index) as kb:
        from kb.model import Filters

        hits = kb.search(QUESTION, limit=3, filters=Filters(document=("bamboo",)))
        assert timeless(found) == timeless(search_payload(QUESTION, hits, kb.info, 0))
    models.HitsBody.model_validate(found, extra="forbid")


@pytest.mark.parametrize("path", ["/api/v1/ask", "/api/v1/search"])
def test_a_batch_is_answered_in_order_and_a_bad_question_fails_alone(server: Asked, path: str) -> None:
    rows = [{"id": "b", "question": QUESTION}, {"id": 7, "question": "？！"}, {"id": "a", "question": "迟到"}]
    found = server.post(path, {"questions": rows}).json()["answers"]
    assert [row["id"] for row in found] == ["b", 7, "a"]
    assert found[1]["status"] == "error"
    assert found[1]["error"]["code"] == "question-empty"
    one = server.post(path, {"question": QUESTION}).json()
    assert timeless(found[0]) == timeless(one) | {"id": "b"}
    kind = models.AnswersBody if path.endswith("ask") else models.HitListsBody
    kind.model_validate({"answers": found}, extra="forbid")


def test_compare_lays_documents_side_by_side(server: Asked, small_index: Path) -> None:
    for question in ("迟到罚多少", "attendance"):
        found = server.get("/api/v1/compare", params={"question": question}).json()
        models.ComparisonBody.model_validate(found, extra="forbid")
        with KnowledgeBase.open(small_index) as kb:
            wanted = compare_payload(kb.compare(question), kb.info, 0)
        assert timeless(found) == timeless(wanted)
        assert {row["document_id"] for row in found["rows"]} == {"bamboo", "pinecone"}
    params = {"question": "迟到罚多少", "document": ["bamboo"], "limit": 1}
    assert [row["document_id"] for row in server.get("/api/v1/compare", params=params).json()["rows"]] == [
        "bamboo"
    ]
    for bad in ({}, {"question": " "}, {"question": "迟到", "limit": 0}, {"question": "迟到", "soup": 1}):
        assert server.get("/api/v1/compare", params=bad).status_code == 422


def test_a_clause_with_its_neighbours(server: Asked, small_index: Path) -> None:
    found = server.get("/api/v1/clauses/pinecone%231-2", params={"around": 1}).json()
    with KnowledgeBase.open(small_index) as kb:
        passage, neighbours = kb.show("pinecone#1-2", around=1)
        wanted = clause_payload(passage) | {"neighbours": [clause_payload(other) for other in neighbours]}
    assert found == wanted
    models.ClauseWithNeighbours.model_validate(found, extra="forbid")


def test_documents_come_page_by_page(server: Asked) -> None:
    first = server.get("/api/v1/documents", params={"limit": 1}).json()
    assert [document["id"] for document in first["documents"]] == ["bamboo"]
    assert (first["total"], first["next_offset"]) == (2, 1)
    second = server.get("/api/v1/documents", params={"limit": 1, "offset": 1}).json()
    assert [document["id"] for document in second["documents"]] == ["pinecone"]
    assert second["next_offset"] is None
    models.DocumentsBody.model_validate(first, extra="forbid")


def test_a_document_gives_all_its_clauses_page_by_page(server: Asked, docs: Path) -> None:
    from kb.knowledge_base import export

    found: list[str] = []
    offset: int | None = 0
    while offset is not None:
        page = server.get("/api/v1/documents/pinecone", params={"limit": 3, "offset": offset}).json()
        models.DocumentWithClauses.model_validate(page, extra="forbid")
        found += [clause["id"] for clause in page["clauses"]]
        offset = page["next_offset"]
    wanted = [passage.clause_id for passage in export(docs) if passage.document_id == "pinecone"]
    assert found == wanted
    assert page["document"]["clauses"] == page["total"] == len(wanted)


@pytest.mark.parametrize(
    "path", ["/api/v1/clauses/pinecone%231-2", "/api/v1/documents", "/api/v1/documents/bamboo"]
)
def test_what_has_not_changed_is_not_sent_again(server: Asked, path: str) -> None:
    first = server.get(path)
    again = server.get(path, headers={"If-None-Match": f'"other", {first.headers["etag"]}'})
    assert again.status_code == 304
    assert again.content == b""
    assert again.headers["etag"] == first.headers["etag"]
    assert server.get(path, headers={"If-None-Match": '"other"'}).status_code == 200


@pytest.mark.parametrize(
    ("path", "code", "hint"),
    [
        ("/api/v1/clauses/pinecone%231-9", "clause-unknown", "pinecone#1-"),
        ("/api/v1/clauses/nothing", "clause-unknown", "kb search"),
        ("/api/v1/documents/pinecones", "document-unknown", "pinecone"),
        ("/api/v1/documents/zzz", "document-unknown", "list of documents"),
        ("/api/v1/nothing", "path-unknown", "/api/docs"),
    ],
)
def test_unknown_ids_and_paths(server: Asked, path: str, code: str, hint: str) -> None:
    found = server.get(path)
    assert found.status_code == 404
    assert found.json()["code"] == code
    assert hint in found.json()["hint"]


@pytest.mark.parametrize(
    ("body", "code", "words"),
    [
        ({"question": " "}, "question-empty", "empty"),
        ({"question": "迟" * 2001}, "question-too-long", "2,001"),
        ({"question": 5}, "input-invalid", "question"),
        ({"question": "迟到", "limit": 51}, "input-invalid", "limit"),
        ({"question": "迟到", "limit": "5"}, "input-invalid", "limit"),
        ({"question": "迟到", "soup": 1}, "input-invalid", "soup"),
        ({"question": "迟到", "filters": {"audience": "staff"}}, "input-invalid", "audience"),
        ({"questions": []}, "input-invalid", "questions"),
        ({"questions": [{"id": "a", "question": "迟到"}] * 51}, "input-invalid", "51"),
        ([], "input-invalid", "body"),
        (None, "input-invalid", "body"),
    ],
)
def test_bodies_that_do_not_fit(server: Asked, body: Any, code: str, words: str) -> None:
    found = server.post("/api/v1/ask", body)
    assert found.status_code == 422
    assert set(found.json()) == {"code", "message", "hint"}
    assert found.json()["code"] == code
    assert words in found.json()["message"]


def test_every_answer_is_framed(server: Asked) -> None:
    for path in ("/api/v1/health", "/api/v1/nothing", "/", "/nothing", "/api/docs"):
        found = server.get(path, headers={"X-Request-ID": "mine-1"})
        assert found.headers["x-request-id"] == "mine-1"
        assert found.headers["x-content-type-options"] == "nosniff"
        assert "content-security-policy" in found.headers
        assert "server" not in found.headers
        assert "access-control-allow-origin" not in found.headers
    assert server.get("/", headers={"X-Request-ID": "a b\tc"}).headers["x-request-id"] != "a b\tc"


def test_long_answers_are_compressed(server: Asked) -> None:
    found = server.post("/api/v1/ask", {"question": QUESTION}, headers={"Accept-Encoding": "gzip"})
    assert found.headers["content-encoding"] == "gzip"
    assert found.json()["status"] == "answered"


def test_health_and_metrics(server: Asked) -> None:
    found = server.get("/api/v1/health").json()
    models.HealthBody.model_validate(found, extra="forbid")
    assert (found["live"], found["ready"], found["degraded"]) == (True, True, None)
    assert found["index"]["age_s"] >= 0
    server.post("/api/v1/ask", {"question": QUESTION})
    text = server.get("/metrics").text
    assert "kb_ready 1.0" in text
    assert 'kb_answers_total{status="answered"}' in text
    assert 'route="/api/v1/ask"' in text


def test_the_reference_needs_nothing_from_elsewhere(server: Asked) -> None:
    page = server.get("/api/docs").text
    assert "http://" not in page
    assert "https://" not in page
    for name in ("swagger-ui-bundle.js", "swagger-ui.css", "favicon.png"):
        assert f"/api/docs/files/{name}" in page
        assert server.get(f"/api/docs/files/{name}").status_code == 200
    assert server.get("/api/openapi.json").json()["paths"]["/api/v1/ask"]


def test_the_site_is_served_and_not_escaped_from(server: Asked) -> None:
    assert "规则" in server.get("/").text
    assert "守则" in server.get("/rules/").text
    assert "没有这一页" in server.get("/nothing.html").text
    assert server.post("/", {}).status_code == 405
    for path in ("/../secret.txt", "/%2e%2e/secret.txt", "/rules/..%2f../secret.txt", "//etc/passwd", "/link.txt", "/%00", "/a%5c..%5csecret.txt"):  # fmt: skip
        answer = server.raw(f"GET {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".encode())
        assert answer.split()[1] == b"404", path
        assert b"secret" not in answer.partition(b"\r\n\r\n")[2]


def test_a_folder_of_the_site_is_found_under_whatever_name_the_caller_gave(server: Asked) -> None:
    for path, to in (("/rules", "/rules/"), ("//rules", "/rules/")):
        answer = server.raw(
            f"GET {path} HTTP/1.1\r\nHost: elsewhere.example\r\nConnection: close\r\n\r\n".encode()
        )
        assert answer.split()[1] == b"307"
        assert f"location: {to}\r\n".encode() in answer


def test_heads_are_those_of_the_answers(server: Asked) -> None:
    for path in ("/api/v1/health", "/api/v1/documents", "/api/v1/clauses/nothing", "/", "/api/docs"):
        head, whole = httpx.head(server.url + path), httpx.get(server.url + path)
        assert (head.status_code, head.content) == (whole.status_code, b"")
        assert head.headers.get("etag") == whole.headers.get("etag")
        if "age_s" not in whole.text:
            assert head.headers["content-length"] == whole.headers["content-length"]
    assert httpx.head(server.url + "/api/v1/ask").status_code == 405
    assert 'method="HEAD",route="/api/v1/documents",status="200"' in server.get("/metrics").text


def test_a_body_that_is_not_json_is_told_what_is_wanted(server: Asked) -> None:
    for content, kind, status, words in (
        (b'{"question": "x"}', "text/plain", 422, "Content-Type: application/json"),
        (b"question=x", "application/x-www-form-urlencoded", 422, "Content-Type: application/json"),
        (b"", "application/json", 422, "JSON object"),
        (b"[]", "application/json", 422, "JSON object"),
        ('{"question": "迟到"}'.encode("gbk"), "application/json", 400, "UTF-8"),
    ):
        answer = httpx.post(server.url + "/api/v1/ask", content=content, headers={"Content-Type": kind})
        assert answer.status_code == status, content
        assert words in answer.json()["hint"]


def test_an_unknown_id_is_not_repeated_at_length(server: Asked) -> None:
    for path in ("clauses", "documents"):
        answer = server.get(f"/api/v1/{path}/{'x' * 30_000}")
        assert answer.status_code == 404
        assert len(answer.content) < 500


def test_other_origins_are_let_in_only_when_named(inside: Inside, small_index: Path) -> None:
    with inside(small_index, cors=("https://rules.example",)) as running:
        good = running.get("/api/v1/documents", headers={"Origin": "https://rules.example"})
        assert good.headers["access-control-allow-origin"] == "https://rules.example"
        bad = running.get("/api/v1/documents", headers={"Origin": "https://elsewhere.example"})
        assert "access-control-allow-origin" not in bad.headers
        assert "/api/docs" in running.get("/").text
        assert running.get("/rules/").status_code == 404


def test_the_process_logs_a_line_a_request_and_stops_gracefully(serve: Serve, small_index: Path) -> None:
    with serve(small_index) as running:
        with httpx.Client(base_url=running.url) as client:
            asked = {"question": QUESTION}
            assert client.post("/api/v1/ask", json=asked, headers={"X-Request-ID": "look-for-me"}).is_success
        line = running.wait_for("request", id="look-for-me")
        assert (line["status"], line["path"]) == (200, "/api/v1/ask")
        assert line["ms"] > 0
        assert QUESTION not in str(running.log)
        assert running.stop() in (0, -signal.SIGTERM)
        running.wait_for("stopped")


def test_questions_are_logged_only_when_switched_on(serve: Serve, small_index: Path) -> None:
    with serve(small_index, "--log-questions") as running:
        running.post("/api/v1/ask", {"question": QUESTION}, headers={"X-Request-ID": "asked"})
        assert running.wait_for("request", id="asked")["questions"] == [QUESTION]
