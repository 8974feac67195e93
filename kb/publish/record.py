"""When a document was first published and when its words last changed: what the home page calls new."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from kb.errors import InputInvalid
from kb.model import Document
from kb.model.source import digest_of


@dataclass(frozen=True, slots=True)
class Record:
    """One document's dates.

    Attributes:
        digest: Of its title and the words of its clauses.
        first: ISO date of its first publication.
        changed: ISO date when the digest last changed.
    """

    digest: str
    first: str
    changed: str


def read_record(text: str, name: str) -> dict[str, Record]:
    """Return the record that ``write_record`` wrote, by document id.

    Raises:
        InputInvalid: The file is damaged.
    """
    if not text:
        return {}
    try:
        return {identity: Record(**fields) for identity, fields in json.loads(text).items()}
    except (ValueError, TypeError, AttributeError) as error:
        raise InputInvalid(
            f"{name}: not the record kb publish writes ({error})", hint=f"delete {name}"
        ) from error


def write_record(record: dict[str, Record]) -> str:
    """Return the record as a file, one document a line."""
    lines = [
        f'"{identity}": {json.dumps({"digest": entry.digest, "first": entry.first, "changed": entry.changed})}'
        for identity, entry in sorted(record.items())
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n"


def update(record: dict[str, Record], documents: Sequence[Document], today: str) -> dict[str, Record]:
    """Return the record after publishing ``documents``: dates move only for words that changed."""
    updated = {}
    for document in documents:
        told = "\n".join([document.title, *(f"{clause.anchor} {clause.text}" for clause in document.clauses)])
        digest = digest_of(told)
        old = record.get(document.id)
        if old is None:
            updated[document.id] = Record(digest, today, today)
        else:
            updated[document.id] = Record(digest, old.first, old.changed if old.digest == digest else today)
    return updated
