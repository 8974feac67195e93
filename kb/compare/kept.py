"""Conflicts kept beside the index they were found in, so that a question need not wait for them."""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import astuple
from pathlib import Path

from kb.compare.records import Conflict

FILE = "conflicts.json"
VERSION = 2
"""Raise it whenever the detector may report other pairs."""


def write_conflicts(build: Path, conflicts: Sequence[Conflict]) -> None:
    """Write the conflicts into the folder of their build, whole or not at all.

    Raises:
        OSError: The file cannot be written.
    """
    path = build / FILE
    text = json.dumps(
        {"version": VERSION, "conflicts": [astuple(conflict) for conflict in conflicts]}, ensure_ascii=False
    )
    part = path.with_suffix(f".{os.getpid()}.tmp")
    part.write_text(text + "\n", encoding="utf-8")
    part.replace(path)


def kept_conflicts(build: Path) -> tuple[Conflict, ...] | None:
    """Return the conflicts kept in a build; None when there are none of this version to be read."""
    try:
        kept = json.loads((build / FILE).read_text(encoding="utf-8"))
        if kept["version"] != VERSION:
            return None
        return tuple(Conflict(*fields) for fields in kept["conflicts"])
    except (OSError, ValueError, TypeError, KeyError):
        return None
