"""A source to its documents, clauses and ledger."""
