"""How often someone may ask: a token bucket for each."""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable

_REMEMBERED = 10_000


class Rates:
    """Buckets of those who asked last; whoever is forgotten starts with a full one."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        """Buckets fill with ``rate`` tokens a second up to ``burst``."""
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def take(self, who: str, cost: int = 1) -> float:
        """Take ``cost`` tokens; return 0, or the seconds to wait before asking again.

        Whoever has a token left may take more than there are and owes the rest: a batch dearer than a full bucket
        can be asked, but then the next question waits.
        """
        now = self._clock()
        tokens, seen = self._buckets.pop(who, (self._burst, now))
        tokens = min(self._burst, tokens + (now - seen) * self._rate)
        wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate
        self._buckets[who] = (tokens - cost if not wait else tokens, now)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        return wait
