"""``kb ingest``: sources to pages."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from kb.cli.exit_codes import exit_code
from kb.cli.options import json_option
from kb.cli.output import print_json
from kb.knowledge_base import IngestResult
from kb.knowledge_base import ingest as ingest_sources

_STAGES = ("lines", "documents", "tree", "ledger")


@click.command()
@click.argument("sources", metavar="SRC...", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--out", type=click.Path(path_type=Path), help="Folder for the pages and the ledger.")
@click.option("--report", type=click.Path(path_type=Path), help="File for the full report, as JSON.")
@click.option("--show", type=click.Choice(_STAGES), help="Print a stage of the normalizer; writes no pages.")
@click.option("--dry-run", is_flag=True, help="Write nothing.")
@json_option
@click.pass_context
def ingest(
    context: click.Context,
    sources: tuple[Path, ...],
    out: Path | None,
    report: Path | None,
    show: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """Turn source files or folders (.txt .md .html .docx .pdf) into pages, with a ledger of every character."""
    if out is None and not (show or dry_run):
        raise click.UsageError("say where the pages go with --out DIR, or look first with --dry-run")
    writes = not (show or dry_run)
    result = ingest_sources(
        sources,
        out,
        report=report,
        dry_run=not writes,
        progress=lambda stage: click.echo(stage, err=True),
    )
    if as_json:
        print_json(result.report)
    elif show:
        _show(result, show)
    else:
        _summary(result, out if writes else None)
    for error in result.failed:
        click.echo(f"kb: {error.message}\n    {error.hint}", err=True)
    if result.failed:
        context.exit(exit_code(result.failed[0]))


def _show(result: IngestResult, stage: str) -> None:
    """Print one stage of the normalizer."""
    from kb.normalize import show

    if stage == "lines":
        for source in result.sources:
            click.echo(show.render_lines(source))
        return
    stages = {"documents": show.render_documents, "tree": show.render_tree, "ledger": show.render_ledger}
    click.echo(stages[stage](result.normalized))


def _summary(result: IngestResult, out: Path | None) -> None:
    """Tell what was found, what was dropped and why."""
    normalized = result.normalized
    clauses = sum(len(document.clauses) for document in normalized.documents)
    copies = sum(1 for found in normalized.found if found.duplicate_of)
    click.echo(
        f"{len(normalized.ledgers)} sources: {len(normalized.documents)} documents, {clauses} clauses, {copies} copies"
    )
    for ledger in normalized.ledgers:
        kinds: Counter[str] = Counter()
        reasons: Counter[str] = Counter()
        for segment in ledger.segments:
            kinds[segment.kind] += segment.end - segment.start
            if segment.kind in ("chrome", "unresolved"):
                reasons[segment.reason] += segment.end - segment.start
        parts = ", ".join(f"{kind} {count / ledger.chars:.0%}" for kind, count in kinds.most_common())
        click.echo(f"{ledger.file}: {parts}; {len(ledger.doubts)} doubts")
        for reason, count in reasons.most_common(5):
            click.echo(f"    dropped {count:>6,}  {reason}")
    for one in result.updates:
        counts = ", ".join(f"{count} {kind}" for kind, count in one.facts()["counts"].items() if count)
        click.echo(f"{one.new.id}: against the older page: {counts}")
    if out is not None:
        click.echo(
            f"pages and ledger in {out}; next: kb index --docs {out} --index {out.parent / 'index'}", err=True
        )
