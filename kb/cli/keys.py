"""``kb keys``: who may ask a server, and about what."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from kb.cli.options import json_option
from kb.cli.output import print_json
from kb.cli.serve import keys_option
from kb.model.document import AUDIENCES


@click.group()
def keys() -> None:
    """Make, list and revoke the keys of `kb serve`. Only digests are stored."""


@keys.command()
@click.argument("name")
@click.option(
    "--audience",
    type=click.Choice(AUDIENCES),
    multiple=True,
    required=True,
    help="What it opens; repeatable.",
)
@keys_option
def add(name: str, audience: tuple[str, ...], keys: Path) -> None:
    """Make a key for NAME (a person or program) and print it once."""
    from kb.api.keys import add_key

    key, secret = add_key(keys, name, audience)
    click.echo(secret)
    click.echo(f"key {key.id} in {keys} opens {', '.join(key.audiences)}; it is not shown again", err=True)


@keys.command("list")
@json_option
@keys_option
def list_keys(as_json: bool, keys: Path) -> None:
    """List the keys there are, without the keys themselves."""
    from kb.api.keys import read_keys

    for key in read_keys(keys):
        facts = asdict(key)
        del facts["digest"]
        if as_json:
            print_json(facts)
        else:
            click.echo(f"{key.id}  {key.created_at}  {','.join(key.audiences):22}  {key.name}")


@keys.command()
@click.argument("key_id")
@keys_option
def revoke(key_id: str, keys: Path) -> None:
    """Revoke the key KEY_ID; a running server refuses it from the next request on."""
    from kb.api.keys import revoke_key

    key = revoke_key(keys, key_id)
    click.echo(f"key {key.id} of {key.name} is revoked", err=True)
