"""Write the figures that the other scripts kept into the page about speed, and draw them.

usage: speed_page.py [--page docs/evaluation/speed.md]

Rewrites what stands between ``<!-- begin NAME -->`` and ``<!-- end NAME -->`` in the page, and two pictures beside it, from
peers.json, scale.json, update.json and inverted.json in bench/figures and from evals/stard.json. The words around are written by hand.
"""

from __future__ import annotations

import argparse
import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
FIGURES = ROOT / "bench" / "figures"
sys.path[:0] = [str(ROOT), str(ROOT / "evals")]

import peers  # noqa: E402
import scale  # noqa: E402
from report import fill  # noqa: E402

Line = Sequence[tuple[float, float]]
COLOURS = ("#0d9488", "#6366f1", "#f59e0b", "#dc2626")
TIMES = {"whole answer, p50": "ask p50", "whole answer, p95": "ask p95", "vectors, p50": "dense p50", "words, p50": "words p50"}  # fmt: skip
MEMORY = {"while building": "peak MB", "on disk": "disk MB", "serving": "MB after"}
FUSED = "fused (kb.search.retrieve)"


def peers_block(facts: Mapping[str, Any]) -> str:
    """Return the table of peers."""
    ours = facts["peers"]["kb"]
    return "\n".join(
        [
            f"{facts['articles']:,} articles, {facts['questions']} questions; {facts['date']}, {facts['machine']}, "
            f"{facts['cores']} cores, load {facts['load']:.1f} at the start. {facts.get('note', '')}".strip(),
            "",
            peers.table(facts),
            "",
            f"Ours with the whole answer composed: p50 {ours['answer p50 ms']:.1f} ms, p95 {ours['answer p95 ms']:.1f} ms.",
        ]
    )


def scale_block(facts: Mapping[str, Any]) -> str:
    """Return the table of sizes."""
    about = f"{scale.about(facts)}. {facts.get('note', '')}".strip()
    return "\n".join([about, "", scale.head(), *(scale.row(size) for size in facts["sizes"])])


def update_block(facts: Mapping[str, Any]) -> str:
    """Return the table of the real commands."""
    rows = []
    if whole := facts.get("whole"):
        rows = [
            ("`kb index`, everything", f"{whole['s']:,.0f} s, {facts['clauses'] / whole['s']:.0f} clauses/s"),
            ("… processor time", f"{whole['CPU s']:,.0f} s"),
            ("… peak memory", f"{whole['peak MB']:,.0f} MB"),
        ]
    cold, edit = facts["cold"], facts["edit"]
    rows += [
        ("`kb ask`, a process of its own", f"{cold['s']:.2f} s (worst {cold['worst s']:.2f}), {cold['CPU s']:.2f} s of processor time"),
        ("… peak memory", f"{cold['peak MB']:,.0f} MB"),
        ("one page changed: `kb index`", f"{edit['index']:.2f} s, {edit['index CPU']:.2f} s of processor time"),
        ("… until `kb serve` gives the new words", f"{edit['visible']:.2f} s (worst {edit['worst visible']:.2f})"),
        ("`kb serve` afterwards", f"{facts['server MB']:,.0f} MB"),
    ]  # fmt: skip
    about = f"{facts['clauses']:,} clauses; {facts['date']}, {facts['cores']} cores, load {facts['load']:.1f} at the start."
    if "note" in facts:
        about += f" {facts['note']}"
    return "\n".join([about, "", "| | |", "|---|---|", *(f"| {name} | {value} |" for name, value in rows)])


def tier_block(exact: Mapping[str, Any], inverted: Mapping[str, Any]) -> str:
    """Return the table of tiers."""
    metrics = ("R@10", "R@100", "nDCG@10")
    lines = [f"| ranking, vectors | {' | '.join(metrics)} |", f"|---|{'--:|' * len(metrics)}"]
    for name in ("vectors", FUSED):
        for tier, facts in (("exact", exact), ("inverted", inverted)):
            cells = " | ".join(f"{facts['methods'][name][metric]:.4f}" for metric in metrics)
            lines.append(f"| {name}, {tier} | {cells} |")
    return "\n".join(lines)


WIDTH, HEIGHT, LEFT, TOP, RIGHT, BOTTOM = 720, 340, 62, 16, 170, 46


def picture(title: str, unit: str, lines: Mapping[str, Line]) -> str:
    """Return lines over the number of clauses as SVG, both axes logarithmic, legible on a light and on a dark page."""
    points = [point for line in lines.values() for point in line]
    low, high = (math.log10(bound(x for x, _ in points)) for bound in (min, max))
    bottom = math.floor(math.log10(min(y for _, y in points)))
    top = math.ceil(math.log10(max(y for _, y in points)))
    width, height = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def x(clauses: float) -> float:
        return round(LEFT + (math.log10(clauses) - low) / (high - low) * width, 1)

    def y(value: float) -> float:
        return round(TOP + (top - math.log10(value)) / (top - bottom) * height, 1)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="13" '
        f'role="img" aria-label="{title}">'
    ]
    for power in range(bottom, top + 1):
        at = y(10**power)
        parts.append(
            f'<line x1="{LEFT}" x2="{LEFT + width}" y1="{at}" y2="{at}" stroke="#888" stroke-opacity=".3"/>'
            f'<text x="{LEFT - 8}" y="{at + 4}" fill="#888" text-anchor="end">{10**power:g}</text>'
        )
    for clauses in sorted({x for x, _ in points}):
        parts.append(
            f'<text x="{x(clauses)}" y="{TOP + height + 20}" fill="#888" text-anchor="middle">{clauses:,.0f}</text>'
        )
    parts.append(
        f'<text x="{LEFT + width / 2}" y="{HEIGHT - 6}" fill="#888" text-anchor="middle">clauses; {title}, {unit}</text>'
    )
    for place, ((name, line), colour) in enumerate(zip(lines.items(), COLOURS, strict=False)):
        path = " ".join(f"{x(a)},{y(b)}" for a, b in line)
        at = TOP + 20 + 24 * place
        parts.append(
            f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>'
            + "".join(f'<circle cx="{x(a)}" cy="{y(b)}" r="3" fill="{colour}"/>' for a, b in line)
            + f'<line x1="{WIDTH - 158}" x2="{WIDTH - 138}" y1="{at}" y2="{at}" stroke="{colour}" stroke-width="3"/>'
            f'<text x="{WIDTH - 132}" y="{at + 4}" fill="#888">{name}</text>'
        )
    return "\n".join([*parts, "</svg>"]) + "\n"


def drawn(sizes: Sequence[Mapping[str, Any]], columns: Mapping[str, str]) -> dict[str, Line]:
    """Return the lines of some columns."""
    return {
        name: [(size["clauses"], max(size[column], 0.01)) for size in sizes]
        for name, column in columns.items()
    }


def main() -> None:
    """Fill the page."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--page", type=Path, default=ROOT / "docs" / "evaluation" / "speed.md")
    page: Path = parser.parse_args().page
    names = ("peers", "scale", "update", "inverted")
    facts = {name: json.loads((FIGURES / f"{name}.json").read_text(encoding="utf-8")) for name in names}
    exact = json.loads((ROOT / "evals" / "stard.json").read_text(encoding="utf-8"))
    blocks = {
        "peers": peers_block(facts["peers"]),
        "scale": scale_block(facts["scale"]),
        "update": update_block(facts["update"]),
        "tiers": tier_block(exact, facts["inverted"]),
    }
    page.write_text(fill(page.read_text(encoding="utf-8"), blocks), encoding="utf-8")
    sizes = facts["scale"]["sizes"]
    for name, title, unit, columns in (
        ("time", "time of a warm question", "ms", TIMES),
        ("memory", "memory", "MB", MEMORY),
    ):
        text = picture(title, unit, drawn(sizes, columns))
        page.with_name(f"speed-{name}.svg").write_text(text, encoding="utf-8")
    print(f"written {page}, speed-time.svg and speed-memory.svg beside it")


if __name__ == "__main__":
    main()
