"""Ids that stay when a newer version of a document is taken in."""

from __future__ import annotations

import re
from dataclasses import replace

from kb.diff.match import Match, match_clauses
from kb.model import Clause, Document, Prose

_COUNTED = re.compile(r"^(.*?)([np])(\d+)$")


def keep_ids(old: Document, new: Document, match: Match | None = None) -> Document:
    """Return the new version of a document under the ids of the old one.

    A clause that carries the same number as before, or as before none, in the same place keeps its id,
    reworded or not. One that was renumbered gets the id of its new number, because ids follow how people
    cite. A clause without a number that was not there before never gets an id that an old clause had. What
    people added to a page by hand stays: the document's id, kind, platform, audience, status, summaries and English
    title, and the gloss, questions, topics and note of every clause whose words did not change.

    Args:
        old: The document as its page has it.
        new: The same document as the normalizer made it from the newer source.
        match: How their clauses correspond, where it is known already.

    Returns:
        The new document. Applying this again with the same old version changes nothing.
    """
    match = match or match_clauses(old.clauses, new.clauses)
    anchors = _anchors(match)
    before = {pair.new.anchor: pair for pair in match.pairs}
    blocks: list[Clause | Prose] = []
    for block in new.blocks:
        if not isinstance(block, Clause):
            blocks.append(block)
            continue
        clause = replace(
            block, anchor=anchors[block.anchor], parent=anchors.get(block.parent or "", block.parent)
        )
        pair = before.get(block.anchor)
        if pair is not None and pair.likeness == 1.0:
            clause = replace(
                clause,
                gloss_en=clause.gloss_en or pair.old.gloss_en,
                ask=clause.ask or pair.old.ask,
                silent_on=clause.silent_on or pair.old.silent_on,
                topics=clause.topics or pair.old.topics,
                note=clause.note or pair.old.note,
            )
        blocks.append(clause)
    return replace(
        new,
        id=old.id,
        kind=old.kind,
        platform=old.platform,
        audience=old.audience,
        effective=new.effective or old.effective,
        status=old.status if new.status == "unknown" else new.status,
        summary=new.summary or old.summary,
        summary_en=new.summary_en or old.summary_en,
        title_en=new.title_en or old.title_en,
        blocks=tuple(blocks),
    )


def _anchors(match: Match) -> dict[str, str]:
    """Return the final anchor of every new clause by the anchor the normalizer gave it."""
    olds = {pair.new.anchor: pair.old for pair in match.pairs}
    final: dict[str, str] = {}
    used: set[str] = set()
    for clause in match.new:  # parents come first
        old = olds.get(clause.anchor)
        if old is not None and old.anchor not in used and _stays(old, clause, final):
            final[clause.anchor] = old.anchor
            used.add(old.anchor)
    # Under a parent that stayed (or at the top), what had no number left an id that must not come back.
    stayed = {None} | {
        pair.old.anchor for pair in match.pairs if final.get(pair.new.anchor) == pair.old.anchor
    }
    spent = used | {clause.anchor for clause in match.old if not clause.label and clause.parent in stayed}
    for clause in match.new:
        if clause.anchor not in final:
            anchor = _free(_under(clause, final), used if clause.label else spent)
            final[clause.anchor] = anchor
            used.add(anchor)
            spent.add(anchor)
    return final


def _stays(old: Clause, new: Clause, final: dict[str, str]) -> bool:
    """Whether a clause stands where it stood: the same number under the same parent."""
    if old.anchor == new.anchor:
        return True
    if " ".join(old.label.split()) != " ".join(new.label.split()):
        return False
    return old.parent == (None if new.parent is None else final.get(new.parent))


def _under(clause: Clause, final: dict[str, str]) -> str:
    """Return the anchor as the normalizer gave it, below the final anchor of its parent."""
    parent = clause.parent
    if parent in final and clause.anchor.startswith(f"{parent}-"):
        return final[parent] + clause.anchor[len(parent) :]
    return clause.anchor


def _free(wanted: str, taken: set[str]) -> str:
    """Return the anchor, or the next one of its kind that is free: ``n4`` after ``n3``, else ``3_2``."""
    counted = _COUNTED.match(wanted)
    number = int(counted[3]) if counted else 1
    anchor = wanted
    while anchor in taken:
        number += 1
        anchor = f"{counted[1]}{counted[2]}{number}" if counted else f"{wanted}_{number}"
    return anchor
