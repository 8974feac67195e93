"""Ours beside its peers on the same clauses, questions and weights, in one run.

usage: peers.py FOLDER [--articles 6000] [--questions 300] [--runs 5] [--work build/peers] [--only NAME …] [--out FILE]

FOLDER holds STARD-lite (see stard.py). Of its articles are taken all that answer the sampled questions and others at random.
Peers: the plain script (rival.py), txtai hybrid (rival_txtai.py), Chroma (rival_chroma.py). Each has an environment of its own under
WORK, made by pip at the first run (some minutes, 4 GB in all); nothing of theirs is a dependency. The peers run the weights
that `kb model export` writes, ours the same weights in eight bits.

One after the other, each embeds and indexes everything in a process of its own. Cold questions are whole processes, in turn. For warm
ones a process of each waits, and every question goes to each of them in turn: ten hits, timed; then a hundred, judged. With 6,000
articles it takes 15 to 20 minutes on two cores. Prints Markdown.
"""

from __future__ import annotations

import argparse
import json
import math
import os
import platform
import random
import shutil
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
BENCH = ROOT / "bench"
TORCH = "torch==2.13.0"  # the CPU build; a newer or unpinned one brings gigabytes of CUDA libraries
WARM = 10
"""Questions asked before the clock runs."""
COLUMNS = (
    "environment MB", "model MB", "build s", "build CPU s", "clauses/s", "build peak MB", "index MB", "cold s", "cold CPU s",
    "warm p50 ms", "warm p95 ms", "warm CPU ms", "serving peak MB", "nDCG@10", "R@10", "R@100",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Peer:
    """A program to compare: its script and what pip installs for it, in order."""

    script: str
    packages: tuple[str, ...]


PEERS = {
    "kb": Peer("ours.py", (f"--editable={ROOT}",)),
    "plain script": Peer("rival.py", (TORCH, "sentence-transformers", "faiss-cpu")),
    "txtai 9.14, hybrid": Peer("rival_txtai.py", (TORCH, "txtai==9.14.0")),
    "Chroma 1.5": Peer("rival_chroma.py", (TORCH, "sentence-transformers", "chromadb==1.5.9")),
}


def environment(peer: Peer, folder: Path) -> Path:
    """Return the Python of a peer's own environment, made if need be."""
    python = folder / "bin" / "python"
    if not (folder / ".installed").exists():
        shutil.rmtree(folder, ignore_errors=True)
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
        for package in peer.packages:
            pip = [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", package]
            subprocess.run(pip, check=True)
        (folder / ".installed").touch()
    return python


def megabytes(folder: Path) -> float:
    """Return the size of the files under a folder in MB."""
    return sum(path.lstat().st_size for path in folder.rglob("*") if not path.is_dir()) / 1e6


def sampled(folder: Path, articles: int, questions: int) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Return clauses and questions: every article that answers one of them, and others at random."""
    dice = random.Random(20261122)
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    asked = dice.sample([json.loads(line) for line in lines], questions)
    wanted = {article for one in asked for article in one["gold"]}
    lines = (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    others = [row["id"] for row in rows if row["id"] not in wanted]
    wanted |= set(dice.sample(others, max(0, articles - len(wanted))))
    clauses = [
        {"id": str(row["id"]), "document_title": row["name"], "heading_path": [], "text": row["text"]}
        for row in rows
        if row["id"] in wanted
    ]
    return clauses, [{"question": one["question"], "gold": [str(a) for a in one["gold"]]} for one in asked]


def run(command: Sequence[str]) -> tuple[float, float, float]:
    """Run a command to its end; return wall time and processor time in seconds and peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, cwd=ROOT)
    assert process.stderr is not None
    said = process.stderr.read().decode(errors="replace")
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed with status {status}:\n{said}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


class Waiting:
    """A process that answers questions one by one."""

    def __init__(self, command: Sequence[str]) -> None:
        self._process = subprocess.Popen(
            command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True, cwd=ROOT
        )  # fmt: skip
        self._answer()

    def ask(self, question: str, limit: int) -> tuple[list[str], float]:
        """Return the ids found and the time it took in ms."""
        assert self._process.stdin is not None
        start = time.perf_counter()
        self._process.stdin.write(json.dumps({"question": question, "limit": limit}) + "\n")
        self._process.stdin.flush()
        found = self._answer()["ids"]
        return found, (time.perf_counter() - start) * 1000

    @property
    def used(self) -> float:
        """Processor time so far, in ms."""
        fields = (
            Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        )
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") * 1000

    def close(self) -> float:
        """End it; return its peak memory in MB."""
        status = Path(f"/proc/{self._process.pid}/status").read_text(encoding="ascii")
        self._process.communicate()
        return next(int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM"))

    def _answer(self) -> dict[str, Any]:
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise SystemExit(f"{self._process.args} ended")
        answer: dict[str, Any] = json.loads(line)
        return answer


def judged(found: Sequence[str], gold: Sequence[str]) -> dict[str, float]:
    """Return the metrics of one ranking; recall over all articles that answer."""
    right = [name in gold for name in found]
    gain = sum(1 / math.log2(place + 1) for place, hit in enumerate(right[:10], 1) if hit)
    ideal = sum(1 / math.log2(place + 1) for place in range(1, min(10, len(gold)) + 1))
    return {
        "nDCG@10": gain / ideal,
        "R@10": sum(right[:10]) / len(gold),
        "R@100": sum(right[:100]) / len(gold),
    }


def quantiles(times: Sequence[float]) -> tuple[float, float]:
    """Return p50 and p95."""
    cuts = statistics.quantiles(times, n=20)
    return cuts[9], cuts[18]


def measured(options: argparse.Namespace) -> dict[str, Any]:
    """Run everything; return the figures."""
    work: Path = options.work
    work.mkdir(parents=True, exist_ok=True)
    peers = {name: PEERS[name] for name in options.only or PEERS}
    os.environ.update(HF_HUB_OFFLINE="1", TOKENIZERS_PARALLELISM="false", KB_CACHE=str(work / "cache"))
    model, corpus = work / "model", work / "clauses.jsonl"
    if not model.exists():
        subprocess.run(
            [sys.executable, "-m", "kb.cli.main", "model", "export", str(model)], check=True, cwd=ROOT
        )
    clauses, questions = sampled(options.folder, options.articles, options.questions)
    corpus.write_text(
        "".join(json.dumps(row, ensure_ascii=False) + "\n" for row in clauses), encoding="utf-8"
    )
    commands, figures = {}, {}
    for name, peer in peers.items():
        folder = work / peer.script.removesuffix(".py")
        python = environment(peer, folder)
        commands[name] = [str(python), str(BENCH / peer.script)]
        figures[name] = {"environment MB": megabytes(folder)}
    load = os.getloadavg()[0]
    indexes = {name: work / f"{PEERS[name].script.removesuffix('.py')}.index" for name in peers}
    for name, command in commands.items():
        shutil.rmtree(indexes[name], ignore_errors=True)
        if name == "kb":  # at its first use the model is converted, once for all
            run([command[0], "-c", "from kb.embed import open_embedder; open_embedder()"])
        wall, used, peak = run([*command, "build", str(model), str(corpus), str(indexes[name])])
        figures[name] |= {
            "build s": wall, "build CPU s": used, "clauses/s": len(clauses) / wall, "build peak MB": peak, "index MB": megabytes(indexes[name]),
            "model MB": megabytes(work / "cache" if name == "kb" else model),
        }  # fmt: skip
        told(name, figures[name])
    cold: dict[str, list[tuple[float, float, float]]] = {name: [] for name in peers}
    for one in questions[: options.runs + 1]:
        for name, command in commands.items():
            asking = [*command, "ask", str(model), str(indexes[name]), one["question"]]
            if name == "kb":
                asking = [
                    command[0],
                    "-m",
                    "kb.cli.main",
                    "ask",
                    one["question"],
                    "--index",
                    str(indexes[name]),
                ]
            cold[name].append(run(asking))
    for name, runs in cold.items():  # the first run of each warms the disk
        figures[name]["cold s"] = statistics.median(wall for wall, _, _ in runs[1:])
        figures[name]["cold CPU s"] = statistics.median(used for _, used, _ in runs[1:])
    warm(commands, {name: str(path) for name, path in indexes.items()}, str(model), questions, figures)
    return {
        "date": f"{datetime.now(UTC):%Y-%m-%d}", "machine": platform.machine(), "cores": len(os.sched_getaffinity(0)),
        "load": load, "articles": len(clauses), "questions": len(questions), "runs": options.runs, "peers": figures,
    }  # fmt: skip


def warm(
    commands: dict[str, list[str]],
    indexes: dict[str, str],
    model: str,
    questions: Sequence[dict[str, Any]],
    figures: dict[str, dict[str, Any]],
) -> None:
    """Ask every question of each in turn; add times, memory and quality to the figures."""
    waiting = {name: Waiting([*command, "serve", model, indexes[name]]) for name, command in commands.items()}
    times: dict[str, list[float]] = {name: [] for name in waiting}
    used: dict[str, list[float]] = {name: [] for name in waiting}
    answers: list[float] = []
    for place, one in enumerate([*questions[:WARM], *questions]):
        for name, process in waiting.items():
            before = process.used
            _, took = process.ask(one["question"], 10)
            if place >= WARM:
                times[name].append(took)
                used[name].append(process.used - before)
        if "kb" in waiting:
            _, took = waiting["kb"].ask(one["question"], 0)
            answers += [took] if place >= WARM else []
    for name, process in waiting.items():
        rows = [judged(process.ask(one["question"], 100)[0], one["gold"]) for one in questions]
        figures[name] |= {metric: statistics.fmean(row[metric] for row in rows) for metric in rows[0]}
        figures[name]["warm p50 ms"], figures[name]["warm p95 ms"] = quantiles(times[name])
        figures[name]["warm CPU ms"] = statistics.fmean(used[name])
        figures[name]["serving peak MB"] = process.close()
    if answers:
        figures["kb"]["answer p50 ms"], figures["kb"]["answer p95 ms"] = quantiles(answers)


def told(name: str, figures: dict[str, Any]) -> None:
    """Say how far it is."""
    print(
        f"{name}: {figures['clauses/s']:.1f} clauses/s, peak {figures['build peak MB']:.0f} MB",
        file=sys.stderr,
    )


def table(facts: dict[str, Any]) -> str:
    """Return the figures as Markdown, one column a peer."""
    peers = facts["peers"]
    lines = [f"| | {' | '.join(peers)} |", f"|---|{'--:|' * len(peers)}"]
    for column in COLUMNS:
        cells = [shown(column, figures[column]) for figures in peers.values()]
        lines.append(f"| {column} | {' | '.join(cells)} |")
    return "\n".join(lines)


def shown(column: str, value: float) -> str:
    """Return a figure with the digits it deserves."""
    if column.startswith(("nDCG", "R@")):
        return f"{value:.3f}"
    return f"{value:,.1f}" if value < 100 else f"{value:,.0f}"


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--articles", type=int, default=6000)
    parser.add_argument("--questions", type=int, default=300)
    parser.add_argument("--runs", type=int, default=5, help="cold questions of each")
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "peers")
    parser.add_argument("--only", nargs="+", choices=PEERS, metavar="NAME", help="leave the others out")
    parser.add_argument("--out", type=Path, help="keep the figures as JSON")
    facts = measured(options := parser.parse_args())
    print(
        f"{facts['date']}, {facts['machine']}, {facts['cores']} cores, load {facts['load']:.1f} at the start; "
        f"{facts['articles']:,} articles, {facts['questions']} questions\n\n{table(facts)}"
    )
    if options.out:
        options.out.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
