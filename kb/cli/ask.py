"""``kb ask`` and ``kb search``: one question, or a file of them."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TextIO

import click

from kb.cli.options import filter_options, index_option, json_option, limit_option, model_option
from kb.cli.output import print_answer, print_hits, print_json
from kb.errors import InputInvalid, QuestionError
from kb.knowledge_base import KnowledgeBase, timed
from kb.model import Filters
from kb.payloads import answer_payload, error_payload, search_payload

_batch_option = click.option(
    "--batch",
    type=click.File(encoding="utf-8"),
    help="File of JSON Lines with id and question (- for stdin); answers come as JSON Lines in the same order.",
)


@click.command()
@click.argument("question", required=False)
@_batch_option
@json_option
@limit_option
@index_option
@model_option
@filter_options
def ask(
    question: str | None,
    batch: TextIO | None,
    as_json: bool,
    limit: int,
    index: Path,
    model: str,
    **filters: tuple[str, ...],
) -> None:
    """Answer QUESTION with cited rules, or say that the rules do not say."""
    chosen = Filters(**filters)
    rows = _rows(question, batch)
    with KnowledgeBase.open(index, model=model) as kb:

        def payload(text: str) -> dict[str, Any]:
            answer, took = timed(lambda: kb.ask(text, limit=limit, filters=chosen))
            return answer_payload(answer, kb.info, took)

        if batch is not None:
            _print_batch(rows, payload)
        elif as_json:
            print_json(payload(question or ""))
        else:
            print_answer(kb.ask(question or "", limit=limit, filters=chosen))


@click.command()
@click.argument("question", required=False)
@_batch_option
@json_option
@limit_option
@index_option
@model_option
@filter_options
def search(
    question: str | None,
    batch: TextIO | None,
    as_json: bool,
    limit: int,
    index: Path,
    model: str,
    **filters: tuple[str, ...],
) -> None:
    """List the clauses nearest to QUESTION, without composing an answer."""
    chosen = Filters(**filters)
    rows = _rows(question, batch)
    with KnowledgeBase.open(index, model=model) as kb:

        def payload(text: str) -> dict[str, Any]:
            hits, took = timed(lambda: kb.search(text, limit=limit, filters=chosen))
            return search_payload(text, hits, kb.info, took)

        if batch is not None:
            _print_batch(rows, payload)
        elif as_json:
            print_json(payload(question or ""))
        else:
            print_hits(kb.search(question or "", limit=limit, filters=chosen))


def _rows(question: str | None, batch: TextIO | None) -> list[dict[str, Any]]:
    """Return the batch's rows; every line is read before the first question is asked."""
    if (question is None) == (batch is None):
        raise click.UsageError("give a QUESTION or --batch FILE")
    return [] if batch is None else list(_parse(batch))


def _parse(batch: TextIO) -> Iterator[dict[str, Any]]:
    name = getattr(batch, "name", "batch")
    try:
        for number, line in enumerate(batch, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise _bad_line(name, number, f"is not JSON ({error})") from error
            if not isinstance(row, dict) or not isinstance(row.get("question"), str):
                raise _bad_line(name, number, 'has no "question" text')
            if not isinstance(row.get("id"), str | int):
                raise _bad_line(name, number, 'has no "id"')
            yield row
    except UnicodeDecodeError as error:
        raise InputInvalid(f"{name} is not UTF-8 text", hint="save the file as UTF-8") from error


def _bad_line(name: str, number: int, what: str) -> InputInvalid:
    return InputInvalid(
        f"{name}:{number} {what}",
        hint='each line is an object like {"id": "q1", "question": "…"}',
        line=number,
    )


def _print_batch(rows: list[dict[str, Any]], payload: Callable[[str], dict[str, Any]]) -> None:
    """Print one object a line; a question that cannot be asked gives its error in its place."""
    for row in rows:
        try:
            answer = payload(row["question"])
        except QuestionError as error:
            answer = {"question": row["question"], "status": "error", "error": error_payload(error)}
        print_json({"id": row["id"]} | answer)
