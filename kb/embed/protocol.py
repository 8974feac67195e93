"""What every embedding engine offers to the index and the search."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Vectors: TypeAlias = NDArray[np.float32]

Progress: TypeAlias = Callable[[int], None]
"""Called with the number of further texts done."""


class Embedder(Protocol):
    """Turns texts into unit vectors; prefixes, truncation and batches are its own business."""

    @property
    def name(self) -> str:
        """Identity recorded in the index manifest; changes whenever vectors would change."""
        ...

    @property
    def dimensions(self) -> int:
        """Length of every vector."""
        ...

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        """Vectors of questions.

        Returns:
            Array of shape (len(texts), dimensions), rows in input order and L2-normalized.
        """
        ...

    def embed_passages(self, texts: Sequence[str], progress: Progress | None = None) -> Vectors:
        """Vectors of passages.

        Args:
            texts: The passages; what exceeds the model's window is cut off.
            progress: Told how many further texts are done, after every batch.

        Returns:
            Array of shape (len(texts), dimensions), rows in input order and L2-normalized.
        """
        ...
