"""Texts to vectors: one ``Embedder`` protocol, engines behind it, each in one module."""

from __future__ import annotations

from pathlib import Path

from kb.embed.protocol import Embedder, Progress
from kb.errors import InputInvalid

__all__ = ["Embedder", "Progress", "export_model", "open_embedder"]


def open_embedder(spec: str = "default") -> Embedder:
    """Opens an embedding engine.

    Args:
        spec: "default", the model that comes with the package; "st:NAME" or "st:FOLDER", a sentence-transformers
            model; "http(s)://HOST/v1[?model=NAME&dimensions=N]", a server (its key from ``KB_EMBED_KEY``).

    Raises:
        InputInvalid: No engine goes by that name, or the address is malformed.
        ModelProblem: The model is missing, damaged or cannot be kept, or the server fails.
    """
    if spec == "default":
        from kb.embed.default_engine import open_default_engine

        return open_default_engine()
    if spec.startswith("st:") and spec != "st:":
        from kb.embed.sentence_transformers_engine import SentenceTransformersEngine

        return SentenceTransformersEngine(spec.removeprefix("st:"))
    if spec.startswith(("http://", "https://")):
        from kb.embed.endpoint_engine import EndpointEngine

        return EndpointEngine(spec)
    raise InputInvalid(
        f"no embedding engine is called {spec!r}",
        hint="use default, st:NAME, st:FOLDER or http://HOST:PORT/v1?model=NAME",
        spec=spec,
    )


def export_model(folder: Path) -> None:
    """Writes the default model into ``folder`` for sentence-transformers; see ``kb.embed.export``."""
    from kb.embed.export import export_model as write

    write(folder)
