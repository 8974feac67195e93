"""Every example on the page about running the service runs: commands, servers, the agent's set-up, the program."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest

from kb.knowledge_base import build
from tests.support import ROOT

PAGE = (ROOT / "docs" / "operating" / "running.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
ENV = {**os.environ, "PYTHONPATH": str(ROOT)}
KB = [sys.executable, "-m", "kb.cli.main"]
QUESTION = {"question": "上班玩游戏会怎么罚"}


def lines(language: str) -> list[str]:
    """Return the lines of all blocks in a language, without comments."""
    found = [line for name, body in BLOCKS if name == language for line in body.splitlines()]
    return [line.partition("  #")[0].strip() for line in found if line.strip()]


@pytest.fixture(scope="module")
def folder(small_index: Path, docs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the examples assume it: pages, one of them public, their index, a built site."""
    place = tmp_path_factory.mktemp("operating")
    shutil.copytree(docs, place / "docs")
    page = place / "docs" / "shop-handbook" / "bamboo.md"
    page.write_text(
        page.read_text(encoding="utf-8").replace("audience: manager", "audience: public"), encoding="utf-8"
    )
    shutil.copytree(small_index, place / "index")  # so that few texts are embedded again
    build(place / "docs", place / "index")
    shutil.copy(ROOT / "mkdocs.yml", place)
    (place / "site").mkdir()
    (place / "site" / "index.html").write_text("<h1>规则</h1>", encoding="utf-8")
    return place


def run(command: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        command,
        cwd=folder,
        env=ENV,
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, (command, done.stderr)
    return done


@contextlib.contextmanager
def serving(arguments: list[str], folder: Path) -> Iterator[str]:
    """Run a ``kb serve`` of the page on a free port; give its address once it can answer."""
    process = subprocess.Popen(
        [*KB, *arguments, "--port", "0", "--no-gaps"], cwd=folder, env=ENV, stderr=subprocess.PIPE, text=True
    )
    assert process.stderr is not None
    try:
        place: dict[str, Any] = {}
        for line in process.stderr:
            facts = json.loads(line)
            place = facts if facts["event"] == "listening" else place
            assert facts["event"] != "index refused", facts
            if facts["event"] == "index in use":
                break
        rest = threading.Thread(target=process.stderr.read)
        rest.start()
        yield f"http://127.0.0.1:{place['port']}"
        process.terminate()
        assert process.wait(20) in (0, -signal.SIGTERM)
        rest.join()
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.mark.parametrize("command", [line for line in lines("sh") if line.startswith("kb serve")])
def test_a_server_of_the_page_answers(command: str, folder: Path) -> None:
    if "--site public/site" in command:  # is built as the lines before it say
        for line in lines("sh"):
            if line.startswith("kb publish"):
                run([*KB, *shlex.split(line)[1:]], folder)
            elif line.startswith("mkdocs"):
                run([sys.executable, "-m", *shlex.split(line)], folder)
    with serving(shlex.split(command)[1:], folder) as url:
        found = httpx.post(f"{url}/api/v1/ask", json=QUESTION, timeout=20).json()
        assert found["status"] == "answered"
        assert "<h1" in httpx.get(url).text


def test_keys_open_what_the_page_says_until_they_are_revoked(folder: Path, tmp_path: Path) -> None:
    add, show, revoke = [shlex.split(line)[1:] for line in lines("sh") if line.startswith("kb keys")]
    keys = tmp_path / "keys.json"
    added = run([*KB, *add, "--keys", str(keys)], folder)
    key, known = added.stdout.strip(), re.search(r"\b[0-9a-f]{8}\b", added.stderr)
    assert known is not None
    assert known[0] in run([*KB, *show, "--keys", str(keys)], folder).stdout
    header = {"Authorization": f"Bearer {key}"}
    with serving(["serve", "--keys", str(keys)], folder) as url:
        found = httpx.get(f"{url}/api/v1/documents", headers=header).json()
        assert {document["audience"] for document in found["documents"]} <= {"public", "staff"}
        assert re.fullmatch("[0-9a-f]{8}", revoke[-1])
        run([*KB, *revoke[:-1], known[0], "--keys", str(keys)], folder)
        assert httpx.get(f"{url}/api/v1/documents", headers=header).status_code == 401


def test_the_other_commands_work(folder: Path, tmp_path: Path) -> None:
    place = Path(shutil.copytree(folder, tmp_path / "copy"))
    for name in ("keys.json", "gaps.sqlite"):
        (place / name).write_text("{}", encoding="utf-8")
    others = [
        line
        for line in lines("sh")
        if not line.startswith(("kb serve", "kb keys", "kb publish", "mkdocs", "pip "))
    ]
    assert any(line.startswith("tar -x") for line in others)
    for line in others:
        command = shlex.split(line)
        run([*KB, *command[1:]] if command[0] == "kb" else command, place)


def test_an_agent_set_up_as_shown_finds_the_tools(folder: Path) -> None:
    from mcp import StdioServerParameters
    from mcp.client.client import Client
    from mcp.client.stdio import stdio_client

    (server,) = json.loads("".join(lines("json")))["mcpServers"].values()
    assert server["command"] == "kb"
    arguments = [argument.replace("/srv/kb/index", str(folder / "index")) for argument in server["args"]]

    async def main() -> None:
        started = StdioServerParameters(command=KB[0], args=[*KB[1:], *arguments, "--no-gaps"], env=ENV)
        async with Client(stdio_client(started)) as client:
            named = {tool.name for tool in (await client.list_tools()).tools}
            for tool in named:
                assert f"`{tool}`" in PAGE
            found = await client.call_tool("list_documents", {})
            assert [one["id"] for one in found.structured_content["documents"]] == ["bamboo"]

    with ThreadPoolExecutor(1) as thread:  # a browser of other tests may keep a loop running in this one
        thread.submit(anyio.run, main).result()


@pytest.mark.parametrize("program", [body for name, body in BLOCKS if name == "python"])
def test_a_program_of_the_page_answers_from_the_index_and_from_a_server(program: str, folder: Path) -> None:
    with serving(["serve", "--no-keys"], folder) as url:
        assert "https://rules.example" in program
        done = run(
            [sys.executable, "-c", program.replace("https://rules.example", url).replace("kb_…", "kb_x")],
            folder,
        )
    assert "answered" in done.stdout
    local, _, remote = done.stdout.partition("\nanswered ")
    assert local and remote.startswith(f"{local}\n")
    assert len(program.splitlines()) <= 13


def test_every_block_is_of_a_kind_that_is_tried() -> None:
    assert {name for name, _ in BLOCKS} <= {"sh", "json", "python", "nginx"}


def test_no_other_page_shows_an_example() -> None:
    operating = ROOT / "docs" / "operating"
    tried = {operating / "running.md", operating / "milvus.md", ROOT / "README.md", ROOT / "CONTRIBUTING.md"}
    pages = [
        *ROOT.glob("*.md"),
        *(page for part in ("docs", "evals", "bench") for page in (ROOT / part).rglob("*.md")),
    ]
    shown = {page for page in pages if re.search(r"^```(sh|bash|console|python)$", page.read_text(encoding="utf-8"), re.MULTILINE)}  # fmt: skip
    assert shown == tried, "add it to a test that runs it"
