"""Where the shipped site is and what a look at it gives."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
INDEXED = (
    "shift-leave-resignation-rules",
    "cs-rules-fund-box",
    "tmall-cs-code",
    "cs-rules-thirty-second-greeting",
)
"""Documents that the served site answers from: enough for every shape of answer, quick to embed."""


@dataclass(frozen=True, slots=True)
class Built:
    """A built site."""

    folder: Path
    seconds: float


@dataclass
class Visit:
    """A page in a fresh browser context, with what it asked for and what it complained of."""

    page: Any
    requests: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def at(self, address: str) -> Any:
        self.page.goto(address)
        self.page.wait_for_selector("html[data-kb-ready]", state="attached")
        return self.page


Look = Callable[..., Visit]
