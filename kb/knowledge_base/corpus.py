"""The pages of a folder as what an index is built from; pages that have not changed are not parsed."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

import kb
from kb.glossary import Term, read_glossary
from kb.model import Entry

GLOSSARY = "glossary.md"


class Pages:
    """A folder of pages.

    Attributes:
        pages: By path in the folder, a digest of the page's bytes, of the glossary and of the code that reads them.
    """

    def __init__(self, docs: Path) -> None:
        """List the pages of ``docs``.

        Raises:
            PageError: The folder or its pages are missing.
        """
        from kb.pages.folder import page_files

        self._docs = docs
        self._terms = load_terms(docs)
        reader = hashlib.blake2b(_reader() + repr(self._terms).encode(), digest_size=32).digest()
        names = sorted((path.relative_to(docs).as_posix() for path in page_files(docs)), key=_by_kind_and_id)
        self.pages = {
            name: hashlib.blake2b((docs / name).read_bytes(), key=reader, digest_size=16).digest()
            for name in names
        }

    def entries(self, page: str) -> Sequence[Entry]:
        """Return the entries of a page.

        Raises:
            PageError: It is malformed.
        """
        from kb.pages import read_file
        from kb.passages import entries_of

        return entries_of([read_file(self._docs / page)], self._terms)


def load_terms(docs: Path) -> tuple[Term, ...]:
    """Return the terms of the glossary among the pages, none where there is no glossary.

    Raises:
        PageError: It is malformed.
    """
    page = docs / GLOSSARY
    return read_glossary(page.read_text(encoding="utf-8"), GLOSSARY) if page.is_file() else ()


def _by_kind_and_id(name: str) -> str:
    return name.removesuffix(".md")


def _reader() -> bytes:
    """Return a digest of the code between a page and its entries: when it changes, every page is read again."""
    root = Path(kb.__file__).parent
    files = [
        root / "passages.py",
        root / "glossary.py",
        *sorted((root / "pages").glob("*.py")),
        *sorted((root / "model").glob("*.py")),
    ]
    return hashlib.blake2b(b"".join(path.read_bytes() for path in files), digest_size=32).digest()
