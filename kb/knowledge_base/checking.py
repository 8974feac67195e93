"""Checking: pages by themselves and against their sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import SourceMissing

if TYPE_CHECKING:
    from kb.check import Coverage, Finding

TOPICS_PAGE = "topics.md"
EXCEPTIONS_PAGE = "figure-exceptions.md"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What ``kb check`` found.

    Attributes:
        documents: Number of pages.
        clauses: Number of clauses.
        findings: What is wrong.
        coverage: How much of each source is cited; empty without sources.
    """

    documents: int
    clauses: int
    findings: tuple[Finding, ...]
    coverage: tuple[Coverage, ...]


def check(docs: Path, sources: Path | None = None, *, write: bool = False) -> CheckResult:
    """Check the pages in ``docs``.

    Args:
        docs: Folder of pages; ``topics.md`` and ``figure-exceptions.md`` in it are read where they exist.
        sources: Folder of the sources; None checks the pages alone.
        write: Rewrite pages that are sound but not in canonical form.

    Raises:
        PageError: A page is malformed; the message names file and line.
        SourceMissing: The folder of the sources is not there.
    """
    from kb import check as checks
    from kb.pages import canonical, load_pages, read_page, write_page
    from kb.pages.folder import find_pages, write_text

    documents = load_pages(docs)
    findings = list(checks.check_pages(documents, checks.read_topics(_optional(docs / TOPICS_PAGE))))
    for path in find_pages(docs):
        text = path.read_bytes().decode("utf-8")
        wanted = write_page(canonical(read_page(text, str(path))))
        if text != wanted and write:
            write_text(path, wanted)
        elif text != wanted:
            what = "page is not in canonical form; kb check --write rewrites it"
            findings.append(checks.Finding("error", str(path), what))
    coverage: tuple[Coverage, ...] = ()
    if sources is not None:
        texts = _texts(sources)
        exceptions = checks.read_exceptions(_optional(docs / EXCEPTIONS_PAGE))
        findings.extend(checks.check_sources(documents, texts, exceptions))
        coverage = checks.coverage(documents, texts)
    clauses = sum(len(document.clauses) for document in documents)
    return CheckResult(len(documents), clauses, tuple(findings), coverage)


def _texts(folder: Path) -> dict[str, str]:
    from kb.convert import find_sources, read_source

    if not folder.is_dir():
        raise SourceMissing(f"{folder}: no such folder", hint="name the folder the pages were made from")
    return {name: read_source(path, file=name).text for path, name in find_sources([folder])}


def _optional(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
