from __future__ import annotations

import sys
from pathlib import Path

import numpy as np
import pytest

from kb.embed import export_model, open_embedder
from kb.embed.default_engine import DefaultEngine
from kb.embed.sentence_transformers_engine import SentenceTransformersEngine
from kb.errors import InputInvalid, ModelMissing
from tests.embed.texts import ODD, chinese, english

pytest.importorskip("sentence_transformers")


@pytest.fixture(scope="module")
def exported_engine(exported: Path) -> SentenceTransformersEngine:
    engine = open_embedder(f"st:{exported}")
    assert isinstance(engine, SentenceTransformersEngine)
    return engine


def test_exported_weights_give_the_default_engines_vectors(
    engine: DefaultEngine, exported_engine: SentenceTransformersEngine
) -> None:
    texts = [*chinese(100, lengths=(8, 100)), *english(100, lengths=(20, 160))]
    reports: list[int] = []
    theirs = exported_engine.embed_passages(texts, reports.append)
    assert sum(reports) == len(texts)
    cosines = (engine.embed_passages(texts) * theirs).sum(axis=1)
    assert cosines.mean() > 0.998
    assert cosines.min() > 0.995
    cosines = (engine.embed_questions(texts[:20]) * exported_engine.embed_questions(texts[:20])).sum(axis=1)
    assert cosines.min() > 0.995


def test_odd_texts_too(engine: DefaultEngine, exported_engine: SentenceTransformersEngine) -> None:
    texts = [*ODD.values(), "坏\ud800的", "cafe\u0301", "亲～", "𠀀𠀁𠀂 龘靐齉"]
    cosines = (engine.embed_passages(texts) * exported_engine.embed_passages(texts)).sum(axis=1)
    assert cosines.min() > 0.995


def test_exported_tokenizer_gives_the_same_ids(
    engine: DefaultEngine, exported_engine: SentenceTransformersEngine
) -> None:
    for text in (f"query: {text}" for text in [*chinese(40), *english(40), *ODD.values()]):
        theirs = exported_engine._model.tokenizer(text, truncation=True, max_length=512)["input_ids"]
        assert theirs == engine._tokenizer.ids(text)


def test_shape_and_name(exported_engine: SentenceTransformersEngine, exported: Path) -> None:
    assert exported_engine.dimensions == 384
    assert exported_engine.embed_questions([]).shape == (0, 384)
    assert exported_engine.name.startswith("st:multilingual-e5-small/")
    np.testing.assert_allclose(
        np.linalg.norm(exported_engine.embed_questions(["迟到"]), axis=1), 1, atol=1e-5
    )


def small_model(folder: Path, prompts: dict[str, str]) -> str:
    """A model with eight words, saved by the library itself."""
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.models import StaticEmbedding
    from tokenizers import Tokenizer, models, pre_tokenizers

    words = ["[UNK]", "query", "passage", ":", "ask", "late", "fine", "agent"]
    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(words)}, "[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    static = StaticEmbedding(tokenizer, embedding_weights=np.eye(len(words), dtype=np.float32))
    SentenceTransformer(modules=[static], prompts=prompts, device="cpu").save(str(folder))
    return str(folder)


def test_prefixes_are_the_models_own_or_those_of_its_family(tmp_path: Path) -> None:
    plain = SentenceTransformersEngine(small_model(tmp_path / "plain", {}))
    e5 = SentenceTransformersEngine(small_model(tmp_path / "some-e5-model", {}))
    own = SentenceTransformersEngine(small_model(tmp_path / "own-e5-model", {"query": "ask "}))
    assert plain.dimensions == 8
    expected = plain.embed_questions(["query: late", "passage: late", "ask late", "late"])
    np.testing.assert_allclose(e5.embed_questions(["late"])[0], expected[0], atol=1e-6)
    np.testing.assert_allclose(e5.embed_passages(["late"])[0], expected[1], atol=1e-6)
    np.testing.assert_allclose(own.embed_questions(["late"])[0], expected[2], atol=1e-6)
    np.testing.assert_allclose(own.embed_passages(["late"])[0], expected[3], atol=1e-6)
    assert len({engine.name.rpartition("/")[2] for engine in (plain, e5, own)}) == 3


def test_a_model_that_cannot_be_had_is_one_clear_line(tmp_path: Path) -> None:
    with pytest.raises(ModelMissing, match="no folder"):
        open_embedder(f"st:{tmp_path}/nothing")
    with pytest.raises(ModelMissing, match="the model nobody/no-such-model cannot be loaded"):
        open_embedder("st:nobody/no-such-model")
    with pytest.raises(ModelMissing, match="cannot be loaded"):
        open_embedder(f"st:{tmp_path}")


def test_the_extra_must_be_installed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setitem(sys.modules, "sentence_transformers", None)
    with pytest.raises(ModelMissing, match="needs sentence-transformers") as caught:
        open_embedder("st:some-model")
    assert caught.value.hint == "pip install 'policy-kb[sentence-transformers]'"
    monkeypatch.setitem(sys.modules, "tokenizers", None)
    with pytest.raises(ModelMissing, match="needs tokenizers"):
        export_model(tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_export_writes_only_into_an_empty_place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "mine.txt").write_text("keep")
    for place in (tmp_path, tmp_path / "mine.txt"):
        with pytest.raises(InputInvalid, match="not an empty folder"):
            export_model(place)
    with pytest.raises(InputInvalid, match="cannot write"):
        export_model(tmp_path / "mine.txt" / "model")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("safetensors.numpy.save_file", interrupted)
    with pytest.raises(KeyboardInterrupt):
        export_model(tmp_path / "model")
    assert [path.name for path in tmp_path.iterdir()] == ["mine.txt"]
