"""Passages to an index on disk: vectors, lexical index, clause store, manifest."""
