"""Questions the rules do not answer, kept so that somebody can write the rule: the text, no more."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from kb.api.log import log
from kb.errors import GapsUnavailable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KEPT_DAYS = 180
MOST = 100_000
"""Questions kept; the oldest go first."""
ALIKE = 0.92
"""Cosine from which two questions mean the same; E5 puts unlike ones at 0.75 to 0.9."""
_PRUNED_EVERY = 1000
_SCHEMA = """
CREATE TABLE IF NOT EXISTS gap (
    id INTEGER PRIMARY KEY, question TEXT NOT NULL, kind TEXT NOT NULL, nearest TEXT NOT NULL, at TEXT NOT NULL
)
"""
_COLUMNS = ["id", "question", "kind", "nearest", "at"]

Kind = Literal["abstained", "unhelpful"]


@dataclass(frozen=True, slots=True)
class Gap:
    """One question without a good answer.

    Attributes:
        question: Its text.
        kind: ``abstained``: nothing was answered; ``unhelpful``: the asker said so.
        nearest: Id of the nearest clause, ``""`` when there was none.
        at: UTC time, ISO 8601, to the second.
    """

    question: str
    kind: Kind
    nearest: str
    at: str


@dataclass(frozen=True, slots=True)
class GapGroup:
    """Questions that mean the same.

    Attributes:
        question: The wording asked most often.
        count: How often any of them was asked.
        abstained: How often nothing was answered.
        unhelpful: How often an asker said that the answer did not help.
        nearest: The clause that was nearest most often.
        last: When one was asked last.
        wordings: All wordings, the most frequent first.
    """

    question: str
    count: int
    abstained: int
    unhelpful: int
    nearest: str
    last: str
    wordings: tuple[str, ...]


class GapStore:
    """A SQLite file of gaps; what ``keep`` accepted is on the disk. May be shared by threads."""

    def __init__(self, path: Path, *, days: int = KEPT_DAYS, most: int = MOST) -> None:
        """Opens the file at the first use. Gaps older than ``days``, or beyond ``most``, are dropped."""
        self._path = path
        self._days = days
        self._most = most
        self._lock = threading.Lock()
        self._database: sqlite3.Connection | None = None
        self._written = 0

    def keep(self, question: str, kind: Kind, nearest: str) -> None:
        """Keep a gap.

        Raises:
            GapsUnavailable: It could not be written.
        """
        at = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
        row = (question, kind, nearest, at)

        def insert(database: sqlite3.Connection) -> None:
            database.execute("INSERT INTO gap (question, kind, nearest, at) VALUES (?,?,?,?)", row)
            self._written += 1
            if self._written % _PRUNED_EVERY == 1:
                self._prune(database)

        self._run(insert)

    def all(self) -> tuple[Gap, ...]:
        """Return all gaps, oldest first.

        Raises:
            GapsUnavailable: The file cannot be read.
        """
        rows: list[tuple[str, Kind, str, str]] = []
        self._run(
            lambda database: rows.extend(
                database.execute("SELECT question, kind, nearest, at FROM gap ORDER BY id").fetchall()
            )
        )
        return tuple(Gap(*row) for row in rows)

    def close(self) -> None:
        """Close the file; the next use opens it again."""
        with self._lock:
            if self._database is not None:
                self._database.close()
                self._database = None

    def _run(self, work: Callable[[sqlite3.Connection], None]) -> None:
        """Do some work in a transaction; a damaged file is put aside and the work done on a fresh one."""
        with self._lock:
            try:
                try:
                    self._transact(work)
                except sqlite3.DatabaseError as error:
                    if isinstance(error, sqlite3.OperationalError):  # full, locked, no right to write
                        raise
                    self._put_aside(error)
                    self._transact(work)
            except (sqlite3.Error, OSError) as error:
                raise GapsUnavailable(
                    f"the file of gaps {self._path} cannot be used: {error}",
                    hint="check its rights and the disk's room, or serve with --no-gaps",
                ) from error

    def _transact(self, work: Callable[[sqlite3.Connection], None]) -> None:
        if self._database is None:
            self._database = self._open()
        with self._database:
            work(self._database)

    def _open(self) -> sqlite3.Connection:
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._path.exists():  # readable by its owner alone from the first moment
            os.close(os.open(self._path, os.O_CREAT | os.O_WRONLY, 0o600))
        database = sqlite3.connect(self._path, check_same_thread=False, timeout=5)
        try:
            # Every commit waits for the disk: feedback that was accepted survives a crash.
            database.execute("PRAGMA journal_mode=WAL")
            database.execute("PRAGMA synchronous=FULL")
            if database.execute("PRAGMA quick_check(1)").fetchone() != ("ok",):
                raise sqlite3.DatabaseError("it is damaged")
            database.execute(_SCHEMA)
            if [row[1] for row in database.execute("PRAGMA table_info(gap)")] != _COLUMNS:
                raise sqlite3.DatabaseError("it is no file of gaps")
        except BaseException:
            database.close()
            raise
        return database

    def _put_aside(self, error: sqlite3.DatabaseError) -> None:
        if self._database is not None:
            self._database.close()
            self._database = None
        aside = self._path.with_name(f"{self._path.name}.damaged-{datetime.now(UTC):%Y%m%dT%H%M%S%f}")
        self._path.rename(aside)
        for suffix in ("-wal", "-shm"):
            with contextlib.suppress(FileNotFoundError):
                self._path.with_name(self._path.name + suffix).rename(aside.with_name(aside.name + suffix))
        log("gaps put aside", "error", file=str(self._path), kept_as=str(aside), message=str(error))

    def _prune(self, database: sqlite3.Connection) -> None:
        oldest = datetime.now(UTC) - timedelta(days=self._days)
        database.execute("DELETE FROM gap WHERE at < ?", (oldest.strftime("%Y-%m-%dT%H:%M:%SZ"),))
        database.execute(
            "DELETE FROM gap WHERE id <= (SELECT id FROM gap ORDER BY id DESC LIMIT 1 OFFSET ?)",
            (self._most,),
        )


def group(gaps: Sequence[Gap], vectors: NDArray[np.float32]) -> tuple[GapGroup, ...]:
    """Return gaps grouped by meaning, the most frequent group first.

    Each wording joins the nearest group whose first wording is alike, else it begins one; frequent wordings come first.

    Args:
        gaps: Any gaps.
        vectors: ``(m, dimensions)`` unit vectors of the distinct wordings, in the order they first stand in ``gaps``.
    """
    count = Counter(gap.question for gap in gaps)
    place = {question: n for n, question in enumerate(dict.fromkeys(gap.question for gap in gaps))}
    groups: list[list[str]] = []
    for question, _ in count.most_common():
        vector = vectors[place[question]]
        near = [float(vectors[place[members[0]]] @ vector) for members in groups]
        best = max(range(len(groups)), key=near.__getitem__, default=-1)
        if best >= 0 and near[best] >= ALIKE:
            groups[best].append(question)
        else:
            groups.append([question])
    found = [_group([gap for gap in gaps if gap.question in set(members)], members) for members in groups]
    return tuple(sorted(found, key=lambda one: (one.count, one.last), reverse=True))


def _group(gaps: Sequence[Gap], wordings: Sequence[str]) -> GapGroup:
    kinds = Counter(gap.kind for gap in gaps)
    nearest = Counter(gap.nearest for gap in gaps if gap.nearest).most_common(1)
    return GapGroup(
        question=wordings[0],
        count=len(gaps),
        abstained=kinds["abstained"],
        unhelpful=kinds["unhelpful"],
        nearest=nearest[0][0] if nearest else "",
        last=max(gap.at for gap in gaps),
        wordings=tuple(wordings),
    )
