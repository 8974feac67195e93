"""``kb index``: build or update the index."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.options import docs_option, index_option, json_option, model_option
from kb.cli.output import print_json, progress_bar
from kb.knowledge_base import build


@click.command()
@json_option
@docs_option
@index_option
@model_option
def index(as_json: bool, docs: Path, index: Path, model: str) -> None:
    """Build or update the index of the pages; only what changed is embedded again."""
    with progress_bar("embedding") as progress:
        info = build(docs, index, model=model, progress=progress)
    if as_json:
        print_json({"id": info.id, "model": info.model, "built_at": info.built_at})
    else:
        click.echo(f"index {info.id} in {index} (model {info.model})", err=True)
