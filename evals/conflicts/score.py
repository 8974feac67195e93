"""Score the detector of conflicts on the labelled pairs, and list reported conflicts that nobody judged.

    kb index && python evals/conflicts/score.py [--index index] [--misses]

Exit code 1 below the bar (precision 0.8, recall 0.7 on either half) or with conflicts nobody judged.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path

from kb.compare.measure import read_pairs, score
from kb.knowledge_base import KnowledgeBase

HERE = Path(__file__).parent
PRECISION, RECALL = 0.8, 0.7


def main() -> int:
    """Print the scores; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--index", default="index")
    parser.add_argument("--misses", action="store_true", help="show what was missed or wrongly reported")
    options = parser.parse_args()
    with KnowledgeBase.open(options.index) as kb:
        conflicts = kb.conflicts
        text = {id_: kb.show(id_, around=0)[0].text for one in conflicts for id_ in (one.a, one.b)}
    pairs = read_pairs(HERE / "pairs.jsonl")
    good = True
    for half in ("dev", "held-out"):
        labelled = [pair for pair in pairs if pair.half == half]
        found = score(labelled, conflicts)
        good &= found.precision >= PRECISION and found.recall >= RECALL
        print(
            f"{half:8}  {len(labelled):3} pairs  precision {found.precision:.3f}  recall {found.recall:.3f}"
        )
        for what, wrong in (("missed", found.missed), ("false", found.false)) if options.misses else ():
            for pair in wrong:
                print(f"    {what}  {pair.a}  {pair.b}  {pair.why}")
    rows = [json.loads(line) for line in (HERE / "judged.jsonl").read_text(encoding="utf-8").splitlines()]
    judged = {frozenset((row["a"], row["b"])): row["conflict"] for row in rows}
    reported = [(frozenset((one.a, one.b)), one) for one in conflicts]
    right = sum(judged.get(key, False) for key, _ in reported)
    print(
        f"reported {len(reported)}, judged right {right}, judged wrong {sum(not judged.get(k, True) for k, _ in reported)}"
    )
    for key, one in reported:
        if key not in judged:
            good = False
            print(f"not judged: {one.a}  {one.b}  {one.why}\n    {text[one.a]}\n    {text[one.b]}")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
