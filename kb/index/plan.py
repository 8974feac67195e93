"""What a build writes: everything, or what has changed since the build before."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from kb.errors import IndexDamaged
from kb.index.corpus import (
    Corpus,
    Record,
    check_documents,
    check_entries,
    check_ids,
    entry_digest,
    lexical_fields,
)
from kb.index.manifest import Manifest, TierName, check_digests
from kb.index.store import Store

SMALL = 5_000
"""Up to so many clauses an index is always written whole: that takes a second, and then nothing of its past is in it."""
SHARE = 8
"""An index is written whole when more than one clause in so many has changed since it last was."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What to write.

    Attributes:
        base: Folder and manifest of the build whose other clauses to keep, or None to write all.
        pages: The pages of the corpus, each with its version.
        records: What to write, by ascending row.
        kept: Digests of the clauses that are kept.
        dropped: Rows of the base that are not kept, those written anew included, ascending.
        rows: Row numbers are below this.
        changed: Clauses written or removed since the index was last written whole.
    """

    base: tuple[Path, Manifest] | None
    pages: Mapping[str, bytes]
    records: Sequence[Record]
    kept: Sequence[bytes]
    dropped: Sequence[int]
    rows: int
    changed: int


def plan_whole(corpus: Corpus) -> Plan:
    """Return a plan that writes all.

    Raises:
        InputInvalid: The entries cannot make an index.
    """
    pages = corpus.pages
    found = [(page, entry) for page in pages for entry in corpus.entries(page)]
    check_entries([entry for _, entry in found])
    check_documents(set(), found)
    records = [Record(row, page, entry, entry_digest(entry)) for row, (page, entry) in enumerate(found)]
    return Plan(None, pages, records, (), (), len(records), 0)


def plan_update(
    corpus: Corpus, previous: tuple[Path, Manifest], model: str, dimensions: int, tier: TierName
) -> Plan | None:
    """Return what to change in the previous build, or None when it is to be written whole.

    Pages of which the build has this version are not read. A clause keeps its row as long as its id is there.

    Raises:
        InputInvalid: The entries cannot make an index.
    """
    build, manifest = previous
    if manifest.clauses <= SMALL or (manifest.model, manifest.dimensions, manifest.tier) != (
        model,
        dimensions,
        tier,
    ):
        return None
    try:
        check_digests(build, manifest)  # what is shared must not hand damage on
        with contextlib.closing(Store(build)) as store:
            known, left = store.pages(), store.digests()
    except IndexDamaged:
        return None
    pages = corpus.pages
    same = {page for page, version in pages.items() if version and known.get(page) == version}
    fresh = [(page, entry) for page in pages if page not in same for entry in corpus.entries(page)]
    taken = [clause_id for clause_id, (_, page, _) in left.items() if page in same]
    check_ids([*taken, *(entry.passage.clause_id for _, entry in fresh)])
    check_documents({clause_id.partition("#")[0] for clause_id in taken}, fresh)

    records: list[Record] = []
    kept, replaced, rows = [left.pop(clause_id)[2] for clause_id in taken], [], manifest.rows
    for page, entry in fresh:
        digest = entry_digest(entry)
        before = left.pop(entry.passage.clause_id, None)
        if before is None:
            records.append(Record(rows, page, entry, digest))
            rows += 1
        elif before[1:] == (page, digest):
            kept.append(digest)
        else:
            records.append(Record(before[0], page, entry, digest))
            replaced.append(before[0])
    removed = [row for row, _, _ in left.values()]
    changed = manifest.changed + len(records) + len(removed)
    if changed * SHARE > len(kept) + len(records):
        return None
    if not set(lexical_fields(record.entry for record in records)) <= set(manifest.lexical):
        return None
    return Plan(previous, pages, sorted(records), kept, sorted([*replaced, *removed]), rows, changed)
