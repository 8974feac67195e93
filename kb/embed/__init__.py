"""Texts to vectors: one ``Embedder`` protocol, engines behind it, each in one module."""

from __future__ import annotations

from kb.embed.protocol import Embedder, Progress
from kb.errors import InputInvalid

__all__ = ["Embedder", "Progress", "open_embedder"]


def open_embedder(spec: str = "default") -> Embedder:
    """Opens an embedding engine.

    Args:
        spec: "default", the model that comes with the package.

    Raises:
        InputInvalid: No engine goes by that name.
        ModelProblem: The model is missing, damaged or cannot be kept.
    """
    if spec == "default":
        from kb.embed.default_engine import open_default_engine

        return open_default_engine()
    raise InputInvalid(f"no embedding engine is called {spec!r}", hint="use: default", spec=spec)
