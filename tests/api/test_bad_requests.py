"""Whatever is sent, nothing breaks: every answer is a 4xx (or what a valid request deserves), never a 5xx."""

from __future__ import annotations

import json
import random
import re
import string
from typing import Any

import httpx
import pytest

from api.conftest import CASES, Asked

PATHS = ["/api/v1/ask", "/api/v1/search", "/api/v1/feedback", "/mcp", "/api/v1/compare", "/api/v1/clauses/", "/api/v1/documents", "/api/v1/documents/", "/api/v1/health", "/", "/api/docs/files/"]  # fmt: skip
METHODS = ["GET", "POST", "PUT", "DELETE", "HEAD", "OPTIONS", "PATCH", "TRACE", "SOUP"]
TRICKS = ["..", "%2e%2e", "%00", "%ff%fe", "//", "\\", "%23", "#", "?", "&", "=", ";", "..%2f..%2fetc%2fpasswd", "%0d%0aX-Evil:1", "%", "%zz", "~", "'; DROP TABLE clause", "a" * 3000, "\u202e", "条文"]  # fmt: skip
ODD = ["\x00", "\x1b[31m", "\u202e", "\ud800", "\ufeff", "\u200b", "𠮷", "é", "\\", '"', "'", "%s", "{}", "<script>", "\r\n", "迟到"]  # fmt: skip


def text(chance: random.Random) -> str:
    """Return some text that was not meant as a question."""
    return "".join(chance.choices([*ODD, *string.printable], k=chance.choice([0, 1, 5, 50, 2500])))


def value(chance: random.Random, depth: int = 0) -> Any:
    """Return some JSON value."""
    kind = chance.randrange(9 if depth < 5 else 6)
    if kind == 0:
        return chance.choice(
            [None, True, False, 0, -1, 1, 5, 51, 10**30, 1.5, float("nan"), float("inf"), -0.0]
        )
    if kind < 6:
        return text(chance)
    if kind == 6:
        return [value(chance, depth + 1) for _ in range(chance.randint(0, 4))]
    names = ["question", "questions", "limit", "filters", "id", "audience", "document", "soup", "__class__"]
    return {chance.choice(names): value(chance, depth + 1) for _ in range(chance.randint(0, 4))}


def rpc(chance: random.Random) -> bytes:
    """Return a call of a tool that is nearly right."""
    tool = chance.choice(["ask", "search", "compare", "get_clause", "list_documents", text(chance)])
    names = ["question", "limit", "clause_id", "around", "offset", "cursor", "uri", "x"]
    arguments = {chance.choice(names): value(chance) for _ in range(3)}
    uri = chance.choice(["kb://documents/", "kb://clauses/a/", "kb://", ""]) + chance.choice(
        [*TRICKS, "?offset=x", "pinecone"]
    )
    parameters = chance.choice(
        [{"name": tool, "arguments": arguments}, {"uri": uri}, arguments, value(chance)]
    )
    method = chance.choice(
        ["tools/call", "resources/read", "resources/list", "tools/list", "initialize", text(chance)]
    )
    message = {
        "jsonrpc": chance.choice(["2.0", "2.0", "1.0", 2]),
        "id": chance.choice([1, "a", None, 1.5, {}]),
        "method": method,
        "params": parameters,
    }
    if chance.random() < 0.2:
        del message[chance.choice(list(message))]
    return json.dumps(message if chance.random() < 0.9 else [message, message]).encode()


def body(chance: random.Random) -> bytes:
    """Return a body that is JSON, nearly JSON, or nothing of the kind."""
    kind = chance.randrange(8)
    if kind == 0:
        return chance.randbytes(chance.choice([0, 1, 100, 5000]))
    if kind == 1:
        return (b"[" * 50_000) if chance.random() < 0.5 else b'{"question":' * 20_000
    if kind == 2:
        return (
            b'{"question": "' + chance.choice([b"\xff\xfe", b"\xed\xa0\x80", b"\\ud800", b"\\u0000"]) + b'"}'
        )
    if kind == 3:
        return (
            b'{"questions": ['
            + b",".join([b'{"id":1,"question":"?"}'] * chance.choice([1, 51, 5000]))
            + b"]}"
        )
    if chance.random() < 0.25:
        return rpc(chance)
    found = json.dumps(value(chance)).encode()
    if kind == 4:
        return found[: len(found) // 2]
    if kind == 5:
        return json.dumps({"question": value(chance), "limit": value(chance)}).encode()
    if kind == 6:
        return json.dumps(
            {"question": "迟到", "filters": {chance.choice(["audience", "topic", "x"]): value(chance)}}
        ).encode()
    return found


def request(chance: random.Random) -> bytes:
    """Return a whole request, as bytes, that may be no request at all."""
    if chance.random() < 0.05:
        return chance.randbytes(200) + b"\r\n\r\n"
    method = chance.choice(METHODS if chance.random() < 0.5 else ["POST"])
    path = chance.choice(PATHS[:4] if method == "POST" else PATHS)
    if chance.random() < (0.1 if method == "POST" else 0.5):
        path += "".join(chance.choices([*TRICKS, "a", "pinecone"], k=chance.randint(1, 4)))
    if chance.random() < 0.3:
        path += "?" + "&".join(f"{chance.choice(['limit', 'offset', 'around', 'question', 'topic', 'x'])}={chance.choice(['-1', '9' * 30, '1e9', '', '%00', '１', '0x1', 'NaN', '%ed%a0%80', '%E8%BF%9F', 'a' * 3000])}" for _ in range(2))  # fmt: skip
    content = body(chance) if method in ("POST", "PUT", "PATCH") else b""
    usual = [
        b"Host: 127.0.0.1:1",
        b"Content-Type: application/json",
        b"Accept: application/json, text/event-stream",
        b"Connection: close",
    ]
    odd = [
        b"Host: " + chance.choice([b"x", b"", b"evil.example", b"a" * 500]),
        b"Content-Type: " + chance.choice([b"application/json", b"application/json; charset=utf-16", b"text/plain", b"multipart/form-data", b"\xff"]),
        b"Authorization: " + chance.choice([b"", b"Bearer", b"Bearer \xff", b"Basic " + b"A" * 500]),
        b"If-None-Match: " + chance.choice([b"", b"*", b'W/"', b"," * 1000]),
        b"X-Request-ID: " + chance.choice([b"", b"a" * 100, b"\x7f", b"ok"]),
        b"Accept-Encoding: " + chance.choice([b"gzip", b"identity;q=0", b"\xff"]),
        b"Range: bytes=" + chance.choice([b"0-0", b"5-1", b"-" * 50]),
        b"Connection: close",
    ]  # fmt: skip
    headers = odd if chance.random() < 0.2 else usual
    if content or method in ("POST", "PUT", "PATCH"):
        length = b"-1" if chance.random() < 0.02 else str(len(content)).encode()
        headers = [*headers, b"Content-Length: " + length]
    line = f"{method} {path} HTTP/1.1".encode("utf-8", "surrogatepass")
    return b"\r\n".join([line, *headers, b"", content])


def test_no_request_breaks_the_server(server: Asked) -> None:
    chance = random.Random(7)
    answered = 0
    for number in range(int(500 * max(CASES / 2, 1))):
        sent = request(chance)
        answer = server.raw(sent)
        status = int(answer.split()[1]) if answer else 400
        assert 200 <= status < 500, (number, sent[:300], answer[:500])
        answered += bool(answer)
        if answer and b"/api/v1/" in sent.split(b"\r\n")[0] and status >= 400 and b"json" in answer:
            found = answer.partition(b"\r\n\r\n")[2]
            if found:
                assert set(json.loads(found)) == {"code", "message", "hint"}, answer
    assert answered > 400
    assert server.get("/api/v1/health").json()["ready"]


@pytest.mark.parametrize(
    "body",
    [
        '{"question": "迟到\\ud800"}',
        '{"question": "迟到", "filters": {"topic": ["\\udfff"]}}',
        '{"questions": [{"id": "\\ud800", "question": "迟到"}]}',
        '{"questions": [{"id": 1, "question": "迟到\\ud83d"}]}',
        '{"question": "迟到\\ud800", "helpful": false}',
    ],
)
def test_half_a_character_is_refused(server: Asked, body: str) -> None:
    path = "/api/v1/feedback" if "helpful" in body else "/api/v1/ask"
    answer = httpx.post(
        server.url + path, content=body.encode(), headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert re.search("half a character|unicode", answer.json()["message"])
