"""Ranked passages to an answer, or an honest abstention."""

from kb.answer.compose import compose
from kb.answer.confidence import FILE as CONFIDENCE
from kb.answer.confidence import doubt, read_fit, to_keep
from kb.answer.evidence import Surroundings, surroundings_among

__all__ = ["CONFIDENCE", "Surroundings", "compose", "doubt", "read_fit", "surroundings_among", "to_keep"]
