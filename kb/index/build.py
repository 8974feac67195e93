"""Entries to an index on disk, in one atomic step."""

from __future__ import annotations

import secrets
import shutil
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import IndexDamaged, IndexMismatch, IndexMissing, IndexUnwritable
from kb.index.corpus import PASSAGE_FIELDS, check_entries, corpus_digest
from kb.index.manifest import FORMAT, Manifest, file_facts, read_manifest, write_manifest
from kb.index.store import write_store
from kb.index.versions import PARTIAL, current_build, publish, sole_builder, sweep
from kb.model.answer import IndexInfo
from kb.model.entry import Entry

if TYPE_CHECKING:
    from kb.embed import Embedder
    from kb.index.vectors import Keys, Matrix

Progress = Callable[[int, int], None]


def build_index(
    entries: Sequence[Entry], folder: Path, embedder: Embedder, *, progress: Progress | None = None
) -> IndexInfo:
    """Build the index of the entries and make it the current one of ``folder``.

    Texts whose vectors the last build or an interrupted one already has are not embedded again. Readers of the old
    index go on undisturbed; until the last step, and whatever goes wrong before it, the old index stays current.

    Args:
        entries: What to index; row numbers follow their order.
        folder: The index folder, made if need be.
        embedder: The model.
        progress: Called with (texts embedded, texts to embed); not called when there is nothing to embed.

    Raises:
        InputInvalid: The entries are empty, share an id, or hold text that is not valid Unicode.
        IndexBusy: Another process is building there.
        IndexUnwritable: The folder cannot be written.
        ModelProblem: The model failed.
    """
    check_entries(entries)
    corpus = corpus_digest(entries)
    try:
        with sole_builder(folder):
            return _build(entries, corpus, folder, embedder, progress)
    except OSError as error:
        raise IndexUnwritable(
            f"the index in {folder} could not be written: {error}",
            hint="Free disk space or check the rights of the folder; the old index, if any, is untouched.",
            folder=str(folder),
        ) from error


def _build(
    entries: Sequence[Entry], corpus: str, folder: Path, embedder: Embedder, progress: Progress | None
) -> IndexInfo:
    from kb.index.embeddings import JOURNAL, embed_texts  # with numpy and faiss: only once a build runs
    from kb.index.lexical import write_lexical

    previous = _previous(folder)
    sweep(folder)
    now = datetime.now(UTC).replace(microsecond=0)
    build_id = f"{now:%Y%m%dT%H%M%SZ}-{secrets.token_hex(3)}"
    places = _distinct(entries)
    keys, vectors = embed_texts(list(places), embedder, folder, previous, progress)
    partial = folder / f"{build_id}{PARTIAL}"
    try:
        partial.mkdir()
        counts = _write_fields(entries, partial, places, keys, vectors)
        lexical = write_lexical(partial, entries)
        write_store(partial, [entry.passage for entry in entries])
        manifest = Manifest(
            id=build_id,
            format=FORMAT,
            model=embedder.name,
            dimensions=embedder.dimensions,
            corpus=corpus,
            built_at=now.isoformat().replace("+00:00", "Z"),
            clauses=len(entries),
            documents=len({entry.passage.document_id for entry in entries}),
            vectors=counts,
            lexical=lexical,
            passage_fields=PASSAGE_FIELDS,
            files=file_facts(partial),
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


def _distinct(entries: Sequence[Entry]) -> dict[str, int]:
    """Number the distinct texts to embed in order of appearance."""
    texts = dict.fromkeys(text for entry in entries for _, text in entry.dense if text.strip())
    return {text: place for place, text in enumerate(texts)}


def _write_fields(
    entries: Sequence[Entry], partial: Path, places: Mapping[str, int], keys: Keys, vectors: Matrix
) -> dict[str, int]:
    """Write every dense field; return how many vectors each has."""
    from kb.index.vectors import write_vectors

    fields: dict[str, list[tuple[int, int]]] = {}
    for row, entry in enumerate(entries):
        for field, text in dict.fromkeys(entry.dense):
            if text.strip():
                fields.setdefault(field, []).append((row, places[text]))
    for field, pairs in sorted(fields.items()):
        write_vectors(partial, field, pairs, keys, vectors)
    return {field: len(pairs) for field, pairs in sorted(fields.items())}
