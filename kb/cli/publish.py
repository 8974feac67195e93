"""``kb publish``: the generated pages, data and navigation of the site."""

from __future__ import annotations

from pathlib import Path

import click

from kb.cli.exit_codes import FINDINGS
from kb.cli.options import docs_option, index_option, json_option
from kb.cli.output import print_json
from kb.knowledge_base import publish as publish_site
from kb.knowledge_base import publish_for
from kb.model.document import AUDIENCES


@click.command()
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    default=Path("mkdocs.yml"),
    show_default=True,
    help="Configuration of the site; its generated part is rewritten. Where there is none, one is written.",
)
@click.option(
    "--audience",
    type=click.Choice(AUDIENCES),
    help="Write the pages this audience may see, and nothing else, into the new folder --out; --docs stays as it is.",
)
@click.option(
    "--out",
    type=click.Path(path_type=Path),
    help="With --audience: a folder that is made, with mkdocs.yml, docs and overrides in it.",
)
@click.option("--check", "only_check", is_flag=True, help="Write nothing; exit 1 when something is stale.")
@json_option
@docs_option
@index_option
@click.pass_context
def publish(
    context: click.Context,
    config: Path,
    audience: str | None,
    out: Path | None,
    only_check: bool,
    as_json: bool,
    docs: Path,
    index: str,
) -> None:
    """Write the pages a site needs besides the documents: home, kinds, topics, comparisons, search data, llms.txt.

    Run it after pages changed and before the site is built. Where there is an index, the conflicts between documents are
    taken from it; else, and with --check, they stay as last published.
    """
    if (audience is None) != (out is None) or (out is not None and only_check):
        raise click.UsageError("--audience and --out go together, without --check")
    if audience is not None and out is not None:
        result = publish_for(audience, docs, config, out, index=index)
    else:
        result = publish_site(docs, config, index=None if only_check else index, write=not only_check)
    changed = {
        "written": [path.as_posix() for path in result.written],
        "removed": [path.as_posix() for path in result.removed],
        "total": result.total,
    }
    if as_json:
        print_json(changed)
    elif out is not None:
        click.echo(
            f"{out}: {len(result.written)} files for {audience}; next: mkdocs build -f {out}/mkdocs.yml"
        )
    else:
        for path in [*result.written, *result.removed]:
            click.echo(
                f"{'stale' if only_check else 'written' if path in result.written else 'removed'}: {path}"
            )
        click.echo(
            f"{result.total} generated files, {len(result.written) + len(result.removed)} changed", err=True
        )
    if only_check and (result.written or result.removed):
        context.exit(FINDINGS)
