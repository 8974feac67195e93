"""Ranked passages to an answer, or an honest abstention."""

from kb.answer.compose import compose

__all__ = ["compose"]
