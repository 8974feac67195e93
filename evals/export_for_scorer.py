"""Answers as another scorer wants them: JSON Lines of `kb ask --batch FILE --json` on stdin, spans on stdout.

    kb ask --batch questions.jsonl --json --limit 10 | python evals/export_for_scorer.py > results.jsonl

Every citation is flattened to the places its rule stands in, in rank order; when abstained, the nearest rules are.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Iterator
from typing import Any


def exported(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """Yield one object per answer: id, abstained, answer and source spans."""
    for line in lines:
        answer = json.loads(line)
        cited = answer.get("citations") or answer.get("nearest") or []
        yield {
            "id": answer["id"],
            "abstained": answer["status"] != "answered",
            "answer": answer.get("answer", ""),
            "citations": [span for citation in cited for span in citation["sources"]],
        }


if __name__ == "__main__":
    for row in exported(sys.stdin):
        print(json.dumps(row, ensure_ascii=False))
