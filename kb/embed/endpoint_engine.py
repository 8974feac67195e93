"""Any server that speaks OpenAI's ``/v1/embeddings`` (a local one, or OpenAI's), through the standard library."""

from __future__ import annotations

import http.client
import json
import os
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlsplit, urlunsplit

import numpy as np

from kb.embed.description import description_of
from kb.errors import EmbeddingFailed, InputInvalid

if TYPE_CHECKING:
    from email.message import Message

    from kb.embed.protocol import Progress, Vectors

KEY_VARIABLE = "KB_EMBED_KEY"

_TEXTS_AT_ONCE = 32  # the least limit among common servers
_REQUESTS_AT_ONCE = 8  # under way together; a server that wants fewer says 429, and is waited for
_TIMEOUT = 60.0  # seconds without a byte
_WAITS = (0.5, 1.0, 2.0)  # seconds before the second, third and fourth try: somebody waits for an answer
_LONG_WAITS = (*_WAITS, 4.0, 8.0, 16.0, 30.0)  # when passages are embedded, nobody does
_LONGEST_WAIT = 30.0  # a server that asks for more is reported, not waited for


@dataclass(frozen=True, slots=True)
class Endpoint:
    """An address as the user wrote it, taken apart."""

    base: str
    model: str
    dimensions: int | None


def parse_endpoint(address: str) -> Endpoint:
    """Takes ``http(s)://HOST/v1[?model=NAME&dimensions=N]`` apart.

    Raises:
        InputInvalid: No host, an unknown parameter, or dimensions that are no positive number.
    """
    try:
        parts = urlsplit(address)
        given = {key: values[-1] for key, values in parse_qs(parts.query, keep_blank_values=True).items()}
        if not parts.hostname or (parts.port is not None and not parts.port):
            raise ValueError("no host")
        if parts.username is not None:
            raise ValueError("a password does not belong in it")
        if unknown := set(given) - {"model", "dimensions"}:
            raise ValueError(f"unknown parameter {min(unknown)!r}")
        dimensions = int(given["dimensions"]) if "dimensions" in given else None
        if dimensions is not None and dimensions < 1:
            raise ValueError("dimensions must be at least 1")
    except ValueError as error:
        shown = re.sub("//[^/]*@", "//", address)
        raise InputInvalid(
            f"not the address of an embedding server: {shown} ({error})",
            hint=f"write http://HOST:PORT/v1?model=NAME&dimensions=N; a key goes into {KEY_VARIABLE}",
            address=shown,
        ) from None
    base = urlunsplit((parts.scheme, parts.netloc, parts.path.rstrip("/"), "", ""))
    return Endpoint(base, given.get("model", ""), dimensions)


class EndpointEngine:
    """An ``Embedder``. The name holds the address, since another server may mean another model by the same name."""

    def __init__(self, address: str, *, pause: Callable[[float], None] = time.sleep) -> None:
        """Asks the server for its model, if none is named, and for one vector, to learn its length.

        Raises:
            InputInvalid: The address is malformed, or the server has several models and none is named.
            EmbeddingFailed: The server cannot be reached, refuses, or answers something unusable.
        """
        endpoint = parse_endpoint(address)
        self._base, self._pause = endpoint.base, pause
        self._asked = endpoint.dimensions
        self._model = endpoint.model or self._only_model()
        self._description = description_of(self._model)
        self.dimensions = self._asked or 0
        self.dimensions = len(self._vectors(["."], "")[0])
        self.name = f"{self._base} {self._model} {self.dimensions}"

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions; see ``Embedder``."""
        description = self._description
        said = [description.question(text) for text in texts]
        return self._embed(said, description.question_type, _WAITS, None)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Vectors of passages; see ``Embedder``. What exceeds the window is up to the server."""
        description = self._description
        said = [description.passage(text) for text in texts]
        return self._embed(said, description.passage_type, _LONG_WAITS, progress)

    def _embed(
        self, texts: list[str], kind: str, waits: Sequence[float], progress: Progress | None
    ) -> Vectors:
        parts = [texts[start : start + _TEXTS_AT_ONCE] for start in range(0, len(texts), _TEXTS_AT_ONCE)]
        made: list[Vectors] = [np.empty((0, self.dimensions), dtype=np.float32)]
        pool = ThreadPoolExecutor(_REQUESTS_AT_ONCE)
        try:
            for vectors in pool.map(lambda part: self._vectors(part, kind, waits), parts):
                made.append(vectors)
                if progress:
                    progress(len(vectors))
        finally:
            pool.shutdown(wait=False, cancel_futures=True)  # after a failure no further request is begun
        return np.concatenate(made)

    def _vectors(self, texts: list[str], kind: str, waits: Sequence[float] = _WAITS) -> Vectors:
        question: dict[str, object] = {"model": self._model, "input": texts, "encoding_format": "float"}
        if self._asked:
            question["dimensions"] = self._asked
        if kind:
            question["input_type"] = kind
        answer = self._ask("/embeddings", question, waits)
        try:
            rows = [row["embedding"] for row in sorted(answer["data"], key=lambda row: row["index"])]
            vectors = np.array(rows, dtype=np.float32)
        except (KeyError, TypeError, ValueError) as error:
            raise self._failed("the answer holds no vectors", "is this an embedding model?") from error
        if vectors.ndim != 2 or len(vectors) != len(texts):
            raise self._failed(f"{len(texts)} texts sent, {len(rows)} vectors came back", "check the server")
        if self.dimensions and vectors.shape[1] != self.dimensions:
            got = vectors.shape[1]
            raise self._failed(
                f"vectors have {got} dimensions instead of {self.dimensions}",
                "mend ?dimensions= or the model",
            )
        lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
        if not (np.isfinite(lengths).all() and lengths.all()):
            raise self._failed("a vector is zero or not a number", "check the server and its model")
        unit: Vectors = vectors / lengths
        return unit

    def _only_model(self) -> str:
        answer = self._ask("/models", None)
        try:
            models = [str(model["id"]) for model in answer["data"]]
        except (KeyError, TypeError) as error:
            raise self._failed("the list of models cannot be read", "name one: ?model=NAME") from error
        if len(models) != 1:
            raise InputInvalid(
                f"{self._base} offers {len(models)} models: {', '.join(models[:5])}",
                hint="name one: ?model=NAME",
                models=models,
            )
        return models[0]

    def _ask(self, path: str, question: dict[str, object] | None, waits: Sequence[float] = _WAITS) -> Any:
        left = iter(waits)
        while True:
            try:
                return self._ask_once(path, question)
            except _WorthAnotherTry as reason:
                wait = next(left, None)
                if wait is None or reason.wait > _LONGEST_WAIT:
                    raise self._failed(reason.what, reason.hint, status=reason.status) from reason
                self._pause(max(wait, reason.wait))

    def _ask_once(self, path: str, question: dict[str, object] | None) -> Any:
        headers = {"Accept": "application/json", "Content-Type": "application/json"}
        if key := os.environ.get(KEY_VARIABLE):
            headers["Authorization"] = f"Bearer {key}"
        body = None if question is None else json.dumps(question).encode()
        request = urllib.request.Request(self._base + path, body, headers)
        try:
            with _OPENER.open(request, timeout=_TIMEOUT) as response:
                raw = response.read()
        except urllib.error.HTTPError as error:
            with error:
                raise self._refused(error) from None
        except (OSError, http.client.HTTPException) as error:
            reason = getattr(error, "reason", None) or str(error) or type(error).__name__
            raise _WorthAnotherTry(
                f"no answer ({reason})", "is the server running at that address?"
            ) from error
        try:
            return json.loads(raw)
        except ValueError as error:
            raise self._failed("the answer is not JSON", "does the address end in /v1?") from error

    def _refused(self, error: urllib.error.HTTPError) -> Exception:
        status = error.code
        what = f"status {status} {error.reason}".rstrip()
        if said := _message(error):
            what += f": {said}"
        if status == 429 or status >= 500:
            asked = _seconds(error.headers.get("Retry-After"))
            hint = f"try again in {asked:.0f} seconds" if asked else "try again later; see the server's log"
            return _WorthAnotherTry(what, hint, status=status, wait=asked)
        if status in (401, 403):
            return self._failed(what, f"put a valid key into {KEY_VARIABLE}", status=status)
        if 300 <= status < 400:
            return self._failed(what, f"use the address {error.headers.get('Location', '')}", status=status)
        hint = "does the address end in /v1?" if status == 404 else "check ?model= and ?dimensions="
        return self._failed(what, hint, status=status)

    def _failed(self, what: str, hint: str, **data: object) -> EmbeddingFailed:
        return EmbeddingFailed(f"embedding server {self._base}: {what}", hint=hint, url=self._base, **data)


class _WorthAnotherTry(Exception):
    """A failure that may pass."""

    def __init__(self, what: str, hint: str, *, status: int | None = None, wait: float = 0) -> None:
        super().__init__(what)
        self.what, self.hint, self.status, self.wait = what, hint, status, wait


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """A redirect could carry the key to another host, and turns POST into GET."""

    def redirect_request(
        self, req: urllib.request.Request, fp: IO[bytes], code: int, msg: str, headers: Message, newurl: str
    ) -> None:
        """Follows nothing; the status then counts as a refusal."""


_OPENER = urllib.request.build_opener(_NoRedirect)


def _message(error: urllib.error.HTTPError) -> str:
    """What the server says about a refusal: OpenAI's ``error.message``, or the beginning of the body."""
    try:
        raw = error.read(2000).decode("utf-8", "replace")
    except (OSError, http.client.HTTPException):
        return ""
    try:
        said = json.loads(raw)["error"]["message"]
    except (ValueError, KeyError, TypeError):
        said = raw
    return " ".join(str(said).split())[:200]


def _seconds(retry_after: str | None) -> float:
    """``Retry-After`` in seconds; 0 where it is missing or a date."""
    return float(retry_after) if retry_after and retry_after.strip().isdecimal() else 0
