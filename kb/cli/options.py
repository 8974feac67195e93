"""Options that mean the same on every command."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from kb.config import DEFAULT_DOCS, DEFAULT_INDEX, DEFAULT_LIMIT, DEFAULT_MODEL, MAX_LIMIT

_Command = TypeVar("_Command", bound=Callable[..., Any])

docs_option = click.option(
    "--docs",
    type=click.Path(path_type=Path),
    default=Path(DEFAULT_DOCS),
    envvar="KB_DOCS",
    show_default=True,
    help="Folder of the pages.",
)
index_option = click.option(
    "--index",
    metavar="PLACE",
    default=DEFAULT_INDEX,
    envvar="KB_INDEX",
    show_default=True,
    help="Folder of the index, or milvus:URI.",
)
model_option = click.option(
    "--model",
    default=DEFAULT_MODEL,
    envvar="KB_MODEL",
    show_default=True,
    help="Embedding model: default, st:NAME_OR_FOLDER, or the URL of an OpenAI-compatible endpoint.",
)
limit_option = click.option(
    "--limit",
    type=click.IntRange(1, MAX_LIMIT),
    default=DEFAULT_LIMIT,
    show_default=True,
    help="Most citations or hits.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON on stdout.")

server_option = click.option(
    "--server",
    metavar="URL",
    envvar="KB_SERVER",
    help="Ask the `kb serve` at this address instead of the local index; its key is read from KB_KEY.",
)

llm_option = click.option(
    "--llm",
    metavar="URL",
    envvar="KB_LLM",
    help="Let the OpenAI-compatible chat model at this address (http://HOST/v1?model=NAME, key in KB_LLM_KEY) phrase the "
    "answer; what the cited clauses do not bear out is cut.",
)

_FILTERS = {
    "platform": "taobao, tmall, kuaishou, douyin or general",
    "kind": "a document kind, such as shop-handbook",
    "document": "a document id",
    "topic": "a topic, see docs/topics.md",
    "audience": "public, staff or manager",
    "status": "in-force, superseded or unknown",
}


def filter_options(command: _Command) -> _Command:
    """Add one repeatable option per filter; several values of one option are alternatives."""
    for name, values in reversed(_FILTERS.items()):
        command = click.option(
            f"--{name}", multiple=True, metavar=name.upper(), help=f"Only clauses of {values}; repeatable."
        )(command)
    return command
