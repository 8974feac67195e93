"""``kb ask --llm`` against a real server that answers well, badly, or not at all."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kb.cli.main import main
from kb.errors import InputInvalid, PhrasingFailed
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer
from kb.phrase import ChatModel, phrased
from kb.phrase.phrasing import messages, told

Reply = Callable[[dict[str, Any]], "tuple[int, bytes] | None"]
QUESTION = "跟顾客吵起来第二回罚多少"


@dataclass
class Server:
    """One reply for every request."""

    reply: Reply
    url: str = ""
    asked: list[dict[str, Any]] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)


@contextmanager
def serving(reply: Reply) -> Iterator[Server]:
    server = Server(reply)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            server.asked.append(asked)
            server.keys.append(self.headers.get("Authorization"))
            server.paths.append(self.path)
            found = server.reply(asked)
            if found is None:
                return
            status, body = found
            self.send_response(status)
            self.send_header("Location", "/elsewhere")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

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


@pytest.fixture(autouse=True)
def plain_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    for name in ("KB_LLM", "KB_LLM_KEY"):
        monkeypatch.delenv(name, raising=False)


def says(text: object) -> Reply:
    body = json.dumps({"choices": [{"message": {"role": "assistant", "content": text}}]}).encode()
    return lambda asked: (200, body)


def clauses_in(asked: dict[str, Any]) -> list[dict[str, Any]]:
    clauses: list[dict[str, Any]] = json.loads(asked["messages"][1]["content"])["clauses"]
    return clauses


def good(asked: dict[str, Any]) -> tuple[int, bytes]:
    """Repeats every clause with its mark."""
    told = [f"{clause['text'].rstrip('。')} {clause['mark']}。" for clause in clauses_in(asked)]
    return says("\n".join(told))(asked)  # type: ignore[return-value]


def cites_wrongly(asked: dict[str, Any]) -> tuple[int, bytes]:
    return says("\n".join(f"{clause['text']} [77]" for clause in clauses_in(asked)))(asked)  # type: ignore[return-value]


def ask(index: Path, url: str, *more: str) -> Result:
    return CliRunner().invoke(main, ["ask", QUESTION, "--index", str(index), "--llm", url, "--json", *more])


@pytest.fixture(scope="module")
def composed(small_index: Path) -> Answer:
    with KnowledgeBase.open(small_index) as kb:
        return kb.ask(QUESTION)


def test_sentences_that_clauses_bear_out_become_the_answer(small_index: Path, composed: Answer) -> None:
    with serving(good) as server:
        found = ask(small_index, server.url + "?model=some-model")
    payload = json.loads(found.stdout)
    assert payload["phrased_by"] == "llm"
    assert "50元" in payload["answer"]
    assert payload["answer"] != composed.text
    assert [citation["n"] for citation in payload["citations"]] == [c.n for c in composed.citations]
    assert found.stderr == ""
    assert server.asked[0]["model"] == "some-model"
    assert server.paths == ["/v1/chat/completions"]
    assert server.keys == [None]


def test_without_a_model_the_answer_is_composed(small_index: Path, composed: Answer) -> None:
    found = CliRunner().invoke(main, ["ask", QUESTION, "--index", str(small_index), "--json"])
    payload = json.loads(found.stdout)
    assert payload["phrased_by"] == "composed"
    assert payload["answer"] == composed.text


@pytest.mark.parametrize(
    ("reply", "why"),
    [
        (cites_wrongly, "nothing the language model said is borne out"),
        (says("第二次吵架罚款900元，并且立即开除 [1]。"), "nothing the language model said is borne out"),
        (says(""), "nothing the language model said is borne out"),
        (says(None), "the reply is no text"),
        (lambda asked: (200, b"<html>"), "the answer holds no reply"),
        (lambda asked: (200, b'{"choices": []}'), "the answer holds no reply"),
        (lambda asked: (500, b"out of memory"), "status 500 Internal Server Error: out of memory"),
        (lambda asked: (401, b'{"error": {"message": "no key"}}'), "no key"),
        (lambda asked: (404, b""), "status 404"),
        (lambda asked: (302, b""), "status 302"),
        (lambda asked: (200, b"1" * 1_100_000), "the answer is too long"),
        (lambda asked: None, "no answer"),
    ],
)
def test_otherwise_the_composed_answer_stands(
    reply: Reply, why: str, small_index: Path, composed: Answer
) -> None:
    with serving(reply) as server:
        found = ask(small_index, server.url)
    payload = json.loads(found.stdout)
    assert found.exit_code == 0
    assert payload["answer"] == composed.text
    assert payload["phrased_by"] == "composed"
    assert why in found.stderr


def test_nobody_listens(small_index: Path, composed: Answer) -> None:
    with serving(good) as server:
        pass
    found = ask(small_index, server.url)
    assert json.loads(found.stdout)["answer"] == composed.text
    assert "is the server running at that address?" in found.stderr


def test_a_slow_server_is_given_up(composed: Answer) -> None:
    def slow(asked: dict[str, Any]) -> None:
        time.sleep(0.5)

    with serving(slow) as server, pytest.raises(PhrasingFailed, match="timed out"):
        phrased(composed, ChatModel(server.url, seconds=0.1))


def test_a_dripping_server_is_given_up(composed: Answer) -> None:
    class Dripping:
        def read1(self, size: int) -> bytes:
            time.sleep(0.03)
            return b" "

    model = ChatModel("http://127.0.0.1:1/v1", seconds=0.1)
    with pytest.raises(PhrasingFailed, match="no whole answer within"):
        model._read(Dripping(), time.monotonic() + 0.1)  # type: ignore[arg-type]


def test_unsound_sentences_are_cut_and_nothing_told_is_lost(composed: Answer) -> None:
    first = told(composed)[0]
    reply = f"{first.quote.rstrip('。')} [{first.n}]。另外会送您一台平板电脑 [{first.n}]。"
    answer = phrased(composed, lambda chat: reply)
    assert "平板" not in answer.text
    assert answer.phrased_by == "llm"
    others = [line for line in composed.text.split("\n") if not line.endswith(f"[{first.n}]")]
    assert answer.text.split("\n")[1:] == [line for line in others if line.endswith("]")]
    assert answer.citations == composed.citations


def test_an_abstention_is_nobody_elses_to_phrase(small_index: Path) -> None:
    with KnowledgeBase.open(small_index) as kb:
        silent = kb.ask("Who won the chess tournament in Reykjavik?")
    assert silent.status == "abstained"

    def never(chat: object) -> str:
        raise AssertionError("asked")

    assert phrased(silent, never) is silent


def test_clauses_are_data(composed: Answer) -> None:
    task, data = messages(composed)
    assert "follow no instruction" in task["content"]
    assert "Chinese" in task["content"]
    assert [clause["mark"] for clause in json.loads(data["content"])["clauses"]] == [
        f"[{citation.n}]" for citation in told(composed)
    ]


def test_the_key_and_the_address(
    small_index: Path, monkeypatch: pytest.MonkeyPatch, composed: Answer
) -> None:
    monkeypatch.setenv("KB_LLM_KEY", "sesame")
    with serving(good) as server:
        for address in (server.url, server.url.removesuffix("/v1"), server.url + "/chat/completions"):
            phrased(composed, ChatModel(address))
        monkeypatch.setenv("KB_LLM", server.url)
        found = CliRunner().invoke(main, ["ask", QUESTION, "--index", str(small_index)])
    assert found.exit_code == 0
    assert server.paths == ["/v1/chat/completions"] * 4
    assert server.keys == ["Bearer sesame"] * 4
    assert server.asked[0]["model"] == "default"


@pytest.mark.parametrize(
    "address",
    ["localhost:80", "http://", "http://user:secret@h/v1", "http://h/v1?temperature=2", "http://h:0/"],
)
def test_a_malformed_address_is_refused_at_once(address: str, small_index: Path) -> None:
    with pytest.raises(InputInvalid) as refused:
        ChatModel(address)
    assert "secret" not in refused.value.message
    found = ask(small_index, address)
    assert found.exit_code == 2
