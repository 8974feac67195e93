"""What a build needs of an embedding model; stands in until ``kb.embed.protocol`` lands."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt


class Embedder(Protocol):
    """A model that turns passages into normalized vectors."""

    @property
    def name(self) -> str:
        """Identity of the model."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of its vectors."""
        ...

    def embed_passages(
        self, texts: Sequence[str], progress: Callable[[int], None] | None = None
    ) -> npt.NDArray[np.float32]:
        """Return ``(len(texts), dimensions)`` normalized vectors."""
        ...
