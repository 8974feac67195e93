"""``/mcp``: lets in who has a key; the SDK behind it is loaded when somebody first knocks."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from kb.api.service import Service
from kb.api.statuses import error_body, error_headers, http_body, status_of
from kb.errors import KbError

PATH = "/mcp"


class McpDoor:
    """Streamable HTTP for agents; tells the tools what the caller's key opens."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._opening = asyncio.Lock()
        self._app: ASGIApp | None = None
        self._stop = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    @asynccontextmanager
    async def running(self) -> AsyncIterator[None]:
        """Serve until the block ends."""
        yield
        self._stop.set()
        if self._task is not None:
            await self._task

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        try:
            access = self._service.enter(Request(scope))
        except KbError as error:
            refused = JSONResponse(error_body(error), status_of(error), error_headers(error))
            await refused(scope, receive, send)
            return
        if scope["method"] != "POST":  # no sessions and no events: a stream would only hold a connection
            await JSONResponse(http_body(405), 405, {"Allow": "POST"})(scope, receive, send)
            return
        scope["state"]["access"] = access
        app = self._app or await self._open()
        await app(scope, receive, send)

    async def _open(self) -> ASGIApp:
        """Load the SDK, half a second of work, and start what it keeps running."""
        async with self._opening:
            if self._app is None:
                ready: asyncio.Future[ASGIApp] = asyncio.get_running_loop().create_future()
                self._task = asyncio.create_task(self._run(ready))
                self._app = await ready
            return self._app

    async def _run(self, ready: asyncio.Future[ASGIApp]) -> None:
        try:
            mcp = await asyncio.to_thread(importlib.import_module, "kb.api.mcp")
        except ImportError as error:
            ready.set_exception(error)  # a 500 for whoever knocked, its traceback in the log
            return
        server = mcp.create_mcp(self._service, None)
        app = mcp.http_app(server, self._service)
        async with server.session_manager.run():
            ready.set_result(app)
            await self._stop.wait()
