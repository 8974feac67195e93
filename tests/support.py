"""Names that tests of several areas share."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).parent.parent
"""The repository."""

DATA = Path(__file__).parent / "data"
"""Two small handbooks: their source, and their pages."""

Run = Callable[..., "subprocess.CompletedProcess[str]"]
"""Runs ``kb`` as a process of its own."""
