"""A source to its documents, clauses and ledger."""

from kb.normalize.pipeline import FoundDocument, Normalized, normalize
from kb.normalize.report import report
from kb.normalize.stages import ledger_page, show

__all__ = ["FoundDocument", "Normalized", "ledger_page", "normalize", "report", "show"]
