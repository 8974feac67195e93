"""The ``kb`` command: subcommands, one place where errors become one line and an exit code."""

from __future__ import annotations

import sys
from typing import Any

import click

from kb.cli import exit_codes
from kb.cli.ask import ask, search
from kb.cli.check import check
from kb.cli.compare import compare
from kb.cli.diff import diff
from kb.cli.doctor import doctor
from kb.cli.eval import evaluate
from kb.cli.export import export
from kb.cli.gaps import gaps
from kb.cli.index import index
from kb.cli.ingest import ingest
from kb.cli.keys import keys
from kb.cli.mcp import mcp
from kb.cli.model import model
from kb.cli.publish import publish
from kb.cli.serve import serve
from kb.cli.show import show
from kb.errors import KbError


class _OneLineErrors(click.Group):
    """Turns the library's errors into one line, a hint and a stable exit code."""

    def invoke(self, context: click.Context) -> Any:
        try:
            return super().invoke(context)
        except KbError as error:
            click.echo(f"kb: {error.message}", err=True)
            click.echo(f"    {error.hint}", err=True)
            context.exit(exit_codes.exit_code(error))
        except (KeyboardInterrupt, click.Abort):
            click.echo("kb: interrupted; nothing was replaced", err=True)
            context.exit(exit_codes.INTERRUPTED)


@click.group(
    cls=_OneLineErrors,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 done, 1 findings, 2 usage or question, 3 index, 4 source, 5 model, 6 page, 7 unknown clause, 8 server, 9 key, 10 gaps.",
)
@click.version_option(package_name="policy-kb", prog_name="kb")
def main() -> None:
    """Ask regulations and handbooks; get the rule itself, cited, or an honest "the rules do not say".

    Data goes to stdout, everything else to stderr.
    """


for _command in (
    ask,
    search,
    compare,
    show,
    ingest,
    diff,
    index,
    export,
    check,
    publish,
    doctor,
    evaluate,
    model,
    serve,
    keys,
    gaps,
    mcp,
):
    main.add_command(_command)

if __name__ == "__main__":
    sys.exit(main())
