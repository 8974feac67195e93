"""Entries to an index on disk, in one atomic step: written whole, or as an update of the build before."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import IndexDamaged, IndexMismatch, IndexMissing, IndexUnwritable
from kb.index.corpus import PASSAGE_FIELDS, Corpus, Listed, dense_texts, digest_of, lexical_fields
from kb.index.manifest import FORMAT, Manifest, TierName, file_facts, read_manifest, write_manifest
from kb.index.plan import Plan, plan_update, plan_whole
from kb.index.store import write_store
from kb.index.versions import PARTIAL, current_build, new_build, publish, sole_builder, sweep
from kb.model.answer import IndexInfo
from kb.model.entry import Entry

if TYPE_CHECKING:
    from kb.embed import Embedder

Progress = Callable[[int, int], None]


def build_index(
    entries: Sequence[Entry] | Corpus,
    folder: Path,
    embedder: Embedder,
    *,
    tier: TierName = "auto",
    questions: Sequence[str] = (),
    progress: Progress | None = None,
) -> IndexInfo:
    """Build the index of the entries and make it the current one of ``folder``.

    Texts whose vectors the last build, of whatever format, or an interrupted one already has are not embedded again. Readers of the old
    index go on undisturbed; until the last step, and whatever goes wrong before it, the old index stays current.

    Args:
        entries: What to index, at hand or page by page.
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
    corpus = Listed(entries) if isinstance(entries, Sequence) else entries
    plan = None if folder.exists() else plan_whole(corpus)  # what cannot be indexed leaves no folder behind
    try:
        with sole_builder(folder):
            return _build(corpus, plan, folder, embedder, tier, questions, progress)
    except OSError as error:
        raise IndexUnwritable(
            f"the index in {folder} could not be written: {error}",
            hint="Free disk space or check the rights of the folder; the old index, if any, is untouched.",
            folder=str(folder),
        ) from error


def _build(
    corpus: Corpus,
    plan: Plan | None,
    folder: Path,
    embedder: Embedder,
    tier: TierName,
    questions: Sequence[str],
    progress: Progress | None,
) -> IndexInfo:
    # with numpy, faiss and tantivy: only once a build runs
    from kb.index.embeddings import JOURNAL, embed_texts
    from kb.index.fields import write_fields
    from kb.index.lexical import write_lexical

    previous = _previous(folder)
    if plan is None and previous is not None:
        plan = plan_update(corpus, previous, embedder.name, embedder.dimensions, tier)
    plan = plan or plan_whole(corpus)
    sweep(folder)
    texts = dict.fromkeys(text for record in plan.records for _, text in dense_texts(record.entry))
    keys, vectors = embed_texts(
        list(texts), embedder, folder, _current(folder), progress, checked=plan.base is not None
    )
    asked = embedder.embed_questions(questions) if questions else vectors[:0].astype("float32")
    places = {text: place for place, text in enumerate(texts)}
    build_id, built_at = new_build()
    base, before = plan.base or (None, None)
    lexical = before.lexical if before else lexical_fields(record.entry for record in plan.records)
    audiences = tuple(
        sorted(
            {
                *(before.audiences if before else ()),
                *(record.entry.passage.audience for record in plan.records),
            }
        )
    )
    partial = folder / f"{build_id}{PARTIAL}"
    try:
        partial.mkdir()
        counts, tiers = write_fields(
            partial, plan.records, (places, keys, vectors), plan.base, plan.dropped, tier, asked
        )
        write_lexical(partial, lexical, audiences, plan.records, plan.base, plan.dropped)
        clauses, documents = write_store(partial, plan.pages, plan.records, base, plan.dropped)
        manifest = Manifest(
            id=build_id,
            format=FORMAT,
            model=embedder.name,
            dimensions=embedder.dimensions,
            corpus=digest_of([*plan.kept, *(record.digest for record in plan.records)]),
            built_at=built_at,
            clauses=clauses,
            rows=plan.rows,
            changed=plan.changed,
            documents=documents,
            vectors=counts,
            tier=tier,
            tiers=tiers,
            lexical=lexical,
            audiences=audiences,
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


def _previous(folder: Path) -> tuple[Path, Manifest] | None:
    """Return the build in use, or None when there is none that this version can read."""
    try:
        build = folder / current_build(folder)
        return build, read_manifest(build)
    except (IndexMissing, IndexDamaged, IndexMismatch, FileNotFoundError):
        return None


def _current(folder: Path) -> Path | None:
    """Return the folder of the build in use, whether or not this version can read it, or None when there is none."""
    try:
        return folder / current_build(folder)
    except (IndexMissing, IndexDamaged):
        return None
