"""What a normalization did, as JSON and as a page for people."""

from __future__ import annotations

from collections import Counter

from kb.model import Ledger
from kb.normalize.pipeline import Normalized


def report(normalized: Normalized) -> dict[str, object]:
    """Return the object that ``kb ingest --report`` writes (DESIGN 4).

    Clauses of copies are listed too, where they stand, under the copy's own document id.
    """
    return {
        "files": [
            {
                "file": ledger.file,
                "sha256": ledger.sha256,
                "chars": ledger.chars,
                "segments": [
                    {
                        "start": s.start,
                        "end": s.end,
                        "kind": s.kind,
                        "document": s.document,
                        "clause": s.clause,
                        "reason": s.reason,
                    }
                    for s in ledger.segments
                ],
                "doubts": [
                    {"start": d.start, "end": d.end, "what": d.what, "clause": d.clause}
                    for d in ledger.doubts
                ],
            }
            for ledger in normalized.ledgers
        ],
        "documents": [
            {
                "id": d.id,
                "title": d.title,
                "kind": d.kind,
                "file": d.file,
                "start": d.start,
                "end": d.end,
                "duplicate_of": d.duplicate_of,
                "duplicate_kind": d.duplicate_kind,
                "truncated": d.truncated,
                "effective": d.effective or None,
            }
            for d in normalized.found
        ],
        "clauses": [
            {
                "id": f"{d.id}#{c.anchor}",
                "document": d.id,
                "label": c.label,
                "parent": f"{d.id}#{c.parent}" if c.parent else None,
                "heading": c.heading,
                "file": d.file,
                "start": c.sources[0].start,
                "end": c.sources[-1].end,
            }
            for d in normalized.found
            for c in d.clauses
            if c.sources
        ],
    }


def shares(ledger: Ledger) -> dict[str, float]:
    """Return the share of each kind of segment in a ledger, by length (blanks between words included)."""
    counts: Counter[str] = Counter()
    for segment in ledger.segments:
        counts[segment.kind] += segment.end - segment.start
    total = sum(counts.values())
    return {kind: count / total for kind, count in counts.most_common()} if total else {}
