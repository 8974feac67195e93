"""The process: uvicorn around the application, its log lines like ours."""

from __future__ import annotations

import errno
import logging
import socket

import uvicorn

from kb.api.app import create_app
from kb.api.log import LineHandler, log
from kb.api.settings import Settings
from kb.errors import InputInvalid

_GRACE = 10
"""Seconds that requests under way get when the server is told to stop."""


def run(settings: Settings, host: str, port: int, *, proxy: str | None = None) -> None:
    """Serve until told to stop by SIGTERM or SIGINT; requests under way are answered first.

    Args:
        settings: What is served, to whom.
        host: Address to listen on.
        port: Port; 0 takes a free one, which the log names.
        proxy: Address of a reverse proxy whose forwarded headers are believed.

    Raises:
        InputInvalid: The address cannot be listened on.
        KeysInvalid: The file of keys is missing or malformed.
    """
    app = create_app(settings)
    listening = listen(host, port)
    logging.basicConfig(handlers=[LineHandler(logging.WARNING)], level=logging.WARNING, force=True)
    place = listening.getsockname()
    log("listening", host=place[0], port=place[1], keys=settings.keys is not None)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=proxy is not None,
        forwarded_allow_ips=proxy,
        timeout_graceful_shutdown=_GRACE,
        lifespan="on",
        ws="none",
    )
    with listening:
        uvicorn.Server(config).run(sockets=[listening])


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens there.

    Raises:
        InputInvalid: The address is taken, unknown or not ours.
    """
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
    except OSError as error:
        raise _unusable(host, port, error) from error
    # The protocol is named: asyncio sends small answers at once (TCP_NODELAY) only on sockets that name it.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(512)
    except OSError as error:
        listening.close()
        raise _unusable(host, port, error) from error
    return listening


def _unusable(host: str, port: int, error: OSError) -> InputInvalid:
    what = "is in use" if error.errno == errno.EADDRINUSE else f"cannot be listened on: {error.strerror}"
    return InputInvalid(f"{host}:{port} {what}", hint="choose another --port or --host")
