"""``kb show``: one clause in full."""

from __future__ import annotations

import click

from kb.cli.options import index_option, json_option, model_option
from kb.cli.output import place, print_json, shorten
from kb.knowledge_base import KnowledgeBase
from kb.payloads import clause_payload


@click.command()
@click.argument("clause_id")
@click.option(
    "--around", type=click.IntRange(0, 20), default=2, show_default=True, help="Neighbours on either side."
)
@json_option
@index_option
@model_option
def show(clause_id: str, around: int, as_json: bool, index: str, model: str) -> None:
    """Show the clause CLAUSE_ID, its neighbours, sources and English gloss."""
    with KnowledgeBase.open(index, model=model) as kb:
        passage, neighbours = kb.show(clause_id, around=around)
    if as_json:
        print_json(clause_payload(passage) | {"neighbours": [clause_payload(other) for other in neighbours]})
        return
    click.echo(place(passage))
    click.echo(f"\n{passage.text}\n")
    if passage.gloss_en:
        click.echo(f"EN  {passage.gloss_en}")
    if passage.note:
        click.echo(f"编者注  {passage.note}")
    if passage.topics:
        click.echo(f"主题  {', '.join(passage.topics)}")
    for question in passage.ask:
        click.echo(f"问法  {question}")
    for span in passage.sources:
        click.echo(f"出处  {span.file}[{span.start}:{span.end}]")
    click.echo(f"链接  {passage.url}")
    if neighbours:
        click.echo("\n前后条文")
    for other in neighbours:
        click.echo(
            f"  {'↑' if other.order < passage.order else '↓'} {other.clause_id}  {shorten(other.text)}"
        )
