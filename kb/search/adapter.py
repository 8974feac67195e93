"""Turns the vector of a question towards the clauses that answer such questions: a linear map fitted by ``evals/fit_adapter.py``.

Questions as people type them and rules as they are written lie apart in the model's space, also where they say the same. The map is
small (one matrix), and clauses are not touched: an index need not be built again.
"""

from __future__ import annotations

import functools
import json
from importlib import resources
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from kb.embed.protocol import Vectors

FILE = "adapter.npy"
"""``(d + 1, d)`` in half precision: the matrix, then what is added."""
FITTED_FOR = "adapter.json"


SEARCHING = 0.35
"""How much of the map is used to search: the whole finds more in the rules it was fitted on and less in other people's (ADR 12)."""
JUDGING = 0.7
"""How much of it is used to tell whether what was found answers at all."""


def adapted(vector: Vectors, model: str, share: float = SEARCHING) -> Vectors:
    """Return a question's vector turned by a share of the map.

    Args:
        vector: ``(d,)`` as the model gives it, of length 1.
        share: 0 leaves it as it is, 1 turns it all the way.
        model: The model's name; of one the map was not fitted for, the vector is returned as it is.
    """
    if model != fitted_for():
        return vector
    weights = _weights()
    turned: Vectors = vector + share * (vector @ weights[:-1] + weights[-1])
    return turned / np.linalg.norm(turned)


@functools.cache
def fitted_for() -> str:
    """Return the name of the model the map was fitted for."""
    facts: dict[str, Any] = json.loads(
        (resources.files("kb.search") / FITTED_FOR).read_text(encoding="utf-8")
    )
    return str(facts["model"])


@functools.cache
def _weights() -> Vectors:
    with (resources.files("kb.search") / FILE).open("rb") as file:
        weights: Vectors = np.load(file, allow_pickle=False).astype(np.float32)
    return weights
