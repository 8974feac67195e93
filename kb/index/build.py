"""Entries to an index on disk, in one atomic step: written whole, or as an update of the build before."""

from __future__ import annotations

import contextlib
import secrets
import shutil
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import IndexDamaged, IndexMismatch, IndexMissing, IndexUnwritable
from kb.index.corpus import PASSAGE_FIELDS, Record, check_entries, digest_of, entry_digest
from kb.index.manifest import (
    EXACT,
    FORMAT,
    Manifest,
    TierName,
    check_digests,
    file_facts,
    read_manifest,
    write_manifest,
)
from kb.index.store import Store, write_store
from kb.index.versions import PARTIAL, current_build, publish, sole_builder, sweep
from kb.model.answer import IndexInfo
from kb.model.entry import Entry

if TYPE_CHECKING:
    from kb.embed import Embedder

Progress = Callable[[int, int], None]
SMALL = 5_000
"""Up to so many clauses an index is always written whole: that takes a second, and then nothing of its past is in it."""
_SHARE = 8
"""An index is written whole when more than one clause in so many has changed since it last was."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """What to write.

    Attributes:
        base: Folder and manifest of the build whose other clauses to keep, or None to write all.
        records: What to write, by ascending row.
        dropped: Rows of the base that are not kept, those written anew included.
        rows: Row numbers are below this.
        changed: Clauses written or removed since the index was last written whole.
    """

    base: tuple[Path, Manifest] | None
    records: Sequence[Record]
    dropped: Sequence[int]
    rows: int
    changed: int


def build_index(
    entries: Sequence[Entry],
    folder: Path,
    embedder: Embedder,
    *,
    tier: TierName = "auto",
    questions: Sequence[str] = (),
    progress: Progress | None = None,
) -> IndexInfo:
    """Build the index of the entries and make it the current one of ``folder``.

    Texts whose vectors the last build or an interrupted one already has are not embedded again. Readers of the old
    index go on undisturbed; until the last step, and whatever goes wrong before it, the old index stays current.

    Args:
        entries: What to index.
        folder: The index folder, made if need be.
        embedder: The model.
        tier: How vectors are searched: all compared (``exact``), those in the nearest lists (``inverted``, unless that finds
            less than 0.97 of what it should), or whichever their number calls for.
        questions: Questions to measure that with, besides a sample.
        progress: Called with (texts embedded, texts to embed); not called when there is nothing to embed.

    Raises:
        InputInvalid: The entries are empty, share an id, or hold text that is not valid Unicode.
        IndexBusy: Another process is building there.
        IndexUnwritable: The folder cannot be written.
        ModelProblem: The model failed.
    """
    check_entries(entries)
    digests = [entry_digest(entry) for entry in entries]
    try:
        with sole_builder(folder):
            return _build(entries, digests, folder, embedder, tier, questions, progress)
    except OSError as error:
        raise IndexUnwritable(
            f"the index in {folder} could not be written: {error}",
            hint="Free disk space or check the rights of the folder; the old index, if any, is untouched.",
            folder=str(folder),
        ) from error


def _build(
    entries: Sequence[Entry],
    digests: Sequence[bytes],
    folder: Path,
    embedder: Embedder,
    tier: TierName,
    questions: Sequence[str],
    progress: Progress | None,
) -> IndexInfo:
    # with numpy, faiss and tantivy: only once a build runs
    from kb.index.embeddings import JOURNAL, embed_texts
    from kb.index.fields import dense_texts, write_fields
    from kb.index.lexical import lexical_fields, write_lexical

    previous = _previous(folder)
    sweep(folder)
    lexical = lexical_fields(entries)
    plan = _update(entries, digests, lexical, embedder, tier, previous) or _whole(entries, digests)
    texts = dict.fromkeys(text for record in plan.records for _, text in dense_texts(record.entry))
    keys, vectors = embed_texts(list(texts), embedder, folder, previous, progress)
    places = {text: place for place, text in enumerate(texts)}
    counts = Counter(field for entry in entries for field, _ in dense_texts(entry))
    now = datetime.now(UTC).replace(microsecond=0)
    build_id = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    base, before = plan.base or (None, None)
    partial = folder / f"{build_id}{PARTIAL}"
    try:
        partial.mkdir()
        asked = embedder.embed_questions(questions) if questions else vectors[:0].astype("float32")
        written = write_fields(
            partial, sorted(counts), plan.records, (places, keys, vectors), base, plan.dropped, tier, asked
        )
        write_lexical(partial, lexical, plan.records, base, plan.dropped)
        write_store(partial, plan.records, base, plan.dropped)
        manifest = Manifest(
            id=build_id,
            format=FORMAT,
            model=embedder.name,
            dimensions=embedder.dimensions,
            corpus=digest_of(digests),
            built_at=now.isoformat().replace("+00:00", "Z"),
            clauses=len(entries),
            rows=plan.rows,
            changed=plan.changed,
            documents=len({entry.passage.document_id for entry in entries}),
            vectors=dict(sorted(counts.items())),
            tier=tier,
            tiers={
                field: (before.tiers if before else written).get(field, EXACT) for field in sorted(counts)
            },
            lexical=before.lexical if before else lexical,
            passage_fields=PASSAGE_FIELDS,
            files=file_facts(partial, base, before.files if before else {}),
        )
        write_manifest(partial, manifest)
        publish(folder, partial, build_id)
    except OSError:
        shutil.rmtree(partial, ignore_errors=True)  # give a full disk its room back at once
        raise
    (folder / JOURNAL).unlink(missing_ok=True)
    return manifest.info


def _whole(entries: Sequence[Entry], digests: Sequence[bytes]) -> _Plan:
    records = [Record(row, *one) for row, one in enumerate(zip(entries, digests, strict=True))]
    return _Plan(None, records, (), len(records), 0)


def _update(
    entries: Sequence[Entry],
    digests: Sequence[bytes],
    lexical: Sequence[str],
    embedder: Embedder,
    tier: TierName,
    previous: tuple[Path, Manifest] | None,
) -> _Plan | None:
    """Return what to change in the previous build, or None when it is to be written whole.

    A clause keeps its row as long as its id is there.
    """
    if previous is None or len(entries) <= SMALL:
        return None
    build, manifest = previous
    if (manifest.model, manifest.dimensions, manifest.tier) != (embedder.name, embedder.dimensions, tier):
        return None
    if not set(lexical) <= set(manifest.lexical):
        return None
    try:
        check_digests(build, manifest)  # what is shared must not hand damage on
        with contextlib.closing(Store(build)) as store:
            left = store.digests()
    except IndexDamaged:
        return None
    records, dropped, rows = [], [], manifest.rows
    for entry, digest in zip(entries, digests, strict=True):
        row, known = left.pop(entry.passage.clause_id, (rows, b""))
        if known != digest:
            records.append(Record(row, entry, digest))
            if known:
                dropped.append(row)
            else:
                rows += 1
    changed = manifest.changed + len(records) + len(left)
    if changed * _SHARE > len(entries):
        return None
    dropped += [row for row, _ in left.values()]
    return _Plan(previous, sorted(records), sorted(dropped), rows, changed)


def _previous(folder: Path) -> tuple[Path, Manifest] | None:
    """Return the build in use, or None when there is none that this version can read."""
    try:
        build = folder / current_build(folder)
        return build, read_manifest(build)
    except (IndexMissing, IndexDamaged, IndexMismatch, FileNotFoundError):
        return None
