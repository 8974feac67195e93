"""The built site, as files; and the reference of the API, readable without a network."""

from __future__ import annotations

import importlib.util
from pathlib import Path

from fastapi.openapi.docs import get_swagger_ui_html
from starlette.datastructures import URL
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, PlainTextResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send

from kb.api.service import Service
from kb.api.statuses import status_of
from kb.errors import KbError

_LOGIN = {"WWW-Authenticate": 'Basic realm="kb", charset="UTF-8"'}
SERVER_FILE = "/assets/kb/server.json"
"""What the pages read to learn whether a server answers them; in the built site it names none."""
_NO_SITE = (
    "Questions are answered under /api/v1, described at /api/docs.\n"
    "There is no site here: build it with `make site` and name its folder with --site.\n"
)


class Site:
    """Serves a folder of files to those who may read what it was built for."""

    def __init__(self, service: Service) -> None:
        self._service = service
        folder = service.settings.site
        # Symbolic links are not followed, paths with .. end outside and are refused.
        self._files = StaticFiles(directory=folder, html=True) if folder.is_dir() else None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one file."""
        response = await self._response(Request(scope), scope)
        await response(scope, receive, send)

    async def _response(self, request: Request, scope: Scope) -> Response:
        try:
            access = self._service.enter(request)
        except KbError as error:
            status = status_of(error)
            return PlainTextResponse(f"{error.message}\n", status, _LOGIN if status == 401 else None)
        if not access.covers(self._service.settings.site_audiences):
            return PlainTextResponse("this key does not open the site\n", 403)
        if self._files is None:
            return PlainTextResponse(_NO_SITE, 200 if request.url.path == "/" else 404)
        if request.url.path == SERVER_FILE:
            return JSONResponse({"api": "api/v1/"}, headers={"Cache-Control": "no-cache"})
        try:
            response = await self._files.get_response(self._files.get_path(scope), scope)
        except HTTPException as error:
            # A file without the right to read it is as good as none.
            status = 404 if error.status_code == 401 else error.status_code
            return PlainTextResponse("there is nothing at this path\n", status, error.headers)
        response.headers["Cache-Control"] = "no-cache"
        if "location" in response.headers:  # to a folder's page, by the name that a caller gave this host
            response.headers["Location"] = "/" + URL(response.headers["location"]).path.lstrip("/")
        return response


def reference_files() -> StaticFiles:
    """Return the scripts and styles of Swagger UI, from the package ``fastapi-offline``."""
    found = importlib.util.find_spec("fastapi_offline")
    assert found is not None and found.origin is not None  # required by the extra `server`
    return StaticFiles(directory=Path(found.origin).parent / "static")


def reference_page(title: str) -> HTMLResponse:
    """Return the page that shows the OpenAPI document."""
    return get_swagger_ui_html(
        openapi_url="/api/openapi.json",
        title=title,
        swagger_js_url="/api/docs/files/swagger-ui-bundle.js",
        swagger_css_url="/api/docs/files/swagger-ui.css",
        swagger_favicon_url="/api/docs/files/favicon.png",
    )
