"""The index in use, exchanged for a newer build without a gap."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.api.log import log
from kb.errors import IndexDamaged, IndexMissing, KbError
from kb.knowledge_base import KnowledgeBase

_RETRY = 10.0
"""Seconds until what was refused is looked at again, for it may have been mended in place."""
_PROBE = "迟到怎么处罚"


class _Opened:
    """An open build and how many questions are reading from it."""

    def __init__(self, kb: KnowledgeBase) -> None:
        self.kb = kb
        self.users = 0
        self.retired = False


class LiveIndex:
    """Serves the current build of a place; safe to use from any thread.

    A build is taken into use only after every byte was compared with its manifest and a question was asked of it.
    One that fails is refused and the build before it stays in use.
    """

    def __init__(self, place: str | Path, model: str, *, every: float) -> None:
        """Does not open anything yet; ``every`` is the seconds between two looks at it."""
        self._place = place
        self._model = model
        self._every = every
        self._lock = threading.Lock()
        self._opened: _Opened | None = None
        self._problem: KbError | None = IndexMissing(
            "the index is not open yet", hint="ask again in a second"
        )
        self._refused = ("", 0.0)  # build id and when
        self._stop = threading.Event()
        self._watcher = threading.Thread(target=self._watch, name="kb-watch", daemon=True)

    def start(self) -> None:
        """Open the index in the background and keep looking for newer builds."""
        self._watcher.start()

    def close(self) -> None:
        """Stop looking, and close the index once the last question is answered."""
        self._stop.set()
        if self._watcher.is_alive():
            self._watcher.join()
        self._exchange(None)

    @property
    def problem(self) -> KbError | None:
        """What keeps the newest build from being used, or None when all is well."""
        return self._problem

    @property
    def ready(self) -> bool:
        """Whether questions can be answered, if only from an older build."""
        return self._opened is not None

    @contextmanager
    def use(self) -> Iterator[KnowledgeBase]:
        """Give the build in use; it stays open until the block ends, whatever is built meanwhile.

        Raises:
            KbError: What keeps the index from being opened at all.
        """
        with self._lock:
            opened = self._opened
            if opened is None:
                problem = self._problem or IndexMissing("the index is closed", hint="ask again later")
                raise type(problem)(problem.message, hint=problem.hint)
            opened.users += 1
        try:
            yield opened.kb
        finally:
            with self._lock:
                opened.users -= 1
                last = opened.retired and not opened.users
            if last:
                opened.kb.close()

    def look(self) -> None:
        """Take a new build into use if there is one."""
        build = ""
        try:
            build = KnowledgeBase.current(self._place)
            if self._opened is not None and build == self._opened.kb.info.id:
                self._note(None, build)
                return
            refused, when = self._refused
            if self._problem is not None and build == refused and time.monotonic() - when < _RETRY:
                return
            kb = self._open()
        except KbError as error:
            self._note(error, build)
        except OSError as error:
            self._note(IndexDamaged(f"the index cannot be read: {error}", hint="see `kb doctor`"), build)
        else:
            self._exchange(_Opened(kb))
            self._note(None, build)
            log("index in use", index=kb.info.id, clauses=len(kb), model=kb.info.model)

    def _watch(self) -> None:
        while True:
            self.look()
            if self._stop.wait(self._every):
                return

    def _open(self) -> KnowledgeBase:
        if self._opened is None:
            kb = KnowledgeBase.open(self._place, model=self._model)
        else:
            kb = self._opened.kb.reopen(self._place)  # a model stays loaded; only this thread exchanges
        try:
            kb.verify()
            kb.ask(_PROBE)
        except BaseException:
            kb.close()
            raise
        return kb

    def _exchange(self, new: _Opened | None) -> None:
        with self._lock:
            old, self._opened = self._opened, new
            if old is not None:
                old.retired = True
            unused = old is not None and not old.users
        if old is not None and unused:
            old.kb.close()

    def _note(self, problem: KbError | None, build: str) -> None:
        before, self._problem = self._problem, problem
        if problem is None:
            return
        if before is None or (before.code, before.message) != (problem.code, problem.message):
            serving = self._opened.kb.info.id if self._opened else None
            facts = {"code": problem.code, "message": problem.message, "hint": problem.hint}
            log("index refused", "error", build=build, serving=serving, **facts)
        self._refused = (build, time.monotonic())
