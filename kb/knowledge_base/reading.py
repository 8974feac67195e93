"""Asking: an open index with the model that built it."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from kb.config import DEFAULT_INDEX, DEFAULT_LIMIT, DEFAULT_MODEL, DEFAULT_ROWS
from kb.errors import DocumentUnknown

if TYPE_CHECKING:
    from kb.answer import Surroundings
    from kb.answer.confidence import Fit
    from kb.compare import Comparison, Conflict
    from kb.embed import Embedder
    from kb.index import IndexedDocument, OpenIndex
    from kb.model import Answer, Filters, Hit, IndexInfo, Passage
    from kb.search import Found

_WIDE_POOL = 120
"""Hits a comparison chooses from: a matter may stand in many documents."""
_POOL = 60
"""Hits an answer is composed from."""
_SHOWN = 200
"""Characters of an unknown id that are shown."""
_LONGEST_LOOK = 150
"""Neighbours looked at on either side when a section is gathered."""


class KnowledgeBase:
    """An open index with the model that built it.

    Example:
        >>> with KnowledgeBase.open("index") as kb:
        ...     answer = kb.ask("上班玩游戏会怎么罚")
        ...     print(answer.text, [citation.passage.clause_id for citation in answer.citations])
    """

    def __init__(self, index: OpenIndex, embedder: Embedder) -> None:
        self._index = index
        self._embedder = embedder
        self._conflicts: dict[tuple[str, ...], tuple[Conflict, ...]] = {}
        self._rivals: dict[tuple[str, ...], dict[str, tuple[str, ...]]] = {}
        self._kept_fit: str | None = None

    @classmethod
    def open(cls, index: str | Path = DEFAULT_INDEX, *, model: str = DEFAULT_MODEL) -> Self:
        """Open an index.

        Args:
            index: Folder of the index, or ``milvus:URI``.
            model: Embedding model, as ``kb index --model`` takes it; it must be the one that built the index.

        Raises:
            IndexProblem: The index is missing, damaged, or was built by another model or version.
            ModelProblem: The model is not at hand.
        """
        from kb.embed import open_embedder
        from kb.index import open_index

        embedder = open_embedder(model)
        return cls(open_index(index, model=embedder.name), embedder)

    def reopen(self, index: str | Path) -> Self:
        """Open the build that is current now with the model that is loaded already; this one stays open.

        Raises:
            IndexProblem: The index is missing, damaged, or was built by another model or version.
        """
        from kb.index import open_index

        return type(self)(open_index(index, model=self._embedder.name), self._embedder)

    def verify(self) -> None:
        """Read every byte of the index and compare it with what the build wrote.

        Raises:
            IndexDamaged: Names the first altered file.
        """
        self._index.verify()

    @staticmethod
    def current(index: str | Path) -> str:
        """Return the id of the build that would be opened now; cheap enough to ask every second.

        Raises:
            IndexProblem: There is no index, or its pointer is unreadable.
        """
        from kb.index import current_build

        return current_build(index)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the index."""
        self._index.close()

    @property
    def info(self) -> IndexInfo:
        """Which index this is."""
        return self._index.info

    def __len__(self) -> int:
        return len(self._index)

    def search(
        self, question: str, *, limit: int = DEFAULT_LIMIT, filters: Filters | None = None
    ) -> tuple[Hit, ...]:
        """Return the passages nearest to a question, best first, without judging whether they answer it.

        Raises:
            QuestionError: The question is empty or too long.
        """
        return self._found(question, limit, filters).hits

    def _found(self, question: str, limit: int, filters: Filters | None) -> Found:
        from kb.search import check_question, retrieve

        return retrieve(self._index, self._embedder, check_question(question), limit=limit, filters=filters)

    def ask(self, question: str, *, limit: int = DEFAULT_LIMIT, filters: Filters | None = None) -> Answer:
        """Return the answer to a question: cited clauses, or an abstention with the nearest rules.

        Raises:
            QuestionError: The question is empty or too long.
        """
        from kb.answer import compose, doubt
        from kb.search import language_of, telling

        found = self._found(question, max(limit, _POOL), filters)
        counts = self._index.term_counts(telling(question), filters)
        return compose(
            question,
            found.hits,
            language_of(question),
            doubt=doubt(question, found, counts, self._index.count(filters), self._fit()),
            limit=limit,
            surroundings=lambda passage: self.surroundings(passage, filters),
            rivals=lambda passage: self._rivals_of(passage, filters),
        )

    def _fit(self) -> Fit | None:
        """Return the model of silence that is kept with the index, None when it keeps none for its embedder."""
        from kb.answer import CONFIDENCE, read_fit

        if self._kept_fit is None:
            self._kept_fit = self._index.kept(CONFIDENCE) or ""
        fit = read_fit(self._kept_fit)
        return fit if fit is not None and fit.embedder == self._embedder.name else None

    def _rivals_of(self, passage: Passage, filters: Filters | None) -> list[Passage]:
        """Return the clauses that the reader may see and that conflict with one, as far as that is known without searching."""
        from kb.knowledge_base.conflicts import rivals_in

        readers = self._index.readers(filters)
        if readers not in self._rivals:
            self._rivals[readers] = rivals_in(self._index, filters)
        others = self._rivals[readers].get(passage.clause_id, ())
        return self._index.known(others, filters) if others else []

    def compare(
        self, question: str, *, limit: int = DEFAULT_ROWS, filters: Filters | None = None
    ) -> Comparison:
        """Return what each document says about a matter, side by side, with the conflicts between them.

        Args:
            question: A question or the name of a topic (``fines``), which stands for all its clauses.
            limit: Most rows.
            filters: Which clauses may be found; None for all.

        Raises:
            QuestionError: The question is empty or too long.
        """
        from kb.answer import doubt
        from kb.compare import Comparison
        from kb.compare.table import compare, is_named, is_slug
        from kb.model import Filters
        from kb.search import telling

        if is_slug(question):
            topic = replace(filters or Filters(), topic=(question.strip().casefold(),))
            hits = self.search(question.replace("-", " "), limit=_WIDE_POOL, filters=topic)
            if hits:
                conflicts, readable = self._conflicts_among(filters), self._readable(filters)
                return compare(question, hits, conflicts, readable, limit=limit, whole_topic=True)
        found = self._found(question, _WIDE_POOL, filters)
        hits = found.hits
        if not is_named(question, hits):
            counts = self._index.term_counts(telling(question), filters)
            reason = doubt(question, found, counts, self._index.count(filters), self._fit())
            if reason:
                return Comparison(question, (), (), reason)
        return compare(question, hits, self._conflicts_among(filters), self._readable(filters), limit=limit)

    @property
    def conflicts(self) -> tuple[Conflict, ...]:
        """All pairs of clauses that rule one matter differently, in reading order."""
        return self._conflicts_among(None)

    def conflicts_of(self, clause_id: str, *, filters: Filters | None = None) -> tuple[Conflict, ...]:
        """Return the conflicts of one clause with clauses that the reader may see.

        Raises:
            ClauseUnknown: No clause has that id; the hint names near ids.
        """
        self._index.by_id(clause_id, filters)
        conflicts = self._conflicts_among(filters)
        own = [conflict for conflict in conflicts if clause_id in (conflict.a, conflict.b)]
        others = [conflict.b if conflict.a == clause_id else conflict.a for conflict in own]
        seen = {passage.clause_id for passage in self._readable(filters)(others)}
        return tuple(conflict for conflict, other in zip(own, others, strict=True) if other in seen)

    def _readable(self, filters: Filters | None) -> Callable[[Sequence[str]], list[Passage]]:
        """Return what gives the passages of clause ids, without those that do not pass the filters."""
        return lambda ids: self._index.known(ids, filters)

    def _conflicts_among(self, filters: Filters | None) -> tuple[Conflict, ...]:
        """Return the conflicts among all clauses for the audiences that the filters allow."""
        from kb.knowledge_base.conflicts import conflicts_in

        readers = self._index.readers(filters)
        if readers not in self._conflicts:
            self._conflicts[readers] = conflicts_in(self._index, filters)
        return self._conflicts[readers]

    def show(
        self, clause_id: str, *, around: int = 2, filters: Filters | None = None
    ) -> tuple[Passage, tuple[Passage, ...]]:
        """Return a clause and up to ``around`` neighbours on either side, in reading order.

        Raises:
            ClauseUnknown: No clause has that id; the hint names near ids.
        """
        passage = self._index.by_id(clause_id, filters)
        return passage, tuple(self._index.neighbours(clause_id, around, filters))

    def documents(self, filters: Filters | None = None) -> tuple[IndexedDocument, ...]:
        """Return the documents with at least one clause allowed, in the order of their ids."""
        return tuple(self._index.documents(filters))

    def document(self, document_id: str, filters: Filters | None = None) -> IndexedDocument:
        """Return one document.

        Raises:
            DocumentUnknown: No document among those allowed has that id; the hint names near ids.
        """
        there = self._index.documents(filters)
        for found in there:
            if found.id == document_id:
                return found
        near = difflib.get_close_matches(document_id, [found.id for found in there], n=3)
        raise DocumentUnknown(
            f"no document has the id {document_id[:_SHOWN]!r}",
            hint=f"Did you mean {', '.join(near)}?"
            if near
            else "the list of documents shows the ids there are",
            document_id=document_id,
            near=near,
        )

    def clauses(
        self, document_id: str, *, offset: int = 0, limit: int = 100, filters: Filters | None = None
    ) -> tuple[Passage, ...]:
        """Return up to ``limit`` clauses of a document from the ``offset``-th on, in reading order."""
        return tuple(self._index.clauses(document_id, filters, offset=offset, limit=limit))

    def surroundings(self, passage: Passage, filters: Filters | None = None) -> Surroundings:
        """Return the heading above a clause, the clauses under it and those beside it."""
        from kb.answer import surroundings_among

        return surroundings_among(passage, self._index.neighbours(passage.clause_id, _LONGEST_LOOK, filters))


def timed(work: Callable[[], Any]) -> tuple[Any, float]:
    """Return what ``work`` returns and how long it took, in milliseconds."""
    start = perf_counter()
    result = work()
    return result, (perf_counter() - start) * 1000
