"""Checking: pages by themselves and against their sources."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from kb.errors import SourceMissing

if TYPE_CHECKING:
    from kb.check import Coverage, Finding
    from kb.ledger import Account
    from kb.model import Document

TOPICS_PAGE = "topics.md"
EXCEPTIONS_PAGE = "figure-exceptions.md"
LEDGER_PAGE = "ledger.md"


@dataclass(frozen=True, slots=True)
class CheckResult:
    """What ``kb check`` found.

    Attributes:
        documents: Number of pages.
        clauses: Number of clauses.
        findings: What is wrong.
        coverage: How much of each source is cited; empty without sources.
        ledger: The sums of each source; empty without sources or without a ledger.
    """

    documents: int
    clauses: int
    findings: tuple[Finding, ...]
    coverage: tuple[Coverage, ...]
    ledger: tuple[Account, ...] = ()


def check(
    docs: Path, sources: Path | None = None, *, write: bool = False, ledger: bool = False
) -> CheckResult:
    """Check the pages in ``docs``.

    Args:
        docs: Folder of pages; ``topics.md`` and ``figure-exceptions.md`` in it are read where they exist.
        sources: Folder of the sources; None checks the pages alone.
        write: Rewrite pages that are sound but not in canonical form.
        ledger: Write ``ledger.md`` anew, or for the first time; its judgements are kept. Needs ``sources``.

    Raises:
        PageError: A page or the ledger is malformed; the message names file and line.
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
    sums: tuple[Account, ...] = ()
    if sources is not None:
        texts = _texts(sources)
        exceptions = checks.read_exceptions(_optional(docs / EXCEPTIONS_PAGE))
        findings.extend(checks.check_sources(documents, texts, exceptions))
        coverage = checks.coverage(documents, texts)
        if ledger or (docs / LEDGER_PAGE).is_file():
            found, sums = _ledger(docs / LEDGER_PAGE, documents, texts, write=ledger)
            findings.extend(found)
    clauses = sum(len(document.clauses) for document in documents)
    return CheckResult(len(documents), clauses, tuple(findings), coverage, sums)


def _ledger(
    path: Path, documents: tuple[Document, ...], texts: dict[str, str], *, write: bool
) -> tuple[list[Finding], tuple[Account, ...]]:
    """Return what is wrong with the ledger and its sums, having written it anew if wanted."""
    from kb import ledger as ledgers
    from kb.check import Finding
    from kb.pages.folder import write_text

    page = _optional(path)
    rows = ledgers.read_ledger(page, str(path))
    if write:
        rows = ledgers.settle(rows, documents, texts)
        page = ledgers.write_ledger(rows, documents, texts)
        write_text(path, page)
    findings = list(ledgers.check_ledger(rows, documents, texts))
    if not findings and page != ledgers.write_ledger(
        ledgers.settle(rows, documents, texts), documents, texts
    ):
        what = "the ledger is not up to date; kb check --sources DIR --ledger rewrites it"
        findings.append(Finding("error", str(path), what))
    return findings, ledgers.accounts(rows, documents, texts)


def _texts(folder: Path) -> dict[str, str]:
    from kb.convert import find_sources, read_source

    if not folder.is_dir():
        raise SourceMissing(f"{folder}: no such folder", hint="name the folder the pages were made from")
    return {name: read_source(path, file=name).text for path, name in find_sources([folder])}


def _optional(path: Path) -> str:
    return path.read_text(encoding="utf-8") if path.is_file() else ""
