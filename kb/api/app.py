"""The application: routes, errors and limits put together."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.metadata import version

from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import HTMLResponse, JSONResponse
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send

from kb.api.edge import Edge
from kb.api.log import log
from kb.api.mcp_door import PATH, McpDoor
from kb.api.routes import health_routes, routes
from kb.api.service import Service
from kb.api.settings import Settings
from kb.api.site import Site, reference_files, reference_page
from kb.api.statuses import error_body, error_headers, http_body, status_of
from kb.errors import InputInvalid, KbError

_TITLE = "Policy knowledge base"
_ABOUT = """Regulations and handbooks, asked in plain words and answered with the rules themselves, cited.

Every error is `{"code", "message", "hint"}`; `code` is stable. Every answer carries `X-Request-ID`, which the server's
log repeats. Clauses and documents carry an `ETag`; send it back as `If-None-Match`."""


def create_app(settings: Settings) -> ASGIApp:
    """Return the ASGI application of a server.

    Raises:
        KeysInvalid: The file of keys is missing or malformed.
    """
    service = Service(settings)
    mcp = McpDoor(service)
    app: ASGIApp = _Switch(_api(service, mcp), mcp, Site(service))
    if settings.cors:
        app = CORSMiddleware(
            app,
            allow_origins=settings.cors,
            allow_methods=["GET", "POST"],
            allow_headers=["Authorization", "Content-Type", "If-None-Match"],
            expose_headers=["ETag", "Retry-After", "X-Request-ID"],
        )
    return Edge(GZipMiddleware(app, minimum_size=1000, compresslevel=4), settings.limits, service.metrics)


class _Switch:
    """Sends what begins with ``/api/`` to the API, ``/mcp`` to the tools, the rest to the site.

    Not a mount of the site under ``/``: that would take a wrong method on an API path for a file that is not there.
    """

    def __init__(self, api: ASGIApp, mcp: ASGIApp, site: ASGIApp) -> None:
        self._api = api
        self._mcp = mcp
        self._site = site

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event."""
        path = scope.get("path", "/api/")
        own = path.startswith("/api/") or path in ("/metrics", "/api")
        if scope["type"] == "http" and path in (PATH, f"{PATH}/"):
            scope["path"] = PATH
            await self._mcp(scope, receive, send)
        elif scope["type"] == "http" and not own:
            await self._site(scope, receive, send)
        elif scope.get("method") == "HEAD":  # answered like GET; the server leaves the body out
            got = {**scope, "method": "GET"}
            await self._api(got, receive, send)
            scope["route"] = got.get("route")  # for the metrics
        else:
            await self._api(scope, receive, send)


def _api(service: Service, mcp: McpDoor) -> FastAPI:
    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        service.start()
        async with mcp.running():
            yield
        service.close()
        log("stopped")

    api = FastAPI(
        title=_TITLE,
        description=_ABOUT,
        version=version("policy-kb"),
        openapi_url="/api/openapi.json",
        docs_url=None,
        redoc_url=None,
        lifespan=lifespan,
        redirect_slashes=False,
    )
    api.include_router(routes(service))
    api.include_router(health_routes(service))
    api.mount("/api/docs/files", reference_files())

    @api.get("/api/docs", include_in_schema=False)
    async def reference() -> HTMLResponse:
        return reference_page(_TITLE)

    @api.get("/metrics", include_in_schema=False)
    async def metrics(request: Request) -> Response:
        service.enter(request)
        return Response(service.metrics.text(), media_type="text/plain; version=0.0.4; charset=utf-8")

    @api.exception_handler(KbError)
    async def refused(_: Request, error: KbError) -> JSONResponse:
        return JSONResponse(error_body(error), status_of(error), error_headers(error))

    @api.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> JSONResponse:
        return JSONResponse(error_body(_what_is_wrong(error)), 422)

    @api.exception_handler(HTTPException)
    async def failed(_: Request, error: HTTPException) -> JSONResponse:
        return JSONResponse(http_body(error.status_code), error.status_code, error.headers)

    @api.exception_handler(Exception)
    async def broke(_: Request, error: Exception) -> JSONResponse:
        return JSONResponse(http_body(500), 500)

    return api


def _what_is_wrong(error: RequestValidationError) -> InputInvalid:
    """Return the first fault of a request; what was sent is not repeated, only where it stands."""
    fault = error.errors()[0]
    parts = [str(part)[:50] for part in fault["loc"] if part not in ("one", "batch")]  # names of our own
    where = ".".join(parts)
    if where == "body":
        hint = "send a JSON object, with `Content-Type: application/json`; see /api/docs for what is in it"
        return InputInvalid("the body is no JSON object", hint=hint)
    return InputInvalid(f"{where}: {fault['msg']}", hint="see /api/docs for what each path takes")
