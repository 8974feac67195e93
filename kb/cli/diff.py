"""``kb diff``: what changed between two versions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.options import json_option
from kb.cli.output import print_json
from kb.knowledge_base.differing import diff as diff_versions

if TYPE_CHECKING:
    from kb.diff import DocumentPair


@click.command()
@click.argument("old", type=click.Path(path_type=Path))
@click.argument("new", type=click.Path(path_type=Path))
@json_option
def diff(old: Path, new: Path, as_json: bool) -> None:
    """Tell added, removed, changed and renumbered clauses between OLD and NEW: pages, sources or folders."""
    pairs = diff_versions(old, new)
    if as_json:
        print_json({"documents": [_facts(pair) for pair in pairs]})
        return
    click.echo(_render(pairs))


def _facts(pair: DocumentPair) -> dict[str, Any]:
    from kb.diff import diff_facts

    named = {
        side: None if document is None else {"id": document.id, "title": document.title}
        for side, document in (("old", pair.old), ("new", pair.new))
    }
    facts = {} if pair.match is None else diff_facts(pair.match)
    return named | facts


def _render(pairs: Sequence[DocumentPair]) -> str:
    from kb.diff import render_diff

    blocks = []
    for pair in pairs:
        if pair.match is not None and pair.old is not None and pair.new is not None:
            title = (
                pair.new.title if pair.old.title == pair.new.title else f"{pair.old.title} → {pair.new.title}"
            )
            blocks.append(f"{title}\n{render_diff(pair.match)}")
        elif pair.new is not None:
            blocks.append(f"+ {pair.new.title} ({pair.new.id})  新增文件，{len(pair.new.clauses)} 条")
        elif pair.old is not None:
            blocks.append(
                f"- {pair.old.title} ({pair.old.id})  文件不再出现，原有 {len(pair.old.clauses)} 条"
            )
    return "\n\n".join(blocks)
