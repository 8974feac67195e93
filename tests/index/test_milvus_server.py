"""The command on an index in Milvus, with the server and every builder and reader as processes of their own."""

from __future__ import annotations

import json
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from kb.api.live import LiveIndex
from kb.errors import StoreProblem
from kb.index import current_build, open_index
from kb.index.milvus.address import Address
from kb.index.milvus.client import Milvus
from kb.knowledge_base import KnowledgeBase, build, status
from kb.model import Filters
from tests.support import ROOT, Run

QUESTION = "迟到扣多少"


@pytest.fixture(scope="module")
def built(milvus_server: str, docs: Path, kb_command: Run) -> str:
    """The index of the two small handbooks, made by the command."""
    run = kb_command("index", "--docs", docs, "--store", "milvus", "--milvus", milvus_server)
    assert run.returncode == 0, run.stderr
    assert f"in milvus:{milvus_server}" in run.stderr
    return f"milvus:{milvus_server}"


def test_every_command_reads_it(built: str, small_index: Path, docs: Path, kb_command: Run) -> None:
    def answer(*arguments: str | Path) -> object:
        run = kb_command(*arguments)
        assert run.returncode == 0, run.stderr
        facts = json.loads(run.stdout)
        for known in ("took_ms", "index"):
            facts.pop(known, None)
        for listed in ("citations", "hits", "rows"):
            for one in facts.get(listed, []):
                assert 0 <= one.pop("score") <= 1  # lengths are measured within an audience
        return facts

    for question in (
        ("ask", QUESTION, "--limit", "3", "--json"),
        ("search", "玩游戏怎么罚", "--audience", "public", "--json"),
        ("compare", QUESTION, "--json"),
        ("show", "bamboo#1-1", "--json"),
    ):
        assert answer(*question, "--index", built) == answer(*question, "--index", small_index)
    run = kb_command("doctor", "--index", built, "--docs", docs)
    assert run.returncode == 0, run.stdout
    assert "✓ index" in run.stdout
    assert kb_command("show", "bamboo#9-9", "--index", built).returncode == 7


def test_conflicts_are_kept_beside_it(built: str, small_index: Path) -> None:
    with KnowledgeBase.open(built) as there, KnowledgeBase.open(small_index) as here:
        assert there.conflicts == here.conflicts != ()


def test_doctor_tells(milvus_server: str, docs: Path, tmp_path: Path) -> None:
    for place, told, step in (
        (f"milvus:{milvus_server}?name=nowhere", "no index in milvus:", "kb index --index milvus:"),
        ("milvus:http://127.0.0.1:1", "does not answer", "Is Milvus running"),
        (f"milvus:{tmp_path}/x.db", "no index", "kb index --index milvus:"),
    ):
        (fact,) = (fact for fact in status(docs, place).facts if fact.name == "index")
        assert fact.state == "error" and told in fact.what and step in fact.next_step


def test_wrong_words_are_one_line(kb_command: Run, docs: Path) -> None:
    run = kb_command("ask", QUESTION, "--index", "milvus:http://127.0.0.1:1")
    assert run.returncode == 3 and run.stdout == ""
    assert len(run.stderr.strip().splitlines()) == 2 and "Traceback" not in run.stderr
    for wrong in (
        ("--store", "milvus"),
        ("--milvus", "http://host"),
        ("--store", "folder", "--milvus", "a.db"),
    ):
        run = kb_command("index", *wrong)
        assert run.returncode == 2 and "go together" in run.stderr
    run = kb_command("index", "--index", "milvus:nonsense", "--docs", docs)
    assert run.returncode == 2 and "milvus:http://HOST:19530" in run.stderr


def test_a_file_serves_one_process(docs: Path, tmp_path: Path, kb_command: Run) -> None:
    place = f"milvus:{tmp_path}/kb.db"
    run = kb_command("index", "--docs", docs, "--index", place)
    assert run.returncode == 0, run.stderr
    assert json.loads(kb_command("ask", QUESTION, "--index", place, "--json").stdout)["status"] == "answered"
    holding = subprocess.Popen(
        [sys.executable, "-c", f"from kb.index import open_index; open_index({place!r}); print(1, flush=True); input()"],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
    )  # fmt: skip
    assert holding.stdout and holding.stdout.readline()
    run = kb_command("ask", QUESTION, "--index", place)
    assert run.returncode == 3 and "milvus-lite server" in run.stderr and "Traceback" not in run.stderr
    holding.communicate(b"\n")


@pytest.fixture
def pages(docs: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(docs, tmp_path / "docs"))


def test_a_killed_build_leaves_the_old_answers(
    milvus_server: str, pages: Path, tmp_path: Path, kb_command: Run
) -> None:
    place = f"milvus:{milvus_server}?name=killed"
    first = build(pages, place)
    page = pages / "shop-handbook" / "bamboo.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("手机", "平板电脑"), encoding="utf-8")
    # stops where a word of its own is said, so that it dies at every step in turn
    stopping = """
import sys
from pathlib import Path
from kb.index.milvus.client import Milvus
from kb.knowledge_base import build
calls, step = 0, sys.argv[3]
name, _, at = step.partition(":")
real = getattr(Milvus, name)
def stop(*arguments, **named):
    global calls
    calls += 1
    if calls == int(at):
        print("here", flush=True)
        sys.stdin.read()
    return real(*arguments, **named)
setattr(Milvus, name, stop)
build(Path(sys.argv[1]), sys.argv[2])
"""
    for step in ("create:1", "seal:1", "create:3", "seal:5", "point:1"):
        builder = subprocess.Popen(
            [sys.executable, "-c", stopping, pages, place, step],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT,
        )  # fmt: skip
        assert builder.stdout and builder.stdout.readline() == b"here\n"
        builder.send_signal(signal.SIGKILL)
        builder.communicate()
        assert current_build(place) == first.id
        with open_index(place) as index:
            index.verify()
            assert not [p for p in index.passages(index.rows()) if "平板电脑" in p.text]
    second = build(pages, place)
    with KnowledgeBase.open(place) as kb:
        assert kb.info == second
        assert "平板电脑" in kb.ask("上班玩平板电脑").text
    milvus = Milvus(Address.parse(place))
    left = {name.rsplit("_", 1)[0] for name in milvus.collections() if name.startswith("killed_2")}
    milvus.close()
    assert len({name[: len("killed_20261122T000000Z_abcdef")] for name in left}) == 2


def test_a_running_server_notices_a_newer_build_and_serves_no_deleted_page(
    milvus_server: str, pages: Path
) -> None:
    place = f"milvus:{milvus_server}?name=live"
    first = build(pages, place)
    live = LiveIndex(place, "default", every=0.1)
    live.start()
    try:
        wait_until(lambda: live.ready)
        with live.use() as kb:
            assert kb.info.id == first.id
            assert "bamboo" in {one.id for one in kb.documents()}
            (pages / "shop-handbook" / "bamboo.md").unlink()
            second = build(pages, place)
            assert kb.ask(QUESTION).status == "answered"  # this one is still open, and still whole
        wait_until(lambda: serving(live) == second.id)
        with live.use() as kb:
            assert "bamboo" not in {one.id for one in kb.documents()}
            for question in (QUESTION, "玩游戏怎么罚", "bamboo"):
                assert "bamboo" not in {hit.passage.document_id for hit in kb.search(question, limit=50)}
    finally:
        live.close()


def serving(live: LiveIndex) -> str:
    with live.use() as kb:
        return kb.info.id


def wait_until(what: object, *, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_readers_of_an_audience(built: str, small_index: Path) -> None:
    with KnowledgeBase.open(built) as there, KnowledgeBase.open(small_index) as here:
        for audience in ("public", "staff", "manager"):
            filters = Filters(audience=(audience,))
            a, b = (
                [hit.passage.clause_id for hit in kb.search(QUESTION, limit=10, filters=filters)]
                for kb in (there, here)
            )
            assert a == b
            assert there.documents(filters) == here.documents(filters)


def test_a_server_that_was_away(
    milvus_twice: tuple[str, Callable[[], AbstractContextManager[None]]],
    docs: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    address, run = milvus_twice
    monkeypatch.setattr("kb.index.milvus.client._READ", 2.0)
    monkeypatch.setattr("kb.index.milvus.client._CONNECT", 2.0)
    place = f"milvus:{address}"
    with run():
        build(docs, place)
        kb = KnowledgeBase.open(place)
        before = kb.ask(QUESTION)
    with pytest.raises(StoreProblem, match="does not answer"):
        kb.ask("玩游戏怎么罚")
    with pytest.raises(StoreProblem, match="does not answer"):
        current_build(place)
    with run():
        wait_until(lambda: answers(kb))
        assert kb.ask(QUESTION) == before
        assert current_build(place) == kb.info.id
    kb.close()


def answers(kb: KnowledgeBase) -> bool:
    try:
        return kb.ask("玩游戏怎么罚").status == "answered"
    except StoreProblem:
        return False
