"""Ranked passages to an answer, or an honest abstention."""

from kb.answer.compose import compose
from kb.answer.confidence import doubt
from kb.answer.evidence import Surroundings, surroundings_among

__all__ = ["Surroundings", "compose", "doubt", "surroundings_among"]
