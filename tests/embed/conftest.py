from __future__ import annotations

import pytest

from kb.embed.default_engine import DefaultEngine
from kb.embed.weights import Weights, open_weights


@pytest.fixture(scope="session")
def weights() -> Weights:
    return open_weights()


@pytest.fixture(scope="session")
def engine(weights: Weights, tmp_path_factory: pytest.TempPathFactory) -> DefaultEngine:
    """One warm engine for all tests, converted from nothing."""
    return DefaultEngine(weights, tmp_path_factory.mktemp("model"))
