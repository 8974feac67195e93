"""Each distinct text is embedded once: its vector comes from the last build, from an interrupted one, or the model.

The last build may be of another format: in all of them, the keys and the vectors of a segment stand in the same order, and a key
is the digest of model and text.
"""

from __future__ import annotations

import hashlib
import os
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb.errors import EmbeddingFailed, IndexDamaged
from kb.index.fields import open_field
from kb.index.manifest import REBUILD, sha256_of, vector_files
from kb.index.vectors import BLOCK, KEY_BYTES, Half, Keys, Matrix, Positions, as_bytes

if TYPE_CHECKING:
    from kb.embed import Embedder

JOURNAL = "embedded.journal"
_SLICE = 512  # texts between two writes to the journal: what an interruption can cost


def text_key(model: str, text: str) -> bytes:
    """Return what a text's vector is known by: a digest of the model's name and the text."""
    return hashlib.blake2b(f"{model}\0{text}".encode(), digest_size=KEY_BYTES).digest()


def embed_texts(
    texts: Sequence[str],
    embedder: Embedder,
    folder: Path,
    previous: Path | None,
    progress: Callable[[int, int], None] | None,
    *,
    checked: bool,
    elsewhere: Callable[[list[bytes]], tuple[list[bytes], Matrix]] | None = None,
) -> tuple[Keys, Half]:
    """Return the key and the vector of each text, asking the model only for texts not met before.

    Args:
        texts: Distinct texts.
        embedder: The model.
        folder: The index folder, where the journal lives until a build is published.
        previous: Folder of the build to take vectors from, of this format or another.
        progress: Called with (texts embedded, texts to embed).
        checked: Whether every byte of that build is known to be intact.
        elsewhere: Where else vectors may be: given keys, returns those it knows and ``(m, dimensions)`` their vectors.

    Returns:
        ``(n, KEY_BYTES)`` keys and ``(n, dimensions)`` vectors, in the precision in which they are stored.

    Raises:
        ModelProblem: The model failed or returned something unusable.
        OSError: The journal cannot be written.
    """
    keys = [text_key(embedder.name, text) for text in texts]
    vectors: Half = np.empty((len(texts), embedder.dimensions), np.float16)
    missing = dict(zip(keys, range(len(keys)), strict=True))
    journal = folder / JOURNAL
    for known, take in _met_before(journal, embedder, previous, checked=checked):
        found = [(at, missing.pop(key)) for at, key in enumerate(known) if key in missing]
        for start in range(0, len(found), BLOCK):
            positions, places = np.array(found[start : start + BLOCK]).T
            vectors[places] = take(positions)
    unknown = list(missing) if elsewhere else []
    for start in range(0, len(unknown), BLOCK):
        known, taken = elsewhere(unknown[start : start + BLOCK]) if elsewhere else ([], vectors[:0])
        vectors[[missing.pop(key) for key in known]] = taken
    places = list(missing.values())
    for start in range(0, len(places), _SLICE):
        part = places[start : start + _SLICE]
        tell = _counter(progress, start, len(places))
        made = embedder.embed_passages([texts[place] for place in part], progress=tell)
        vectors[part] = _checked(made, len(part), embedder)
        _append(journal, [keys[place] for place in part], made)
    return np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES), vectors


def _counter(
    progress: Callable[[int, int], None] | None, done: int, total: int
) -> Callable[[int], None] | None:
    """Return what tells of (done, total) texts when told of so many further ones."""
    if progress is None:
        return None

    def further(texts: int) -> None:
        nonlocal done
        done += texts
        progress(done, total)

    return further


def _checked(made: Matrix, count: int, embedder: Embedder) -> Matrix:
    if made.shape != (count, embedder.dimensions) or not np.isfinite(made).all():
        raise EmbeddingFailed(
            f"{embedder.name} returned vectors of shape {made.shape} for {count} texts, or numbers that are not finite",
            hint="Check the model with `kb doctor`, or choose another one.",
        )
    return made


def _met_before(
    journal: Path, embedder: Embedder, previous: Path | None, *, checked: bool
) -> Iterator[tuple[list[bytes], Callable[[Positions], Matrix]]]:
    """Yield keys and what returns the vectors at given positions among them."""
    if previous is not None:
        for field, files in vector_files(previous, embedder.dimensions).items():
            try:
                if not checked:
                    _intact(files)
                segments = open_field(previous, field, embedder.dimensions)
            except IndexDamaged:  # nothing is lost but time: the texts are embedded again
                continue
            for segment in segments:
                yield as_bytes(segment.keys()), segment.vectors
    keys, vectors = _read_journal(journal, embedder)
    yield keys, vectors.__getitem__


def _intact(files: Mapping[Path, str]) -> None:
    """Refuse altered vectors, which would otherwise be handed on from build to build."""
    for path, digest in files.items():
        if not path.is_file() or sha256_of(path) != digest:
            raise IndexDamaged(f"{path} was altered since the build", hint=REBUILD)


# The journal: the digest of model and dimensions, then one record per vector. A record that was cut or half written
# fails its checksum; what follows it is dropped.


def _record(dimensions: int) -> np.dtype[np.void]:
    return np.dtype([("key", "u1", KEY_BYTES), ("sum", "<u4"), ("vector", "<f4", dimensions)])


def _read_journal(journal: Path, embedder: Embedder) -> tuple[list[bytes], Matrix]:
    """Return what the journal holds for this model, and leave it fit for appending."""
    head = hashlib.sha256(f"{embedder.name}\0{embedder.dimensions}".encode()).digest()
    record = _record(embedder.dimensions)
    if not journal.exists() or _head(journal, len(head)) != head:
        journal.write_bytes(head)
    whole = (journal.stat().st_size - len(head)) // record.itemsize
    if not whole:
        os.truncate(journal, len(head))
        return [], np.empty((0, embedder.dimensions), np.float32)
    records = np.memmap(journal, record, "r", len(head), whole)
    good = 0
    while good < len(records) and zlib.crc32(records[good]["vector"].tobytes()) == records[good]["sum"]:
        good += 1
    os.truncate(journal, len(head) + good * record.itemsize)
    return as_bytes(np.ascontiguousarray(records["key"][:good])), records["vector"][:good]


def _head(journal: Path, length: int) -> bytes:
    with journal.open("rb") as file:
        return file.read(length)


def _append(journal: Path, keys: Sequence[bytes], vectors: Matrix) -> None:
    records = np.empty(len(keys), _record(vectors.shape[1]))
    records["key"] = np.frombuffer(b"".join(keys), np.uint8).reshape(-1, KEY_BYTES)
    records["vector"] = vectors
    records["sum"] = [zlib.crc32(vector.tobytes()) for vector in records["vector"]]
    with journal.open("ab") as file:
        file.write(records.tobytes())
