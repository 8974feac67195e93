"""An answer said again by a language model, as far as its own clauses bear out what the model says. Optional."""

from kb.phrase.chat import ChatModel
from kb.phrase.phrasing import phrased

__all__ = ["ChatModel", "phrased"]
