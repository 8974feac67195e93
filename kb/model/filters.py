"""Which passages a reader may or wants to see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields

from kb.model.answer import Passage


@dataclass(frozen=True, slots=True)
class Filters:
    """Allowed values per property, exact; an empty tuple allows every value of that property.

    Attributes:
        platform: Platforms.
        kind: Document kinds.
        document: Document ids.
        topic: Topics, one of which the passage must carry.
        audience: Audiences.
        status: Statuses.
    """

    platform: tuple[str, ...] = ()
    kind: tuple[str, ...] = ()
    document: tuple[str, ...] = ()
    topic: tuple[str, ...] = ()
    audience: tuple[str, ...] = ()
    status: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        for name, values in self:
            if not isinstance(values, tuple):  # a bare string would silently allow its letters
                raise TypeError(f"filter {name} must be a tuple of strings, not {values!r}")

    def __iter__(self) -> Iterator[tuple[str, tuple[str, ...]]]:
        """Yield ``(property, allowed values)`` in a fixed order, unfiltered properties included."""
        for field in fields(self):
            yield field.name, getattr(self, field.name)

    def __bool__(self) -> bool:
        """Whether anything is filtered at all."""
        return any(values for _, values in self)

    def allow(self, passage: Passage) -> bool:
        """Return whether the passage passes every filter."""
        return all(not values or set(values) & set(facet(passage, name)) for name, values in self)


def facet(passage: Passage, name: str) -> tuple[str, ...]:
    """Return the passage's values of the filter property ``name``."""
    if name == "topic":
        return passage.topics
    if name == "document":
        return (passage.document_id,)
    value: str = getattr(passage, name)
    return (value,)
