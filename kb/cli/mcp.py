"""``kb mcp``: the knowledge base for an agent, over stdin and stdout."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.gaps import gaps_option
from kb.cli.options import index_option, model_option
from kb.errors import ServerFailed
from kb.model.document import AUDIENCES


@click.command()
@click.option(
    "--audience",
    type=click.Choice(AUDIENCES),
    multiple=True,
    help="Audience whose pages exist for the agent; repeatable, all by default.",
)
@gaps_option
@click.option("--no-gaps", is_flag=True, help="Keep no questions.")
@index_option
@model_option
def mcp(audience: tuple[str, ...], gaps: Path, no_gaps: bool, index: str, model: str) -> None:
    """Speak MCP on stdin and stdout: tools ask, search, get_clause, list_documents, compare.

    Needs the extra `server`. Over HTTP the same tools are under /mcp of `kb serve`.
    """
    try:
        from kb.api.access import Access
        from kb.api.mcp import create_mcp
        from kb.api.service import Service
        from kb.api.settings import Settings
    except ModuleNotFoundError as error:
        raise ServerFailed(
            f"kb mcp needs the package {error.name}", hint="install it: pip install 'policy-kb[server]'"
        ) from error
    service = Service(Settings(index=index, model=model, site=Path(), gaps=None if no_gaps else gaps))
    service.live.look()  # before the first question, so that a missing index is told as such
    service.start()
    try:
        create_mcp(service, Access("", audience or AUDIENCES)).run()
    finally:
        service.close()
