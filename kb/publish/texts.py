"""The site for programs that read: ``llms.txt`` and one plain Markdown file a document."""

from __future__ import annotations

from collections.abc import Sequence

from kb.model import Clause, Document, Prose
from kb.pages.markup import join_label
from kb.publish.names import KINDS, name_of

FOLDER = "markdown"
"""Folder of the Markdown files; ``.txt``, because the site's builder takes every ``.md`` for a page."""


def text_path(document: Document) -> str:
    """Return where a document's Markdown stands, relative to the site."""
    return f"{FOLDER}/{document.id}.txt"


def document_text(document: Document) -> str:
    """Return a document as plain Markdown: facts, then each clause with its id and gloss."""
    facts = {
        "id": document.id,
        "kind": document.kind,
        "platform": document.platform,
        "audience": document.audience,
        "effective": document.effective,
        "status": document.status,
        "page": f"{document.kind}/{document.id}/",
    }
    head = [f"# {document.title}"]
    head += [document.title_en] if document.title_en else []
    head += [f"> {document.summary}"] if document.summary else []
    head += [f"> {document.summary_en}"] if document.summary_en else []
    head.append("\n".join(f"- {key}: {value}" for key, value in facts.items() if value))
    return "\n\n".join([*head, *(_block(block) for block in document.blocks)]) + "\n"


def _block(block: Clause | Prose) -> str:
    if isinstance(block, Prose):
        return block.markdown
    said = " ".join(join_label(block.label, block.text).split("\n"))
    mark = f"{'#' * block.level} " if block.heading else ""
    lines = [f"{mark}{said} [#{block.anchor}]"]
    lines += [f"  EN: {block.gloss_en}"] if block.gloss_en else []
    lines += [f"  编者注：{' '.join(block.note.split())}"] if block.note else []
    return "\n".join(lines)


def llms_text(documents: Sequence[Document], site_name: str) -> str:
    """Return ``llms.txt`` (llmstxt.org): what the site holds and where its plain text stands."""
    parts = [
        f"# {site_name}",
        "> Chinese platform rules and customer-service handbooks, clause by clause. A clause is cited as "
        "`document-id#anchor`; its page is `<kind>/<document-id>/#<anchor>`. Glosses are in English.",
        "A server started with `kb serve` answers questions at `POST /api/v1/ask`; see `/api/docs`.",
    ]
    for kind in KINDS:
        mine = [document for document in documents if document.kind == kind]
        if mine:
            parts.append(f"## {name_of(KINDS, kind).en}")
            parts.append(
                "\n".join(
                    f"- [{document.title}]({text_path(document)}): {document.title_en or document.id}"
                    for document in mine
                )
            )
    parts.append(
        "## Data\n\n- [clauses.json](assets/kb/clauses.json): every clause with its number, text and gloss"
    )
    return "\n\n".join(parts) + "\n"
