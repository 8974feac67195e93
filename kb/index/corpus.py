"""The entries of an index as checked, comparable data."""

from __future__ import annotations

import hashlib
import itertools
import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import fields
from typing import Any, NamedTuple, Protocol

from kb.errors import InputInvalid
from kb.model.answer import Passage
from kb.model.entry import Entry
from kb.model.source import SourceSpan

PASSAGE_FIELDS = tuple(field.name for field in fields(Passage))


class Corpus(Protocol):
    """What to index, page by page, so that pages that have not changed need not be read."""

    @property
    def pages(self) -> Mapping[str, bytes]:
        """The pages, each with its version: bytes that change whenever its entries may; empty when that cannot be told."""
        ...

    def entries(self, page: str) -> Sequence[Entry]:
        """Return the entries of a page."""
        ...


class Listed:
    """Entries at hand, as one page."""

    def __init__(self, entries: Sequence[Entry]) -> None:
        self.pages = {"": b""}
        self._entries = entries

    def entries(self, page: str) -> Sequence[Entry]:
        """Return all."""
        return self._entries


class Record(NamedTuple):
    """An entry as it is written: at its row, with its page and its digest."""

    row: int
    page: str
    entry: Entry
    digest: bytes


def passage_json(passage: Passage) -> str:
    """Return the passage as one line of JSON, an array in the order of ``PASSAGE_FIELDS``."""
    values: list[Any] = [getattr(passage, name) for name in PASSAGE_FIELDS]
    values[PASSAGE_FIELDS.index("sources")] = [
        [span.file, span.start, span.end, span.digest] for span in passage.sources
    ]
    return json.dumps(values, ensure_ascii=False, separators=(",", ":"))


def passage_from_json(line: str) -> Passage:
    """Return the passage that ``passage_json`` wrote."""
    values = [tuple(value) if isinstance(value, list) else value for value in json.loads(line)]
    found: dict[str, Any] = dict(zip(PASSAGE_FIELDS, values, strict=True))
    found["sources"] = tuple(SourceSpan(*span) for span in found["sources"])
    return Passage(**found)


def entry_digest(entry: Entry) -> bytes:
    """Return 16 bytes that change whenever the passage or a text it is found by changes.

    Raises:
        InputInvalid: A text holds half a surrogate pair and so cannot be written anywhere.
    """
    texts = json.dumps([entry.dense, entry.lexical], ensure_ascii=False, separators=(",", ":"))
    try:
        return hashlib.blake2b(f"{passage_json(entry.passage)}\n{texts}".encode(), digest_size=16).digest()
    except UnicodeEncodeError as error:
        raise InputInvalid(
            f"clause {entry.passage.clause_id!r} holds text that is not valid Unicode",
            hint="Replace the damaged character in the page and build the index again.",
            clause_id=entry.passage.clause_id,
        ) from error


def corpus_digest(entries: Iterable[Entry]) -> str:
    """Return 64 hex digits that change whenever a passage or a text it is found by changes; order does not matter.

    An index whose manifest names another digest is stale.

    Raises:
        InputInvalid: As ``entry_digest``.
    """
    return digest_of(entry_digest(entry) for entry in entries)


def digest_of(digests: Iterable[bytes]) -> str:
    """Return the ``corpus_digest`` of entries that have these digests."""
    return hashlib.sha256(b"".join(sorted(digests))).hexdigest()


def is_text(text: str) -> bool:
    """Return whether the text is valid Unicode; a terminal hands on undecodable bytes as half surrogate pairs."""
    return not any("\ud800" <= character <= "\udfff" for character in text)


def check_entries(entries: Sequence[Entry]) -> None:
    """Refuse entries that cannot make an index.

    Raises:
        InputInvalid: There are none, or two share a clause id.
    """
    if not entries:
        raise InputInvalid(
            "there are no clauses to index",
            hint="Name a folder that holds pages, or make pages first with `kb ingest`.",
        )
    check_ids(entry.passage.clause_id for entry in entries)


def check_ids(ids: Iterable[str]) -> None:
    """Refuse clause ids of which two are the same.

    Raises:
        InputInvalid: Names the first such id.
    """
    seen: set[str] = set()
    for clause_id in ids:
        if clause_id in seen:
            raise InputInvalid(
                f"two clauses have the id {clause_id!r}",
                hint="Give one of them another anchor; `kb check` lists such clashes.",
                clause_id=clause_id,
            )
        seen.add(clause_id)


def check_documents(taken: Collection[str], found: Iterable[tuple[str, Entry]]) -> None:
    """Refuse documents that stand on two pages.

    Args:
        taken: Documents of other pages.
        found: ``(page, entry)``.

    Raises:
        InputInvalid: Names the first such document.
    """
    pages: dict[str, str] = {}
    for page, entry in found:
        document = entry.passage.document_id
        if document in taken or pages.setdefault(document, page) != page:
            raise InputInvalid(
                f"{page}: id {document} is taken by another page",
                hint="give each document its own id",
                file=page,
                document_id=document,
            )


def sets_of(audiences: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Yield every set of some of these audiences, in their order: what readers there can be."""
    for size in range(1, len(audiences) + 1):
        yield from itertools.combinations(audiences, size)


def lexical_fields(entries: Iterable[Entry]) -> tuple[str, ...]:
    """Return the lexical fields in which an entry has a text, in order of their names."""
    return tuple(sorted({field for entry in entries for field, text in entry.lexical if text.strip()}))


def dense_texts(entry: Entry) -> list[tuple[str, str]]:
    """Return the distinct ``(field, text)`` of an entry that get a vector."""
    return [(field, text) for field, text in dict.fromkeys(entry.dense) if text.strip()]
