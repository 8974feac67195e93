"""The JSON of the contracts (DESIGN 4), shared by the command line and every server."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from kb.errors import KbError
from kb.figures import Figure, find_figures
from kb.model import Answer, Citation, Hit, IndexInfo, Passage, SourceSpan

if TYPE_CHECKING:
    from kb.compare import Comparison, Conflict
    from kb.index import IndexedDocument

Payload = dict[str, Any]


def answer_payload(answer: Answer, info: IndexInfo, took_ms: float) -> Payload:
    """Return what ``kb ask --json`` prints."""
    payload: Payload = {
        "question": answer.question,
        "status": answer.status,
        "answer": answer.text,
        "reason": answer.reason,
        "phrased_by": answer.phrased_by,
        "citations": [citation_payload(citation) for citation in answer.citations],
    }
    if answer.status == "abstained":
        payload["nearest"] = [citation_payload(citation) for citation in answer.nearest]
    return payload | _frame(info, took_ms)


def search_payload(question: str, hits: Sequence[Hit], info: IndexInfo, took_ms: float) -> Payload:
    """Return what ``kb search --json`` prints."""
    return {
        "question": question,
        "hits": [
            citation_payload(Citation(n=n, passage=hit.passage, quote=hit.passage.text, score=hit.score))
            for n, hit in enumerate(hits, 1)
        ],
    } | _frame(info, took_ms)


def compare_payload(comparison: Comparison, info: IndexInfo, took_ms: float) -> Payload:
    """Return what ``kb compare --json`` prints."""
    return {
        "question": comparison.question,
        "rows": [
            citation_payload(Citation(n=n, passage=row.passage, quote=row.passage.text, score=row.score))
            | {"figures": figures_payload(row.figures), "conflicts_with": list(row.conflicts_with)}
            for n, row in enumerate(comparison.rows, 1)
        ],
        "conflicts": [conflict_payload(conflict) for conflict in comparison.conflicts],
        "reason": comparison.reason,
    } | _frame(info, took_ms)


def conflict_payload(conflict: Conflict) -> Payload:
    """Return two clauses that conflict."""
    return {
        "a": conflict.a,
        "b": conflict.b,
        "kind": conflict.kind,
        "why": conflict.why,
        "what": conflict.what,
        "said_a": conflict.said_a,
        "said_b": conflict.said_b,
    }


def figures_payload(figures: Sequence[Figure]) -> list[Payload]:
    """Return the figures of a clause."""
    return [
        {"text": figure.text, "kind": figure.kind, "value": figure.value, "unit": figure.unit}
        for figure in figures
    ]


def citation_payload(citation: Citation) -> Payload:
    """Return one citation or hit."""
    passage = citation.passage
    payload: Payload = {
        "n": citation.n,
        "clause_id": passage.clause_id,
        "document_id": passage.document_id,
        "document_title": passage.document_title,
        "number": passage.number,
        "heading_path": list(passage.heading_path),
        "heading": passage.heading,
        "text": passage.text,
        "quote": citation.quote,
        "gloss_en": passage.gloss_en,
        "url": passage.url,
        "score": round(citation.score, 4),
        "sources": [_source(span) for span in passage.sources],
    }
    if passage.note:
        payload["note"] = passage.note
    return payload


def clause_payload(passage: Passage) -> Payload:
    """Return one clause in full: what ``kb export`` prints a line."""
    payload: Payload = {
        "id": passage.clause_id,
        "document_id": passage.document_id,
        "document_title": passage.document_title,
        "kind": passage.kind,
        "platform": passage.platform,
        "audience": passage.audience,
        "status": passage.status,
        "number": passage.number,
        "heading_path": list(passage.heading_path),
        "heading": passage.heading,
        "text": passage.text,
        "gloss_en": passage.gloss_en,
        "ask": list(passage.ask),
        "silent_on": list(passage.silent_on),
        "topics": list(passage.topics),
        "figures": figures_payload(find_figures(passage.text)),
        "sources": [_source(span) for span in passage.sources],
        "url": passage.url,
    }
    if passage.note:
        payload["note"] = passage.note
    return payload


def document_payload(document: IndexedDocument) -> Payload:
    """Return one document without its clauses, as listings show it."""
    return asdict(document)


def page_payload(total: int, offset: int, limit: int) -> Payload:
    """Return how long a list is of which a stretch is shown, and where the next one begins."""
    beyond = offset + limit
    return {"total": total, "next_offset": beyond if beyond < total else None}


def error_payload(error: KbError) -> Payload:
    """Return an error as programs read it."""
    return {"code": error.code, "message": error.message, "hint": error.hint}


def _source(span: SourceSpan) -> Payload:
    return {"file": span.file, "start": span.start, "end": span.end}


def _frame(info: IndexInfo, took_ms: float) -> Payload:
    return {
        "took_ms": round(took_ms, 1),
        "index": {"id": info.id, "model": info.model, "built_at": info.built_at},
    }
