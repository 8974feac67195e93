"""A normalization under other ids: those its documents had when an older version was ingested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from kb.model import Clause, Doubt, Ledger, Segment
from kb.normalize.pipeline import FoundDocument, Normalized, SectionCopy

_COPY_OF = "copy of "


def under_ids(
    normalized: Normalized, ids: Mapping[str, str], anchors: Mapping[str, Mapping[str, str]]
) -> Normalized:
    """Return the same findings and ledgers under other ids; ``documents`` stay as they are.

    Args:
        normalized: What became of the sources.
        ids: New document id by the id the normalizer gave.
        anchors: New clause anchor by the normalizer's anchor, by the normalizer's document id.
    """
    if not ids and not any(anchors.values()):
        return normalized

    def clause_id(name: str | None) -> str | None:
        if name is None:
            return None
        document, anchor = name.split("#", 1)
        return f"{ids.get(document, document)}#{anchors.get(document, {}).get(anchor, anchor)}"

    def reason(text: str) -> str:
        start, found, document = text.partition(_COPY_OF)
        return f"{start}{found}{ids.get(document, document)}" if found else text

    def clause(document: str, old: Clause) -> Clause:
        known = anchors.get(document, {})
        parent = None if old.parent is None else known.get(old.parent, old.parent)
        if old.anchor not in known and parent == old.parent:
            return old
        return replace(old, anchor=known.get(old.anchor, old.anchor), parent=parent)

    def segment(old: Segment) -> Segment:
        place = None if old.document is None else ids.get(old.document, old.document)
        names = place, clause_id(old.clause), reason(old.reason)
        kept = names == (old.document, old.clause, old.reason)
        return old if kept else Segment(old.start, old.end, old.kind, *names)

    def found(old: FoundDocument) -> FoundDocument:
        original = None if old.duplicate_of is None else ids.get(old.duplicate_of, old.duplicate_of)
        clauses = tuple(clause(old.id, c) for c in old.clauses) if old.id in anchors else old.clauses
        return replace(old, id=ids.get(old.id, old.id), duplicate_of=original, clauses=clauses)

    def ledger(old: Ledger) -> Ledger:
        segments = tuple(segment(s) for s in old.segments)
        doubts = tuple(Doubt(d.start, d.end, reason(d.what), clause_id(d.clause)) for d in old.doubts)
        return replace(old, segments=segments, doubts=doubts)

    return replace(
        normalized,
        found=tuple(found(document) for document in normalized.found),
        ledgers=tuple(ledger(account) for account in normalized.ledgers),
        sections=tuple(
            SectionCopy(clause_id(copy.clause) or copy.clause, ids.get(copy.of, copy.of), copy.kind)
            for copy in normalized.sections
        ),
    )
