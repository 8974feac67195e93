"""``kb doctor``: what is wrong and how to mend it."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kb.cli.exit_codes import FINDINGS
from kb.cli.options import docs_option, index_option, json_option, model_option
from kb.cli.output import print_json
from kb.knowledge_base import status

_MARKS = {"ok": "✓", "warning": "!", "error": "✗"}


@click.command()
@json_option
@docs_option
@index_option
@model_option
@click.pass_context
def doctor(context: click.Context, as_json: bool, docs: Path, index: str, model: str) -> None:
    """Tell version, model, pages and index state, and the next step."""
    found = status(docs, index, model=model)
    if as_json:
        print_json({"facts": [asdict(fact) for fact in found.facts], "next_step": found.next_step})
    else:
        for fact in found.facts:
            click.echo(f"{_MARKS[fact.state]} {fact.name:8} {fact.what}")
        click.echo(f"next: {found.next_step}")
    if any(fact.state == "error" for fact in found.facts):
        context.exit(FINDINGS)
