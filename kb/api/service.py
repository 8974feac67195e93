"""One running service: the live index, its workers, its door; what every route works with."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict
from datetime import UTC, datetime
from importlib.metadata import version
from typing import TypeVar

from fastapi import Request

from kb.api.access import Access, Door
from kb.api.gaps import GapStore, Kind
from kb.api.keys import KeyRing
from kb.api.live import LiveIndex
from kb.api.log import log
from kb.api.metrics import Metrics
from kb.api.rates import Rates
from kb.api.settings import Settings
from kb.api.statuses import error_body
from kb.api.work import Work
from kb.errors import GapsUnavailable, RateExceeded
from kb.knowledge_base import KnowledgeBase
from kb.model import Answer
from kb.payloads import Payload

_Result = TypeVar("_Result")


class Service:
    """What a server keeps between requests."""

    def __init__(self, settings: Settings) -> None:
        """Reads the keys; the index is opened by ``start``.

        Raises:
            KeysInvalid: The file of keys is missing or malformed.
        """
        limits = settings.limits
        self.settings = settings
        self.door = Door(KeyRing(settings.keys) if settings.keys else None, settings.anonymous)
        self.live = LiveIndex(settings.index, settings.model, every=settings.watch)
        self.work = Work(limits.threads, limits.waiting)
        self.metrics = Metrics()
        self._gaps = GapStore(settings.gaps) if settings.gaps else None
        self._rates = Rates(limits.rate, limits.burst)
        self.metrics.gauge("ready", "1 when questions can be answered.", lambda: float(self.live.ready))
        self.metrics.gauge(
            "degraded", "1 when a newer build was refused.", lambda: float(self.live.problem is not None)
        )
        self.metrics.gauge("index_age_seconds", "Age of the index in use.", self._age)
        self.metrics.gauge("work_taken", "Questions running or waiting.", lambda: float(self.work.taken))

    def start(self) -> None:
        """Open the index in the background."""
        self.live.start()

    def close(self) -> None:
        """Let running questions end and close the index."""
        self.work.close()
        self.live.close()
        if self._gaps:
            self._gaps.close()

    def enter(self, request: Request) -> Access:
        """Return what the sender of a request may see, and note the key for the log.

        Raises:
            KeyProblem: The door stays shut.
        """
        access = self.door.enter(request.headers.get("authorization", ""))
        if access.key:
            request.state.log["key"] = access.key
        return access

    def charge(self, access: Access, questions: int = 1) -> None:
        """Count questions of a key.

        Raises:
            RateExceeded: It asked too often.
        """
        if access.key and (wait := self._rates.take(access.key, questions)):
            seconds = max(1, round(wait))
            raise RateExceeded(
                "too many questions with this key", hint=f"wait {seconds} seconds", retry_after=seconds
            )

    async def run(self, job: Callable[[KnowledgeBase], _Result]) -> _Result:
        """Return what ``job`` makes of the index in use, on a worker thread.

        Raises:
            KbError: What the job raises; or the index cannot be used, too many wait, or it took too long.
        """

        def with_index() -> _Result:
            with self.live.use() as kb:
                return job(kb)

        return await self.work.run(with_index, self.settings.limits.seconds)

    def keep_gap(self, question: str, kind: Kind, nearest: str) -> bool:
        """Keep a question that was not answered well; return whether this server keeps any.

        Raises:
            GapsUnavailable: It could not be written.
        """
        if self._gaps is None:
            return False
        self._gaps.keep(question, kind, nearest)
        return True

    def noticed(self, answer: Answer) -> None:
        """Count an answer, and keep its question when there was none; that failing spoils no answer."""
        self.metrics.answered(answer.status)
        if answer.status == "abstained":
            nearest = answer.nearest[0].passage.clause_id if answer.nearest else ""
            try:
                self.keep_gap(answer.question, "abstained", nearest)
            except GapsUnavailable as error:
                log("gap lost", "error", message=error.message, hint=error.hint)

    def health(self) -> Payload:
        """Return what ``/api/v1/health`` tells."""
        problem = self.live.problem
        index: Payload | None = None
        if self.live.ready:
            with self.live.use() as kb:
                info = kb.info
            index = asdict(info) | {"age_s": round(_seconds_since(info.built_at), 1)}
        return {
            "live": True,
            "ready": index is not None,
            "version": version("policy-kb"),
            "index": index,
            "degraded": error_body(problem) if problem else None,
        }

    def _age(self) -> float:
        if not self.live.ready:
            return float("nan")
        with self.live.use() as kb:
            return _seconds_since(kb.info.built_at)


def _seconds_since(moment: str) -> float:
    return (datetime.now(UTC) - datetime.fromisoformat(moment)).total_seconds()
