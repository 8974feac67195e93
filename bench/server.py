"""A real `kb serve` to measure: started on a free port of loopback, its log read until it answers."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True, slots=True)
class Server:
    """A server that has its index in use."""

    pid: int
    port: int
    clauses: int


@contextlib.contextmanager
def serving(index: Path, *options: str) -> Iterator[Server]:
    """Run a server without a site over an index; it has ended when the block is left."""
    command = [sys.executable, "-m", "kb.cli.main", "serve", "--port", "0", "--index", str(index)]
    process = subprocess.Popen(
        [*command, "--site", "none", *options], stderr=subprocess.PIPE, text=True, cwd=ROOT
    )
    try:
        server = _ready(process)
        drain = subprocess.Popen(["cat"], stdin=process.stderr, stdout=subprocess.DEVNULL)
        yield server
    finally:
        process.terminate()
        process.wait(20)
    drain.wait(5)


def _ready(process: subprocess.Popen[str]) -> Server:
    assert process.stderr is not None
    port = 0
    for line in process.stderr:
        facts = json.loads(line)
        port = facts.get("port", port)
        if facts["event"] == "index refused":
            raise SystemExit(f"{facts['message']}: {facts['hint']}")
        if facts["event"] == "index in use":
            return Server(process.pid, port, facts["clauses"])
    raise SystemExit("the server ended before it had an index")


def resident(pid: int) -> float:
    """Return the resident memory of a process in MB."""
    status = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmRSS"))
