"""Ingesting: sources to pages and a ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import SourceEmpty, SourceError
from kb.knowledge_base.updating import ID_MAP, Update, merged_ids, older_pages, update

if TYPE_CHECKING:
    from kb.model import Source
    from kb.normalize import Normalized

LEDGER_PAGE = "ingested.md"  # ledger.md is the account that people keep
TEXT_FOLDER = "converted"
_KEPT_AS_THEY_ARE = ("txt", "md")


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of the sources.

    Attributes:
        sources: What was read.
        normalized: Documents and ledgers.
        pages: Page files written.
        updates: Documents whose pages stood in the folder before, with what changed.
        failed: Sources that could not be read, each with its reason.
    """

    sources: tuple[Source, ...]
    normalized: Normalized
    pages: tuple[Path, ...]
    updates: tuple[Update, ...]
    failed: tuple[SourceError, ...]

    @property
    def report(self) -> dict[str, Any]:
        """The object of ``kb ingest --report``; made anew each time, it may be large."""
        from kb.normalize import report

        return report(self.normalized) | self.changes

    @property
    def changes(self) -> dict[str, Any]:
        """What the report says of documents that were there before; empty when none was."""
        return {"updates": [one.facts() for one in self.updates]} if self.updates else {}


def ingest(
    paths: Sequence[Path],
    out: Path | None,
    *,
    report: Path | None = None,
    dry_run: bool = False,
    progress: Callable[[str], None] | None = None,
) -> IngestResult:
    """Turn source files or folders into pages, a ledger and a report.

    A source that cannot be read does not keep the others from being ingested; it is named in ``failed``.

    Args:
        paths: Files and folders.
        out: Folder the pages are written to; None for none. Where it holds an older version of a document, ids
            of clauses that did not move stay, and the map of those that did is kept in ``ids.json``.
        report: File for the report; None for none.
        dry_run: Write nothing.
        progress: Called with the name of each stage.

    Raises:
        SourceError: No source at all could be read.
        PageError: A page that stands in ``out`` is malformed.
    """
    from kb.normalize import normalize
    from kb.normalize.report import report_text
    from kb.normalize.show import ledger_page
    from kb.pages import canonical, save_page
    from kb.pages.folder import write_pieces, write_text

    sources, failed = read_sources(paths)
    if not sources:
        raise (
            failed[0]
            if failed
            else SourceEmpty(
                f"{', '.join(map(str, paths))}: no source found",
                hint="name .txt .md .html .docx .pdf files or a folder of them",
            )
        )
    olds = older_pages(out) if out else ()
    normalized, updates = update(normalize(sources, progress), olds)
    pages: list[Path] = []
    if out is not None and not dry_run:
        moved = merged_ids(out / ID_MAP, updates)
        pages = [save_page(canonical(document), out) for document in normalized.documents]
        if moved:
            write_text(out / ID_MAP, json.dumps(moved, ensure_ascii=False, indent=1) + "\n")
        write_text(out / LEDGER_PAGE, ledger_page(normalized, sources))
        for source in sources:
            if source.format not in _KEPT_AS_THEY_ARE:  # offsets refer to the converter's text, so it is kept
                place = out / TEXT_FOLDER / f"{source.file}.txt"
                place.parent.mkdir(parents=True, exist_ok=True)
                write_text(place, source.text)
    result = IngestResult(sources, normalized, tuple(pages), updates, failed)
    if report is not None and not dry_run:
        report.parent.mkdir(parents=True, exist_ok=True)
        write_pieces(report, report_text(normalized, result.changes), errors="surrogatepass")
    return result


def read_sources(paths: Sequence[Path]) -> tuple[tuple[Source, ...], tuple[SourceError, ...]]:
    """Return the sources that can be read and the errors of those that cannot."""
    from kb.convert import find_sources, find_unsupported, read_source

    sources: list[Source] = []
    failed = list(find_unsupported(paths))
    for path, name in find_sources(paths):
        try:
            sources.append(read_source(path, file=name))
        except SourceError as error:
            failed.append(error)
    return tuple(sources), tuple(failed)
