"""How results look in a terminal."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import click

from kb.model import Answer, Citation, Hit, Passage, SourceSpan

_QUOTE_WIDTH = 160


def print_json(payload: Any) -> None:
    """Print one JSON object on one line of stdout."""
    click.echo(json.dumps(payload, ensure_ascii=False))


def print_answer(answer: Answer) -> None:
    """Print an answer and its evidence for people."""
    click.echo(answer.text)
    shown = answer.citations or answer.nearest
    if shown:
        click.echo()
    for citation in shown:
        print_citation(citation)


def print_hits(hits: Sequence[Hit]) -> None:
    """Print hits for people."""
    for n, hit in enumerate(hits, 1):
        print_citation(Citation(n=n, passage=hit.passage, quote=hit.passage.text, score=hit.score))
    if not hits:
        click.echo("no clause found", err=True)


def print_citation(citation: Citation) -> None:
    """Print one citation: where, what, and where it comes from."""
    passage = citation.passage
    click.echo(f"[{citation.n}] {place(passage)}")
    click.echo(f"    {shorten(citation.quote)}")
    click.echo(click.style(f"    {passage.clause_id}  ·  {sources(passage.sources)}", dim=True))


def place(passage: Passage) -> str:
    """Return where a passage stands, as people cite it."""
    path = " › ".join(passage.heading_path)
    number = f" {passage.number}" if passage.number and not passage.heading else ""
    return f"《{passage.document_title}》{' ' + path if path else ''}{number}"


def sources(spans: Sequence[SourceSpan]) -> str:
    """Return source places, the first in full."""
    if not spans:
        return "no source recorded"
    first = spans[0]
    more = f" and {len(spans) - 1} more" if len(spans) > 1 else ""
    return f"{first.file}[{first.start}:{first.end}]{more}"


def shorten(text: str) -> str:
    """Return text on one line, cut at a width that two lines of a terminal hold."""
    line = " ".join(text.split())
    return line if len(line) <= _QUOTE_WIDTH else line[: _QUOTE_WIDTH - 1] + "…"


@contextmanager
def progress_bar(label: str) -> Iterator[Callable[[int, int], None]]:
    """Give a function that takes (done, total) and draws a bar on stderr; silent where stderr is no terminal."""
    if not sys.stderr.isatty():
        yield lambda done, total: None
        return
    with click.progressbar(length=1, label=label, file=sys.stderr, show_eta=True) as bar:
        at = 0

        def show(done: int, total: int) -> None:
            nonlocal at
            bar.length = max(total, 1)
            bar.update(done - at)
            at = done

        yield show
