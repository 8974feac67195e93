"""A policy knowledge base: regulations in, cited rule passages out.

``KnowledgeBase`` answers questions, ``KbError`` is the base of what can go wrong. Importing the package is cheap;
numpy, FAISS and the model are loaded by the first question.
"""

from kb.errors import KbError
from kb.knowledge_base import KnowledgeBase

__all__ = ["KbError", "KnowledgeBase"]
