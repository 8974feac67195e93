"""The real commands at 57,529 clauses: index them in one go, ask cold, change one page under a running server.

usage: update.py FOLDER [--work build/update] [--edits 5] [--runs 5] [--out FILE]

FOLDER holds STARD-lite (see stard.py). Its articles become pages, one for each statute. `kb index` indexes them in one go,
unless it has before (remove WORK to measure that again: 10 to 20 minutes on two cores); `kb ask` is timed as a whole
process; then `kb serve` runs, a clause of one page is reworded, `kb index` is run, and the clock stands still when a search
for them over HTTP gives the new words. It starts before the page is saved.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT))

from server import resident, serving  # noqa: E402

from kb.model import Clause, Document  # noqa: E402
from kb.pages import read_file, save_page  # noqa: E402
from kb.pages.folder import page_files  # noqa: E402

KB = [sys.executable, "-m", "kb.cli.main"]
QUESTION = "房东不退押金怎么办"
ARTICLE = re.compile(r"(.+?)(第[零一二三四五六七八九十百千]+条.*)")
CLAUSES = range(40, 80)
"""Clauses of the page that is changed: one of usual size."""


def documents(corpus: Path) -> list[Document]:
    """Return one document for each statute, its articles as clauses."""
    rows = [json.loads(line) for line in corpus.read_text(encoding="utf-8").splitlines()]
    parts = [(*named(row["name"]), row) for row in rows]
    parts.sort(key=lambda part: part[0])
    found = []
    for number, (title, articles) in enumerate(groupby(parts, key=lambda part: part[0])):
        clauses = tuple(
            Clause(f"n{place}", re.sub(r"\s*\n\s*", "\n", row["text"]).strip(), label=label)
            for place, (_, label, row) in enumerate(articles, 1)
        )
        found.append(Document(f"statute-{number}", title, "platform-regulation", clauses, audience="public"))
    return found


def named(name: str) -> tuple[str, str]:
    """Return the statute and the label of an article."""
    parts = ARTICLE.fullmatch(name)
    return (parts[1], parts[2]) if parts else (name, "")


def run(command: Sequence[str]) -> tuple[float, float, float]:
    """Run a command to its end; return wall time and processor time in seconds and peak memory in MB."""
    start = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, cwd=ROOT)
    _, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(command)} failed with status {status}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def found(port: int, question: str) -> list[str]:
    """Return the texts of the best five hits of a search over HTTP."""
    body = json.dumps({"question": question, "limit": 5}).encode()
    request = Request(
        f"http://127.0.0.1:{port}/api/v1/search", body, {"Content-Type": "application/json"}
    )  # fmt: skip
    with urlopen(request) as answer:
        return [hit["text"] for hit in json.load(answer)["hits"]]


def edited(page: Path, port: int, index: Sequence[str], number: int) -> dict[str, float]:
    """Reword one clause of a page; return seconds until the index is built and until the server gives the new words."""
    text = page.read_text(encoding="utf-8")
    old = next(one for one in read_file(page).clauses[3:] if not one.heading).text.split("\n")[0]
    new = f"钥匙第{number}次由值班人员保管。{re.sub('^钥匙.*?。', '', old)}"
    start = time.perf_counter()
    page.write_text(text.replace(old, new, 1), encoding="utf-8")
    _, used, _ = run(index)
    built = time.perf_counter() - start
    while not any(text.startswith(new[:10]) for text in found(port, new[:200])):
        if time.perf_counter() - start > 120:
            raise SystemExit("the server does not give the new words")
        time.sleep(0.02)
    return {"index": built, "visible": time.perf_counter() - start, "index CPU": used}


def main() -> None:
    """Print the figures."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path)
    parser.add_argument("--work", type=Path, default=ROOT / "build" / "update")
    parser.add_argument("--edits", type=int, default=5)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--out", type=Path, help="keep the figures as JSON")
    options = parser.parse_args()
    docs, folder = options.work / "docs", options.work / "index"
    facts: dict[str, Any] = {
        "date": f"{datetime.now(UTC):%Y-%m-%d}",
        "cores": os.cpu_count(),
        "load": os.getloadavg()[0],
    }
    if not docs.exists():
        for document in documents(options.folder / "corpus.jsonl"):
            save_page(document, docs)
    pages = page_files(docs)
    index = [*KB, "index", "--docs", str(docs), "--index", str(folder)]
    known = folder.exists()
    wall, used, peak = run(index)
    if not known:
        facts["whole"] = {"s": wall, "CPU s": used, "peak MB": peak}
    elif options.out and options.out.exists():  # measured before
        facts["whole"] = json.loads(options.out.read_text(encoding="utf-8"))["whole"]
    if "whole" in facts:
        print(f"kb index, everything: {told(facts['whole'])}")
    cold = [run([*KB, "ask", QUESTION, "--index", str(folder)]) for _ in range(options.runs + 1)][1:]
    facts["cold"] = {
        "s": statistics.median(wall for wall, _, _ in cold), "worst s": max(wall for wall, _, _ in cold),
        "CPU s": statistics.median(used for _, used, _ in cold), "peak MB": max(peak for _, _, peak in cold),
    }  # fmt: skip
    print("kb ask, cold: " + told(facts["cold"]))
    page = next(page for page in pages if len(read_file(page).clauses) in CLAUSES)
    with serving(folder, "--no-gaps") as server:
        facts["clauses"] = server.clauses
        took = [edited(page, server.port, index, number) for number in range(1, options.edits + 1)]
        facts["server MB"] = resident(server.pid)
    facts["edit"] = {name: statistics.median(one[name] for one in took) for name in took[0]}
    facts["edit"]["worst visible"] = max(one["visible"] for one in took)
    print(f"one page of {len(pages):,} changed, {facts['clauses']:,} clauses, s: {told(facts['edit'])}")
    print(f"the server afterwards: {facts['server MB']:.0f} MB")
    if options.out:
        options.out.write_text(json.dumps(facts, indent=1) + "\n", encoding="utf-8")


def told(figures: dict[str, float]) -> str:
    """Return figures as one line."""
    return ", ".join(f"{name} {value:.2f}" for name, value in figures.items())


if __name__ == "__main__":
    main()
