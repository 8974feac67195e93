"""Random fragments of clauses, typed into the search of a page, and how well it finds where they were taken from."""

from __future__ import annotations

import random
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kb.model import Document

FEW_PAGES = 10
"""A fragment that stands in more pages than this need not find the one it was taken from."""
_TYPE = (Path(__file__).parent / "fragments.js").read_text(encoding="utf-8")


@dataclass(frozen=True, slots=True)
class Findings:
    """What typing fragments gave.

    Attributes:
        share: Of the fragments that stand in few pages, those that found the page they were taken from.
        wrong: Fragments whose results do not open with pages that hold them.
        ms: Milliseconds from typing to the first results, ascending.
    """

    share: float
    wrong: tuple[str, ...]
    ms: tuple[float, ...]

    def quantile(self, share: float) -> float:
        """Return the time that ``share`` of the fragments did not exceed."""
        return self.ms[min(int(share * len(self.ms)), len(self.ms) - 1)]


def fragments(documents: Sequence[Document], count: int, seed: int) -> list[tuple[str, str]]:
    """Return random fragments of 2 to 6 Chinese characters with the document they were taken from."""
    dice = random.Random(seed)
    runs = [
        (document.id, run)
        for document in documents
        for clause in document.clauses
        for run in re.findall(r"[\u4e00-\u9fff]{2,}", clause.text)
    ]
    taken = []
    for _ in range(count):
        identity, run = dice.choice(runs)
        length = dice.randint(2, min(6, len(run)))
        start = dice.randint(0, len(run) - length)
        taken.append((run[start : start + length], identity))
    return taken


def type_all(
    page: Any, taken: Sequence[tuple[str, str]], documents: Sequence[Document], *, settled: bool = False
) -> Findings:
    """Type each fragment and judge what it finds.

    Args:
        page: A page of the site with a search box, in a browser.
        taken: Fragments with the documents they were taken from.
        documents: All documents of the site.
        settled: Judge the results after the server told what is near in meaning, not the first ones.
    """
    found = page.evaluate(_TYPE, [[fragment for fragment, _ in taken], settled])
    words = {document.id: [clause.text for clause in document.clauses] for document in documents}
    wrong = []
    rare = right = 0
    for result, (fragment, identity) in zip(found, taken, strict=True):
        holding = {name for name, texts in words.items() if any(fragment in text for text in texts)}
        pages = [address.rstrip("/").rpartition("/")[2] for address in result["pages"]]
        opening = pages[: min(len(holding), FEW_PAGES)]
        if not opening or not set(opening) <= holding:
            wrong.append(fragment)
        if len(holding) <= FEW_PAGES:
            rare += 1
            right += identity in pages[:FEW_PAGES]
    return Findings(right / rare, tuple(wrong), tuple(sorted(result["ms"] for result in found)))
