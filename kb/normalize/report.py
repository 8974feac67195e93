"""What a normalization did, as JSON and as a page for people."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from kb.model import Ledger
from kb.normalize.pipeline import FoundDocument, Normalized


def report(normalized: Normalized) -> dict[str, Any]:
    """Return the object that ``kb ingest --report`` writes (DESIGN 4).

    Clauses of copies are listed too, where they stand, under the copy's own document id.
    """
    return {
        "files": [
            _file(ledger) | {"segments": [*_segments(ledger)], "doubts": [*_doubts(ledger)]}
            for ledger in normalized.ledgers
        ],
        "documents": [_document(found) for found in normalized.found],
        "clauses": [*_clauses(normalized)],
        "copies": [*_sections(normalized)],
    }


def report_text(normalized: Normalized, more: Mapping[str, Any]) -> Iterator[str]:
    """Return the same object as JSON text piece by piece, one entry a line, so that no size is too large.

    Args:
        normalized: What became of the sources.
        more: Further members of the object.
    """
    yield '{"files": ['
    for n, ledger in enumerate(normalized.ledgers):
        yield ("," if n else "") + "\n" + _json(_file(ledger))[:-1] + ', "segments": '
        yield from _array(_segments(ledger))
        yield ', "doubts": '
        yield from _array(_doubts(ledger))
        yield "}"
    yield '],\n"documents": '
    yield from _array(_document(found) for found in normalized.found)
    yield ',\n"clauses": '
    yield from _array(_clauses(normalized))
    yield ',\n"copies": '
    yield from _array(_sections(normalized))
    for name, value in more.items():
        yield f",\n{_json(name)}: {_json(value)}"
    yield "}\n"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def _array(entries: Iterable[object]) -> Iterator[str]:
    yield "["
    for n, entry in enumerate(entries):
        yield ("," if n else "") + "\n" + _json(entry)
    yield "]"


def _file(ledger: Ledger) -> dict[str, Any]:
    return {"file": ledger.file, "sha256": ledger.sha256, "chars": ledger.chars}


def _segments(ledger: Ledger) -> Iterator[dict[str, Any]]:
    for s in ledger.segments:
        yield {
            "start": s.start,
            "end": s.end,
            "kind": s.kind,
            "document": s.document,
            "clause": s.clause,
            "reason": s.reason,
        }


def _doubts(ledger: Ledger) -> Iterator[dict[str, Any]]:
    for d in ledger.doubts:
        yield {"start": d.start, "end": d.end, "what": d.what, "clause": d.clause}


def _document(d: FoundDocument) -> dict[str, Any]:
    return {
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


def _clauses(normalized: Normalized) -> Iterator[dict[str, Any]]:
    for d in normalized.found:
        for c in d.clauses:
            if c.sources:
                yield {
                    "id": f"{d.id}#{c.anchor}",
                    "document": d.id,
                    "label": c.label,
                    "parent": f"{d.id}#{c.parent}" if c.parent else None,
                    "heading": c.heading,
                    "file": d.file,
                    "start": c.sources[0].start,
                    "end": c.sources[-1].end,
                }


def _sections(normalized: Normalized) -> Iterator[dict[str, Any]]:
    for copy in normalized.sections:
        yield {"clause": copy.clause, "duplicate_of": copy.of, "duplicate_kind": copy.kind}


def shares(ledger: Ledger) -> dict[str, float]:
    """Return the share of each kind of segment in a ledger, by length (blanks between words included)."""
    counts: Counter[str] = Counter()
    for segment in ledger.segments:
        counts[segment.kind] += segment.end - segment.start
    total = sum(counts.values())
    return {kind: count / total for kind, count in counts.most_common()} if total else {}
