"""``kb export``: every clause."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.options import docs_option, json_option
from kb.cli.output import print_json, shorten
from kb.knowledge_base import export as export_clauses
from kb.payloads import clause_payload


@click.command()
@json_option
@docs_option
def export(as_json: bool, docs: Path) -> None:
    """Print every clause of the pages: with --json one object a line, else id and text."""
    for passage in export_clauses(docs):
        if as_json:
            print_json(clause_payload(passage))
        else:
            click.echo(f"{passage.clause_id}\t{passage.number}\t{shorten(passage.text)}")
