"""The clause store: passages by row and by id, in one SQLite file that is never written again once published."""

from __future__ import annotations

import contextlib
import difflib
import json
import shutil
import sqlite3
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from kb.errors import ClauseUnknown, IndexDamaged
from kb.index.corpus import Record, is_text, passage_from_json, passage_json
from kb.index.manifest import REBUILD
from kb.model.answer import Passage
from kb.model.filters import Filters

STORE = "clauses.sqlite"
_REMEMBERED = 4096  # passages, some 12 MB: those that many questions find are read from their JSON once
_SHOWN = 200  # characters of an unknown id
_ROWS_PER_QUERY = 500  # well below SQLite's limit of bound values
# Narrow rows apart from the passages, so that filtering never reads texts.
_SCHEMA = """
CREATE TABLE clause (
    row INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, document TEXT NOT NULL, title TEXT NOT NULL, place INTEGER NOT NULL,
    kind TEXT NOT NULL, platform TEXT NOT NULL, audience TEXT NOT NULL, status TEXT NOT NULL, topics TEXT NOT NULL,
    page TEXT NOT NULL, digest BLOB NOT NULL
);
CREATE TABLE page (name TEXT PRIMARY KEY, version BLOB NOT NULL);
CREATE TABLE passage (row INTEGER PRIMARY KEY, json TEXT NOT NULL);
"""
_CLAUSE_OF_DOCUMENT = "CREATE INDEX IF NOT EXISTS clause_of_document ON clause (document, place)"


@dataclass(frozen=True, slots=True)
class IndexedDocument:
    """A document as the index knows it.

    Attributes:
        id: Document id.
        title: Its title.
        kind: Its kind.
        platform: Its platform.
        audience: Its audience.
        status: Its status.
        clauses: Number of its clauses that the reader may see.
    """

    id: str
    title: str
    kind: str
    platform: str
    audience: str
    status: str
    clauses: int


def write_store(
    build: Path,
    pages: Mapping[str, bytes],
    records: Iterable[Record],
    base: Path | None,
    dropped: Sequence[int],
) -> tuple[int, int]:
    """Write the clause store of a build; return how many clauses and documents it has.

    Args:
        build: The build's folder.
        pages: All pages, each with its version.
        records: What to write.
        base: Folder of the build whose other clauses to keep, or None to keep nothing.
        dropped: Rows of the base that are not kept, those written anew included.

    Raises:
        OSError: The file cannot be written.
    """
    try:
        if base is not None:
            shutil.copyfile(base / STORE, build / STORE)
        with contextlib.closing(sqlite3.connect(build / STORE, isolation_level=None)) as database:
            # No journal: an interrupted build is thrown away whole, and publishing syncs the file.
            database.executescript("PRAGMA journal_mode=OFF; PRAGMA synchronous=OFF;")
            if base is None:
                database.executescript(_SCHEMA)
            database.execute("BEGIN")
            database.execute("DELETE FROM page")
            database.executemany("INSERT INTO page VALUES (?,?)", pages.items())
            for table in ("clause", "passage"):
                database.executemany(f"DELETE FROM {table} WHERE row = ?", ((row,) for row in dropped))
            for record in records:
                database.execute("INSERT INTO clause VALUES (?,?,?,?,?,?,?,?,?,?,?,?)", _clause(record))
                text = passage_json(record.entry.passage)
                database.execute("INSERT INTO passage VALUES (?,?)", (record.row, text))
            database.execute("COMMIT")
            database.execute(_CLAUSE_OF_DOCUMENT)
            counted = database.execute("SELECT count(*), count(DISTINCT document) FROM clause").fetchone()
            return int(counted[0]), int(counted[1])
    except sqlite3.OperationalError as error:
        raise OSError(f"{build / STORE}: {error}") from error


def _clause(record: Record) -> tuple[object, ...]:
    p = record.entry.passage
    whole = (record.row, p.clause_id, p.document_id, p.document_title, p.order)
    return (
        *whole,
        p.kind,
        p.platform,
        p.audience,
        p.status,
        json.dumps(p.topics),
        record.page,
        record.digest,
    )


class Store:
    """Read side; opens its file at the first question and may be shared by threads."""

    def __init__(self, build: Path) -> None:
        self._path = build / STORE
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._remembered: dict[int, Passage] = {}

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """Return the passages of the rows, in the order given.

        Raises:
            IndexError: There is no such row.
        """
        found = {row: passage for row in rows if (passage := self._remembered.get(row))}
        fresh = self._read([int(row) for row in rows if row not in found])
        if len(self._remembered) + len(fresh) > _REMEMBERED:
            self._remembered.clear()
        if len(fresh) <= _REMEMBERED:
            self._remembered.update(fresh)
        found.update(fresh)
        missing = [row for row in rows if row not in found]
        if missing:
            raise IndexError(f"the index has no row {missing[0]}")
        return [found[row] for row in rows]

    def _read(self, rows: Sequence[int]) -> dict[int, Passage]:
        found = {}
        for start in range(0, len(rows), _ROWS_PER_QUERY):
            part = rows[start : start + _ROWS_PER_QUERY]
            marks = ",".join("?" * len(part))
            for row, line in self._all(f"SELECT row, json FROM passage WHERE row IN ({marks})", part):
                found[row] = passage_from_json(line)
        return found

    def by_id(self, clause_id: str, filters: Filters | None = None) -> Passage:
        """Return the passage with that id.

        Raises:
            ClauseUnknown: No clause that passes the filters has that id; the hint names near ids.
        """
        row, _, _ = self._locate(clause_id, filters)
        return self.passages([row])[0]

    def known(self, clause_ids: Sequence[str], filters: Filters | None = None) -> list[Passage]:
        """Return the passages with these ids, in the order given; ids of none that passes the filters are left out."""
        where, values = _where(filters)
        rows: dict[str, int] = {}
        for start in range(0, len(clause_ids), _ROWS_PER_QUERY):
            part = clause_ids[start : start + _ROWS_PER_QUERY]
            marks = ",".join("?" * len(part))
            rows.update(
                self._all(f"SELECT id, row FROM clause WHERE id IN ({marks}) AND {where}", [*part, *values])
            )
        return self.passages([rows[clause_id] for clause_id in clause_ids if clause_id in rows])

    def neighbours(self, clause_id: str, n: int, filters: Filters | None = None) -> list[Passage]:
        """Return up to ``n`` passages before and ``n`` after the clause in its document, in reading order.

        The clause itself is not among them; clauses that do not pass the filters are stepped over.

        Raises:
            ClauseUnknown: As ``by_id``.
        """
        row, document, place = self._locate(clause_id, filters)
        where, values = _where(filters)
        around = []
        for beyond, direction in (("<", "DESC"), (">", "ASC")):
            rows = self._all(
                f"SELECT row FROM clause WHERE document = ? AND (place, row) {beyond} (?, ?) AND {where} "
                f"ORDER BY place {direction}, row {direction} LIMIT ?",
                [document, place, row, *values, max(n, 0)],
            )
            around.append([found for (found,) in rows])
        return self.passages([*reversed(around[0]), *around[1]])

    def documents(self, filters: Filters | None = None) -> list[IndexedDocument]:
        """Return the documents with at least one clause that passes the filters, in the order of their ids.

        Should clauses of one document differ in a property, the first one allowed in reading order speaks for the document.
        """
        where, values = _where(filters)
        rows = self._all(
            # beside min(), SQLite takes the other columns from the row that has the minimum
            "SELECT document, title, kind, platform, audience, status, count(*), min(place) FROM clause "
            f"WHERE {where} GROUP BY document ORDER BY document",
            values,
        )
        return [IndexedDocument(*row[:-1]) for row in rows]

    def clauses(self, document: str, filters: Filters | None, offset: int, limit: int) -> list[Passage]:
        """Return the passages of a document that pass the filters, in reading order, ``limit`` from ``offset`` on."""
        where, values = _where(filters)
        rows = self._all(
            f"SELECT row FROM clause WHERE document = ? AND {where} ORDER BY place, row LIMIT ? OFFSET ?",
            [document, *values, limit, offset],
        )
        return self.passages([row for (row,) in rows])

    def digests(self) -> dict[str, tuple[int, str, bytes]]:
        """Return the row, the page and the digest of every clause by its id."""
        return {
            found: tuple(rest) for found, *rest in self._all("SELECT id, row, page, digest FROM clause", ())
        }

    def pages(self) -> dict[str, bytes]:
        """Return the version of each page."""
        return dict(self._all("SELECT name, version FROM page", ()))

    def rows(self, filters: Filters | None) -> list[int]:
        """Return the rows that pass the filters, ascending."""
        where, values = _where(filters)
        return [row for (row,) in self._all(f"SELECT row FROM clause WHERE {where} ORDER BY row", values)]

    def close(self) -> None:
        """Close the file; the store must not be used afterwards."""
        with self._lock:
            if self._database is not None:
                self._database.close()

    def _locate(self, clause_id: str, filters: Filters | None) -> tuple[int, str, int]:
        where, values = _where(filters)
        if is_text(clause_id):
            rows = self._all(
                f"SELECT row, document, place FROM clause WHERE id = ? AND {where}", [clause_id, *values]
            )
            if rows:
                row, document, place = rows[0]
                return row, document, place

        def ids(document: str) -> list[str]:
            rows = self._all(
                f"SELECT id FROM clause WHERE document = ? AND {where} ORDER BY place, row",
                [document, *values],
            )
            return [found for (found,) in rows]

        raise unknown_clause(clause_id, [found.id for found in self.documents(filters)], ids)

    def _all(self, sql: str, values: Sequence[object]) -> list[Any]:
        try:
            with self._lock:
                if self._database is None:
                    # immutable: no locks and no journal are looked for, so a read-only folder will do
                    where = f"file:{quote(str(self._path.absolute()))}?mode=ro&immutable=1"
                    self._database = sqlite3.connect(where, uri=True, check_same_thread=False)
                return self._database.execute(sql, list(values)).fetchall()
        except sqlite3.DatabaseError as error:
            if isinstance(
                error, sqlite3.ProgrammingError
            ):  # used after close: the caller's fault, not the file's
                raise
            raise IndexDamaged(f"{self._path} cannot be read: {error}", hint=REBUILD) from error


def unknown_clause(
    clause_id: str, documents: Sequence[str], ids: Callable[[str], Sequence[str]]
) -> ClauseUnknown:
    """Return the error that names ids like an unknown one: of its document if that exists, else of the one most like it.

    Args:
        clause_id: The unknown id.
        documents: Ids of the documents there are.
        ids: What returns the ids of a document's clauses.
    """
    likely = difflib.get_close_matches(clause_id.partition("#")[0], documents, n=1)
    near = difflib.get_close_matches(clause_id, ids(likely[0]), n=3, cutoff=0.5) if likely else []
    hint = (
        f"Did you mean {', '.join(near)}?" if near else "`kb search` and `kb export` show the ids there are."
    )
    return ClauseUnknown(
        f"no clause has the id {clause_id[:_SHOWN]!r}", hint=hint, clause_id=clause_id, near=near
    )


def _where(filters: Filters | None) -> tuple[str, list[str]]:
    """Return an SQL condition on ``clause`` and its values; ``1`` when nothing is filtered."""
    conditions = ["1"]
    bound: list[str] = []
    for name, values in filters or ():
        if not values:
            continue
        possible = [value for value in values if is_text(value)]
        marks = ",".join("?" * len(possible))  # with none left, IN () matches nothing
        if name == "topic":
            conditions.append(f"EXISTS (SELECT 1 FROM json_each(topics) WHERE value IN ({marks}))")
        else:
            conditions.append(f"{name} IN ({marks})")
        bound.extend(possible)
    return " AND ".join(conditions), bound
