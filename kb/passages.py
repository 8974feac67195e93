"""Documents to passages: each clause with its heading path, ready to be indexed and cited."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from kb.model import Clause, Document, Entry, Passage
from kb.pages.folder import page_path


def passages_of(documents: Sequence[Document]) -> tuple[Passage, ...]:
    """Return the passages of all documents, in reading order."""
    return tuple(passage for document in documents for passage in _of_document(document))


def _of_document(document: Document) -> Iterator[Passage]:
    clauses = {clause.anchor: clause for clause in document.clauses}
    address = page_path(document).removesuffix(".md")
    for order, clause in enumerate(document.clauses):
        above = _ancestors(clause, clauses)
        yield Passage(
            clause_id=f"{document.id}#{clause.anchor}",
            document_id=document.id,
            document_title=document.title,
            kind=document.kind,
            platform=document.platform,
            audience=document.audience,
            status=document.status,
            number=_number(clause, above),
            heading_path=tuple(_heading(parent) for parent in above if parent.text or parent.label),
            heading=clause.heading,
            text=clause.text or clause.label,
            gloss_en=clause.gloss_en,
            ask=clause.ask,
            topics=clause.topics,
            note=clause.note,
            sources=clause.sources,
            url=f"{address}/#{clause.anchor}",
            order=order,
        )


def _ancestors(clause: Clause, clauses: dict[str, Clause]) -> tuple[Clause, ...]:
    """Return the clauses above, outermost first; a cycle in hand-edited parents ends the walk."""
    above: list[Clause] = []
    seen = {clause.anchor}
    parent = clause.parent
    while parent is not None and parent not in seen:
        seen.add(parent)
        above.append(clauses[parent])
        parent = clauses[parent].parent
    return tuple(reversed(above))


def _heading(clause: Clause) -> str:
    """Return what a clause contributes to the path of those under it: its label and its first line, cut short."""
    first = clause.text.split("\n", 1)[0]
    if not clause.heading and len(first) > 30:
        first = first[:30] + "…"
    return f"{clause.label}{first}" if clause.label else first


def _number(clause: Clause, above: tuple[Clause, ...]) -> str:
    """Return the printed number as people cite it: the labels along the anchor's own path."""
    labels = [
        parent.label
        for parent in above
        if clause.anchor.startswith(f"{parent.anchor}-")  # 第三条 is cited without its chapter
    ]
    return "".join(label for label in [*labels, clause.label] if label)


def entry_of(passage: Passage) -> Entry:
    """Return a passage with the texts it is found by.

    The document's title and the heading path stand before the clause (worth 5-7 points of recall, DESIGN 6); every
    typical question and the gloss get vectors of their own, so that one wording does not blur the others.
    """
    context = " ".join([passage.document_title, *passage.heading_path])
    dense = [("text", f"{context} {passage.number} {passage.text}")]
    dense += [("ask", question) for question in passage.ask]
    dense += [("gloss", passage.gloss_en)] if passage.gloss_en else []
    lexical = [("text", passage.text), ("context", context), *dense[1:]]
    return Entry(passage=passage, dense=tuple(dense), lexical=tuple(lexical))
