"""Passages to an index on disk: vectors, lexical index, clause store, manifest.

Importing this package loads neither numpy nor faiss; building and the first vector search do.
"""

from kb.index.build import build_index
from kb.index.corpus import corpus_digest, sets_of
from kb.index.manifest import Manifest
from kb.index.protocol import OpenIndex
from kb.index.reader import Index, open_index, verify_index
from kb.index.store import IndexedDocument
from kb.index.versions import current_build

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
