"""What is asked too much, too often or too slowly is turned away in a way that clients can act on."""

from __future__ import annotations

import inspect
import itertools
import json
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path

import pytest

from api.conftest import Asked, Inside, Keys
from kb import errors
from kb.api.rates import Rates
from kb.api.settings import Limits
from kb.api.statuses import OPERATORS, STATUSES, error_body, error_headers, status_of
from kb.knowledge_base import KnowledgeBase


def test_every_error_has_a_status() -> None:
    kinds = [
        kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, errors.KbError)
    ]
    for kind in kinds:
        if kind is not errors.KbError:
            error = kind("in /srv/kb", hint="look into /srv/kb")
            assert status_of(error) in STATUSES.values()
            assert set(error_body(error)) == {"code", "message", "hint"}
            assert ("/srv/kb" in str(error_body(error))) != isinstance(error, OPERATORS)
            assert ("Retry-After" in error_headers(error)) == (status_of(error) in (429, 503))
    with pytest.raises(AssertionError, match="no status"):
        status_of(errors.KbError("x", hint="y"))


def test_a_bucket_fills_again() -> None:
    now = 0.0
    rates = Rates(2, 3, clock=lambda: now)
    assert [rates.take("a") for _ in range(4)] == [0, 0, 0, 0.5]
    assert rates.take("b") == 0
    now = 0.5
    assert rates.take("a") == 0
    assert rates.take("a") == 0.5
    now = 100.0
    assert rates.take("a", 5) == 0  # a batch dearer than a bucket is let through once …
    assert rates.take("a") == pytest.approx(1.5)  # … and paid off before the next question


def test_buckets_do_not_pile_up() -> None:
    rates = Rates(1, 1)
    for n in range(20_000):
        rates.take(str(n))
    assert len(rates._buckets) == 10_000


def test_a_key_that_asks_too_often_waits(inside: Inside, small_index: Path, keys: Keys) -> None:
    with inside(small_index, keys=keys.path, limits=Limits(rate=0.5, burst=3)) as running:
        header = keys.header("staff")
        answers = [running.post("/api/v1/ask", {"question": "迟到"}, headers=header) for _ in range(4)]
        assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
        assert answers[3].json()["code"] == "rate-exceeded"
        assert 1 <= int(answers[3].headers["retry-after"]) <= 2
        assert running.get("/api/v1/documents", headers=keys.header("public")).status_code == 200
        assert running.get("/api/v1/documents", headers=header).status_code == 429


def test_an_address_that_asks_too_often_waits(
    inside: Inside, small_index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.api.edge._is_loopback", lambda address: False)
    with inside(small_index, ready=False, limits=Limits(rate=0.1, burst=3)) as running:
        statuses = []
        for _ in range(10):
            answer = running.get("/")
            statuses.append(answer.status_code)
        assert 429 in statuses
        assert answer.json()["code"] == "rate-exceeded"
        assert int(answer.headers["retry-after"]) >= 1
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """Questions wait until the event is set, or nine seconds."""
    go = threading.Event()
    asked = KnowledgeBase.ask

    def ask(self: KnowledgeBase, question: str, **options: object) -> object:
        if question == "等等":
            go.wait(9)
        return asked(self, question, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(KnowledgeBase, "ask", ask)
    yield go
    go.set()


def test_the_line_is_bounded_and_moves_on(inside: Inside, small_index: Path, slow: threading.Event) -> None:
    limits = Limits(threads=1, waiting=2)
    with inside(small_index, limits=limits) as running, ThreadPoolExecutor(6) as pool:
        asked = [pool.submit(running.post, "/api/v1/ask", {"question": "等等"}) for _ in range(6)]
        turned_away = itertools.islice(as_completed(asked, timeout=9), 3)
        assert {future.result().status_code for future in turned_away} == {503}
        slow.set()
        answers = [future.result() for future in asked]
        assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 503, 503, 503]
        busy = next(answer for answer in answers if answer.status_code == 503)
        assert busy.json()["code"] == "server-busy"
        assert busy.headers["retry-after"] == "2"
        assert running.post("/api/v1/ask", {"question": "迟到"}).status_code == 200


def answers_again(running: Asked) -> bool:
    """Whether the server answers within ten seconds; on a busy machine a single try may take too long itself."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        if running.post("/api/v1/ask", {"question": "迟到"}).status_code == 200:
            return True
        time.sleep(0.1)
    return False


def test_what_takes_too_long_is_given_up(inside: Inside, small_index: Path, slow: threading.Event) -> None:
    limits = Limits(threads=1, seconds=0.3)
    with inside(small_index, limits=limits) as running:
        late = running.post("/api/v1/ask", {"question": "等等"})
        assert (late.status_code, late.json()["code"]) == (503, "took-too-long")
        waiting = running.post("/api/v1/ask", {"question": "迟到"})  # the thread is still busy
        assert waiting.json()["code"] == "took-too-long"
        slow.set()
        assert answers_again(running)


def test_a_batch_that_takes_too_long_frees_its_thread(
    inside: Inside, small_index: Path, slow: threading.Event
) -> None:
    with inside(small_index, limits=Limits(threads=1, seconds=0.3)) as running:
        threading.Timer(0.5, slow.set).start()
        rows = [{"id": 1, "question": "等等"}, *({"id": n, "question": "迟到"} for n in range(40))]
        assert running.post("/api/v1/ask", {"questions": rows}).json()["code"] == "took-too-long"
        assert answers_again(running)


def test_too_many_requests_at_once(inside: Inside, small_index: Path, slow: threading.Event) -> None:
    limits = Limits(threads=1, open_requests=1)
    with inside(small_index, limits=limits) as running, ThreadPoolExecutor(1) as pool:
        first = pool.submit(running.post, "/api/v1/ask", {"question": "等等"})
        time.sleep(0.3)
        second = running.get("/api/v1/documents")
        assert (second.status_code, second.json()["code"]) == (503, "server-busy")
        slow.set()
        assert first.result().status_code == 200


HEAD = "POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: application/json\r\n"


@pytest.fixture(scope="module")
def strict(inside: Inside, small_index: Path) -> Iterator[Asked]:
    with inside(small_index, limits=Limits(body=2000, seconds=1.0)) as running:
        yield running


@pytest.mark.parametrize(
    "request_head",
    [
        "Content-Length: 3000\r\n\r\n",
        "Content-Length: 99999999999999999999\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n"
        + "3e8\r\n"
        + "a" * 1000
        + "\r\n"
        + "3e9\r\n"
        + "a" * 1001
        + "\r\n0\r\n\r\n",
    ],
)
def test_a_body_that_is_too_large(strict: Asked, request_head: str) -> None:
    answer = strict.raw((HEAD + request_head).encode())
    assert answer.split()[1] == b"413"
    assert json.loads(answer.partition(b"\r\n\r\n")[2])["code"] == "body-too-large"


def test_a_body_that_does_not_come(strict: Asked) -> None:
    import socket

    host, port = strict.url.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=5) as connection:
        connection.sendall((HEAD + "Content-Length: 50\r\n\r\n{").encode())
        answer = connection.recv(65536)
    assert answer.split()[1] == b"408"


def test_what_breaks_inside_is_a_500_without_details(
    inside: Inside, small_index: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("secret detail")

    with inside(small_index) as running:
        monkeypatch.setattr(KnowledgeBase, "show", broken)
        answer = running.get("/api/v1/clauses/x")
        assert answer.status_code == 500
        assert answer.json()["code"] == "internal-error"
        assert "secret" not in answer.text
        assert answer.headers["x-request-id"]
