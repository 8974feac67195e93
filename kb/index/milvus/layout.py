"""How a build lies in Milvus: its collections, and what is said of it as text.

A build is a few collections whose names carry its id: ``facts`` (its manifest, its terms, its documents), ``clauses`` (the
passages with their words as sparse vectors) and, for each dense field, ``dense_<field>``. Nothing is written into them once
the index's alias points to the build's ``facts``, which is the one step that makes it the current one, but notes beside it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from kb.index.milvus.client import TEXT_BYTES, Row, Shape
from kb.index.milvus.words import Term
from kb.index.store import IndexedDocument
from kb.model.answer import Passage
from kb.model.filters import Filters, facet

FACTS = Shape(key="name", texts=("text",), dense=("nothing", 2))  # a collection must have a vector
BUILD = "build"
DOCUMENTS = "documents"
_PIECE = TEXT_BYTES // 4  # characters, of four bytes at most
_PIECES = 60  # pieces of one entity: a message carries some megabytes
_NAME = re.compile(r"(?P<day>\d{8}T\d{6}Z)_(?P<dice>[0-9a-f]{6})_(?P<part>\w+)")
_FACETS = tuple(name for name, _ in Filters())


def clauses_shape(lexical: Sequence[str]) -> Shape:
    """Return the shape of the clauses."""
    return Shape(
        key="row",
        strings=("clause_id",),
        numbers=("place",),
        texts=("passage",),
        facets=True,
        sparse=tuple(word_field(field) for field in lexical),
    )


def dense_shape(dimensions: int) -> Shape:
    """Return the shape of a dense field: an entity per text, since a clause may have several."""
    return Shape(key="id", strings=("text_key",), numbers=("row",), facets=True, dense=("vector", dimensions))


def word_field(field: str) -> str:
    """Return the name of a lexical field's sparse vector."""
    return f"in_{field}"


def part(name: str, build_id: str, which: str) -> str:
    """Return the name of a collection of a build of the index ``name``."""
    return f"{name}_{build_id.replace('-', '_')}_{which}"


def build_of(name: str, collection: str) -> str | None:
    """Return the id of the build of the index ``name`` that a collection belongs to, or None when to none."""
    found = _NAME.fullmatch(collection.removeprefix(f"{name}_"))
    return f"{found['day']}-{found['dice']}" if found and collection.startswith(f"{name}_") else None


def pieces(text: str) -> list[str]:
    """Return a text cut to what a string field holds."""
    return [text[start : start + _PIECE] for start in range(0, len(text), _PIECE)] or [""]


def facet_row(passage: Passage) -> Row:
    """Return the facets of a clause as an entity has them."""
    return {
        "platform": passage.platform,
        "kind": passage.kind,
        "document": passage.document_id,
        "topics": list(passage.topics),
        "audience": passage.audience,
        "status": passage.status,
    }


def fact_rows(name: str, text: str) -> list[Row]:
    """Return a text as entities of ``facts``: one, or several when it is long."""
    parts = pieces(text)
    groups = [parts[start : start + _PIECES] for start in range(0, len(parts), _PIECES)]
    return [_fact(f"{name}/{at}", [str(len(groups)), *group]) for at, group in enumerate(groups)]


def term_row(word: str, term: Term) -> Row:
    """Return a term as an entity of ``facts``."""
    return _fact(term_name(word), [" ".join(map(str, (term.number, *term.counts)))])


def term_name(word: str) -> str:
    """Return the name of a term among the facts."""
    return f"term/{word}"


def term_of(row: Row) -> tuple[str, Term]:
    """Return the term that ``term_row`` wrote."""
    number, *counts = map(int, row["text"][0].split())
    return row["name"].removeprefix("term/"), Term(number, tuple(counts))


def _fact(name: str, text: list[str]) -> Row:
    return {"name": name, "text": text, "nothing": [1.0, 0.0]}


class Group(NamedTuple):
    """Clauses of one document that have all facets in common.

    Attributes:
        document: Id of the document.
        title: Its title.
        kind: Their kind.
        platform: Their platform.
        audience: Their audience.
        status: Their status.
        topics: Their topics.
        place: Place of the first one in the document.
        clauses: Number of them.
    """

    document: str
    title: str
    kind: str
    platform: str
    audience: str
    status: str
    topics: tuple[str, ...]
    place: int
    clauses: int

    def passes(self, filters: Filters | None) -> bool:
        """Return whether the clauses pass the filters."""
        own = {name: self.topics if name == "topic" else (getattr(self, name),) for name in _FACETS}
        return all(not values or set(values) & set(own[name]) for name, values in filters or ())


def groups_of(passages: Iterable[Passage]) -> str:
    """Return what ``documents_of`` reads."""
    found: dict[tuple[object, ...], list[int]] = {}
    for one in passages:
        facets = (one.document_id, one.document_title, one.kind, one.platform, one.audience, one.status)
        places = found.setdefault((*facets, facet(one, "topic")), [one.order, 0])
        places[:] = min(places[0], one.order), places[1] + 1
    return json.dumps([(*key, *value) for key, value in found.items()], ensure_ascii=False)


def read_groups(text: str) -> list[Group]:
    """Return the groups that ``groups_of`` wrote."""
    return [
        Group(document, title, kind, platform, audience, status, tuple(topics), place, clauses)
        for document, title, kind, platform, audience, status, topics, place, clauses in json.loads(text)
    ]


def documents_of(groups: Iterable[Group], filters: Filters | None) -> list[IndexedDocument]:
    """Return the documents with at least one clause that passes the filters, in the order of their ids.

    Should clauses of one document differ in a property, the first one allowed in reading order speaks for the document.
    """
    first: dict[str, Group] = {}
    clauses: dict[str, int] = {}
    for group in groups:
        if group.passes(filters):
            clauses[group.document] = clauses.get(group.document, 0) + group.clauses
            if group.document not in first or group.place < first[group.document].place:
                first[group.document] = group
    return [
        IndexedDocument(g.document, g.title, g.kind, g.platform, g.audience, g.status, clauses[g.document])
        for g in (first[document] for document in sorted(first))
    ]
