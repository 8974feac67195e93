"""Any server that speaks OpenAI's ``/v1/chat/completions``, through the standard library."""

from __future__ import annotations

import http.client
import json
import os
import re
import time
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

from kb.errors import InputInvalid, PhrasingFailed

KEY_VARIABLE = "KB_LLM_KEY"
UNNAMED = "default"
"""Sent where the address names no model: servers of a single model do not look at it."""

_SECONDS = 30.0
_MOST = 1_000_000  # bytes of a reply
_PATH = "/chat/completions"


class ChatModel:
    """A language model behind an address; called with a chat, returns the reply. Asked once: an answer is there already.

    Example:
        >>> phrased(answer, ChatModel("http://127.0.0.1:8080/v1?model=qwen3"))
    """

    def __init__(self, address: str, *, seconds: float = _SECONDS) -> None:
        """Does not connect yet.

        Args:
            address: ``http(s)://HOST/v1[?model=NAME]``; a key is read from ``KB_LLM_KEY``.
            seconds: Until a reply is given up.

        Raises:
            InputInvalid: The address is malformed.
        """
        self._url, self._model = _parse(address)
        self._seconds = seconds

    def __call__(self, messages: list[dict[str, str]]) -> str:
        """Return the reply to a chat.

        Raises:
            PhrasingFailed: The server cannot be reached, refuses, is too slow, or answers something unusable.
        """
        asked = {"model": self._model, "messages": messages, "temperature": 0, "stream": False}
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        request = urllib.request.Request(self._url, json.dumps(asked).encode(), headers)
        if key := os.environ.get(KEY_VARIABLE):
            request.add_unredirected_header("Authorization", f"Bearer {key}")
        until = time.monotonic() + self._seconds
        try:
            with _OPENER.open(request, timeout=self._seconds) as response:
                raw = self._read(response, until)
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(error) from None
        except (OSError, http.client.HTTPException, ValueError) as error:
            reason = getattr(error, "reason", None) or str(error) or type(error).__name__
            raise self._failed(f"no answer ({reason})", "is the server running at that address?") from error
        try:
            reply = json.loads(raw)["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError) as error:
            raise self._failed("the answer holds no reply", "does the address end in /v1?") from error
        if not isinstance(reply, str):
            raise self._failed("the reply is no text", "is this a chat model?")
        return reply

    def _read(self, response: http.client.HTTPResponse, until: float) -> bytes:
        pieces = []
        size = 0
        while piece := response.read1(65_536):
            pieces.append(piece)
            size += len(piece)
            if time.monotonic() > until:
                raise self._failed(
                    f"no whole answer within {self._seconds:.0f} seconds", "see the server's log"
                )
            if size > _MOST:
                raise self._failed("the answer is too long", "is this a chat model?")
        return b"".join(pieces)

    def _refused(self, error: urllib.error.HTTPError) -> PhrasingFailed:
        what = f"status {error.code} {error.reason}".rstrip()
        if said := _message(error):
            what += f": {said}"
        if error.code in (401, 403):
            return self._failed(what, f"put a valid key into {KEY_VARIABLE}")
        if error.code in (400, 404):
            return self._failed(what, "does the address end in /v1, and is ?model= a model of that server?")
        return self._failed(what, "see the server's log")

    def _failed(self, what: str, hint: str) -> PhrasingFailed:
        return PhrasingFailed(f"language model {self._url}: {what}", hint=hint, url=self._url)


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could carry the clauses to another host, and turns POST into GET."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Follows nothing; the status then counts as a refusal."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def _parse(address: str) -> tuple[str, str]:
    """Return the URL to ask and the name of the model."""
    try:
        parts = urlsplit(address)
        given = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
            raise ValueError("no host")
        if parts.username is not None:
            raise ValueError("a password does not belong in it")
        if unknown := set(given) - {"model"}:
            raise ValueError(f"unknown parameter {min(unknown)!r}")
    except ValueError as error:
        shown = re.sub("//[^/]*@", "//", address)
        raise InputInvalid(
            f"not the address of a language model: {shown} ({error})",
            hint=f"write http://HOST:PORT/v1?model=NAME; a key goes into {KEY_VARIABLE}",
            address=shown,
        ) from None
    path = (parts.path.rstrip("/") or "/v1").removesuffix(_PATH) + _PATH
    return urlunsplit((parts.scheme, parts.netloc, path, "", "")), given.get("model") or UNNAMED


def _message(error: urllib.error.HTTPError) -> str:
    """Return what the server says about a refusal: OpenAI's ``error.message``, or the beginning of the body."""
    try:
        raw = error.read(2000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""
    try:
        said = json.loads(raw)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        said = raw
    return " ".join(str(said).split())[:200]
