"""Ranked passages to an answer, or an honest abstention."""
