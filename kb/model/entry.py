"""What goes into an index."""

from __future__ import annotations

from dataclasses import dataclass

from kb.model.answer import Passage


@dataclass(frozen=True, slots=True)
class Entry:
    """A passage with the texts under which it can be found.

    A field may stand more than once (several typical questions); blank texts are left out of the index.

    Attributes:
        passage: What is found.
        dense: ``(field, text)`` to embed; each field gets vectors of its own (``text``, ``ask``, ``gloss``,
            ``silent_on``).
        lexical: ``(field, text)`` to find by words (``text``, ``context``, ``ask``, ``gloss``).
    """

    passage: Passage
    dense: tuple[tuple[str, str], ...]
    lexical: tuple[tuple[str, str], ...]
