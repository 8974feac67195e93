"""``kb serve``: site and API on one port."""

from __future__ import annotations

import ipaddress
from pathlib import Path

import click

from kb.cli.gaps import gaps_option
from kb.cli.options import index_option, model_option
from kb.errors import InputInvalid, ServerFailed
from kb.model.document import AUDIENCES

keys_option = click.option(
    "--keys",
    type=click.Path(path_type=Path),
    default=Path("keys.json"),
    envvar="KB_KEYS",
    show_default=True,
    help="File of keys, see `kb keys`; where it exists, nobody is answered without one.",
)
_audience = click.Choice(AUDIENCES)


@click.command()
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help="0 takes a free one."
)
@click.option(
    "--site", type=click.Path(path_type=Path), default=Path("site"), envvar="KB_SITE", show_default=True,
    help="Folder of the built site, served under / where it exists.",
)  # fmt: skip
@keys_option
@click.option("--no-keys", is_flag=True, help="Answer everybody, on any address, whatever --keys says.")
@click.option(
    "--anonymous", type=_audience, multiple=True, help="Audience open to those without a key; repeatable."
)
@click.option(
    "--site-audience", type=_audience, multiple=True, help="Audience the site was built for; all by default."
)
@click.option(
    "--cors", multiple=True, metavar="ORIGIN", help="Origin whose pages may call the API; repeatable."
)
@click.option(
    "--behind-proxy", metavar="ADDRESS", help="Proxy whose X-Forwarded-For and -Proto are believed."
)
@click.option("--rate", type=click.FloatRange(min=0.01), default=20.0, show_default=True,
              help="Questions a second, per key and per address.")  # fmt: skip
@click.option("--log-questions", is_flag=True, help="Write questions into the log.")
@gaps_option
@click.option("--no-gaps", is_flag=True, help="Keep no questions.")
@index_option
@model_option
def serve(
    host: str,
    port: int,
    site: Path,
    keys: Path,
    no_keys: bool,
    anonymous: tuple[str, ...],
    site_audience: tuple[str, ...],
    cors: tuple[str, ...],
    behind_proxy: str | None,
    rate: float,
    log_questions: bool,
    gaps: Path,
    no_gaps: bool,
    index: str,
    model: str,
) -> None:
    """Serve the site and the API on one port, until interrupted.

    Needs the extra `server`. A new index that `kb index` builds is taken into use within seconds.
    """
    try:
        from kb.api.server import run
        from kb.api.settings import Limits, Settings
    except ModuleNotFoundError as error:
        raise ServerFailed(
            f"kb serve needs the package {error.name}", hint="install it: pip install 'policy-kb[server]'"
        ) from error
    locked = keys.exists() and not no_keys
    if not (locked or no_keys or _is_loopback(host)):
        raise InputInvalid(
            f"{host} can be reached by others, and there is no file of keys at {keys}",
            hint="make a key with `kb keys add`, or say --no-keys to answer everybody",
        )
    settings = Settings(
        index=index,
        model=model,
        site=site,
        keys=keys if locked else None,
        anonymous=anonymous,
        site_audiences=site_audience or AUDIENCES,
        cors=cors,
        open_to_others=no_keys,
        log_questions=log_questions,
        gaps=None if no_gaps else gaps,
        limits=Limits(rate=rate),
    )
    run(settings, host, port, proxy=behind_proxy)


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
