"""A file as received to a source: bytes to text, one module per format."""

from __future__ import annotations

from kb.convert.find import Found, find_sources
from kb.convert.read import read_source

__all__ = ["Found", "find_sources", "read_source"]
