"""Ingesting: sources to pages and a ledger."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from kb.errors import SourceEmpty, SourceError

if TYPE_CHECKING:
    from kb.model import Source
    from kb.normalize import Normalized

LEDGER_PAGE = "ledger.md"
TEXT_FOLDER = "converted"
_KEPT_AS_THEY_ARE = ("txt", "md")


@dataclass(frozen=True, slots=True)
class IngestResult:
    """What became of the sources.

    Attributes:
        sources: What was read.
        normalized: Documents and ledgers.
        report: The JSON of ``kb ingest --report``.
        pages: Page files written.
        failed: Sources that could not be read, each with its reason.
    """

    sources: tuple[Source, ...]
    normalized: Normalized
    report: dict[str, Any]
    pages: tuple[Path, ...]
    failed: tuple[SourceError, ...]


def ingest(
    paths: Sequence[Path],
    out: Path | None,
    *,
    report: Path | None = None,
    progress: Callable[[str], None] | None = None,
) -> IngestResult:
    """Turn source files or folders into pages, a ledger and a report.

    A source that cannot be read does not keep the others from being ingested; it is named in ``failed``.

    Args:
        paths: Files and folders.
        out: Folder the pages are written to; None writes nothing (a dry run).
        report: File for the report; None for none.
        progress: Called with the name of each stage.

    Raises:
        SourceError: No source at all could be read.
    """
    from kb.normalize import normalize
    from kb.normalize import report as report_of
    from kb.normalize.show import ledger_page
    from kb.pages import canonical, save_page
    from kb.pages.folder import write_text

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
    normalized = normalize(sources, progress)
    facts = report_of(normalized)
    pages: list[Path] = []
    if out is not None:
        pages = [save_page(canonical(document), out) for document in normalized.documents]
        write_text(out / LEDGER_PAGE, ledger_page(normalized, sources))
        for source in sources:
            if source.format not in _KEPT_AS_THEY_ARE:  # offsets refer to the converter's text, so it is kept
                place = out / TEXT_FOLDER / f"{source.file}.txt"
                place.parent.mkdir(parents=True, exist_ok=True)
                write_text(place, source.text)
    if report is not None:
        report.parent.mkdir(parents=True, exist_ok=True)
        write_text(report, json.dumps(facts, ensure_ascii=False, indent=1) + "\n")
    return IngestResult(sources, normalized, facts, tuple(pages), failed)


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
