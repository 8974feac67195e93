"""Real servers on loopback, as processes and as threads (so that coverage sees them), and keys for every audience.

Environment: ``KB_CASES`` multiplies the cases of the randomized tests; 20 gives the numbers of the acceptance runs.
"""

from __future__ import annotations

import contextlib
import functools
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import unittest.mock
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn

import kb.embed
from kb.api.app import create_app
from kb.api.keys import add_key
from kb.api.server import listen
from kb.api.settings import Settings

ROOT = Path(__file__).parent.parent.parent


NO_TLS = False
"""Certificates are of no use on loopback, and reading them takes 28 ms a request."""
CASES = float(os.environ.get("KB_CASES", "1"))


@dataclass
class Asked:
    """Where a server is."""

    url: str = ""

    def get(self, path: str, **options: Any) -> httpx.Response:
        return httpx.get(self.url + path, timeout=20, verify=NO_TLS, **options)

    def post(self, path: str, body: Any, **options: Any) -> httpx.Response:
        return httpx.post(self.url + path, json=body, timeout=20, verify=NO_TLS, **options)

    def raw(self, request: bytes, *, seconds: float = 10) -> bytes:
        """Send bytes as they are; return the status line and all that follows, ``b""`` when it just closes."""
        host, port = self.url.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port)), timeout=seconds) as connection:
            parts = []
            with contextlib.suppress(OSError):  # it may answer and close before all was sent
                connection.sendall(request)
            with contextlib.suppress(ConnectionResetError):
                while part := connection.recv(65536):
                    parts.append(part)
            return b"".join(parts)


@dataclass
class Server(Asked):
    """A running ``kb serve``."""

    process: subprocess.Popen[str] = field(kw_only=True)
    log: list[dict[str, Any]] = field(default_factory=list)

    def wait_for(self, event: str, *, seconds: float = 15, **facts: Any) -> dict[str, Any]:
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
Inside = Callable[..., "contextlib.AbstractContextManager[Asked]"]


@contextlib.contextmanager
def serving(
    index: Path, *options: str | Path, ready: bool = True, env: dict[str, str] | None = None
) -> Iterator[Server]:
    """Run ``kb serve`` on a free port until the block ends."""
    command = [sys.executable, "-m", "kb.cli.main", "serve", "--port", "0", "--index", str(index)]
    process = subprocess.Popen(
        [*command, *map(str, options)],
        stderr=subprocess.PIPE,
        text=True,
        cwd=index.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), **(env or {})},
    )
    assert process.stderr is not None
    server = Server(process=process)

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
        process.stderr.close()


# The model is loaded once for all servers in this process; it is the real one.
_embedder = functools.cache(kb.embed.open_embedder)


@contextlib.contextmanager
def inside(index: Path, *, ready: bool = True, **settings: Any) -> Iterator[Asked]:
    """Run the application on a free port in a thread of this process until the block ends."""
    settings = {"model": "default", "site": index / "no-site"} | settings
    listening = listen("127.0.0.1", 0)
    app = create_app(Settings(index=index, **settings))
    config = uvicorn.Config(
        app, log_config=None, access_log=False, server_header=False, lifespan="on", ws="none"
    )
    server = uvicorn.Server(config)
    loaded = unittest.mock.patch.object(kb.embed, "open_embedder", _embedder)
    loaded.start()
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    asked = Asked(f"http://127.0.0.1:{listening.getsockname()[1]}")
    try:
        deadline = time.monotonic() + 20
        while not server.started or (ready and asked.get("/api/v1/health").status_code != 200):
            assert thread.is_alive() and time.monotonic() < deadline
            time.sleep(0.02)
        yield asked
    finally:
        server.should_exit = True
        thread.join(20)
        loaded.stop()
        listening.close()


@pytest.fixture(scope="session")
def serve() -> Serve:
    """Starts servers as processes."""
    return serving


@pytest.fixture(scope="session", name="inside")
def inside_fixture() -> Inside:
    """Starts servers as threads."""
    return inside


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
def server(small_index: Path, site: Path) -> Iterator[Asked]:
    """One server that answers everybody."""
    with inside(small_index, site=site) as running:
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
