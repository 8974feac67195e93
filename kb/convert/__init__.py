"""A file as received to a source: bytes to text, one module per format."""

from __future__ import annotations

from kb.convert.find import find_sources, find_unsupported
from kb.convert.read import read_source

__all__ = ["find_sources", "find_unsupported", "read_source"]
