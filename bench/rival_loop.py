"""What every peer is asked in the same way: build an index, answer one question, answer questions from stdin.

A clause is a row of ``id``, ``document_title``, ``heading_path`` and ``text``. ``serve`` reads lines ``{"question", "limit"}`` and
answers each with ``{"ids": […]}``; it first says ``{"ready": true}``.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

Row = dict[str, Any]
Search = Callable[[str, int], list[Row]]


def text_of(row: Row) -> str:
    """Return what a clause is found by: titles and text."""
    return " ".join([row["document_title"], *row["heading_path"], row["text"]])


def main(build: Callable[[str, list[Row], Path], None], opened: Callable[[str, Path], Search]) -> None:
    """Do what the command line says."""
    command, model, *rest = sys.argv[1:]
    if command == "build":
        lines = Path(rest[0]).read_text(encoding="utf-8").splitlines()
        build(model, [json.loads(line) for line in lines], Path(rest[1]))
    elif command == "ask":
        for row in opened(model, Path(rest[0]))(rest[1], 5):
            print(row["id"], row["text"][:80])
    else:
        search = opened(model, Path(rest[0]))
        search("一个问题", 1)
        print(json.dumps({"ready": True}), flush=True)
        for line in sys.stdin:
            asked = json.loads(line)
            found = search(asked["question"], asked["limit"])
            print(json.dumps({"ids": [row["id"] for row in found]}), flush=True)
