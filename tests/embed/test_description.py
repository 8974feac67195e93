from __future__ import annotations

import pytest

from kb.embed.description import Description, description_of


@pytest.mark.parametrize(
    ("model", "question", "passage"),
    [
        ("intfloat/multilingual-e5-large", "query: q", "passage: p"),
        ("/models/E5-Base-v2/", "query: q", "passage: p"),
        ("BAAI/bge-small-zh-v1.5", "为这个句子生成表示以用于检索相关文章：q", "p"),
        ("BAAI/bge-m3", "q", "p"),
        ("sentence-transformers/all-MiniLM-L6-v2", "q", "p"),
        ("nomic-embed-text", "search_query: q", "search_document: p"),
    ],
)
def test_prefixes_follow_the_family(model: str, question: str, passage: str) -> None:
    description = description_of(model)
    assert (description.question("q"), description.passage("p")) == (question, passage)


def test_a_server_that_adds_prefixes_itself_is_told_the_kind() -> None:
    assert description_of("multilingual-e5-small-q4") == Description(
        question_type="query", passage_type="passage"
    )


def test_broken_characters_can_be_sent() -> None:
    assert Description().question("坏\udfff的") == "坏?的"
