"""A real server process on loopback, keys for every audience, and the index it serves."""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest

from kb.api.keys import add_key

ROOT = Path(__file__).parent.parent.parent


@dataclass
class Server:
    """A running ``kb serve``."""

    process: subprocess.Popen[str]
    url: str = ""
    log: list[dict[str, Any]] = field(default_factory=list)

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=20, **options)

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return httpx.post(self.url + path, json=body, timeout=20, **options)

    def wait_for(self, event: str, *, seconds: float = 10, **facts: Any) -> dict[str, Any]:
        """Return the first line of the log that says so, waiting for it."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for line in list(self.log):
                if line["event"] == event and all(line.get(name) == value for name, value in facts.items()):
                    return line
            time.sleep(0.02)
        raise AssertionError(f"no {event} {facts} within {seconds} s in {self.log[-5:]}")

    def stop(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(20)


Serve = Callable[..., "contextlib.AbstractContextManager[Server]"]


@contextlib.contextmanager
def serving(
    index: Path, *options: str | Path, ready: bool = True, env: dict[str, str] | None = None
) -> Iterator[Server]:
    """Run ``kb serve`` on a free port until the block ends."""
    command = [
        sys.executable,
        "-m",
        "kb.cli.main",
        "serve",
        "--port",
        "0",
        "--index",
        str(index),
        *map(str, options),
    ]
    process = subprocess.Popen(
        command, stderr=subprocess.PIPE, text=True, cwd=index.parent, env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})}
    )  # fmt: skip
    server = Server(process)

    def read() -> None:
        assert process.stderr is not None
        for line in process.stderr:
            server.log.append(json.loads(line) if line.startswith("{") else {"event": "text", "text": line})

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        place = server.wait_for("listening")
        server.url = f"http://127.0.0.1:{place['port']}"
        if ready:
            server.wait_for("index in use")
        yield server
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()
        reader.join(5)
        process.stderr.close()  # type: ignore[union-attr]


@pytest.fixture(scope="session")
def serve() -> Serve:
    """Starts servers."""
    return serving


@pytest.fixture(scope="session")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small built site, with a secret beside it and a link to that."""
    folder = tmp_path_factory.mktemp("built") / "site"
    (folder / "rules").mkdir(parents=True)
    (folder / "index.html").write_text("<h1>规则</h1>", encoding="utf-8")
    (folder / "rules" / "index.html").write_text("<h1>守则</h1>", encoding="utf-8")
    (folder / "404.html").write_text("<h1>没有这一页</h1>", encoding="utf-8")
    (folder.parent / "secret.txt").write_text("secret", encoding="utf-8")
    (folder / "link.txt").symlink_to(folder.parent / "secret.txt")
    return folder


@pytest.fixture(scope="session")
def server(small_index: Path, site: Path) -> Iterator[Server]:
    """One server that answers everybody."""
    with serving(small_index, "--site", site) as running:
        yield running


@dataclass(frozen=True)
class Keys:
    """A file of keys and the keys themselves, by what they open."""

    path: Path
    by_audience: dict[tuple[str, ...], str]

    def header(self, *audiences: str) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.by_audience[audiences]}"}


@pytest.fixture(scope="session")
def keys(tmp_path_factory: pytest.TempPathFactory) -> Keys:
    """A key for each mixture of audiences that tells clauses apart."""
    path = tmp_path_factory.mktemp("keys") / "keys.json"
    mixtures = [("public",), ("staff",), ("manager",), ("public", "staff"), ("public", "staff", "manager")]
    return Keys(path, {mixture: add_key(path, "+".join(mixture), mixture)[1] for mixture in mixtures})


@pytest.fixture(scope="session")
def locked_server(small_index: Path, site: Path, keys: Keys) -> Iterator[Server]:
    """One server that wants keys, with a rate no test reaches by accident."""
    with serving(small_index, "--site", site, "--keys", keys.path, "--rate", "100000") as running:
        yield running
