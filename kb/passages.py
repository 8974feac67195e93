"""Documents to passages: each clause with its heading path, ready to be indexed and cited."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence

from kb.folding import folded
from kb.glossary import Term
from kb.model import Clause, Document, Entry, Passage
from kb.pages.folder import page_path


def passages_of(documents: Sequence[Document]) -> tuple[Passage, ...]:
    """Return the passages of all documents, headings too, in reading order."""
    return tuple(entry.passage for entry in entries_of(documents))


def entries_of(documents: Sequence[Document], terms: tuple[Term, ...] = ()) -> tuple[Entry, ...]:
    """Return the passages of all documents with the texts each is found by, in reading order.

    The document's title and the heading path stand before the clause (worth 5-7 points of recall, DESIGN 6). Every typical
    question has a vector of its own, so that one wording does not blur the others; so has the English gloss, after the
    gloss of what the clause stands under. By words a clause is also found under the other names that the glossary has for
    what it names.

    Args:
        documents: The documents.
        terms: The glossary.
    """
    return tuple(entry for document in documents for entry in _of_document(document, terms))


def _of_document(document: Document, terms: tuple[Term, ...]) -> Iterator[Entry]:
    clauses = {clause.anchor: clause for clause in document.clauses}
    for order, clause in enumerate(document.clauses):
        above = _ancestors(clause, clauses)
        yield _entry(
            _passage(document, clause, above, order),
            " ".join(parent.gloss_en for parent in above[-1:]),
            terms,
        )


def _passage(document: Document, clause: Clause, above: tuple[Clause, ...], order: int) -> Passage:
    return Passage(
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
        silent_on=clause.silent_on,
        topics=clause.topics,
        note=clause.note,
        sources=clause.sources,
        url=f"{page_path(document).removesuffix('.md')}/#{clause.anchor}",
        order=order,
    )


def _entry(passage: Passage, gloss_above: str, terms: tuple[Term, ...]) -> Entry:
    context = " ".join([passage.document_title, *passage.heading_path])
    gloss = f"{gloss_above} {passage.gloss_en}".strip() if passage.gloss_en else ""
    dense = [("text", f"{context} {passage.number} {passage.text}")]
    dense += [("ask", question) for question in passage.ask]
    dense += [("gloss", gloss)] if gloss else []
    lexical = [("text", passage.text), ("context", context), *dense[1:]]
    dense += [("silent_on", question) for question in passage.silent_on]  # known by meaning, never found by
    others = " ".join(_other_names(f"{context} {passage.text}", terms)) if terms else ""
    lexical += [("terms", others)] if others else []
    return Entry(passage=passage, dense=tuple(dense), lexical=tuple(lexical))


def _other_names(text: str, terms: tuple[Term, ...]) -> Iterator[str]:
    """Yield, of every term that a text names, the names that it does not say."""
    words = folded(text)
    for names in _names(terms):
        unsaid = [name for name, as_folded in names if not _says(words, as_folded)]
        if len(unsaid) < len(names):
            yield from unsaid


@functools.lru_cache(maxsize=1)
def _names(terms: tuple[Term, ...]) -> tuple[tuple[tuple[str, str], ...], ...]:
    """Return per term its names, each with what it is folded to; once for all clauses."""
    return tuple(
        tuple((name, folded(name)) for name in (one.term, *one.synonyms, one.english)) for one in terms
    )


def _says(words: str, name: str) -> bool:
    """Return whether folded words hold a folded name; one in Latin letters as a word of its own."""
    return name in words and (not name.isascii() or re.search(rf"\b{re.escape(name)}\b", words) is not None)


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
