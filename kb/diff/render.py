"""The difference of two versions for people and for programs."""

from __future__ import annotations

import difflib
from collections import Counter
from typing import Any

from kb.diff.match import Match, Pair
from kb.model import Clause

_SAID = {"changed": "修改", "renumbered": "改号", "renumbered and changed": "改号并修改", "unchanged": "未变"}
_LONG = 4000  # characters; beyond, a change is shown as the two texts instead of mark by mark


def diff_facts(match: Match) -> dict[str, Any]:
    """Return the difference as one JSON-able object.

    Returns:
        ``{"counts": {"unchanged", "changed", "renumbered", "renumbered and changed", "added", "removed"},
        "changes": [{"kind", "old", "new", "likeness", "carried"}], "ids": {old: new}}``. ``changes`` leaves
        out what is unchanged and stands in the order of the new version, what was removed after the clause
        it followed; ``old`` and ``new`` are ``{"anchor", "number", "heading", "text"}`` or null. ``carried``
        says that only the clause above was renumbered. ``ids`` has every clause that lives on.
    """
    changes = [
        {
            "kind": change.kind if isinstance(change, Pair) else kind,
            "old": _clause(change.old if isinstance(change, Pair) else change if kind == "removed" else None),
            "new": _clause(change.new if isinstance(change, Pair) else change if kind == "added" else None),
            "likeness": round(change.likeness, 3) if isinstance(change, Pair) else None,
            "carried": isinstance(change, Pair) and change.carried,
        }
        for kind, change in _in_reading_order(match)
        if kind != "unchanged"
    ]
    return {"counts": _counts(match), "changes": changes, "ids": match.ids}


def render_diff(match: Match) -> str:
    """Return the difference as text: counts, then one paragraph for each change.

    ``~`` marks a clause that lives on, with ``[-taken out-]`` and ``{+put in+}`` in its words, ``+`` a new
    one, ``-`` one that is gone. Clauses that only follow the new number of the one above are counted, not
    listed.
    """
    counts = _counts(match)
    lines = [
        f"未变 {counts['unchanged']} · 修改 {counts['changed']} · 改号 {counts['renumbered']} · "
        f"改号并修改 {counts['renumbered and changed']} · 新增 {counts['added']} · 删除 {counts['removed']}"
    ]
    for kind, change in _in_reading_order(match):
        if isinstance(change, Pair):
            if kind == "unchanged" or (kind == "renumbered" and change.carried):
                continue
            old, new = _name(change.old), _name(change.new)
            lines.append(f"~ {new}  {_SAID[kind]}" if old == new else f"~ {old} → {new}  {_SAID[kind]}")
            if change.likeness < 1.0:
                lines.append(f"    {_marked(change.old.text, change.new.text)}")
        else:
            sign = "+" if kind == "added" else "-"
            lines.append(f"{sign} {_name(change)}  {_one_line(change.text)}")
    return "\n".join(lines)


def _counts(match: Match) -> dict[str, int]:
    kinds = Counter[str](pair.kind for pair in match.pairs)
    return {
        **{kind: kinds[kind] for kind in _SAID},
        "added": len(match.added),
        "removed": len(match.removed),
    }


def _in_reading_order(match: Match) -> list[tuple[str, Pair | Clause]]:
    """Return every clause of both versions: the new order, with each removed clause after the one it followed."""
    pairs = {pair.new.anchor: pair for pair in match.pairs}
    gone = {clause.anchor for clause in match.removed}
    following: dict[str, list[Clause]] = {}
    last = ""
    for clause in match.old:
        if clause.anchor in gone:
            following.setdefault(last, []).append(clause)
        else:
            last = clause.anchor
    order: list[tuple[str, Pair | Clause]] = [("removed", clause) for clause in following.get("", ())]
    for clause in match.new:
        pair = pairs.get(clause.anchor)
        order.append(("added", clause) if pair is None else (pair.kind, pair))
        order += [("removed", other) for other in following.get(pair.old.anchor if pair else "\0", ())]
    return order


def _clause(clause: Clause | None) -> dict[str, Any] | None:
    if clause is None:
        return None
    return {
        "anchor": clause.anchor,
        "number": clause.label,
        "heading": clause.heading,
        "text": clause.text,
    }


def _name(clause: Clause) -> str:
    return f"{clause.label} ({clause.anchor})" if clause.label else f"({clause.anchor})"


def _one_line(text: str) -> str:
    return " ".join(text.split())


def _marked(old: str, new: str) -> str:
    """Return the new words with what was taken out and put in marked."""
    old, new = _one_line(old), _one_line(new)
    if len(old) + len(new) > _LONG:
        return f"[-{old}-]{{+{new}+}}"
    out = []
    for step, a, b, c, d in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if step == "equal":
            out.append(new[c:d])
            continue
        out.append(f"[-{old[a:b]}-]" if b > a else "")
        out.append(f"{{+{new[c:d]}+}}" if d > c else "")
    return "".join(out)
