"""Where the shipped site is and what a look at it gives."""

from __future__ import annotations

import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"


@dataclass(frozen=True, slots=True)
class Built:
    """A built site."""

    folder: Path
    seconds: float


@dataclass
class Visit:
    """A page in a fresh browser context, with what it asked for and what it complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def at(self, address: str) -> Any:
        self.page.goto(address)
        self.page.wait_for_selector("html[data-kb-ready]", state="attached")
        return self.page


Look = Callable[..., Visit]


@contextmanager
def serving(
    command: list[str], port: int, cwd: Path, environment: dict[str, str] | None = None
) -> Iterator[str]:
    """Run a server until the block ends; give its address once it answers."""
    process = subprocess.Popen(
        command, cwd=cwd, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    address = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/", timeout=1).close()
                break
            except (urllib.error.URLError, ConnectionError, TimeoutError):
                assert process.poll() is None, f"{command} ended with {process.returncode}"
                time.sleep(0.1)
        else:
            pytest.fail(f"{command} does not answer")
        yield address
    finally:
        process.terminate()
        process.wait(20)


@contextmanager
def serving_answers(
    site: Path, index: Path, *options: str, cwd: Path = ROOT, environment: dict[str, str] | None = None
) -> Iterator[str]:
    """Run `kb serve` until the block ends; give its address once it answers questions."""
    port = free_port()
    command = [sys.executable, "-m", "kb.cli.main", "serve", "--port", str(port), "--no-keys"]
    command += ["--site", str(site), "--index", str(index), *options]
    with serving(command, port, cwd, environment) as address:
        for _ in range(300):
            try:
                urllib.request.urlopen(f"{address}/api/v1/health", timeout=10).close()
                break
            except urllib.error.HTTPError:  # 503 until the index is open
                time.sleep(0.1)
        else:
            pytest.fail("kb serve does not become ready")
        yield address


def free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
