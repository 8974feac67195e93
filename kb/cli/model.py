"""``kb model``: the embedding model itself."""

from __future__ import annotations

from pathlib import Path

import click


@click.group()
def model() -> None:
    """Work with the embedding model."""


@model.command()
@click.argument("folder", type=click.Path(path_type=Path))
def export(folder: Path) -> None:
    """Write the default model as a sentence-transformers folder, for use as --model st:FOLDER."""
    from kb.embed import export_model

    export_model(folder)
    click.echo(f"model written to {folder}", err=True)
