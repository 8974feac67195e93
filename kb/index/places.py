"""Where an index is kept, as people name it: a folder, or ``milvus:URI``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from kb.index import build as embedded_build
from kb.index import reader as embedded_reader
from kb.index import versions
from kb.index.corpus import Corpus, Listed
from kb.index.manifest import Manifest, TierName
from kb.index.milvus.address import SCHEME, Address
from kb.model.answer import IndexInfo
from kb.model.entry import Entry

if TYPE_CHECKING:
    from kb.embed import Embedder
    from kb.index.protocol import OpenIndex


def build_index(
    entries: Sequence[Entry] | Corpus,
    place: str | Path,
    embedder: Embedder,
    *,
    tier: TierName = "auto",
    questions: Sequence[str] = (),
    progress: Callable[[int, int], None] | None = None,
) -> IndexInfo:
    """Build the index of the entries and make it the current one of its place.

    Texts whose vectors the last build or an interrupted one already has are not embedded again. Readers of the old
    index go on undisturbed; until the last step, and whatever goes wrong before it, the old index stays current.

    Args:
        entries: What to index, at hand or page by page.
        place: A folder, made if need be, or ``milvus:URI``.
        embedder: The model.
        tier: How vectors are searched: all compared (``exact``), those in the nearest lists (``inverted``, unless that finds
            less than 0.97 of what it should), or whichever their number calls for.
        questions: Questions to measure that with, besides a sample; in a folder only.
        progress: Called with (texts embedded, texts to embed); not called when there is nothing to embed.

    Raises:
        InputInvalid: The entries are empty, share an id, or hold text that is not valid Unicode.
        IndexBusy: Another process is building there.
        IndexUnwritable: The index cannot be written there.
        StoreProblem: The server fails.
        ModelProblem: The model failed.
    """
    if (address := _milvus(place)) is not None:
        from kb.index.milvus.writer import build_in_milvus

        corpus = Listed(entries) if isinstance(entries, Sequence) else entries
        return build_in_milvus(corpus, address, embedder, tier=tier, progress=progress)
    return embedded_build.build_index(
        entries, Path(place), embedder, tier=tier, questions=questions, progress=progress
    )


def open_index(place: str | Path, *, model: str | None = None) -> OpenIndex:
    """Open the current index of a place; its parts are opened when first asked.

    Args:
        place: A folder, or ``milvus:URI``.
        model: Name of the model that will embed the questions, when there is one.

    Raises:
        IndexMissing: There is none.
        IndexMismatch: Another model or another version of this program built it.
        IndexDamaged: Parts are missing, cut or unreadable.
        StoreProblem: The server fails.
    """
    if (address := _milvus(place)) is not None:
        from kb.index.milvus.reader import open_index as open_in_milvus

        return open_in_milvus(address, model=model)
    return embedded_reader.open_index(Path(place), model=model)


def verify_index(place: str | Path) -> Manifest:
    """Compare what is stored with the manifest, as far as the store can tell; in a folder that is every byte.

    Raises:
        IndexProblem: As ``open_index``; ``IndexDamaged`` names the first altered part.
    """
    with open_index(place) as index:
        index.verify()
        return index.manifest


def current_build(place: str | Path) -> str:
    """Return the id of the build in use; cheap enough to ask every second.

    Raises:
        IndexMissing: There is no index there.
        IndexDamaged: The pointer is unreadable.
        StoreProblem: The server fails.
    """
    if (address := _milvus(place)) is not None:
        from kb.index.milvus.reader import current_build as current_in_milvus

        return current_in_milvus(address)
    return versions.current_build(Path(place))


def _milvus(place: str | Path) -> Address | None:
    return Address.parse(place) if isinstance(place, str) and place.startswith(SCHEME) else None
