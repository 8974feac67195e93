"""An index opened for reading."""

from __future__ import annotations

import os
import threading
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Self, TextIO

from kb.errors import IndexDamaged, IndexMismatch, IndexUnwritable
from kb.index.manifest import REBUILD, Manifest, check_digests, check_model, check_sizes, read_manifest
from kb.index.store import IndexedDocument, Store
from kb.index.versions import current_build, hold
from kb.model.answer import IndexInfo, Passage
from kb.model.filters import Filters

if TYPE_CHECKING:
    import numpy.typing as npt

    from kb.index.fields import Fields, FieldScore
    from kb.index.lexical import Lexical, RowScore
    from kb.index.vectors import Cosines, Mask, Matrix, Rows

_MASKS = 64  # filters remembered; a site has a handful of audiences and platforms


def open_index(folder: Path, *, model: str | None = None) -> Index:
    """Open the current index of a folder; its parts are opened when first asked.

    Args:
        folder: The index folder.
        model: Name of the model that will embed the questions, when there is one.

    Raises:
        IndexMissing: There is none.
        IndexMismatch: Another model or another version of this program built it.
        IndexDamaged: Files are missing, cut or unreadable.
    """
    build_id = current_build(folder)
    while True:
        try:
            index = _open(folder / build_id)
            break
        except (FileNotFoundError, IndexDamaged) as error:
            now = current_build(folder)
            if now == build_id:
                if isinstance(error, IndexDamaged):
                    raise
                raise IndexDamaged(f"the build {folder / build_id} is incomplete", hint=REBUILD) from error
            build_id = now  # replaced and swept away between reading the pointer and opening it
    try:
        check_model(index.manifest, model, str(folder))
    except IndexMismatch:
        index.close()
        raise
    return index


def verify_index(folder: Path) -> Manifest:
    """Read every byte of the current index and compare it with the manifest.

    Raises:
        IndexProblem: As ``open_index``; ``IndexDamaged`` names the first altered file.
    """
    with open_index(folder) as index:
        index.verify()
        return index.manifest


def _open(build: Path) -> Index:
    held = hold(build)
    try:
        manifest = read_manifest(build)
        check_sizes(build, manifest)
    except BaseException:
        held.close()
        raise
    return Index(build, manifest, held)


class Index:
    """Read side of one build; may be shared by threads. While it is open, its files are not removed.

    Every clause has a row, a number that it keeps until it is removed. Every method that takes filters behaves as if
    clauses that do not pass them did not exist.

    Attributes:
        manifest: What the index says of itself.
    """

    def __init__(self, build: Path, manifest: Manifest, held: TextIO) -> None:
        self.manifest = manifest
        self._build = build
        self._held = held
        self._store = Store(build)
        self._lock = threading.Lock()
        self._fields: Fields | None = None
        self._lexical: dict[tuple[str, ...], Lexical] = {}
        self._masks: dict[Filters, Mask] = {}

    @property
    def info(self) -> IndexInfo:
        """Which index this is."""
        return self.manifest.info

    def kept(self, name: str) -> str | None:
        """Return a text that ``keep`` put beside this build, or None when there is none."""
        try:
            return (self._build / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None

    def keep(self, name: str, text: str) -> None:
        """Put a text beside this build, whole or not at all; it goes when the build goes.

        Raises:
            IndexUnwritable: It cannot be written.
        """
        part = self._build / f"{name}.{os.getpid()}.tmp"
        try:
            part.write_text(text, encoding="utf-8")
            part.replace(self._build / name)
        except OSError as error:
            raise IndexUnwritable(
                f"{self._build / name} could not be written: {error}",
                hint="Free disk space or check the rights of the folder.",
            ) from error

    def __len__(self) -> int:
        """Return the number of clauses."""
        return self.manifest.clauses

    def dense(self, vector: npt.ArrayLike, limit: int, allowed: Filters | None = None) -> list[FieldScore]:
        """Return, for each dense field, the ``limit`` rows whose texts lie nearest, best first over all.

        Args:
            vector: ``(dimensions,)`` normalized vector of the question.
            limit: Rows per field.
            allowed: Rows that do not pass are not ranked.

        Raises:
            IndexMismatch: The vector has another length than the index's.
            IndexDamaged: The vectors cannot be read.
        """
        return self._dense().search(vector, limit, self._mask(allowed))

    def cosines(
        self, vector: npt.ArrayLike, rows: Rows, fields: Collection[str] | None = None
    ) -> dict[str, Cosines]:
        """Return, for each dense field, ``(n,)`` the best cosine of each of these rows, NaN where it has no such text.

        Args:
            vector: ``(dimensions,)`` normalized vector of the question.
            rows: ``(n,)`` any rows, such as those only the words found, distinct and ascending.
            fields: Only these, of those that the index has; None for all.

        Raises:
            IndexMismatch: The vector has another length than the index's.
            IndexDamaged: The vectors cannot be read.
        """
        return self._dense().cosines(vector, rows, fields)

    def field_vectors(self) -> dict[str, tuple[Rows, Matrix]]:
        """Return, for each dense field, the row of each vector, ascending, and the ``(m, dimensions)`` vectors.

        Raises:
            IndexDamaged: The vectors cannot be read.
        """
        return self._dense().everything()

    def lexical(
        self,
        text: str,
        limit: int,
        allowed: Filters | None = None,
        boosts: Mapping[str, float] | None = None,
    ) -> list[RowScore]:
        """Return the rows whose words fit best, best first.

        Args:
            text: Any text.
            limit: At most so many rows.
            allowed: Rows that do not pass are not ranked.
            boosts: Weight per lexical field; fields not named are not searched. Without it each field weighs 1.

        Raises:
            IndexDamaged: The lexical index cannot be read.
        """
        readers = self.readers(allowed)
        if not readers:
            return []
        mask = self._mask(allowed)
        others = replace(allowed, audience=()) if allowed else None
        found = self._words(readers).search(text, limit, others, boosts)
        # The store alone decides what a reader may see; the lexical index only ranks within it.
        return found if mask is None else [hit for hit in found if mask[hit.row]]

    def term_counts(self, text: str, allowed: Filters | None = None) -> dict[str, int]:
        """Return the terms of a text, each with the number of clauses that hold it; 0 where none does.

        Args:
            text: Any text.
            allowed: Clauses for audiences that it does not allow are not counted; all else in it changes nothing.

        Raises:
            IndexDamaged: The lexical index cannot be read.
        """
        from kb.index.lexical import terms

        words = dict.fromkeys(terms(text))
        readers = self.readers(allowed)
        return self._words(readers).counts(words) if readers else dict.fromkeys(words, 0)

    def count(self, allowed: Filters | None = None) -> int:
        """Return the number of clauses that ``term_counts`` counts among.

        Raises:
            IndexDamaged: The lexical index cannot be read.
        """
        readers = self.readers(allowed)
        if readers == self.manifest.audiences:
            return len(self)
        return self._words(readers).clauses if readers else 0

    def readers(self, allowed: Filters | None = None) -> tuple[str, ...]:
        """Return the audiences of the clauses that may be seen, sorted: all of the index, or those allowed."""
        wanted = allowed.audience if allowed else ()
        return tuple(name for name in self.manifest.audiences if not wanted or name in wanted)

    def rows(self, allowed: Filters | None = None) -> list[int]:
        """Return the rows of all clauses, ascending; numbers of removed clauses are not among them."""
        return self._store.rows(allowed)

    def passage(self, row: int) -> Passage:
        """Return the passage of a row.

        Raises:
            IndexError: There is no such row.
        """
        return self._store.passages([row])[0]

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """Return the passages of the rows, in the order given.

        Raises:
            IndexError: There is no such row.
        """
        return self._store.passages(rows)

    def by_id(self, clause_id: str, allowed: Filters | None = None) -> Passage:
        """Return the passage with that id.

        Raises:
            ClauseUnknown: There is none among those allowed; the hint names near ids.
        """
        return self._store.by_id(clause_id, allowed)

    def known(self, clause_ids: Sequence[str], allowed: Filters | None = None) -> list[Passage]:
        """Return the passages with these ids that are allowed, in the order given; the others are left out."""
        return self._store.known(clause_ids, allowed)

    def neighbours(self, clause_id: str, n: int, allowed: Filters | None = None) -> list[Passage]:
        """Return up to ``n`` passages before and ``n`` after a clause in its document, in reading order, without it.

        Raises:
            ClauseUnknown: As ``by_id``.
        """
        return self._store.neighbours(clause_id, n, allowed)

    def documents(self, allowed: Filters | None = None) -> list[IndexedDocument]:
        """Return the documents with at least one clause allowed, in the order of their ids."""
        return self._store.documents(allowed)

    def clauses(
        self, document: str, allowed: Filters | None = None, *, offset: int = 0, limit: int = 100
    ) -> list[Passage]:
        """Return a document's passages in reading order, at most ``limit`` of them from the ``offset``-th on."""
        return self._store.clauses(document, allowed, offset, limit)

    def verify(self) -> None:
        """Read every byte of the build and compare it with the manifest.

        Raises:
            IndexDamaged: Names the first altered file.
        """
        check_digests(self._build, self.manifest)

    def close(self) -> None:
        """Let go of the files; the index must not be used afterwards."""
        self._store.close()
        self._held.close()
        self._fields = None
        self._lexical.clear()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _dense(self) -> Fields:
        from kb.index.fields import Fields  # with numpy and faiss, 0.1 s: only once vectors are asked for

        with self._lock:
            if self._fields is None:
                self._fields = Fields(self._build, self.manifest.dimensions, tuple(self.manifest.vectors))
            return self._fields

    def _words(self, readers: tuple[str, ...]) -> Lexical:
        from kb.index.lexical import Lexical

        with self._lock:
            if readers not in self._lexical:
                self._lexical[readers] = Lexical(self._build, self.manifest.lexical, readers)
            return self._lexical[readers]

    def _mask(self, filters: Filters | None) -> Mask | None:
        """Return ``(rows,)`` which rows pass, or None when all do."""
        if not filters:
            return None
        import numpy as np

        mask = self._masks.get(filters)
        if mask is None:
            mask = np.zeros(self.manifest.rows, np.bool_)
            mask[self._store.rows(filters)] = True
            with self._lock:
                if len(self._masks) >= _MASKS:
                    self._masks.clear()
                self._masks[filters] = mask
        return mask
