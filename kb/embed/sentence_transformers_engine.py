"""Any sentence-transformers model, by name or folder, as an extra."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from kb.embed.description import Description, description_of
from kb.errors import ModelMissing

if TYPE_CHECKING:
    from sentence_transformers import SentenceTransformer

    from kb.embed.protocol import Progress, Vectors

_AT_ONCE = 256  # texts between two reports of progress; the library sorts and batches within
_PASSAGE_PROMPTS = ("document", "passage", "corpus")


class SentenceTransformersEngine:
    """An ``Embedder``. The model's own prompts come first, then what is known of its family."""

    def __init__(self, model: str) -> None:
        """Loads a model.

        Args:
            model: A folder, or a name that the library knows or finds in its cache.

        Raises:
            ModelMissing: The extra is not installed, or the model cannot be had.
        """
        self._model = _load(model)
        self._description = _described(self._model, model)
        self.name = f"st:{Path(model).name}/{_fingerprint(self._model, self._description)}"
        self.dimensions = self._model.encode([""], show_progress_bar=False).shape[1]

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions; see ``Embedder``."""
        return self._embed([self._description.question(text) for text in texts], None)

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Vectors of passages; see ``Embedder``."""
        return self._embed([self._description.passage(text) for text in texts], progress)

    def _embed(self, texts: list[str], progress: Progress | None) -> Vectors:
        vectors = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), _AT_ONCE):
            some = texts[start : start + _AT_ONCE]
            # prompt="" keeps a default prompt of the model from being added to ours
            vectors[start : start + len(some)] = self._model.encode(
                some, prompt="", normalize_embeddings=True, show_progress_bar=False
            )
            if progress:
                progress(len(some))
        return vectors


def _load(model: str) -> SentenceTransformer:
    if model.startswith(("/", "./", "../", "~")) and not Path(model).expanduser().is_dir():
        raise ModelMissing(f"no folder {model}", hint="kb model export DIR writes one", model=model)
    try:
        from sentence_transformers import SentenceTransformer
        from transformers.utils.logging import disable_progress_bar
    except ImportError as error:
        raise ModelMissing(
            f"the model {model} needs sentence-transformers, which is not installed",
            hint="pip install 'policy-kb[sentence-transformers]'",
            model=model,
        ) from error
    disable_progress_bar()
    try:
        return SentenceTransformer(str(Path(model).expanduser()) if model.startswith("~") else model)
    except (OSError, ValueError) as error:
        reason = str(error).strip().partition("\n")[0]
        raise ModelMissing(
            f"the model {model} cannot be loaded: {reason}",
            hint="give the folder of a sentence-transformers model (kb model export DIR writes one)",
            model=model,
        ) from error


def _described(loaded: SentenceTransformer, model: str) -> Description:
    prompts: dict[str, str] = loaded.prompts
    question = prompts.get("query", "")
    passage = next((prompts[name] for name in _PASSAGE_PROMPTS if prompts.get(name)), "")
    if question or passage:
        return Description(question, passage)
    # A server's way of telling the kind of text has no meaning here.
    return replace(description_of(model), question_type="", passage_type="")


def _fingerprint(loaded: SentenceTransformer, description: Description) -> str:
    """Eight hex digits from the beginning of every tensor, the window and the prefixes."""
    digest = hashlib.sha256(repr((loaded.max_seq_length, description)).encode())
    for name, tensor in loaded.state_dict().items():
        digest.update(f"{name}{tuple(tensor.shape)}".encode())
        digest.update(tensor.flatten()[:64].float().cpu().numpy().tobytes())
    return digest.hexdigest()[:8]
