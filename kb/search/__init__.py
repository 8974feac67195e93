"""A question to ranked passages."""

from kb.search.question import check_question, language_of, plain, telling
from kb.search.retrieve import Found, retrieve

__all__ = ["Found", "check_question", "language_of", "plain", "retrieve", "telling"]
