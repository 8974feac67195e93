"""What a server is started with."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

from kb.model.document import AUDIENCES


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a caller, and all callers together, may ask for.

    Attributes:
        body: Bytes of a request body.
        batch: Questions in one request.
        threads: Questions worked on at once.
        waiting: Requests that may wait for a thread; more are turned away with 503.
        open_requests: Requests under way at once, of any kind.
        seconds: Time limit of one request, from the first byte of its body; afterwards 503.
        rate: Questions a second, on average, per key and per address; afterwards 429.
        burst: Questions at once, per key and per address, before the average counts.
    """

    body: int = 1_000_000
    batch: int = 50
    threads: int = field(default_factory=_cores)
    waiting: int = 64
    open_requests: int = 512
    seconds: float = 10.0
    rate: float = 20.0
    burst: float = 100.0


@dataclass(frozen=True, slots=True)
class Settings:
    """What a server serves, to whom.

    Attributes:
        index: Folder of the index, or ``milvus:URI``.
        model: Embedding model.
        site: Folder of the built site, served under ``/`` where it exists.
        keys: File of keys; None serves everybody.
        anonymous: Audiences of those who send no key, where keys are in use.
        site_audiences: Audiences the site was built for; readers must have them all.
        cors: Origins whose pages may call the API.
        open_to_others: Whether it answers without keys on an address that others can reach, as told.
        log_questions: Whether questions stand in the log.
        gaps: File that unanswered questions are kept in; None keeps none.
        watch: Seconds between two looks at the index.
        limits: Limits.
    """

    index: str | Path
    model: str
    site: Path
    keys: Path | None = None
    anonymous: tuple[str, ...] = ()
    site_audiences: tuple[str, ...] = AUDIENCES
    cors: tuple[str, ...] = ()
    open_to_others: bool = False
    log_questions: bool = False
    gaps: Path | None = None
    watch: float = 1.0
    limits: Limits = field(default_factory=Limits)
