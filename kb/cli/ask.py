"""``kb ask`` and ``kb search``: one question, or a file of them."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, TextIO

import click

from kb.cli.options import (
    filter_options,
    index_option,
    json_option,
    limit_option,
    llm_option,
    model_option,
    server_option,
)
from kb.cli.output import print_answer, print_hits, print_json
from kb.errors import InputInvalid, PhrasingFailed, QuestionError
from kb.knowledge_base import KnowledgeBase, timed
from kb.model import Answer, Filters
from kb.payloads import answer_payload, error_payload, search_payload

if TYPE_CHECKING:
    from kb.client import RemoteKnowledgeBase

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
@server_option
@llm_option
@filter_options
def ask(
    question: str | None,
    batch: TextIO | None,
    as_json: bool,
    limit: int,
    index: str,
    model: str,
    server: str | None,
    llm: str | None,
    **filters: tuple[str, ...],
) -> None:
    """Answer QUESTION with cited rules, or say that the rules do not say."""
    chosen = Filters(**filters)
    rows = _rows(question, batch)
    phrase = _phrasing(llm)
    if server is not None:
        remote = _remote(server)

        def remote_payload(text: str) -> dict[str, Any]:
            from kb.client import answer_of

            found = remote.ask_payload(text, limit=limit, filters=chosen)
            answer = phrase(answer_of(found))
            return found | {"answer": answer.text, "phrased_by": answer.phrased_by}

        _print(
            question if batch is None else rows,
            as_json,
            remote_payload,
            lambda text: print_answer(phrase(remote.ask(text, limit=limit, filters=chosen))),
        )
        return
    with KnowledgeBase.open(index, model=model) as kb:

        def payload(text: str) -> dict[str, Any]:
            answer, took = timed(lambda: phrase(kb.ask(text, limit=limit, filters=chosen)))
            return answer_payload(answer, kb.info, took)

        _print(
            question if batch is None else rows,
            as_json,
            payload,
            lambda text: print_answer(phrase(kb.ask(text, limit=limit, filters=chosen))),
        )


@click.command()
@click.argument("question", required=False)
@_batch_option
@json_option
@limit_option
@index_option
@model_option
@server_option
@filter_options
def search(
    question: str | None,
    batch: TextIO | None,
    as_json: bool,
    limit: int,
    index: str,
    model: str,
    server: str | None,
    **filters: tuple[str, ...],
) -> None:
    """List the clauses nearest to QUESTION, without composing an answer."""
    chosen = Filters(**filters)
    rows = _rows(question, batch)
    if server is not None:
        remote = _remote(server)
        _print(
            question if batch is None else rows,
            as_json,
            lambda text: remote.search_payload(text, limit=limit, filters=chosen),
            lambda text: print_hits(remote.search(text, limit=limit, filters=chosen)),
        )
        return
    with KnowledgeBase.open(index, model=model) as kb:

        def payload(text: str) -> dict[str, Any]:
            hits, took = timed(lambda: kb.search(text, limit=limit, filters=chosen))
            return search_payload(text, hits, kb.info, took)

        _print(
            question if batch is None else rows,
            as_json,
            payload,
            lambda text: print_hits(kb.search(text, limit=limit, filters=chosen)),
        )


def _remote(url: str) -> RemoteKnowledgeBase:
    from kb.client import RemoteKnowledgeBase

    return RemoteKnowledgeBase(url, key=os.environ.get("KB_KEY", ""))


def _phrasing(llm: str | None) -> Callable[[Answer], Answer]:
    """Return what has a language model phrase an answer; where that fails, the answer as composed."""
    if llm is None:
        return lambda answer: answer
    from kb.phrase import ChatModel, phrased

    model = ChatModel(llm)

    def phrase(answer: Answer) -> Answer:
        try:
            return phrased(answer, model)
        except PhrasingFailed as error:
            click.echo(f"kb: the answer is in the rules' own words: {error.message}", err=True)
            click.echo(f"    {error.hint}", err=True)
            return answer

    return phrase


def _print(
    asked: str | list[dict[str, Any]] | None,
    as_json: bool,
    payload: Callable[[str], dict[str, Any]],
    show: Callable[[str], None],
) -> None:
    """Print one answer as JSON or for people, or a batch as JSON Lines."""
    if isinstance(asked, list):
        _print_batch(asked, payload)
    elif as_json:
        print_json(payload(asked or ""))
    else:
        show(asked or "")


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
