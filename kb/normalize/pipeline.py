"""All stages together: sources in, documents and ledgers out."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from operator import attrgetter

from kb.model import Clause, Document, Doubt, Ledger, Segment, Source, SourceSpan
from kb.model.ledger import SegmentKind
from kb.model.source import digest_of
from kb.normalize.account import make_ledger
from kb.normalize.copies import Copy, Told, find_copies, same_clauses
from kb.normalize.draft import Draft, Reading, read


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document found in a source, copies included.

    Attributes:
        id: Its id; a copy has one too, but a page only where it says something of its own.
        title: As printed.
        kind: One of ``KINDS``.
        file: The source's name.
        start: First code point.
        end: One past the last, trailing furniture included.
        duplicate_of: Id of the document it copies, or None.
        duplicate_kind: ``exact``, ``near``, ``partial`` or ``spun``; None when it is no copy.
        truncated: The text stops mid-way.
        effective: ISO date, or ``""``.
        clauses: Its clauses where they stand in this source.
    """

    id: str
    title: str
    kind: str
    file: str
    start: int
    end: int
    duplicate_of: str | None
    duplicate_kind: str | None
    truncated: bool
    effective: str
    clauses: tuple[Clause, ...] = ()


@dataclass(frozen=True, slots=True)
class SectionCopy:
    """A section that tells another document again, in a document that is no copy as a whole.

    Attributes:
        clause: Id of the clause that heads the section.
        of: Id of the other document.
        kind: ``near``, ``partial`` or ``spun``.
    """

    clause: str
    of: str
    kind: str


@dataclass(frozen=True, slots=True)
class Normalized:
    """What became of a set of sources.

    Attributes:
        documents: The canonical documents; places of copies are further sources of their clauses.
        ledgers: One account per source, in the order of the sources.
        found: Every document found, copies included, in source order.
        sections: Sections that are copies by themselves.
    """

    documents: tuple[Document, ...]
    ledgers: tuple[Ledger, ...]
    found: tuple[FoundDocument, ...]
    sections: tuple[SectionCopy, ...] = ()


def normalize(sources: Sequence[Source], progress: Callable[[str], None] | None = None) -> Normalized:
    """Read sources into documents, clauses and ledgers. Never refuses text.

    Args:
        sources: Decoded sources; the result does not depend on anything else.
        progress: Called with one line of talk per source.
    """
    readings = []
    for source in sources:
        readings.append(read(source))
        if progress:
            progress(f"{source.file}: {len(readings[-1].drafts)} document(s)")
    drafts = [draft for reading in readings for draft in reading.drafts]
    ids = _ids(readings)
    own = [draft.clauses for draft in drafts]
    told = find_copies([_told(draft) for draft in drafts])
    copies = {copy.copy: copy for copy in told if copy.section is None}
    found = [_found(draft, ids[n], ids, copies.get(n)) for n, draft in enumerate(drafts)]
    clauses = _with_places(own, told)
    documents = []
    titles: Counter[str] = Counter()
    for n, draft in enumerate(drafts):
        if n not in copies or copies[n].own:
            elsewhere = [found[c.copy] for c in copies.values() if c.original == n]
            document = _document(draft, found[n], clauses[n], elsewhere)
            titles[document.title] += 1
            if titles[document.title] > 1:  # two handbooks of one printed title: the page's must be unique
                document = replace(document, title=f"{document.title}（{titles[document.title]}）")
            documents.append(document)
    ledgers = []
    n = 0
    for reading in readings:
        numbers = range(n, n + len(reading.drafts))
        ledgers.append(_ledger(reading, [(found[i], copies.get(i)) for i in numbers]))
        n += len(reading.drafts)
    sections = [
        SectionCopy(f"{ids[copy.copy]}#{own[copy.copy][copy.section].anchor}", ids[copy.original], copy.kind)
        for copy in told
        if copy.section is not None
    ]
    return Normalized(tuple(documents), tuple(ledgers), tuple(found), tuple(sections))


def _told(draft: Draft) -> Told:
    return Told(
        tuple(clause.text for clause in draft.clauses),
        tuple(bool(clause.label) for clause in draft.clauses),
        _sections(draft.clauses),
    )


def _sections(clauses: Sequence[Clause]) -> tuple[tuple[int, int], ...]:
    """Return the stretches of clauses that stand under one clause, in reading order."""
    places: dict[str | None, int] = {}
    stops: dict[int, int] = {}
    for n, clause in enumerate(clauses):
        places[clause.anchor] = n
        above = places.get(clause.parent)
        while above is not None:
            stops[above] = n + 1
            above = places.get(clauses[above].parent)
    return tuple(sorted(stops.items()))


def _ids(readings: Sequence[Reading]) -> list[str]:
    """Return short ASCII ids: the file's name, numbered where it holds several documents."""
    ids: list[str] = []
    used: set[str] = set()
    for reading in readings:
        stem = reading.source.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
        slug = (
            re.sub(r"[^a-z0-9]+", "-", re.sub(r"[_-][0-9a-f]{12,}$", "", stem).lower())
            .strip("-")[:40]
            .strip("-")
        )
        if not stem.isascii() or not slug:
            digest = hashlib.sha256(stem.encode("utf-8", "surrogatepass")).hexdigest()[:6]
            slug = f"{slug}-{digest}" if slug else f"d-{digest}"
        for n in range(len(reading.drafts)):
            name = f"{slug}-{n + 1:02d}" if len(reading.drafts) > 1 else slug
            unique, count = name, 1
            while unique in used:
                count += 1
                unique = f"{name}-v{count}"
            used.add(unique)
            ids.append(unique)
    return ids


def _found(draft: Draft, name: str, ids: Sequence[str], copy: Copy | None) -> FoundDocument:
    return FoundDocument(
        id=name,
        title=draft.title,
        kind=draft.kind,
        file=draft.source.file,
        start=draft.start,
        end=draft.end,
        duplicate_of=ids[copy.original] if copy else None,
        duplicate_kind=copy.kind if copy else None,
        truncated=draft.truncated,
        effective=draft.effective,
        clauses=draft.clauses,
    )


def _with_places(own: Sequence[tuple[Clause, ...]], copies: Sequence[Copy]) -> list[tuple[Clause, ...]]:
    """Return the clauses with the places of their copies behind their own."""
    more: dict[tuple[int, int], list[SourceSpan]] = {}
    for copy in copies:
        for here, there in copy.pairs:
            more.setdefault((copy.original, there), []).extend(own[copy.copy][here].sources)
    for place, others in same_clauses([[clause.text for clause in clauses] for clauses in own]).items():
        for d, c in others:
            more.setdefault(place, []).extend(own[d][c].sources)
    result = []
    for d, clauses in enumerate(own):
        placed = []
        for c, clause in enumerate(clauses):
            extra = dict.fromkeys(more.get((d, c), ()))
            for span in clause.sources:
                extra.pop(span, None)
            placed.append(replace(clause, sources=(*clause.sources, *extra)) if extra else clause)
        result.append(tuple(placed))
    return result


def _document(
    draft: Draft, found: FoundDocument, clauses: tuple[Clause, ...], copies: Sequence[FoundDocument]
) -> Document:
    text = draft.source.text
    places = [SourceSpan(found.file, found.start, found.end, digest_of(text[found.start : found.end]))]
    places += [SourceSpan(copy.file, copy.start, copy.end) for copy in copies]
    return Document(
        id=found.id,
        title=found.title,
        kind=found.kind,
        blocks=clauses,
        platform=draft.platform,
        effective=found.effective,
        sources=tuple(places),
        truncated=found.truncated,
    )


def _ledger(reading: Reading, documents: Sequence[tuple[FoundDocument, Copy | None]]) -> Ledger:
    segments = [Segment(m.start, m.end, "chrome", reason=m.reason) for m in reading.marks]
    doubts: list[Doubt] = []
    for draft, (found, copy) in zip(reading.drafts, documents, strict=True):
        for start, end, again in draft.titles:
            kept: SegmentKind = "chrome" if again else "title"
            segments.append(
                Segment(start, end, kept, found.id, reason="title repeated" if again else "title")
            )
        segments += [Segment(start, end, "chrome", found.id, reason=why) for start, end, why in draft.dropped]
        told = {here for here, _ in copy.pairs} if copy else set()
        for n, clause in enumerate(draft.clauses):
            kind: SegmentKind = "background" if found.kind == "background" else "rule"
            reason = "clause" if clause.label else "paragraph"
            if copy and (n in told or (not copy.own and len(clause.text) < 12)):
                kind, reason = "duplicate", f"copy of {found.duplicate_of}"
            elif copy and not copy.own:
                kind, reason = "unresolved", f"stands only in this copy of {found.duplicate_of}"
                doubts.append(Doubt(clause.sources[0].start, clause.sources[-1].end, reason))
            name = None if copy and not copy.own else f"{found.id}#{clause.anchor}"
            segments += [
                Segment(span.start, span.end, kind, found.id, name, reason) for span in clause.sources
            ]
            if n in draft.doubts and clause.sources:
                place = clause.sources[0].start, clause.sources[-1].end
                doubts.append(Doubt(*place, draft.doubts[n], name))
    segments.sort(key=_start)
    reached = 0  # the first segment behind the loose line
    for start, end in reading.loose:
        while reached < len(segments) and segments[reached].start <= start:
            reached += 1
        if not reached or segments[reached - 1].end <= start:
            segments.insert(
                reached, Segment(start, end, "chrome", reason="heading of the page, not of a document")
            )
    return make_ledger(reading.source, segments, doubts)


_start = attrgetter("start")
