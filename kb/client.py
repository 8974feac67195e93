"""A knowledge base behind a server, asked over HTTP: standard library only."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Mapping
from http.client import HTTPException
from typing import Any

from kb import errors
from kb.config import DEFAULT_LIMIT
from kb.errors import InputInvalid, KbError, RateExceeded, ServerBusy, ServerFailed, ServerUnreachable
from kb.model import Answer, Citation, Filters, Hit, Passage, SourceSpan

_SECONDS = 30.0
_MOST = 64_000_000
"""Bytes of an answer."""


class RemoteKnowledgeBase:
    """What ``kb serve`` answers, with the same questions as ``KnowledgeBase``.

    Example:
        >>> kb = RemoteKnowledgeBase("http://127.0.0.1:8000")
        >>> print(kb.ask("上班玩游戏会怎么罚").text)
    """

    def __init__(self, url: str, *, key: str = "", timeout: float = _SECONDS) -> None:
        """Does not connect yet.

        Args:
            url: The server's address, such as ``https://rules.example``.
            key: A key of that server, where it wants one.
            timeout: Seconds until a request is given up. A server that asks to come back later is asked again within them.

        Raises:
            InputInvalid: The address is no HTTP address, or the key cannot be sent.
        """
        try:
            parts = urllib.parse.urlsplit(url)
            known = parts.scheme in ("http", "https") and bool(parts.hostname)
        except ValueError:
            known = False
        if not known:
            raise InputInvalid(
                f"{url!r} is not the address of a server", hint="write it like http://127.0.0.1:8000"
            )
        if not (key.isascii() and key.isprintable()):
            raise InputInvalid(
                "the key holds characters no key has", hint="copy it again as `kb keys add` printed it"
            )
        self._url = url.rstrip("/")
        self._key = key
        self._timeout = timeout
        self._opener = urllib.request.build_opener(_NoRedirect)

    def ask(self, question: str, *, limit: int = DEFAULT_LIMIT, filters: Filters | None = None) -> Answer:
        """Return the answer to a question.

        Raises:
            KbError: What the server refused with; ``ServerProblem`` when it does not answer.
        """
        return answer_of(self.ask_payload(question, limit=limit, filters=filters))

    def search(
        self, question: str, *, limit: int = DEFAULT_LIMIT, filters: Filters | None = None
    ) -> tuple[Hit, ...]:
        """Return the passages nearest to a question.

        Raises:
            KbError: As ``ask``.
        """
        return hits_of(self.search_payload(question, limit=limit, filters=filters))

    def ask_payload(self, question: str, *, limit: int, filters: Filters | None = None) -> dict[str, Any]:
        """Return the answer as ``kb ask --json`` prints it.

        Raises:
            KbError: As ``ask``.
        """
        return self._call("/api/v1/ask", _question(question, limit, filters))

    def search_payload(self, question: str, *, limit: int, filters: Filters | None = None) -> dict[str, Any]:
        """Return the hits as ``kb search --json`` prints them.

        Raises:
            KbError: As ``ask``.
        """
        return self._call("/api/v1/search", _question(question, limit, filters))

    def _call(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        end = time.monotonic() + self._timeout
        while True:
            try:
                return self._once(path, body)
            except (RateExceeded, ServerBusy) as error:
                wait = float(str(error.data.get("retry_after") or 1))
                if time.monotonic() + wait > end:
                    raise
                time.sleep(wait)

    def _once(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        request = urllib.request.Request(
            self._url + path,
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json", "Accept": "application/json"},
        )
        if self._key:
            request.add_unredirected_header("Authorization", f"Bearer {self._key}")
        try:
            with self._opener.open(request, timeout=self._timeout) as response:
                content = response.read(_MOST)
        except urllib.error.HTTPError as error:
            with error:
                wait = error.headers.get("Retry-After", "")
                raise _refusal(error.code, error.read(_MOST), self._url, wait) from error
        except (OSError, HTTPException) as error:
            reason = getattr(error, "reason", None) or error
            raise ServerUnreachable(
                f"no answer from {self._url}: {reason}", hint="is `kb serve` running there? see its log"
            ) from error
        try:
            found = json.loads(content)
        except ValueError as error:
            raise _no_answer(self._url) from error
        if not isinstance(found, dict) or "took_ms" not in found:
            raise _no_answer(self._url)
        return found


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A key must not follow a redirection to somewhere else."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        return None


def answer_of(payload: Mapping[str, Any]) -> Answer:
    """Return the answer that a payload describes, as far as it does."""
    return Answer(
        question=payload["question"],
        status=payload["status"],
        text=payload["answer"],
        reason=payload["reason"],
        citations=tuple(map(_citation, payload["citations"])),
        nearest=tuple(map(_citation, payload.get("nearest", ()))),
        phrased_by=payload.get("phrased_by", "composed"),
    )


def hits_of(payload: Mapping[str, Any]) -> tuple[Hit, ...]:
    """Return the hits that a payload describes, as far as it does."""
    found = map(_citation, payload["hits"])
    return tuple(Hit(passage=citation.passage, score=citation.score) for citation in found)


def _citation(payload: Mapping[str, Any]) -> Citation:
    passage = Passage(
        clause_id=payload["clause_id"],
        document_id=payload["document_id"],
        document_title=payload["document_title"],
        kind="",
        platform="",
        audience="",
        status="",
        number=payload["number"],
        heading_path=tuple(payload["heading_path"]),
        heading=payload["heading"],
        text=payload["text"],
        gloss_en=payload["gloss_en"],
        ask=(),
        silent_on=(),
        topics=(),
        note=payload.get("note", ""),
        sources=tuple(SourceSpan(**span) for span in payload["sources"]),
        url=payload["url"],
        order=0,
    )
    return Citation(n=payload["n"], passage=passage, quote=payload["quote"], score=payload["score"])


def _question(question: str, limit: int, filters: Filters | None) -> dict[str, Any]:
    wanted = {name: list(values) for name, values in filters or () if values}
    # a terminal hands on bytes that are no text as halves of characters
    text = question.encode("utf-8", "replace").decode()
    return {"question": text, "limit": limit, "filters": wanted}


def _refusal(status: int, content: bytes, url: str, wait: str) -> KbError:
    """Return the error a server answered with, as the class that has its code."""
    try:
        body = json.loads(content)
        kind = _BY_CODE.get(body["code"], ServerFailed)
        seconds = int(wait[:6]) if wait.isascii() and wait.isdecimal() else 0
        return kind(f"{body['message']} ({url})", hint=str(body["hint"]), status=status, retry_after=seconds)
    except (ValueError, TypeError, KeyError):
        return ServerFailed(
            f"{url} answered with status {status}", hint="is this the address of a `kb serve`?", status=status
        )


def _no_answer(url: str) -> ServerFailed:
    return ServerFailed(f"{url} answered, but not as a knowledge base does", hint="is this a `kb serve`?")


def _all_kinds(kind: type[KbError]) -> list[type[KbError]]:
    return [kind, *(found for below in kind.__subclasses__() for found in _all_kinds(below))]


_BY_CODE = {kind.code: kind for kind in _all_kinds(errors.KbError)}
