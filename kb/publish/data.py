"""What the site's own search and clause tools read: every clause, and which clauses are related."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from kb.model import Document, Passage

_ASKED = 4
"""Typical questions of a clause that the search gets; all of them would double what a phone has to load."""


def clauses_json(documents: Sequence[Document], passages: Sequence[Passage]) -> str:
    """Return all clauses for the search, one a line so that differences stay readable.

    A clause is ``[anchor, number, heading path, text, gloss, the first typical questions, is a heading]``; its address is the
    document's ``url`` and its anchor.
    """
    lines = []
    for document in documents:
        head: dict[str, Any] = {
            "id": document.id,
            "title": document.title,
            "title_en": document.title_en,
            "kind": document.kind,
            "platform": document.platform,
            "status": document.status,
            "summary": document.summary,
            "url": f"{document.kind}/{document.id}/",
        }
        rows = [
            _dump(
                [
                    passage.clause_id.partition("#")[2],
                    passage.number,
                    " › ".join(passage.heading_path),
                    passage.text,
                    passage.gloss_en,
                    " ".join(passage.ask[:_ASKED]),
                    int(passage.heading),
                ]
            )
            for passage in passages
            if passage.document_id == document.id
        ]
        lines.append(f'{_dump(head)[:-1]},"clauses":[\n' + ",\n".join(rows) + "]}")
    return '{"documents":[\n' + ",\n".join(lines) + "\n]}\n"


def related_json(related: Mapping[str, Sequence[str]]) -> str:
    """Return the related clauses by clause id, one clause a line."""
    rows = [f"{_dump(clause)}:{_dump(list(others))}" for clause, others in sorted(related.items())]
    return "{\n" + ",\n".join(rows) + "\n}\n"


def _dump(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
