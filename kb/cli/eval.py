"""``kb eval``: how good are the answers, did a change help, may it land?"""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.exit_codes import FINDINGS
from kb.cli.options import index_option, json_option, model_option
from kb.cli.output import print_json, progress_bar

_QUESTIONS = Path("evals/questions.jsonl")
_FLOORS = Path("evals/floors.json")

_questions_option = click.option(
    "--questions",
    type=click.Path(path_type=Path),
    default=_QUESTIONS,
    show_default=True,
    help="Questions with the clauses that answer them, JSON Lines.",
)


@click.group(name="eval")
def evaluate() -> None:
    """Measure answers on questions whose answers are known."""


@evaluate.command()
@_questions_option
@click.option(
    "--split",
    type=click.Choice(["fit", "held-out", "all"]),
    default="held-out",
    show_default=True,
    help="Which questions: nothing is fitted on held-out ones.",
)
@click.option("--out", type=click.Path(path_type=Path), help="File to keep the run in, for compare.")
@click.option("--misses", is_flag=True, help="List the questions that went wrong, and what was offered.")
@json_option
@index_option
@model_option
def run(
    questions: Path, split: str, out: Path | None, misses: bool, as_json: bool, index: str, model: str
) -> None:
    """Ask every question and print metrics beside those of a naive keyword search."""
    from kb.cli.eval_tables import misses_text, run_text
    from kb.evals import read_questions, write_results
    from kb.evals import run as ask_all
    from kb.evals.results import results_json

    chosen = read_questions(questions, split)
    with progress_bar("asking") as progress:
        results = ask_all(chosen, index, split=split, model=model, progress=progress)
    if out is not None:
        write_results(results, out)
    if as_json:
        print_json(results_json(results))
        return
    click.echo(run_text(results))
    if misses:
        click.echo(misses_text(results, chosen))


@evaluate.command()
@click.argument("first", type=click.Path(path_type=Path))
@click.argument("second", type=click.Path(path_type=Path))
@json_option
def compare(first: Path, second: Path, as_json: bool) -> None:
    """Say what the run in SECOND won and lost against the run in FIRST, question by question."""
    from dataclasses import asdict

    from kb.cli.eval_tables import compare_text
    from kb.evals import compare as differences
    from kb.evals import read_results

    before, after = read_results(first), read_results(second)
    found = differences(before.outcomes, after.outcomes)
    if as_json:
        print_json({name: asdict(difference) for name, difference in found.items()})
    else:
        click.echo(compare_text(before, after, found))


@evaluate.command()
@click.option(
    "--floors",
    type=click.Path(path_type=Path),
    default=_FLOORS,
    show_default=True,
    help="Pinned bounds and the digest of the pages they were pinned on.",
)
@_questions_option
@index_option
@model_option
@click.pass_context
def gate(context: click.Context, floors: Path, questions: Path, index: str, model: str) -> None:
    """Fail when a metric is below its floor, or when the floors were pinned on other pages."""
    from kb.evals import read_floors, read_questions, violations
    from kb.evals import run as ask_all

    pinned = read_floors(floors)
    chosen = read_questions(questions, pinned.split)
    with progress_bar("asking") as progress:
        results = ask_all(chosen, index, split=pinned.split, model=model, progress=progress)
    broken = violations(results, pinned)
    for line in broken:
        click.echo(line)
    click.echo(f"{len(chosen)} questions, {len(broken)} findings", err=True)
    if broken:
        context.exit(FINDINGS)
