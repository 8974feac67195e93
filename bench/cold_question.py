"""A cold question as a whole process: ours against the plain script, in turn, in one run.

usage: cold_question.py [--runs 5]

Builds both indexes of the shipped pages first (not timed), from the same weights. Prints medians of wall time and peak
memory with the spread, the ratio pair by pair, and how long `kb --help` takes.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

ROOT = Path(__file__).parent.parent
QUESTION = "上班玩游戏会怎么罚"


def timed(command: list[str]) -> tuple[float, float]:
    """Run a command; return its wall time in seconds and its peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed with status {status}")
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def row(name: str, values: list[float], unit: str) -> None:
    print(f"{name:34} {statistics.median(values):8.2f} {unit}   ({min(values):.2f} to {max(values):.2f})")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5)
    runs = parser.parse_args().runs
    kb = [sys.executable, "-m", "kb.cli.main"]
    rival = [sys.executable, str(ROOT / "bench" / "rival.py")]
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        subprocess.run([*kb, "model", "export", str(folder / "model")], check=True, cwd=ROOT)
        subprocess.run([*kb, "index", "--index", str(folder / "ours")], check=True, cwd=ROOT)
        with (folder / "clauses.jsonl").open("w", encoding="utf-8") as clauses:
            subprocess.run([*kb, "export", "--json"], check=True, cwd=ROOT, stdout=clauses)
        plain = [str(folder / "model"), str(folder / "plain")]
        subprocess.run(
            [*rival, "build", plain[0], str(folder / "clauses.jsonl"), plain[1]], check=True, cwd=ROOT
        )
        ours_command = [*kb, "ask", QUESTION, "--index", str(folder / "ours")]
        rival_command = [*rival, "ask", *plain, QUESTION]
        timed(ours_command), timed(rival_command)  # a first run of each warms the disk
        ours, theirs, helps = [], [], []
        for _ in range(runs):
            ours.append(timed(ours_command))
            theirs.append(timed(rival_command))
            helps.append(timed([*kb, "--help"]))
    print(f"cold question, whole process, {runs} pairs, {os.cpu_count()} cores")
    row("kb ask: wall", [wall for wall, _ in ours], "s")
    row("plain script: wall", [wall for wall, _ in theirs], "s")
    row("ratio plain / kb, pair by pair", [b[0] / a[0] for a, b in zip(ours, theirs, strict=True)], "x")
    row("kb ask: peak memory", [memory for _, memory in ours], "MB")
    row("plain script: peak memory", [memory for _, memory in theirs], "MB")
    row("kb --help: wall", [wall for wall, _ in helps], "s")


if __name__ == "__main__":
    main()
