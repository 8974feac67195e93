"""Conflicts kept beside the index they were found in, so that a question need not wait for them.

They are kept for every set of audiences, as found among their clauses alone: what a reader may not see must not decide
which of the clauses that he may see conflict.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import astuple

from kb.compare.records import Conflict

VERSION = 2
"""Raise it whenever the detector may report other pairs."""


def file_of(readers: Iterable[str]) -> str:
    """Return the name under which the conflicts are kept that readers of some audiences may see."""
    return f"conflicts.{'+'.join(readers)}.json"


def conflicts_json(conflicts: Sequence[Conflict]) -> str:
    """Return the conflicts as they are kept."""
    facts = {"version": VERSION, "conflicts": [astuple(conflict) for conflict in conflicts]}
    return json.dumps(facts, ensure_ascii=False) + "\n"


def kept_conflicts(text: str | None) -> tuple[Conflict, ...] | None:
    """Return the conflicts kept as this text; None when it holds none of this version."""
    try:
        kept = json.loads(text or "")
        if kept["version"] != VERSION:
            return None
        return tuple(Conflict(*fields) for fields in kept["conflicts"])
    except (ValueError, TypeError, KeyError):
        return None
