"""Documents side by side, and the clauses that rule one matter differently.

``kb.compare.detector`` finds the conflicts (numpy), ``kb.compare.table`` lays out the rows of a question.
"""

from kb.compare.records import Comparison, Conflict, Row

__all__ = ["Comparison", "Conflict", "Row"]
