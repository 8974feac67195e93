"""``kb ask --server`` says what ``kb ask`` says; what goes wrong on the way is one clear line."""

from __future__ import annotations

import http.server
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from api.conftest import Asked, Inside, Keys
from kb import errors
from kb.api.settings import Limits
from kb.cli.main import main
from kb.client import RemoteKnowledgeBase
from kb.errors import InputInvalid, KeyMissing, RateExceeded, ServerFailed, ServerUnreachable
from kb.model import Filters


def run(*arguments: str | Path, key: str = "", stdin: str | None = None) -> Result:
    return CliRunner().invoke(
        main, [str(argument) for argument in arguments], env={"KB_KEY": key}, input=stdin
    )


@pytest.mark.parametrize("command", ["ask", "search"])
@pytest.mark.parametrize(
    "options",
    [["和顾客吵起来第二次罚多少"], ["公司食堂中午供应什么菜"], ["考勤有什么规定", "--limit", "2"], ["迟到罚多少", "--platform", "tmall"], ["How much is being late?"],
     ["迟到", "--document", "bamboo"], ["迟到", "--kind", "shop-handbook", "--audience", "staff"], ["迟到", "--topic", "fines"],
     ["迟到", "--status", "unknown", "--status", "in-force", "--limit", "50"]],
)  # fmt: skip
def test_the_same_output_as_local(command: str, options: list[str], server: Asked, small_index: Path) -> None:
    local = run(command, *options, "--index", small_index)
    remote = run(command, *options, "--server", server.url)
    assert remote.exit_code == 0, remote.output
    assert remote.stdout == local.stdout
    here, there = (
        json.loads(run(command, *options, "--json", *where).stdout)
        for where in (("--index", small_index), ("--server", server.url))
    )
    del here["took_ms"], there["took_ms"]
    assert there == here


def test_a_batch_over_the_server(server: Asked, small_index: Path) -> None:
    rows = '{"id": 1, "question": "迟到"}\n{"id": 2, "question": " "}\n'
    here, there = (
        [
            json.loads(line)
            for line in run("ask", "--batch", "-", "--json", *where, stdin=rows).stdout.splitlines()
        ]
        for where in (("--index", small_index), ("--server", server.url))
    )
    assert there[0]["citations"] == here[0]["citations"]
    assert there[1]["error"]["code"] == here[1]["error"]["code"] == "question-empty"


def test_keys_come_from_the_environment(inside: Inside, small_index: Path, keys: Keys) -> None:
    with inside(small_index, keys=keys.path) as running:
        without = run("ask", "迟到", "--server", running.url)
        assert without.exit_code == 9
        assert "key" in without.stderr
        assert run("ask", "迟到", "--server", running.url, key="kb_wrong").exit_code == 9
        found = run("ask", "迟到", "--server", running.url, key=keys.by_audience[("staff",)])
        assert found.exit_code == 0
        assert "bamboo" not in found.stdout


def test_a_server_that_is_busy_is_asked_again(inside: Inside, small_index: Path, keys: Keys) -> None:
    with inside(small_index, keys=keys.path, limits=Limits(rate=2, burst=1)) as running:
        key = keys.by_audience[("staff",)]
        kb = RemoteKnowledgeBase(running.url, key=key)
        began = time.monotonic()
        assert all(kb.search("迟到") for _ in range(3))
        assert time.monotonic() - began > 0.8
        with pytest.raises(RateExceeded, match="too many"):
            RemoteKnowledgeBase(running.url, key=key, timeout=0.5).search("迟到")


def test_in_python(server: Asked) -> None:
    kb = RemoteKnowledgeBase(server.url + "/")
    answer = kb.ask("和顾客吵起来第二次罚多少")
    assert answer.citations[0].passage.clause_id == "pinecone#2-2"
    hits = kb.search("迟到", limit=2, filters=Filters(document=("bamboo",)))
    assert {hit.passage.document_id for hit in hits} == {"bamboo"}
    assert kb.search("迟到\udc80"), "bytes that are no text, as a terminal hands them on"
    with pytest.raises(errors.QuestionTooLong, match="2,001"):
        kb.ask("迟" * 2001)


@pytest.mark.parametrize("url", ["127.0.0.1:8000", "ftp://x", "http://", "", "http://[bad"])
def test_addresses_that_are_none(url: str) -> None:
    assert run("ask", "迟到", "--server", url).exit_code == 2


def test_keys_that_cannot_be_sent() -> None:
    with pytest.raises(InputInvalid):
        RemoteKnowledgeBase("http://127.0.0.1:1", key="a\nb")


def test_nobody_there() -> None:
    with pytest.raises(ServerUnreachable, match=r"127\.0\.0\.1:1"):
        RemoteKnowledgeBase("http://127.0.0.1:1").ask("迟到")
    result = run("ask", "迟到", "--server", "http://127.0.0.1:1")
    assert result.exit_code == 8
    assert "kb serve" in result.stderr


@contextmanager
def other(answer: Callable[[Any], None]) -> Iterator[tuple[str, list[Any]]]:
    """A server that is no knowledge base."""
    seen: list[Any] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            seen.append(dict(self.headers))
            self.rfile.read(int(self.headers["Content-Length"]))
            answer(self)

        do_GET = do_POST

        def log_message(self, *_: Any) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as running:
        thread = threading.Thread(target=running.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}", seen
        running.shutdown()
        thread.join()


def _send(status: int, content: bytes, **headers: str) -> Callable[[Any], None]:
    def send(handler: Any) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(content)

    return send


@pytest.mark.parametrize(
    ("status", "content"),
    [
        (200, b"soup"),
        (200, b"[]"),
        (200, b"{}"),
        (200, b"\xff"),
        (404, b"soup"),
        (500, b'{"code": 5}'),
        (502, b"[]"),
    ],
)
def test_something_else_answers(status: int, content: bytes) -> None:
    with other(_send(status, content)) as (url, _), pytest.raises(ServerFailed, match=r"127\.0\.0\.1"):
        RemoteKnowledgeBase(url).ask("迟到")


def test_an_answer_that_breaks_off() -> None:
    with other(_send(200, b"{", **{"Content-Length": "50"})) as (url, _), pytest.raises(ServerFailed):
        RemoteKnowledgeBase(url).ask("迟到")


def test_a_key_does_not_follow_a_redirection() -> None:
    with other(_send(200, b"{}")) as (elsewhere, seen):
        with other(_send(302, b"", Location=elsewhere)) as (url, _), pytest.raises(ServerFailed, match="302"):
            RemoteKnowledgeBase(url, key="kb_x").ask("迟到")
        assert seen == []


def test_refusals_keep_their_kind() -> None:
    body = json.dumps({"code": "key-missing", "message": "no", "hint": "yes"}).encode()
    with other(_send(401, body)) as (url, _), pytest.raises(KeyMissing, match="no"):
        RemoteKnowledgeBase(url).ask("迟到")
