"""What changed between two versions: pages, sources or folders of them."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from kb.knowledge_base.ingesting import read_sources
from kb.knowledge_base.updating import older_pages

if TYPE_CHECKING:
    from kb.diff import DocumentPair
    from kb.model import Document


def diff(old: Path, new: Path) -> tuple[DocumentPair, ...]:
    """Return which document became which, and how their clauses correspond.

    Args:
        old: A page, a source file, or a folder of pages or of sources: the older version.
        new: The newer version.

    Raises:
        PageError: A page is malformed.
        SourceError: A source cannot be read, or nothing was found to compare.
    """
    from kb.diff import DocumentPair, match_clauses, pair_documents

    before, after = _documents(old), _documents(new)
    if len(before) == len(after) == 1:  # one against one is what was asked for, however little they share
        return (DocumentPair(before[0], after[0], match_clauses(before[0].clauses, after[0].clauses)),)
    return pair_documents(before, after)


def _documents(path: Path) -> tuple[Document, ...]:
    from kb.errors import SourceEmpty
    from kb.normalize import normalize
    from kb.pages import canonical, read_file

    if path.is_dir() and (pages := older_pages(path)):
        return pages
    if path.suffix == ".md" and path.is_file() and _is_page(path):
        return (read_file(path),)
    sources, failed = read_sources([path])
    if failed:
        raise failed[0]
    documents = tuple(canonical(document) for document in normalize(sources).documents)
    if not documents:
        raise SourceEmpty(
            f"{path}: no source found", hint="name two pages, two sources, or folders of them", file=str(path)
        )
    return documents


def _is_page(path: Path) -> bool:
    """Whether a Markdown file is a page of a document: its front matter lists clauses."""
    head, found, rest = path.read_text(encoding="utf-8", errors="replace").partition("---\n")
    return not head and bool(found) and "\nclauses:" in "\n" + rest.partition("\n---")[0]
