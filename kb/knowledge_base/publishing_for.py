"""Publishing for one audience: a folder of its own that holds nothing the audience may not see."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path

from kb.errors import InputInvalid
from kb.knowledge_base.ingesting import LEDGER_PAGE
from kb.knowledge_base.publishing import (
    CONFIG,
    EVALUATION,
    OF_THEIR_OWN,
    Published,
    kept_conflicts,
    publish,
    text_at,
)
from kb.model import AUDIENCES, Document

_FOLDERS = {"docs_dir": "docs", "site_dir": "site", "custom_dir": "overrides"}
_FOLDER_LINE = re.compile(rf"^(?P<name> *(?:{'|'.join(_FOLDERS)}): *)(?P<folder>[^\s#]+)", re.MULTILINE)
_TARGET = re.compile(r"""\]\((?P<link>[^)\s]+)|(?:src|href)=["'](?P<attribute>[^"']+)""")
_PATH = re.compile(r"[\w./-]+\.\w+")
_NEVER = (LEDGER_PAGE, EVALUATION, *OF_THEIR_OWN)
"""Accounts of everything that was ingested or asked, and pages that are generated anew."""


def publish_for(
    audience: str, docs: Path, config: Path, out: Path, *, index: str | Path | None = None, today: str = ""
) -> Published:
    """Write a site's pages and configuration as one audience may see them, into a new folder.

    Taken are the documents for the audience, pages marked for it, topics, glossary and ledger cut down to these documents,
    and the files that such pages name. Everything generated is made from these alone. Then every file is searched for what is hidden.

    Args:
        audience: One of ``AUDIENCES``; the pages of those before it are its own too.
        docs: Folder of the pages; nothing in it is changed.
        config: The ``mkdocs.yml``.
        out: Folder that is made; ``mkdocs.yml``, ``docs`` and ``overrides`` stand in it.
        index: Folder of an index to take the conflicts from; without one they are those last published.
        today: ISO date for documents that are new or changed; ``""`` takes the date of today.

    Raises:
        PageError: A page is malformed.
        InputInvalid: The audience is unknown, nothing is for it, ``out`` exists, or a page for it names what it may not see.
    """
    from kb.pages import load_pages

    if audience not in AUDIENCES:
        raise InputInvalid(f"{audience!r} names no audience", hint=f"there are {', '.join(AUDIENCES)}")
    if out.exists():
        raise InputInvalid(f"{out} is there already", hint="name a new folder, or remove this one first")
    if out.resolve().is_relative_to(docs.resolve()):
        raise InputInvalid(f"{out} lies inside {docs}", hint="name a folder outside the pages with --out")
    from kb import publish as site

    documents = load_pages(docs)
    allowed = site.audiences_of(audience)
    shown = [document for document in documents if document.audience in allowed]
    hidden = [document for document in documents if document.audience not in allowed]
    if not shown:
        raise InputInvalid(
            f"{docs}: no document is for {audience}", hint="set `audience` in their front matter"
        )
    out.parent.mkdir(parents=True, exist_ok=True)
    draft = out.with_name(f".{out.name}.{os.getpid()}.tmp")
    try:
        settings = text_at(config) or text_at(CONFIG)
        _copy_theme(config, settings, draft / _FOLDERS["custom_dir"])
        _copy_pages(audience, docs, draft / "docs", documents, shown)
        _copy_named(docs, draft / "docs", settings)
        _write(draft / "mkdocs.yml", _FOLDER_LINE.sub(_own_folder, settings))
        ids = {f"{document.id}#{clause.anchor}" for document in shown for clause in document.clauses}
        conflicts = site.among(kept_conflicts(docs, index), ids)
        _write(draft / "docs" / site.CONFLICTS, site.conflicts_json(conflicts))
        record = site.read_record(text_at(docs / site.RECORD), site.RECORD)
        dates = {document.id: record[document.id] for document in shown if document.id in record}
        _write(draft / "docs" / site.RECORD, site.write_record(dates))
        total = publish(draft / "docs", draft / "mkdocs.yml", today=today).total
        for path, what in site.leaks(_texts(draft), shown, hidden):
            raise InputInvalid(
                f"{path} is for {audience} but {what}",
                hint=f"take it out of the page, or mark the page `audience: {_least(audience)}` in its front matter",
            )
        draft.rename(out)
    finally:
        shutil.rmtree(draft, ignore_errors=True)
    files = tuple(sorted(path for path in out.rglob("*") if path.is_file()))
    return Published(files, (), total)


def _own_folder(line: re.Match[str]) -> str:
    return line["name"] + _FOLDERS[line["name"].strip(" :")]


def _least(audience: str) -> str:
    """Return the next audience that sees more."""
    return AUDIENCES[min(AUDIENCES.index(audience) + 1, len(AUDIENCES) - 1)]


def _copy_theme(config: Path, settings: str, to: Path) -> None:
    """Copy what people added to the theme; the theme itself is put there by publishing."""
    folders = {line["name"].strip(" :"): line["folder"] for line in _FOLDER_LINE.finditer(settings)}
    folder = config.parent / folders.get("custom_dir", _FOLDERS["custom_dir"])
    if folder.is_dir():
        shutil.copytree(folder, to)
    else:
        to.mkdir(parents=True)


def _copy_pages(
    audience: str, docs: Path, to: Path, documents: Sequence[Document], shown: Sequence[Document]
) -> None:
    from kb import publish as site
    from kb.pages import page_path, write_page
    from kb.pages.folder import find_pages

    for document in shown:
        _write(to / page_path(document), write_page(document))
    cut: Mapping[str, Callable[[str, Sequence[Document]], str]] = {
        "topics.md": site.topics_for,
        "glossary.md": site.glossary_for,
        "ledger.md": site.ledger_for,
    }
    generated = {document.kind for document in documents} | {*site.GENERATED_FOLDERS}
    of_documents = set(find_pages(docs))
    for path in sorted(docs.rglob("*.md")):
        name = path.relative_to(docs)
        if path in of_documents or name.parts[0] in generated or name.as_posix() in _NEVER:
            continue
        text = text_at(path)
        if name.as_posix() in cut:
            _write(to / name, cut[name.as_posix()](text, shown))
        elif site.page_audience(text) in site.audiences_of(audience):
            _write(to / name, text)


def _copy_named(docs: Path, to: Path, settings: str) -> None:
    """Copy the files, other than pages, that the copied pages and the configuration name."""
    named = {docs / path for path in _PATH.findall(settings)}
    for page in to.rglob("*.md"):
        place = (docs / page.relative_to(to)).parent
        named |= {place / target for target in _targets(text_at(page))}
    for path in named:
        inside = path.resolve()
        if inside.is_file() and inside.suffix != ".md" and inside.is_relative_to(docs.resolve()):
            copy = to / inside.relative_to(docs.resolve())
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(inside, copy)


def _targets(text: str) -> Iterator[str]:
    for match in _TARGET.finditer(text):
        yield (match["link"] or match["attribute"]).partition("#")[0]


def _texts(folder: Path) -> dict[str, str]:
    """Return every file of a folder as text, pages first: they are what people can mend."""
    files = sorted(
        (path for path in folder.rglob("*") if path.is_file()), key=lambda path: (path.suffix != ".md", path)
    )
    return {
        path.relative_to(folder).as_posix(): path.read_bytes().decode("utf-8", "replace") for path in files
    }


def _write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="\n")
