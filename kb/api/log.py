"""The log: one JSON object a line on stderr, the server's own messages included."""

from __future__ import annotations

import json
import logging
import sys
from datetime import UTC, datetime

LEVELS = ("info", "warning", "error")


def log(event: str, level: str = "info", **facts: object) -> None:
    """Write one line."""
    line = {
        "at": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "level": level,
        "event": event,
    } | facts
    # ASCII, so that no control or direction mark of a request can disturb a terminal; one write, so that lines stay whole
    sys.stderr.write(json.dumps(line, default=str) + "\n")
    sys.stderr.flush()


class LineHandler(logging.Handler):
    """Sends what libraries log through ``log``."""

    def emit(self, record: logging.LogRecord) -> None:
        """Write one record, its traceback in the same line."""
        facts = {"logger": record.name, "message": record.getMessage()}
        if record.exc_info:
            facts["traceback"] = logging.Formatter().formatException(record.exc_info)
        log("library", record.levelname.lower(), **facts)
