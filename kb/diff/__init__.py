"""Two versions of a document: which clause became which, and ids that stay."""

from __future__ import annotations

from kb.diff.documents import DocumentPair, pair_documents
from kb.diff.ids import keep_ids
from kb.diff.match import Match, Pair, match_clauses
from kb.diff.render import diff_facts, render_diff

__all__ = [
    "DocumentPair",
    "Match",
    "Pair",
    "diff_facts",
    "keep_ids",
    "match_clauses",
    "pair_documents",
    "render_diff",
]
