"""Frozen records that every stage shares. No I/O and no logic beyond what a record says of itself."""

from kb.model.answer import Answer, Citation, Hit, IndexInfo, Passage
from kb.model.document import AUDIENCES, KINDS, STATUSES, Clause, Document, Prose
from kb.model.entry import Entry
from kb.model.filters import Filters
from kb.model.ledger import LEDGER_KINDS, Doubt, Ledger, Segment
from kb.model.source import Source, SourceSpan

__all__ = [
    "AUDIENCES",
    "KINDS",
    "LEDGER_KINDS",
    "STATUSES",
    "Answer",
    "Citation",
    "Clause",
    "Document",
    "Doubt",
    "Entry",
    "Filters",
    "Hit",
    "IndexInfo",
    "Ledger",
    "Passage",
    "Prose",
    "Segment",
    "Source",
    "SourceSpan",
]
