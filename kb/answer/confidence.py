"""Whether the hits answer the question at all."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence

from kb.model import Hit
from kb.search.question import plain

_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_COSINE_KNOWN = 0.90
_COSINE_UNKNOWN = 0.80


def is_confident(question: str, hits: Sequence[Hit]) -> bool:
    """Return whether the best hit is close enough to count as an answer.

    Raw cosines of E5 crowd between 0.75 and 0.92 (DESIGN 6), so the middle range is decided by how much of the question's
    wording the best hits share.
    """
    cosine = max((hit.dense or 0.0) for hit in hits[:3])
    if cosine >= _COSINE_KNOWN:
        return True
    if cosine < _COSINE_UNKNOWN:
        return False
    needed = (_COSINE_KNOWN - cosine) / (_COSINE_KNOWN - _COSINE_UNKNOWN) * 0.6
    return shared_wording(question, hits[:3]) >= needed


def shared_wording(question: str, hits: Sequence[Hit]) -> float:
    """Return the share of the question's character pairs and words that the best of the hits contains."""
    wanted = _pairs(question)
    if not wanted:
        return 0.0
    return max(
        len(wanted & _pairs(" ".join([hit.passage.text, hit.passage.gloss_en, *hit.passage.ask])))
        / len(wanted)
        for hit in hits
    )


def _pairs(text: str) -> set[str]:
    words = _WORD.findall(plain(text))
    pairs = {a + b for a, b in itertools.pairwise(words) if len(a) == len(b) == 1}
    return pairs | {word for word in words if len(word) > 1}
