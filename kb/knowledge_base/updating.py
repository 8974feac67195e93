"""Ingesting a newer version into a folder that holds an older one: ids stay, moves are told."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from kb.diff import Match
    from kb.model import Document
    from kb.normalize import Normalized

ID_MAP = "ids.json"


@dataclass(frozen=True, slots=True)
class Update:
    """A document that was in the folder before.

    Attributes:
        old: As its page had it.
        new: As its page has it now.
        match: How their clauses correspond.
    """

    old: Document
    new: Document
    match: Match

    @property
    def ids(self) -> dict[str, str | None]:
        """Old clause id to new clause id where they differ; None for a clause that is gone."""
        moved: dict[str, str | None] = {
            f"{self.old.id}#{old}": f"{self.new.id}#{new}"
            for old, new in self.match.ids.items()
            if old != new
        }
        return moved | {f"{self.old.id}#{clause.anchor}": None for clause in self.match.removed}

    def facts(self) -> dict[str, Any]:
        """Return the update as one JSON-able object: the document, counts, changes and moved ids."""
        from kb.diff import diff_facts

        facts = diff_facts(self.match)
        return {
            "document": self.new.id,
            "counts": facts["counts"],
            "changes": facts["changes"],
            "ids": self.ids,
        }


def older_pages(folder: Path) -> tuple[Document, ...]:
    """Return the documents whose pages stand in ``folder``; none when there is no such folder.

    Raises:
        PageError: A page is malformed.
    """
    from kb.pages import read_file
    from kb.pages.folder import find_pages

    return tuple(read_file(path) for path in find_pages(folder)) if folder.is_dir() else ()


def update(normalized: Normalized, olds: Sequence[Document]) -> tuple[Normalized, tuple[Update, ...]]:
    """Return a normalization under the ids of the older pages, and what changed against them.

    A document that is no version of any older page never takes the id of one: it gets ``-v2`` behind its id.
    """
    from kb.diff import keep_ids, pair_documents
    from kb.normalize.rename import under_ids
    from kb.pages import canonical

    if not olds:
        return normalized, ()
    taken = {old.id for old in olds}
    documents: list[Document] = []
    updates: list[Update] = []
    anchors: dict[str, Mapping[str, str]] = {}
    ids: dict[str, str] = {}
    for pair in pair_documents(olds, [canonical(document) for document in normalized.documents]):
        if pair.new is None:
            continue
        if pair.old is None or pair.match is None:
            final = replace(pair.new, id=_free(pair.new.id, taken))
        else:
            final = keep_ids(pair.old, pair.new, pair.match)
            updates.append(Update(pair.old, final, pair.match.renamed(final.clauses)))
            anchors[pair.new.id] = {
                fresh.anchor: kept.anchor
                for fresh, kept in zip(pair.new.clauses, final.clauses, strict=True)
                if fresh.anchor != kept.anchor
            }
        taken.add(final.id)
        documents.append(final)
        if final.id != pair.new.id:
            ids[pair.new.id] = final.id
    renamed = under_ids(normalized, ids, anchors)
    return replace(renamed, documents=tuple(documents)), tuple(updates)


def merged_ids(path: Path, updates: Sequence[Update]) -> dict[str, str | None]:
    """Return the id map of the folder with these updates added: every id that ever moved to where it is now.

    An id that is used again by a clause of its own is left out of the map.
    """
    known: dict[str, str | None] = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else {}
    moved: dict[str, str | None] = {}
    for one in updates:
        moved |= one.ids
    merged = {old: moved.get(new, new) if new is not None else None for old, new in known.items()}
    merged |= moved
    return {old: new for old, new in sorted(merged.items()) if new != old}


def _free(wanted: str, taken: set[str]) -> str:
    number, name = 1, wanted
    while name in taken:
        number += 1
        name = f"{wanted}-v{number}"
    return name
