"""What tests of several areas share: two small handbooks, their index built by the real model, the real command."""

from __future__ import annotations

import contextlib
import fcntl
import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.support import DATA, ROOT, Run


@pytest.fixture(scope="session")
def docs() -> Path:
    """Folder of two small handbooks."""
    return DATA / "docs"


@pytest.fixture(scope="session")
def small_index(docs: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Their index, built once by the default model."""
    from kb.knowledge_base import build

    folder = tmp_path_factory.mktemp("small") / "index"
    build(docs, folder)
    return folder


@pytest.fixture(scope="session")
def kb_command() -> Run:
    """Runs ``kb`` as a process of its own; the exit code is the caller's to judge."""

    def run(
        *arguments: str | Path, stdin: str | None = None, cwd: Path | None = None
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "kb.cli.main", *map(str, arguments)],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=120,
            check=False,
            cwd=cwd,
            env={**os.environ, "PYTHONPATH": str(Path(__file__).parent.parent)},
        )

    return run


@pytest.fixture(scope="session")
def shipped_index(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of the pages this repository ships, built once by the default model for all test processes."""
    from kb.knowledge_base import build

    place = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:  # the processes of one run share the folder above their own
        place = place.parent
    folder = place / "shipped-index"
    with (place / "shipped-index.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not (folder / "CURRENT").exists():
            build(ROOT / "docs", folder)
    return folder


@contextlib.contextmanager
def _milvus(folder: Path, port: int) -> Iterator[None]:
    """Run a Milvus Lite as a process of its own until the block ends."""
    command = [Path(sys.executable).with_name("milvus-lite"), "server", "--host", "127.0.0.1"]
    with (folder / "log").open("w") as log:
        process = subprocess.Popen(
            [*command, "--port", str(port), "--data-dir", folder / "data"], stdout=log, stderr=log
        )
        try:
            deadline = time.monotonic() + 60
            while True:
                with socket.socket() as trying:
                    if trying.connect_ex(("127.0.0.1", port)) == 0:
                        break
                assert process.poll() is None and time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(30)


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


@pytest.fixture
def milvus_twice(tmp_path: Path) -> tuple[str, Callable[[], contextlib.AbstractContextManager[None]]]:
    """Address of a Milvus Lite, and what runs it, as often as one likes."""
    port = _free_port()
    return f"http://127.0.0.1:{port}", lambda: _milvus(tmp_path, port)


@pytest.fixture(scope="session")
def milvus_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Address of a Milvus Lite that is a process of its own; tests have names of their own in it."""
    port = _free_port()
    with _milvus(tmp_path_factory.mktemp("server"), port):
        yield f"http://127.0.0.1:{port}"
