"""A server under load: questions a second, waiting times, memory; then ten times the load, and recovery.

usage: load.py [--index DIR] [--clients 8] [--seconds 60] [--overload 10] [--questions 0]

Starts `kb serve` on a free port of loopback and asks it the questions of evals/, each client one after the other over
one connection. Client and server share the machine. With --questions N, asks N in all instead and compares the server's
memory with that after the first thousand.
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import json
import os
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from server import resident, serving

ROOT = Path(__file__).parent.parent
FIRST = 1000


def questions() -> Iterator[bytes]:
    """Yield request bodies, over and over."""
    texts = [
        json.loads(line)["question"]
        for path in sorted((ROOT / "evals").rglob("*.jsonl"))
        for line in path.read_text(encoding="utf-8").splitlines()
        if '"question"' in line
    ]
    return itertools.cycle([json.dumps({"question": text}).encode() for text in texts])


def processor_seconds(pid: int) -> float:
    """Return the processor time a process has used; unlike waiting times it does not depend on what else runs here."""
    fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Client:
    """One connection that asks one question after the other."""

    def __init__(self, port: int) -> None:
        self._port = port

    async def __aenter__(self) -> Client:
        self._reader, self._writer = await asyncio.open_connection("127.0.0.1", self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        self._writer.close()

    async def ask(self, body: bytes) -> int:
        """Return the status of the answer."""
        head = b"POST /api/v1/ask HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        self._writer.write(head % len(body) + body)
        answer = (await self._reader.readuntil(b"\r\n\r\n")).lower()
        length = int(answer.partition(b"content-length: ")[2].partition(b"\r\n")[0])
        await self._reader.readexactly(length)
        return int(answer.split()[1])


async def load(
    port: int, clients: int, seconds: float, most: int = 0
) -> tuple[Counter[int], list[float], float]:
    """Ask for so long, or so many questions; return statuses, times of good answers in ms, and how long it took."""
    statuses: Counter[int] = Counter()
    times: list[float] = []
    bodies = questions()
    began = time.perf_counter()

    async def one() -> None:
        async with Client(port) as client:
            while (time.perf_counter() - began < seconds) if not most else statuses.total() < most:
                start = time.perf_counter()
                status = await client.ask(next(bodies))
                statuses[status] += 1
                if status == 200:
                    times.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*(one() for _ in range(clients)))
    return statuses, sorted(times), time.perf_counter() - began


def report(name: str, statuses: Counter[int], times: list[float], took: float) -> None:
    """Print one run."""
    at = [
        times[min(int(len(times) * share), len(times) - 1)] if times else 0.0 for share in (0.5, 0.95, 0.99)
    ]
    print(
        f"{name}: {len(times) / took:.1f} answers/s for {took:.0f} s; p50 {at[0]:.0f} p95 {at[1]:.0f} p99 {at[2]:.0f} ms; "
        f"statuses {dict(sorted(statuses.items()))}",
        flush=True,
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--index", type=Path, default=ROOT / "index")
    parser.add_argument("--clients", type=int, default=8)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument(
        "--overload", type=int, default=10, help="times the clients, for 15 s; 0 leaves it out"
    )
    parser.add_argument(
        "--questions", type=int, default=0, help="measure memory over so many questions instead"
    )
    options = parser.parse_args()
    began = time.perf_counter()
    with serving(options.index) as server:
        print(f"ready {time.perf_counter() - began:.2f} s after the start; {server.clauses} clauses")
        port = server.port
        asyncio.run(load(port, options.clients, 2))
        if options.questions:
            report("first", *asyncio.run(load(port, options.clients, 0, FIRST)))
            before = resident(server.pid)
            report("all", *asyncio.run(load(port, options.clients, 0, options.questions - FIRST)))
            after = resident(server.pid)
            print(
                f"memory after {FIRST}: {before:.0f} MB, after {options.questions}: {after:.0f} MB ({after / before - 1:+.1%})"
            )
            return
        before = processor_seconds(server.pid)
        found = asyncio.run(load(port, options.clients, options.seconds))
        report(f"{options.clients} clients", *found)
        used = (processor_seconds(server.pid) - before) / max(len(found[1]), 1) * 1000
        print(
            f"the server used {used:.1f} ms of processor time an answer; load of the machine {os.getloadavg()[0]:.1f}"
        )
        if options.overload:
            crowd = options.clients * options.overload
            report(f"{crowd} clients", *asyncio.run(load(port, crowd, 15)))
            report("afterwards", *asyncio.run(load(port, options.clients, 5)))
        print(f"memory {resident(server.pid):.0f} MB")


if __name__ == "__main__":
    main()
