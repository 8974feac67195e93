"""Which clause stands under which: the rule a page need not spell out."""

from __future__ import annotations

from collections.abc import Sequence

from kb.model import Clause


class Outline:
    """The clauses seen so far, in reading order."""

    def __init__(self) -> None:
        self._seen: set[str] = set()
        self._headings: list[tuple[int, str]] = []

    def place(self, anchor: str, heading_level: int | None) -> str | None:
        """Add a clause and return its default parent.

        The parent is the clause whose anchor is the longest proper ``-`` prefix of ``anchor``, else the
        nearest heading above (for a heading: the nearest of a smaller level).

        Args:
            anchor: The clause's anchor.
            heading_level: 2 to 6 for a heading, None for a rule.
        """
        if heading_level is not None:
            while self._headings and self._headings[-1][0] >= heading_level:
                self._headings.pop()
        parent = self._prefix(anchor)
        if parent is None and self._headings:
            parent = self._headings[-1][1]
        if heading_level is not None:
            self._headings.append((heading_level, anchor))
        self._seen.add(anchor)
        return parent

    def _prefix(self, anchor: str) -> str | None:
        head = anchor
        while "-" in head:
            head = head.rpartition("-")[0]
            if head in self._seen:
                return head
        return None


def default_parents(clauses: Sequence[Clause]) -> dict[str, str | None]:
    """Return the default parent of every clause, by anchor."""
    outline = Outline()
    return {
        clause.anchor: outline.place(clause.anchor, clause.level if clause.heading else None)
        for clause in clauses
    }
