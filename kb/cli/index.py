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
@click.option(
    "--store",
    type=click.Choice(["folder", "milvus"]),
    default="folder",
    help="Where the index is kept; milvus needs --milvus.",
)
@click.option(
    "--milvus",
    metavar="URI",
    help="Address of a Milvus server, or of a Milvus Lite file (FILE.db); short for --index milvus:URI.",
)
def index(
    as_json: bool, docs: Path, index: str, model: str, tier: TierName, store: str, milvus: str | None
) -> None:
    """Build or update the index of the pages; only what changed is embedded again.

    With --store milvus --milvus URI the index is kept by a Milvus server; other commands find it with --index milvus:URI.
    """
    if (store == "milvus") != (milvus is not None):
        raise click.UsageError("--store milvus and --milvus URI go together")
    if milvus is not None:
        index = f"milvus:{milvus}"
    with progress_bar("embedding") as progress:
        info = build(docs, index, model=model, tier=tier, progress=progress)
    if as_json:
        print_json({"id": info.id, "model": info.model, "built_at": info.built_at})
    else:
        click.echo(f"index {info.id} in {index} (model {info.model})", err=True)
