"""Clause ids: how people cite, as ASCII.

``二、`` then ``7.`` is ``2-7``; ``第三条`` is ``art-3`` wherever it stands, its second paragraph ``art-3-p2``, its item
``（一）`` ``art-3-1``; ``第十二条之一`` is ``art-12z1`` (``z`` for 之, so that it can never be read as item 1 of
article 12); chapters and sections are ``ch-2`` and ``ch-2-sec-1``; unnumbered clauses are ``n1``, ``n2`` … under
their parent, further paragraphs ``p2`` …; a second use of an anchor gets ``_2``.
"""

from __future__ import annotations

from kb.normalize.families import Value, base

_WORDS = {
    "编": "book", "分编": "sub", "篇": "part", "部分": "part", "单元": "unit", "章": "ch", "课": "lesson", "讲": "lesson", "节": "sec", "条": "art", "Article": "art",
    "款": "par", "annex": "annex", "步": "step", "张": "fig", "阶段": "stage",
    "noun|步骤": "step", "noun|案例": "case", "noun|情形": "case", "noun|职责": "duty", "noun|阶段": "stage", "noun|环节": "stage",
    "noun|方案": "plan", "noun|要点": "point", "noun|误区": "myth", "noun|场景": "scene", "noun|模块": "module", "noun|任务": "task",
}  # fmt: skip
_UNNUMBERED = frozenset({"bullet", "dash", "lost", "talk", "blank"})


class Anchors:
    """Hands out the anchors of one document, each once."""

    def __init__(self) -> None:
        self._used: set[str] = set()
        self._counts: dict[str, int] = {}

    def labelled(self, family: str, value: Value, parent: str, parent_value: Value) -> str:
        """Return the anchor of a numbered clause under ``parent`` (``""`` at the top)."""
        kind = base(family)
        if kind in _UNNUMBERED:
            return self.unnumbered(parent)
        word = _WORDS.get(family) or _WORDS.get(kind)
        if kind == "条":
            annex = parent.split("-art-", maxsplit=1)[0] if parent.startswith("annex-") else ""
            if annex:
                annex = "-".join(annex.split("-")[:2])
            return self._unique(_join(annex, "art-" + "z".join(map(str, value))))
        if kind == "章" and not parent.startswith(("book", "part", "annex", "sub")):
            parent = ""
        if kind == "dec" and parent and value[:-1] == parent_value:
            value = value[-1:]
        if kind in ("A", "a", "a("):
            piece = chr(96 + value[0]) if 0 < value[0] <= 26 else str(value[0])
        else:
            piece = "-".join(map(str, value))
        return self._unique(_join(parent, f"{word}-{piece}" if word else piece))

    def part(self, number: int) -> str:
        """Return the anchor of a numbered part of a collection."""
        return self._unique(f"part-{number}")

    def unnumbered(self, parent: str) -> str:
        """Return the anchor of the next unnumbered clause under ``parent``."""
        return self._count(parent, "n", 1)

    def paragraph(self, parent: str, heading: bool) -> str:
        """Return the anchor of the next plain paragraph under ``parent``: the second one below a rule."""
        return self._count(parent, "p", 1 if heading else 2)

    def _count(self, parent: str, letter: str, first: int) -> str:
        key = parent + " " + letter
        while True:
            number = self._counts.get(key, first)
            self._counts[key] = number + 1
            anchor = _join(parent, f"{letter}{number}")
            if anchor not in self._used:
                self._used.add(anchor)
                return anchor

    def _unique(self, anchor: str) -> str:
        key = anchor + " _"
        candidate = anchor
        number = self._counts.get(key, 1)
        while candidate in self._used:
            number += 1
            candidate = f"{anchor}_{number}"
        self._counts[key] = number
        self._used.add(candidate)
        return candidate


def _join(parent: str, piece: str) -> str:
    return f"{parent}-{piece}" if parent else piece
