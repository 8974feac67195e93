"""``kb index``: build or update the index."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from kb.cli.options import docs_option, index_option, json_option, model_option
from kb.cli.output import print_json, progress_bar
from kb.knowledge_base import build

if TYPE_CHECKING:
    from kb.index.manifest import TierName


@click.command()
@json_option
@docs_option
@index_option
@model_option
@click.option(
    "--tier",
    type=click.Choice(["auto", "exact", "inverted"]),
    default="auto",
    show_default=True,
    help="How vectors are searched: all compared, the nearest lists of them, or by their number.",
)
def index(as_json: bool, docs: Path, index: Path, model: str, tier: TierName) -> None:
    """Build or update the index of the pages; only what changed is embedded again."""
    with progress_bar("embedding") as progress:
        info = build(docs, index, model=model, tier=tier, progress=progress)
    if as_json:
        print_json({"id": info.id, "model": info.model, "built_at": info.built_at})
    else:
        click.echo(f"index {info.id} in {index} (model {info.model})", err=True)
