"""Limits and defaults, in one place."""

from __future__ import annotations

MAX_QUESTION = 2_000
"""Longest question, in characters."""

DEFAULT_LIMIT = 5
"""Citations or hits when the asker does not say how many."""

DEFAULT_ROWS = 12
"""Rows of a comparison when the asker does not say how many; every document that rules the matter should fit."""

MAX_LIMIT = 50
"""Most citations or hits anyone gets at once."""

DEFAULT_DOCS = "docs"
DEFAULT_INDEX = "index"
DEFAULT_MODEL = "default"
