"""Which document of an older collection became which of a newer one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

from kb.diff.match import Match, match_clauses
from kb.diff.similarity import Weights, words_of
from kb.model import Document

_ENOUGH = 200_000  # characters tell documents apart; of longer ones a sample of the clauses is compared
_ALIKE = 0.25  # two versions of one regulation share far more than two regulations do
_SAME_NAME = 0.05  # the name says nearly enough; the words must only not be altogether others


@dataclass(frozen=True, slots=True)
class DocumentPair:
    """A document in one or both versions.

    Attributes:
        old: As it was; None for a document that is new.
        new: As it is; None for one that is gone.
        match: How their clauses correspond; None unless both are there.
    """

    old: Document | None
    new: Document | None
    match: Match | None


def pair_documents(olds: Sequence[Document], news: Sequence[Document]) -> tuple[DocumentPair, ...]:
    """Find which document became which: by id, title and source where they say it, else by the words.

    Args:
        olds: The older documents.
        news: The newer ones.

    Returns:
        The new documents in their order, each with the old one it came from, then the old ones that are gone.
    """
    longest = max((_length(document) for document in (*olds, *news)), default=0)
    before = [_words(document, 1 + longest // _ENOUGH) for document in olds]
    after = [_words(document, 1 + longest // _ENOUGH) for document in news]
    weights = Weights(before, after)
    partner: dict[int, int] = {}
    taken: set[int] = set()
    places: defaultdict[str, list[int]] = defaultdict(list)
    for i, known in enumerate(olds):
        places[words_of(known.title)].append(i)
        places[f"#{known.id}"].append(i)
    named = [
        (j, i)
        for j, new in enumerate(news)
        for i in dict.fromkeys(places[words_of(new.title)] + places[f"#{new.id}"])
    ]
    for least in (_SAME_NAME, _ALIKE):  # only what no name tells is compared with everything
        ranked = sorted(
            (-_names(olds[i], news[j]), -weights.similarity(before[i], after[j]), j, i) for j, i in named
        )
        for _, unlike, j, i in ranked:
            if -unlike >= least and j not in partner and i not in taken:
                partner[j] = i
                taken.add(i)
        named = [
            (j, i) for j in range(len(news)) if j not in partner for i in range(len(olds)) if i not in taken
        ]
    pairs = []
    for j, new in enumerate(news):
        old = olds[partner[j]] if j in partner else None
        pairs.append(DocumentPair(old, new, match_clauses(old.clauses, new.clauses) if old else None))
    gone = set(range(len(olds))) - taken
    return (*pairs, *(DocumentPair(olds[i], None, None) for i in sorted(gone)))


def _length(document: Document) -> int:
    return sum(len(clause.text) for clause in document.clauses)


def _words(document: Document, one_in: int) -> str:
    """Return the words of a document's clauses, of a sample of them that depends on nothing but their words."""
    texts = (clause.text for clause in document.clauses)
    if one_in > 1:
        texts = (text for text in texts if crc32(text.encode("utf-8", "surrogatepass")) % one_in == 0)
    return "\n".join(map(words_of, texts))


def _names(old: Document, new: Document) -> int:
    """Return how much the names of two documents agree: their title, their source, their id."""
    files = {span.file for span in old.sources[:1]} & {span.file for span in new.sources[:1]}
    titles = words_of(old.title) == words_of(new.title)
    return 3 * titles + 2 * bool(files) * (old.id == new.id) + (old.id == new.id)
