"""``kb gaps``: what people asked and the rules did not answer."""

from __future__ import annotations

import csv
import sys
from dataclasses import asdict
from pathlib import Path

import click

from kb.cli.options import json_option, model_option
from kb.cli.output import print_json, shorten

gaps_option = click.option(
    "--gaps",
    type=click.Path(path_type=Path),
    default=Path("gaps.sqlite"),
    envvar="KB_GAPS",
    show_default=True,
    help="File that `kb serve` keeps unanswered questions in.",
)


@click.command()
@json_option
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV on stdout.")
@gaps_option
@model_option
def gaps(as_json: bool, as_csv: bool, gaps: Path, model: str) -> None:
    """List questions that were not answered, grouped by meaning, the most frequent first."""
    from kb.api.gaps import GapStore, group
    from kb.embed import open_embedder
    from kb.errors import GapsUnavailable

    if not gaps.is_file():
        raise GapsUnavailable(
            f"there is no file of gaps at {gaps}", hint="`kb serve` writes it; name it with --gaps"
        )
    store = GapStore(gaps)
    kept = store.all()
    store.close()
    wordings = list(dict.fromkeys(gap.question for gap in kept))
    found = group(kept, open_embedder(model).embed_questions(wordings)) if wordings else ()
    if as_json:
        for one in found:
            print_json(asdict(one))
    elif as_csv:
        table = csv.writer(sys.stdout)
        table.writerow(["count", "abstained", "unhelpful", "last", "nearest", "question", "wordings"])
        for one in found:
            facts = [one.count, one.abstained, one.unhelpful, one.last, one.nearest, one.question]
            table.writerow([*facts[:5], _cell(one.question), _cell(" | ".join(one.wordings))])
    else:
        for one in found:
            click.echo(f"{one.count:>4}  {one.last[:10]}  {shorten(one.question)}  ·  {one.nearest}")
        click.echo(f"{len(kept)} questions, {len(found)} groups", err=True)


def _cell(text: str) -> str:
    """Return text that a spreadsheet takes for text: anybody may ask ``=…``."""
    return f"'{text}" if text[:1] in "=+-@\t\r" else text
