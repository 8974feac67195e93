"""What every request passes first and every answer last, whatever it asks for."""

from __future__ import annotations

import asyncio
import ipaddress
import json
import re
import secrets
import time
from collections.abc import MutableMapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kb.api.log import log
from kb.api.metrics import Metrics
from kb.api.rates import Rates
from kb.api.settings import Limits
from kb.api.statuses import RETRY_AFTER, error_body, http_body
from kb.errors import RateExceeded

_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_API_CSP = "default-src 'none'; frame-ancestors 'none'"
_SITE_CSP = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; worker-src 'self' blob:; object-src 'none'; base-uri 'self'; frame-ancestors 'none'"
)


class Edge:
    """Request ids, the log, metrics, security headers, and the limits that need no look at the request itself."""

    def __init__(self, app: ASGIApp, limits: Limits, metrics: Metrics) -> None:
        self._app = app
        self._limits = limits
        self._metrics = metrics
        self._rates = Rates(limits.rate, limits.burst)
        self._open = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one connection event."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        headers = Headers(scope=scope)
        wanted = headers.get("x-request-id", "")
        request_id = wanted if _REQUEST_ID.fullmatch(wanted) else secrets.token_hex(8)
        facts: dict[str, object] = {}  # the routes add who asked and, where switched on, what
        scope.setdefault("state", {})["log"] = facts
        began = time.perf_counter()
        status = 500

        async def send_framed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                answer = MutableHeaders(scope=message)
                answer["X-Request-ID"] = request_id
                for name, value in _HEADERS.items():
                    answer[name] = value
                path = scope["path"]
                api = path.startswith(("/api/", "/mcp", "/metrics")) and not path.startswith("/api/docs")
                answer["Content-Security-Policy"] = _API_CSP if api else _SITE_CSP
                if api:
                    answer.setdefault("Cache-Control", "no-store")
            await send(message)

        self._open += 1
        try:
            await self._serve(scope, headers, receive, send_framed)
        finally:
            self._open -= 1
            took = time.perf_counter() - began
            route = getattr(scope.get("route"), "path", "/mcp" if scope["path"] == "/mcp" else "site")
            self._metrics.seen(scope["method"], route, status, took)
            log(
                "request",
                "error" if status == 500 else "info",
                id=request_id,
                method=scope["method"],
                path=scope["path"][:200],
                status=status,
                ms=round(took * 1000, 1),
                address=_address(scope),
                **facts,
            )

    async def _serve(self, scope: Scope, headers: Headers, receive: Receive, send: Send) -> None:
        if self._open > self._limits.open_requests:
            await _refuse(send, 503, http_body(503), RETRY_AFTER)
            return
        address = _address(scope)
        if not _is_loopback(address) and (wait := self._rates.take(address)):
            error = RateExceeded("too many requests from this address", hint=f"wait {wait:.0f} seconds")
            await _refuse(send, 429, error_body(error), wait)
            return
        length = headers.get("content-length", "0")
        if not length.isdecimal() or int(length[:20]) > self._limits.body:
            await _refuse(send, 413, http_body(413))
            return
        await self._app(scope, self._bounded(receive), send)

    def _bounded(self, receive: Receive) -> Receive:
        """Return ``receive`` for a body of bounded size that has to arrive in bounded time."""
        size = 0
        deadline = asyncio.get_running_loop().time() + self._limits.seconds
        whole = False

        async def receive_bounded() -> MutableMapping[str, object]:
            nonlocal size, whole
            if whole:
                return await receive()
            try:
                async with asyncio.timeout_at(deadline):
                    message = await receive()
            except TimeoutError as error:
                raise HTTPException(408) from error
            size += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if size > self._limits.body:
                raise HTTPException(413)
            return message

        return receive_bounded


async def _refuse(send: Send, status: int, body: dict[str, object], wait: float | None = None) -> None:
    headers = [(b"content-type", b"application/json"), (b"connection", b"close")]
    if wait is not None:
        headers.append((b"retry-after", str(max(1, round(wait))).encode()))
    content = json.dumps(body, ensure_ascii=False).encode()
    headers.append((b"content-length", str(len(content)).encode()))
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": content})


def _address(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


def _is_loopback(address: str) -> bool:
    """Return whether the caller sits on this machine; such callers are not counted by address."""
    try:
        return ipaddress.ip_address(address).is_loopback
    except ValueError:
        return False
