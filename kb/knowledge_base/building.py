"""Building: pages to an index, and what is read from pages alone."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from kb.config import DEFAULT_MODEL
from kb.errors import IndexProblem, IndexUnwritable

if TYPE_CHECKING:
    from kb.index.manifest import TierName
    from kb.model import Document, IndexInfo, Passage


def load_documents(docs: Path) -> tuple[Document, ...]:
    """Return the documents of the pages in a folder.

    Raises:
        PageError: A page is malformed.
    """
    from kb.pages import load_pages

    return load_pages(docs)


def build(
    docs: Path,
    index: str | Path,
    *,
    model: str = DEFAULT_MODEL,
    tier: TierName = "auto",
    progress: Callable[[int, int], None] | None = None,
) -> IndexInfo:
    """Build or update the index of the pages in ``docs``; only pages that changed are read, only texts embedded.

    Args:
        docs: Folder of pages.
        index: Folder of the index, or ``milvus:URI``; replaced atomically.
        model: Embedding model.
        tier: How vectors are searched, as ``kb.index.build_index`` takes it.
        progress: Called with (done, total) texts embedded.

    Raises:
        PageError: A page is malformed.
        IndexBusy: Another process is building there.
        ModelProblem: The model is not at hand.
    """
    from kb.answer import CONFIDENCE, to_keep
    from kb.embed import open_embedder
    from kb.index import build_index
    from kb.knowledge_base.conflicts import keep_conflicts
    from kb.knowledge_base.corpus import Pages

    embedder = open_embedder(model)
    fit = to_keep(kept_in(index, CONFIDENCE), embedder.name)
    info = build_index(Pages(docs), index, embedder, tier=tier, progress=progress)
    keep_in(index, CONFIDENCE, fit)
    keep_conflicts(index)
    return info


def kept_in(place: str | Path, name: str) -> str | None:
    """Return a text kept beside the current build of a place, None where there is none."""
    from kb.index import open_index

    try:
        with open_index(place) as index:
            return index.kept(name)
    except IndexProblem:
        return None


def keep_in(place: str | Path, name: str, text: str | None) -> None:
    """Keep a text beside the current build of a place, where it can be written; None keeps nothing."""
    from kb.index import open_index

    if text is not None:
        with open_index(place) as index, contextlib.suppress(IndexUnwritable):
            index.keep(name, text)


def export(docs: Path) -> Iterator[Passage]:
    """Yield every clause of the pages in ``docs``, headings too, in reading order."""
    from kb.passages import passages_of

    yield from passages_of(load_documents(docs))
