"""A source to its documents, clauses and ledger."""

from kb.normalize.pipeline import FoundDocument, Normalized, normalize
from kb.normalize.report import report

__all__ = ["FoundDocument", "Normalized", "normalize", "report"]
