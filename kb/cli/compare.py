"""``kb compare``: what each document says about a matter, side by side."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence

import click

from kb.cli.columns import table
from kb.cli.options import filter_options, index_option, json_option, model_option
from kb.cli.output import print_json
from kb.compare import Comparison, Conflict, Row
from kb.config import DEFAULT_ROWS, MAX_LIMIT
from kb.knowledge_base import KnowledgeBase, timed
from kb.model import Filters
from kb.payloads import compare_payload

_WIDEST = 120
_NARROWEST = 50
_FIGURES = 4


@click.command()
@click.argument("question", metavar="TOPIC_OR_QUESTION")
@json_option
@click.option(
    "--limit", type=click.IntRange(1, MAX_LIMIT), default=DEFAULT_ROWS, show_default=True, help="Most rows."
)
@index_option
@model_option
@filter_options
def compare(
    question: str, as_json: bool, limit: int, index: str, model: str, **filters: tuple[str, ...]
) -> None:
    """Lay the documents that rule TOPIC_OR_QUESTION side by side and mark where they conflict.

    A topic is a name from docs/topics.md, such as fines or reply-time.
    """
    with KnowledgeBase.open(index, model=model) as kb:
        found, took = timed(lambda: kb.compare(question, limit=limit, filters=Filters(**filters)))
        if as_json:
            print_json(compare_payload(found, kb.info, took))
        elif found.rows:
            click.echo(_text(found))
        else:
            click.echo(f"no document rules this: {found.reason}", err=True)


def _text(found: Comparison) -> str:
    width = max(_NARROWEST, min(_WIDEST, shutil.get_terminal_size((100, 24)).columns))
    places = {row.passage.clause_id: n for n, row in enumerate(found.rows, 1)}
    document = ""
    cells: list[tuple[str, ...]] = []
    for row in found.rows:
        same, document = row.passage.document_id == document, row.passage.document_id
        marks = " ".join(str(places[other]) for other in row.conflicts_with)
        title = "" if same else f"《{row.passage.document_title}》"
        cells.append(
            (
                f"[{places[row.passage.clause_id]}]",
                title,
                _rule(row),
                _figures(row),
                f"≠ {marks}" if marks else "",
            )
        )
    shares = (0.0, 0.26, 0.46, 0.16, 0.12)
    lines = [table(("", "文件", "规定", "数字", "不同"), cells, shares, width)]
    for what, said in _groups(found.conflicts, places):
        lines += ["", f"≠ {what}不同", *(f"  [{place}] {words}" for place, words in sorted(said.items()))]
    return "\n".join(lines)


def _groups(conflicts: Sequence[Conflict], places: Mapping[str, int]) -> list[tuple[str, dict[int, str]]]:
    """Return conflicts about the same thing that hang together, as what each row says about it."""
    groups: list[tuple[str, dict[int, str]]] = []
    for conflict in conflicts:
        joined = {places[conflict.a]: conflict.said_a, places[conflict.b]: conflict.said_b}
        apart = []
        for what, said in groups:
            if what == conflict.what and said.keys() & joined.keys():
                joined = said | joined
            else:
                apart.append((what, said))
        groups = [*apart, (conflict.what, joined)]
    return sorted(groups, key=lambda group: min(group[1]))


def _rule(row: Row) -> str:
    passage = row.passage
    said = " ".join(passage.text.split())
    if len(said) < 16 and passage.heading_path:
        said = f"{passage.heading_path[-1].rstrip('：:')}：{said}"
    return f"{said} （{passage.clause_id.partition('#')[2]}）"


def _figures(row: Row) -> str:
    shown = list(dict.fromkeys(figure.text.strip() for figure in row.figures))
    return " ".join(shown[:_FIGURES]) + (" …" if len(shown) > _FIGURES else "")
