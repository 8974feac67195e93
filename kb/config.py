"""Limits and defaults, in one place."""

from __future__ import annotations

MAX_QUESTION = 2_000
"""Longest question, in characters."""

DEFAULT_LIMIT = 5
"""Citations or hits when the asker does not say how many."""

MAX_LIMIT = 50
"""Most citations or hits anyone gets at once."""

DEFAULT_DOCS = "docs"
DEFAULT_INDEX = "index"
DEFAULT_MODEL = "default"
