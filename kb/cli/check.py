"""``kb check``: are the pages sound, and do they say what their sources say?"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kb.cli.exit_codes import FINDINGS
from kb.cli.options import docs_option, json_option
from kb.cli.output import print_json
from kb.knowledge_base import check as check_docs


@click.command()
@click.option("--sources", type=click.Path(path_type=Path), help="Folder of the sources the pages cite.")
@click.option("--write", is_flag=True, help="Rewrite pages that are sound but not in canonical form.")
@click.option(
    "--ledger", is_flag=True, help="With --sources: write ledger.md anew; the judgements in it are kept."
)
@json_option
@docs_option
@click.pass_context
def check(
    context: click.Context, sources: Path | None, write: bool, ledger: bool, as_json: bool, docs: Path
) -> None:
    """Check pages: format, ids, links, topics; with --sources also spans, hashes, figures, coverage and ledger."""
    if ledger and sources is None:
        raise click.UsageError("--ledger needs --sources DIR")
    result = check_docs(docs, sources, write=write, ledger=ledger)
    if as_json:
        print_json(asdict(result))
    else:
        for finding in result.findings:
            click.echo(f"{finding.level}: {finding.where}: {finding.what}")
        for part in result.coverage:
            share = part.cited / part.in_documents if part.in_documents else 0.0
            click.echo(
                f"{part.file}: {part.cited:,} of {part.in_documents:,} characters of its documents cited "
                f"({share:.1%}); {part.chars - part.in_documents:,} outside any document"
            )
        for account in result.ledger:
            click.echo(f"{account.file}: {account.share:.2%} of its rule characters under a clause")
        click.echo(
            f"{result.documents} documents, {result.clauses} clauses, {len(result.findings)} findings",
            err=True,
        )
    if any(finding.level == "error" for finding in result.findings):
        context.exit(FINDINGS)
