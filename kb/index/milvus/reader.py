"""An index in Milvus opened for reading."""

from __future__ import annotations

import math
import threading
from collections.abc import Collection, Iterable, Mapping, Sequence
from types import TracebackType
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from kb.errors import IndexDamaged, IndexMismatch, IndexUnwritable, StoreProblem
from kb.index.corpus import is_text, passage_from_json
from kb.index.fields import FieldScore
from kb.index.lexical import RowScore, terms
from kb.index.manifest import REBUILD, Manifest, check_model
from kb.index.milvus import layout
from kb.index.milvus.address import Address
from kb.index.milvus.client import MOST, Milvus, allowing, among, both
from kb.index.milvus.facts import current, read_facts, text_of
from kb.index.milvus.words import Statistics, Term
from kb.index.store import IndexedDocument, unknown_clause
from kb.index.vectors import TEXTS, Cosines, Matrix, Rows
from kb.model.answer import IndexInfo, Passage
from kb.model.filters import Filters

_REMEMBERED = 10_000  # terms, and documents in reading order, that need not be asked for again


def current_build(address: Address) -> str:
    """Return the id of the build in use; one small request.

    Raises:
        IndexMissing: There is no index of that name.
        IndexProblem: The server does not answer.
    """
    milvus = Milvus(address)
    try:
        return current(milvus)
    finally:
        milvus.close()


def open_index(address: Address, *, model: str | None = None) -> MilvusIndex:
    """Open the index that an address names.

    Args:
        address: Where it is.
        model: Name of the model that will embed the questions, when there is one.

    Raises:
        IndexMissing: There is none.
        IndexMismatch: Another model or another version of this program built it.
        IndexProblem: The server fails, or part of the index is gone.
    """
    milvus = Milvus(address)
    try:
        manifest, clauses = read_facts(milvus)
        check_model(manifest, model, str(address))
        for which in ("clauses", *(f"dense_{field}" for field in manifest.vectors)):
            milvus.ready(layout.part(address.name, manifest.id, which))
        return MilvusIndex(milvus, manifest, clauses)
    except BaseException:
        milvus.close()
        raise


class _Place(NamedTuple):
    """A clause within its document, in reading order."""

    place: int
    row: int


class MilvusIndex:
    """Read side of one build in Milvus; see ``OpenIndex``. Filters are part of every search, on the server.

    Attributes:
        manifest: What the index says of itself.
    """

    def __init__(self, milvus: Milvus, manifest: Manifest, clauses: Mapping[str, int]) -> None:
        self.manifest = manifest
        self._milvus = milvus
        self._audiences = clauses
        self._lock = threading.Lock()
        self._terms: dict[str, Term | None] = {}
        self._orders: dict[tuple[str, Filters | None], list[_Place]] = {}
        self._groups: list[layout.Group] | None = None

    @property
    def info(self) -> IndexInfo:
        """Which index this is."""
        return self.manifest.info

    def __len__(self) -> int:
        """Return the number of clauses."""
        return self.manifest.clauses

    def dense(self, vector: npt.ArrayLike, limit: int, allowed: Filters | None = None) -> list[FieldScore]:
        """Return each field's ``limit`` nearest rows, best first over all; see ``OpenIndex``."""
        query = self._query(vector)
        found: list[FieldScore] = []
        for field in self.manifest.vectors if limit > 0 else ():
            probes, texts = self.manifest.tiers[field].probes, limit * min(self._texts(field), TEXTS)
            best = self._best(field, query, limit, allowing(allowed), probes, texts)
            scores = [FieldScore(row, field, score) for row, score in best.items()]
            found += sorted(scores, key=_order)[:limit]
        return sorted(found, key=_order)

    def cosines(
        self, vector: npt.ArrayLike, rows: Rows, fields: Collection[str] | None = None
    ) -> dict[str, Cosines]:
        """Return per field ``(n,)`` the best cosine of each of these rows, NaN where it has no such text."""
        query = self._query(vector)
        within = among("row", rows.tolist())
        found = {}
        for field in self.manifest.vectors:
            if fields is not None and field not in fields:
                continue
            found[field] = np.full(len(rows), np.nan, np.float32)
            if len(rows):
                # all lists are compared: every one of these rows is to be found
                lists = self.manifest.tiers[field].lists
                texts = 2 * self._texts(field) * len(rows)
                best = self._best(field, query, len(rows), within, lists, texts)
                found[field][np.searchsorted(rows, list(best))] = list(best.values())
        return found

    def _texts(self, field: str) -> int:
        """Return how many texts of a field a clause has, on average over all clauses."""
        return math.ceil(self.manifest.vectors[field] / max(self.manifest.clauses, 1))

    def _best(
        self, field: str, query: list[float], rows: int, condition: str, probes: int, texts: int
    ) -> dict[int, float]:
        """Return the best cosine of ``rows`` rows or more, of fewer only when no more fit; looks at ``texts`` texts first."""
        wanted = min(max(rows, texts), MOST)
        while True:
            hits = self._milvus.nearest(
                self._part(f"dense_{field}"), "vector", query, wanted, condition, probes
            )
            best: dict[int, float] = {}
            for row, score in hits:
                best[row] = max(score, best.get(row, -1.0))
            if len(best) >= rows or len(hits) < wanted or wanted == MOST:
                return best
            wanted = min(wanted * 2, MOST)  # several texts of one row crowded the list

    def field_vectors(self) -> dict[str, tuple[Rows, Matrix]]:
        """Return, for each dense field, the row of each vector, ascending, and the ``(m, dimensions)`` vectors."""
        found = {}
        for field, count in self.manifest.vectors.items():
            rows, vectors = np.empty(count, np.int32), np.empty((count, self.manifest.dimensions), np.float32)
            for one in self._milvus.each(self._part(f"dense_{field}"), "", ("id", "row", "vector")):
                rows[one["id"]], vectors[one["id"]] = one["row"], one["vector"]
            found[field] = rows, vectors
        return found

    def lexical(
        self,
        text: str,
        limit: int,
        allowed: Filters | None = None,
        boosts: Mapping[str, float] | None = None,
    ) -> list[RowScore]:
        """Return the rows whose words fit best, best first; see ``OpenIndex``."""
        if limit < 1:
            return []
        questions = self._statistics(allowed).question(self._known(text), boosts)
        total: dict[int, float] = {}
        for field, question in questions.items():
            # one field is ranked by the server; to add up several, what any of them finds is needed
            most = limit if len(questions) == 1 else MOST
            place = layout.word_field(field)
            for row, score in self._milvus.nearest(
                self._part("clauses"), place, question, most, allowing(allowed)
            ):
                total[row] = total.get(row, 0.0) + score
        found = [RowScore(row, score) for row, score in total.items() if score > 0]
        return sorted(found, key=lambda hit: (-hit.score, hit.row))[:limit]

    def term_counts(self, text: str, allowed: Filters | None = None) -> dict[str, int]:
        """Return the terms of a text, each with the number of clauses that hold it; see ``OpenIndex``."""
        known, counted = self._known(text), self._statistics(allowed)
        return {word: counted.most(known[word]) if word in known else 0 for word in terms(text)}

    def count(self, allowed: Filters | None = None) -> int:
        """Return the number of clauses that ``term_counts`` counts among."""
        return self._statistics(allowed).clauses

    def readers(self, allowed: Filters | None = None) -> tuple[str, ...]:
        """Return the audiences of the clauses that may be seen, sorted: all of the index, or those allowed."""
        wanted = allowed.audience if allowed else ()
        return tuple(name for name in self.manifest.audiences if not wanted or name in wanted)

    def rows(self, allowed: Filters | None = None) -> list[int]:
        """Return the rows of all clauses, ascending."""
        return sorted(
            row["row"] for row in self._milvus.each(self._part("clauses"), allowing(allowed), ("row",))
        )

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """Return the passages of the rows, in the order given.

        Raises:
            IndexError: There is no such row.
        """
        wanted = list(dict.fromkeys(int(row) for row in rows))
        found = {
            one["row"]: passage_from_json("".join(one["passage"]))
            for one in self._milvus.pick(self._part("clauses"), "row", wanted, ("row", "passage"))
        }
        missing = [row for row in rows if row not in found]
        if missing:
            raise IndexError(f"the index has no row {missing[0]}")
        return [found[row] for row in rows]

    def by_id(self, clause_id: str, allowed: Filters | None = None) -> Passage:
        """Return the passage with that id.

        Raises:
            ClauseUnknown: There is none among those allowed; the hint names near ids.
        """
        return self.passages([self._locate(clause_id, allowed).row])[0]

    def known(self, clause_ids: Sequence[str], allowed: Filters | None = None) -> list[Passage]:
        """Return the passages with these ids that are allowed, in the order given; the others are left out."""
        wanted = [clause_id for clause_id in dict.fromkeys(clause_ids) if is_text(clause_id)]
        rows = self._milvus.pick(
            self._part("clauses"), "clause_id", wanted, ("clause_id", "row"), allowing(allowed)
        )
        place = {row["clause_id"]: row["row"] for row in rows}
        return self.passages([place[clause_id] for clause_id in clause_ids if clause_id in place])

    def neighbours(self, clause_id: str, n: int, allowed: Filters | None = None) -> list[Passage]:
        """Return up to ``n`` passages before and ``n`` after a clause in its document, in reading order, without it.

        Raises:
            ClauseUnknown: As ``by_id``.
        """
        here = self._locate(clause_id, allowed)
        around = self._in_order(clause_id.partition("#")[0], allowed)
        before = [one.row for one in around if one < here][-n:] if n > 0 else []
        after = [one.row for one in around if one > here][: max(n, 0)]
        return self.passages([*before, *after])

    def documents(self, allowed: Filters | None = None) -> list[IndexedDocument]:
        """Return the documents with at least one clause allowed, in the order of their ids."""
        if self._groups is None:
            text = text_of(self._milvus, self.manifest.id, layout.DOCUMENTS)
            self._groups = layout.read_groups(text)
        return layout.documents_of(self._groups, allowed)

    def clauses(
        self, document: str, allowed: Filters | None = None, *, offset: int = 0, limit: int = 100
    ) -> list[Passage]:
        """Return a document's passages in reading order, at most ``limit`` of them from the ``offset``-th on."""
        found = self._in_order(document, allowed)[offset : offset + limit]
        return self.passages([one.row for one in found])

    def kept(self, name: str) -> str | None:
        """Return a text that ``keep`` put beside this build, or None when there is none."""
        try:
            return text_of(self._milvus, self.manifest.id, f"note/{name}")
        except IndexDamaged:
            return None

    def keep(self, name: str, text: str) -> None:
        """Put a text beside this build; it goes when the build goes.

        Raises:
            IndexUnwritable: It cannot be written.
        """
        try:
            # the first entity tells how many there are: written last, the text is there whole or not at all
            for row in reversed(layout.fact_rows(f"note/{name}", text)):
                self._milvus.put(self._part("facts"), [row])
        except StoreProblem as error:
            raise IndexUnwritable(error.message, hint=error.hint) from error

    def verify(self) -> None:
        """Compare the numbers of entities with those of the manifest; their bytes are the server's to keep.

        Raises:
            IndexDamaged: Names the first collection with fewer or more.
        """
        written = {"clauses": ("row", self.manifest.clauses)}
        written |= {f"dense_{field}": ("id", count) for field, count in self.manifest.vectors.items()}
        for which, (key, count) in written.items():
            there = self._milvus.count(self._part(which), key)
            if there != count:
                raise IndexDamaged(
                    f"{self._part(which)} in {self._milvus.address} holds {there} entities instead of {count}",
                    hint=REBUILD,
                )

    def close(self) -> None:
        """Let go of the connection; the index must not be used afterwards."""
        self._milvus.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _part(self, which: str) -> str:
        return layout.part(self._milvus.address.name, self.manifest.id, which)

    def _query(self, vector: npt.ArrayLike) -> list[float]:
        query: Any = np.asarray(vector, np.float32).reshape(-1)
        if len(query) != self.manifest.dimensions:
            raise IndexMismatch(
                f"the question's vector has {len(query)} dimensions, the index {self.manifest.dimensions}",
                hint="Ask with the model the index was built with, or build it again with `kb index`.",
            )
        found: list[float] = query.tolist()
        return found

    def _statistics(self, allowed: Filters | None) -> Statistics:
        return Statistics(self.manifest.lexical, self._audiences, self.readers(allowed))

    def _known(self, text: str) -> dict[str, Term]:
        """Return those terms of a text that the corpus has."""
        words = dict.fromkeys(terms(text))
        new = [word for word in words if word not in self._terms]
        if new:
            names = [layout.term_name(word) for word in new]
            rows = self._milvus.pick(self._part("facts"), "name", names, ("name", "text"))
            found = dict(layout.term_of(row) for row in rows)
            with self._lock:
                self._terms = _room(self._terms) | {word: found.get(word) for word in new}
        remembered = self._terms
        return {word: term for word in words if (term := remembered.get(word)) is not None}

    def _locate(self, clause_id: str, allowed: Filters | None) -> _Place:
        if is_text(clause_id):
            condition = both(among("clause_id", [clause_id]), allowing(allowed))
            for row in self._milvus.each(self._part("clauses"), condition, ("row", "place")):
                return _Place(row["place"], row["row"])
        raise unknown_clause(clause_id, [one.id for one in self.documents(allowed)], self._ids(allowed))

    def _ids(self, allowed: Filters | None) -> Any:
        def ids(document: str) -> Iterable[str]:
            condition = both(among("document", [document]), allowing(allowed))
            found = self._milvus.each(self._part("clauses"), condition, ("clause_id", "place", "row"))
            return [one["clause_id"] for one in sorted(found, key=lambda one: (one["place"], one["row"]))]

        return ids

    def _in_order(self, document: str, allowed: Filters | None) -> list[_Place]:
        """Return where a document's clauses are, in reading order."""
        key = document, allowed
        if key not in self._orders:
            condition = both(among("document", [document] if is_text(document) else []), allowing(allowed))
            found = self._milvus.each(self._part("clauses"), condition, ("place", "row"))
            order = sorted(_Place(one["place"], one["row"]) for one in found)
            with self._lock:
                self._orders = _room(self._orders) | {key: order}
            return order
        return self._orders[key]


def _room(remembered: dict[Any, Any]) -> dict[Any, Any]:
    """Return what was remembered, or nothing when that has become too much."""
    return remembered if len(remembered) < _REMEMBERED else {}


def _order(score: FieldScore) -> tuple[float, int, str]:
    return (-score.score, score.row, score.field)
