"""Passages to an index on disk: vectors, lexical index, clause store, manifest.

Importing this package loads neither numpy nor faiss; building and the first vector search do.
"""

from kb.index.corpus import corpus_digest, sets_of
from kb.index.manifest import Manifest
from kb.index.places import build_index, current_build, open_index, verify_index
from kb.index.protocol import OpenIndex
from kb.index.reader import Index
from kb.index.store import IndexedDocument

__all__ = [
    "Index",
    "IndexedDocument",
    "Manifest",
    "OpenIndex",
    "build_index",
    "corpus_digest",
    "current_build",
    "open_index",
    "sets_of",
    "verify_index",
]
