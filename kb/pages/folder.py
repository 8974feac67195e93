"""Pages on disk."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path

from kb.errors import PageError
from kb.model import Document
from kb.pages.reader import read_page
from kb.pages.writer import page_pieces


def page_path(document: Document) -> str:
    """Return where the page stands, relative to the docs folder: ``kind/id.md``."""
    return f"{document.kind}/{document.id}.md"


def read_file(path: Path, name: str | None = None) -> Document:
    """Return the document of one page file.

    Raises:
        PageError: It cannot be read or does not follow the format.
    """
    name = name or str(path)
    return read_page(_text_of(path, name), name)


def _text_of(path: Path, name: str) -> str:
    try:
        return path.read_bytes().decode("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise PageError(
            f"{name}: cannot be read as UTF-8 text ({error})", hint="save the page as UTF-8", file=name
        ) from error


def find_pages(folder: Path) -> Iterator[Path]:
    """Yield the files in ``folder`` that are pages of documents: their front matter lists clauses."""
    for path in sorted(folder.rglob("*.md")):
        with path.open(encoding="utf-8", errors="replace") as lines:
            if next(lines, "").rstrip() != "---":
                continue
            for line in lines:
                if line.startswith("clauses:"):
                    yield path
                    break
                if line.rstrip() == "---":
                    break


def page_files(folder: Path) -> list[Path]:
    """Return the files in ``folder`` that are pages of documents.

    Raises:
        PageError: The folder or its pages are missing.
    """
    if not folder.is_dir():
        raise PageError(
            f"{folder}: no such folder", hint="name the folder of the pages with --docs", file=str(folder)
        )
    found = list(find_pages(folder))
    if not found:
        raise PageError(
            f"{folder}: holds no page with clauses",
            hint="make pages with: kb ingest SOURCE --out DIR",
            file=str(folder),
        )
    return found


def load_pages(folder: Path) -> tuple[Document, ...]:
    """Return the documents of all pages under ``folder``, in order of kind and id.

    Raises:
        PageError: The folder or its pages are missing, a page is malformed, or two share an id.
    """
    places: dict[str, Path] = {}
    documents: list[Document] = []
    for path in page_files(folder):
        document = read_file(path)
        if document.id in places:
            raise PageError(
                f"{path}: id {document.id} is taken by {places[document.id]}",
                hint="give each document its own id",
                file=str(path),
            )
        places[document.id] = path
        documents.append(document)
    return tuple(sorted(documents, key=lambda document: (document.kind, document.id)))


def save_page(document: Document, folder: Path) -> Path:
    """Write the document's page under ``folder``, atomically, and return its path."""
    path = folder / page_path(document)
    path.parent.mkdir(parents=True, exist_ok=True)
    write_pieces(path, page_pieces(document))
    return path


def write_text(path: Path, text: str) -> None:
    """Replace the file at ``path`` by ``text`` as UTF-8: a reader sees the old file or the new one."""
    write_pieces(path, (text,))


def write_pieces(path: Path, pieces: Iterable[str], errors: str = "strict") -> None:
    """Do the same with a text that comes piece by piece; ``errors`` as for ``str.encode``."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.tmp")
    try:
        with draft.open("w", encoding="utf-8", errors=errors, newline="\n") as file:
            file.writelines(pieces)
        draft.replace(path)
    finally:
        draft.unlink(missing_ok=True)
