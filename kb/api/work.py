"""Blocking work in a few threads, behind a line of bounded length."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from kb.errors import ServerBusy, TookTooLong

_Result = TypeVar("_Result")


class Work:
    """Threads that answer questions."""

    def __init__(self, threads: int, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="kb-work")
        self._room = threads + waiting
        self._taken = 0
        self._lock = threading.Lock()

    @property
    def taken(self) -> int:
        """Jobs running and waiting."""
        return self._taken

    async def run(self, job: Callable[[], _Result], seconds: float) -> _Result:
        """Return what the job returns.

        Raises:
            ServerBusy: Too many are waiting already.
            TookTooLong: It did not finish in time. A job that has not begun is dropped; one that runs keeps its
                thread until its end, for a thread cannot be stopped.
        """
        with self._lock:
            if self._taken >= self._room:
                raise ServerBusy("too many questions are waiting", hint="ask again in a second")
            self._taken += 1
        future = self._pool.submit(job)
        future.add_done_callback(self._leave)
        try:
            return await asyncio.wait_for(asyncio.wrap_future(future), seconds)
        except TimeoutError as error:
            raise TookTooLong(
                f"no answer within {seconds:g} seconds", hint="ask again later, or fewer questions at once"
            ) from error

    def close(self) -> None:
        """Let running jobs end and drop those waiting."""
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _leave(self, _: Future[_Result]) -> None:
        with self._lock:
            self._taken -= 1
