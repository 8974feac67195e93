"""What search, answers and front ends need of an index, wherever it is kept."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Protocol, Self

from kb.index.manifest import Manifest
from kb.model.answer import IndexInfo, Passage
from kb.model.filters import Filters

if TYPE_CHECKING:
    import numpy.typing as npt

    from kb.index.fields import FieldScore
    from kb.index.lexical import RowScore
    from kb.index.store import IndexedDocument
    from kb.index.vectors import Cosines, Matrix, Rows


class OpenIndex(Protocol):
    """Read side of one build; may be shared by threads, and stays as it was opened whatever is built meanwhile.

    Every clause has a row, a number that it keeps until it is removed. Every method that takes filters behaves as if
    clauses that do not pass them did not exist.
    """

    @property
    def manifest(self) -> Manifest:
        """What the index says of itself."""
        ...

    @property
    def info(self) -> IndexInfo:
        """Which index this is."""
        ...

    def __len__(self) -> int:
        """Return the number of clauses."""
        ...

    def dense(self, vector: npt.ArrayLike, limit: int, allowed: Filters | None = None) -> list[FieldScore]:
        """Return, for each dense field, the ``limit`` rows whose texts lie nearest, best first over all.

        Args:
            vector: ``(dimensions,)`` normalized vector of the question.
            limit: Rows per field.
            allowed: Rows that do not pass are not ranked.

        Raises:
            IndexMismatch: The vector has another length than the index's.
            IndexProblem: The vectors cannot be read.
        """
        ...

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
            IndexProblem: The vectors cannot be read.
        """
        ...

    def field_vectors(self) -> dict[str, tuple[Rows, Matrix]]:
        """Return, for each dense field, the row of each vector, ascending, and the ``(m, dimensions)`` vectors.

        Raises:
            IndexProblem: The vectors cannot be read.
        """
        ...

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

        Words are weighed by how many clauses hold them among those for the audiences allowed, so that no clause which a
        reader may not see shows in the scores of those which he may.

        Raises:
            IndexProblem: The words cannot be read.
        """
        ...

    def term_counts(self, text: str, allowed: Filters | None = None) -> dict[str, int]:
        """Return the terms of a text, each with the number of clauses that hold it; 0 where none does.

        Args:
            text: Any text.
            allowed: Clauses for audiences that it does not allow are not counted; all else in it changes nothing.

        Raises:
            IndexProblem: The words cannot be read.
        """
        ...

    def count(self, allowed: Filters | None = None) -> int:
        """Return the number of clauses that ``term_counts`` counts among.

        Raises:
            IndexProblem: The words cannot be read.
        """
        ...

    def readers(self, allowed: Filters | None = None) -> tuple[str, ...]:
        """Return the audiences of the clauses that may be seen, sorted: all of the index, or those allowed."""
        ...

    def rows(self, allowed: Filters | None = None) -> list[int]:
        """Return the rows of all clauses, ascending; numbers of removed clauses are not among them."""
        ...

    def passages(self, rows: Sequence[int]) -> list[Passage]:
        """Return the passages of the rows, in the order given.

        Raises:
            IndexError: There is no such row.
        """
        ...

    def by_id(self, clause_id: str, allowed: Filters | None = None) -> Passage:
        """Return the passage with that id.

        Raises:
            ClauseUnknown: There is none among those allowed; the hint names near ids.
        """
        ...

    def known(self, clause_ids: Sequence[str], allowed: Filters | None = None) -> list[Passage]:
        """Return the passages with these ids that are allowed, in the order given; the others are left out."""
        ...

    def neighbours(self, clause_id: str, n: int, allowed: Filters | None = None) -> list[Passage]:
        """Return up to ``n`` passages before and ``n`` after a clause in its document, in reading order, without it.

        Raises:
            ClauseUnknown: As ``by_id``.
        """
        ...

    def documents(self, allowed: Filters | None = None) -> list[IndexedDocument]:
        """Return the documents with at least one clause allowed, in the order of their ids."""
        ...

    def clauses(
        self, document: str, allowed: Filters | None = None, *, offset: int = 0, limit: int = 100
    ) -> list[Passage]:
        """Return a document's passages in reading order, at most ``limit`` of them from the ``offset``-th on."""
        ...

    def kept(self, name: str) -> str | None:
        """Return a text that ``keep`` put beside this build, or None when there is none."""
        ...

    def keep(self, name: str, text: str) -> None:
        """Put a text beside this build, whole or not at all; it goes when the build goes.

        Raises:
            IndexUnwritable: It cannot be written.
        """
        ...

    def verify(self) -> None:
        """Compare what is stored with what the build wrote, as far as the store can tell.

        Raises:
            IndexDamaged: Names what is missing or altered.
        """
        ...

    def close(self) -> None:
        """Let go of it; the index must not be used afterwards."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...
