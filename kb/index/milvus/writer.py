"""Entries to a build in Milvus, made aside and taken into use in one step."""

from __future__ import annotations

import contextlib
import hashlib
import json
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb.embed.cache import cache_folder
from kb.errors import IndexProblem, IndexUnwritable
from kb.index.corpus import (
    PASSAGE_FIELDS,
    Corpus,
    Record,
    dense_texts,
    digest_of,
    lexical_fields,
    passage_json,
)
from kb.index.embeddings import JOURNAL, embed_texts
from kb.index.manifest import EXACT, FORMAT, Manifest, Tier, TierName, manifest_json
from kb.index.milvus import layout, words
from kb.index.milvus.address import Address
from kb.index.milvus.client import Milvus, Row, Shape
from kb.index.milvus.facts import raw_facts
from kb.index.plan import Plan, plan_whole
from kb.index.vectors import INVERTED_FROM, RECALL, Half, Keys, Matrix
from kb.index.versions import new_build, sole_builder
from kb.model.answer import IndexInfo

if TYPE_CHECKING:
    from kb.embed import Embedder

_SAMPLE = 64  # points that recall is measured at
_BEST = 10
_LISTS = 128  # at least; as many as Milvus Lite makes whatever it is told


def build_in_milvus(
    corpus: Corpus,
    address: Address,
    embedder: Embedder,
    *,
    tier: TierName = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> IndexInfo:
    """Build the index of a corpus in Milvus and make it the current one there.

    A build is always written whole; texts whose vectors the current build or an interrupted one already has are not embedded
    again. Readers of the current build go on undisturbed; the alias is moved last, and whatever goes wrong before leaves it
    where it was. The build before stays until the next one begins, so that its readers end in peace.

    Args:
        corpus: What to index.
        address: Where to.
        embedder: The model.
        tier: As ``build_index`` takes it.
        progress: Called with (texts embedded, texts to embed).

    Raises:
        InputInvalid: The entries cannot make an index.
        IndexBusy: Another process of this machine builds there.
        IndexUnwritable: What was written did not arrive, or the folder of unfinished work cannot be written.
        StoreProblem: The server fails.
        ModelProblem: The model failed.
    """
    plan = plan_whole(corpus)
    folder = cache_folder() / "milvus" / hashlib.sha256(str(address).encode()).hexdigest()[:16]
    with contextlib.closing(Milvus(address, make=True)) as milvus:
        try:
            with sole_builder(folder):
                return _build(plan, milvus, folder, embedder, tier, progress)
        except OSError as error:
            raise IndexUnwritable(
                f"unfinished work could not be kept in {folder}: {error}",
                hint="Free disk space, or set KB_CACHE to a folder that can be written; the old index, if any, is untouched.",
                folder=str(folder),
            ) from error


def _build(
    plan: Plan,
    milvus: Milvus,
    folder: Path,
    embedder: Embedder,
    tier: TierName,
    progress: Callable[[int, int], None] | None,
) -> IndexInfo:
    name = milvus.address.name
    target = milvus.target()
    current = layout.build_of(name, target) if target else None
    _sweep(milvus, {current})
    records = plan.records
    texts = dict.fromkeys(text for record in records for _, text in dense_texts(record.entry))
    keys, vectors = embed_texts(
        list(texts), embedder, folder, None, progress, checked=True, elsewhere=_known(milvus, embedder)
    )
    places = {text: place for place, text in enumerate(texts)}
    build_id, built_at = new_build()
    lexical = lexical_fields(record.entry for record in records)
    audiences = sorted({record.entry.passage.audience for record in records})

    counted = words.Corpus(lexical, audiences)
    for record in records:
        counted.add(record.entry)
    shape = layout.clauses_shape(lexical)
    write = _Writing(milvus, name, build_id)
    write.all("clauses", shape, _clauses(records, counted))
    counts, tiers = {}, {}
    for field in sorted({field for record in records for field, _ in dense_texts(record.entry)}):
        counts[field], tiers[field] = _dense(write, field, records, (places, keys, vectors), tier)
    documents = layout.groups_of(record.entry.passage for record in records)
    manifest = Manifest(
        id=build_id,
        format=FORMAT,
        model=embedder.name,
        dimensions=embedder.dimensions,
        corpus=digest_of(record.digest for record in records),
        built_at=built_at,
        clauses=len(records),
        rows=plan.rows,
        changed=0,
        documents=len({record.entry.passage.document_id for record in records}),
        vectors=counts,
        tier=tier,
        tiers=tiers,
        lexical=lexical,
        audiences=tuple(audiences),
        passage_fields=PASSAGE_FIELDS,
        files={},
    )
    facts = {"manifest": manifest_json(manifest), "clauses": counted.clauses}
    write.all(
        "facts",
        layout.FACTS,
        (
            *(layout.term_row(word, term) for word, term in counted.terms()),
            *layout.fact_rows(layout.DOCUMENTS, documents),
            *layout.fact_rows(layout.BUILD, json.dumps(facts, ensure_ascii=False)),
        ),
    )
    milvus.point(layout.part(name, build_id, "facts"))
    (folder / JOURNAL).unlink(missing_ok=True)
    _sweep(milvus, {build_id, current})
    return manifest.info


class _Writing:
    """Writes the collections of one build."""

    def __init__(self, milvus: Milvus, name: str, build_id: str) -> None:
        self.milvus = milvus
        self._name = name
        self._build_id = build_id

    def all(self, which: str, shape: Shape, rows: Iterable[Row], lists: int = 0) -> str:
        """Write a collection and see that everything is in it; return its name."""
        collection = layout.part(self._name, self._build_id, which)
        self.milvus.create(collection, shape)
        written = 0

        def count(rows: Iterable[Row]) -> Iterator[Row]:
            nonlocal written
            for row in rows:
                written += 1
                yield row

        self.milvus.insert(collection, count(rows))
        self.milvus.seal(collection, shape, lists)
        there = self.milvus.count(collection, shape.key)
        if there != written:
            raise IndexUnwritable(
                f"{self.milvus.address} holds {there} of {written} entities of {collection}",
                hint="Build again; the old index, if any, is untouched.",
            )
        return collection


def _clauses(records: Sequence[Record], counted: words.Corpus) -> Iterator[Row]:
    found = counted.vectors(record.entry for record in records)
    for record, sparse in zip(records, found, strict=True):
        passage = record.entry.passage
        yield {
            "row": record.row,
            "clause_id": passage.clause_id,
            "place": passage.order,
            "passage": layout.pieces(passage_json(passage)),
            **layout.facet_row(passage),
            **{layout.word_field(field): vector for field, vector in sparse.items()},
        }


def _dense(
    write: _Writing,
    field: str,
    records: Sequence[Record],
    texts: tuple[dict[str, int], Keys, Half],
    tier: TierName,
) -> tuple[int, Tier]:
    """Write the vectors of a field; return how many there are and how they are searched."""
    places, keys, vectors = texts
    pairs = [
        (record, places[text])
        for record in records
        for found, text in dense_texts(record.entry)
        if found == field
    ]
    wanted = tier == "inverted" or (tier == "auto" and len(pairs) >= INVERTED_FROM)
    lists = max(_LISTS, round(2 * math.sqrt(len(pairs)))) if wanted else 0
    rows = (
        {
            "id": at,
            "text_key": keys[place].tobytes().hex(),
            "row": record.row,
            "vector": vectors[place].astype(np.float32).tolist(),
            **layout.facet_row(record.entry.passage),
        }
        for at, (record, place) in enumerate(pairs)
    )
    collection = write.all(f"dense_{field}", layout.dense_shape(vectors.shape[1]), rows, lists)
    if not lists:
        return len(pairs), EXACT
    return len(pairs), _measured(write.milvus, collection, vectors[[place for _, place in pairs]], lists)


def _measured(milvus: Milvus, collection: str, vectors: Half, lists: int) -> Tier:
    """Return how many lists to compare so that enough of the nearest are found, at points between two vectors."""
    dice = np.random.default_rng(0)
    points = vectors[dice.integers(0, len(vectors), (2, _SAMPLE))].astype(np.float32).sum(axis=0)
    points /= np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-9)

    def found(probes: int) -> list[list[float]]:
        every = [milvus.nearest(collection, "vector", point.tolist(), _BEST, "", probes) for point in points]
        return [[score for _, score in one] for one in every]

    needed = [one[-1] - 1e-6 for one in found(lists)]
    probes = max(1, lists // 16)
    while probes < lists:
        good = [
            sum(score >= least for score in one) for one, least in zip(found(probes), needed, strict=True)
        ]
        recall = sum(good) / (min(_BEST, len(vectors)) * len(good))
        if recall >= RECALL:
            return Tier("inverted", lists, probes, round(recall, 4), len(points))
        probes *= 2
    return Tier("inverted", lists, lists, 1.0, len(points))


def _known(milvus: Milvus, embedder: Embedder) -> Callable[[list[bytes]], tuple[list[bytes], Matrix]]:
    """Return what looks up the vectors of texts in the current build, whichever version wrote it."""
    fields: list[str] = []
    with contextlib.suppress(IndexProblem, ValueError, KeyError):  # nothing is lost but time
        build_id, text = raw_facts(milvus)
        before = json.loads(json.loads(text)["manifest"])
        if before["dimensions"] == embedder.dimensions:
            fields = [
                layout.part(milvus.address.name, build_id, f"dense_{field}") for field in before["vectors"]
            ]

    def look_up(keys: list[bytes]) -> tuple[list[bytes], Matrix]:
        found: dict[bytes, list[float]] = {}
        for collection in fields:
            milvus.ready(collection)
            missing = [key.hex() for key in keys if key not in found]
            for row in milvus.pick(collection, "text_key", missing, ("text_key", "vector")):
                found[bytes.fromhex(row["text_key"])] = row["vector"]
        made = np.array(list(found.values()), np.float32).reshape(-1, embedder.dimensions)
        return list(found), made

    return look_up


def _sweep(milvus: Milvus, kept: set[str | None]) -> None:
    """Remove the collections of this index's other builds, those of interrupted ones among them."""
    for collection in milvus.collections():
        found = layout.build_of(milvus.address.name, collection)
        if found is not None and found not in kept:
            milvus.drop(collection)
