"""All stages together: sources in, documents and ledgers out."""

from __future__ import annotations

import hashlib
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from kb.model import Clause, Document, Doubt, Ledger, Segment, Source, SourceSpan
from kb.model.ledger import SegmentKind
from kb.model.source import digest_of
from kb.normalize.account import make_ledger
from kb.normalize.copies import Copy, Told, find_copies, same_clauses
from kb.normalize.draft import Draft, Reading, read
from kb.normalize.facts import effective_date, is_truncated, kind_of, platform_of


@dataclass(frozen=True, slots=True)
class FoundDocument:
    """A document found in a source, copies included.

    Attributes:
        id: Its id; a copy has one too, but no page.
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
class Normalized:
    """What became of a set of sources.

    Attributes:
        documents: The canonical documents; places of copies are further sources of their clauses.
        ledgers: One account per source, in the order of the sources.
        found: Every document found, copies included, in source order.
    """

    documents: tuple[Document, ...]
    ledgers: tuple[Ledger, ...]
    found: tuple[FoundDocument, ...]


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
    own = [_clauses(draft) for draft in drafts]
    copies = {copy.copy: copy for copy in find_copies([_told(draft) for draft in drafts])}
    found = [_found(draft, ids[n], own[n], ids, copies.get(n)) for n, draft in enumerate(drafts)]
    clauses = _with_places(own, copies)
    documents = []
    titles: Counter[str] = Counter()
    for n, draft in enumerate(drafts):
        if n not in copies:
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
        ledgers.append(_ledger(reading, [(found[i], own[i], copies.get(i)) for i in numbers]))
        n += len(reading.drafts)
    return Normalized(tuple(documents), tuple(ledgers), tuple(found))


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


def _told(draft: Draft) -> Told:
    return Told(
        tuple(draft.words(part) for part in draft.parts), tuple(bool(part.family) for part in draft.parts)
    )


def _clauses(draft: Draft) -> tuple[Clause, ...]:
    source = draft.source
    headings: dict[str, int] = {}
    clauses = []
    for part in draft.parts:
        spans = tuple(
            SourceSpan(source.file, start, end, digest_of(source.text[start:end]))
            for start, end in draft.flow.spans(part.start, part.end, source.text)
        )
        if part.form == "heading":
            level = min(6, headings.get(part.parent or "", 1) + 1)
            headings[part.anchor] = level
        else:
            level = max(0, part.depth - sum(1 for _ in _heading_path(part.parent, headings)))
        clauses.append(
            Clause(
                anchor=part.anchor,
                text=draft.words(part),
                label=draft.label(part),
                parent=part.parent,
                form=part.form,  # type: ignore[arg-type]
                level=level,
                sources=spans,
            )
        )
    return tuple(clauses)


def _heading_path(anchor: str | None, headings: dict[str, int]) -> range:
    return range(headings[anchor] - 1) if anchor in headings else range(0)


def _found(
    draft: Draft, name: str, clauses: Sequence[Clause], ids: Sequence[str], copy: Copy | None
) -> FoundDocument:
    text = draft.flow.text
    title = draft.found.title
    return FoundDocument(
        id=name,
        title=title,
        kind=kind_of(title, text),
        file=draft.source.file,
        start=draft.found.start,
        end=draft.found.end,
        duplicate_of=ids[copy.original] if copy else None,
        duplicate_kind=copy.kind if copy else None,
        truncated=is_truncated([clause.text for clause in clauses]),
        effective=effective_date(text),
        clauses=tuple(clauses),
    )


def _with_places(own: Sequence[tuple[Clause, ...]], copies: dict[int, Copy]) -> list[tuple[Clause, ...]]:
    """Return the clauses with the places of their copies behind their own."""
    more: dict[tuple[int, int], list[SourceSpan]] = {}
    for copy in copies.values():
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
        platform=platform_of(found.title, draft.flow.text),
        effective=found.effective,
        sources=tuple(places),
        truncated=found.truncated,
    )


def _ledger(
    reading: Reading, documents: Sequence[tuple[FoundDocument, tuple[Clause, ...], Copy | None]]
) -> Ledger:
    segments = [Segment(m.start, m.end, "chrome", reason=m.reason) for m in reading.marks.values()]
    doubts: list[Doubt] = []
    in_documents: set[int] = set()
    text = reading.source.text
    whole = _whole_lines(reading)
    for draft, (found, clauses, copy) in zip(reading.drafts, documents, strict=True):
        in_documents.update(start for start, _ in (*draft.found.titles, *draft.found.body))
        printed: set[str] = set()
        for start, end in draft.found.titles:
            again = text[start:end] in printed and (start, end) in whole
            printed.add(text[start:end])
            kept: SegmentKind = "chrome" if again else "title"
            segments.append(
                Segment(start, end, kept, found.id, reason="title repeated" if again else "title")
            )
        segments += [
            Segment(start, end, "chrome", found.id, reason=reason)
            for start, end, reason in draft.flow.dropped
        ]
        told = {here for here, _ in copy.pairs} if copy else set()
        for n, (part, clause) in enumerate(zip(draft.parts, clauses, strict=True)):
            kind: SegmentKind = "background" if found.kind == "background" else "rule"
            reason = "clause" if clause.label else "paragraph"
            if copy and (n in told or len(clause.text) < 12):
                kind, reason = "duplicate", f"copy of {found.duplicate_of}"
            elif copy:
                kind, reason = "unresolved", f"stands only in this copy of {found.duplicate_of}"
                doubts.append(Doubt(clause.sources[0].start, clause.sources[-1].end, reason))
            name = None if copy else f"{found.id}#{clause.anchor}"
            segments += [
                Segment(span.start, span.end, kind, found.id, name, reason) for span in clause.sources
            ]
            if clause.sources:
                doubts += [
                    Doubt(clause.sources[0].start, clause.sources[-1].end, what, name) for what in part.doubts
                ]
    covered = sorted((s.start, s.end) for s in segments)
    starts = {start for start, _ in covered}
    for n, line in enumerate(reading.lines):
        if (
            n not in reading.marks
            and line.start not in in_documents
            and line.start not in starts
            and not _inside(covered, line.start)
        ):
            segments.append(
                Segment(line.start, line.end, "chrome", reason="heading of the page, not of a document")
            )
    return make_ledger(reading.source, segments, doubts)


def _whole_lines(reading: Reading) -> set[tuple[int, int]]:
    """Return the lines that hold nothing else, or nothing but a document stamp behind it."""
    text = reading.source.text
    whole = set()
    for n, line in enumerate(reading.lines):
        after = reading.marks.get(n + 1)
        stamped = after is not None and after.inside and after.reason == "document stamp"
        if stamped or text[line.end : line.end + 1] in ("", "\n", "\r"):
            whole.add((line.start, line.end))
    return whole


def _inside(spans: Sequence[tuple[int, int]], position: int) -> bool:
    i = bisect_right(spans, (position, 1 << 60)) - 1
    return i >= 0 and spans[i][0] <= position < spans[i][1]
