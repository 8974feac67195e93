"""One document of one source, outlined: the last stage before copies are compared."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter

from kb.model import Clause, Source, SourceSpan
from kb.model.source import digest_of
from kb.normalize.chrome import Mark, brands_of, furniture, inline
from kb.normalize.documents import Found, find_documents, is_flat
from kb.normalize.facts import effective_date, is_truncated, kind_of, platform_of
from kb.normalize.flow import Flow, make_flow
from kb.normalize.headings import tokens
from kb.normalize.labels import candidates
from kb.normalize.lines import Line, bare, split_lines, trim
from kb.normalize.outline import solve
from kb.normalize.tree import Part, build


@dataclass(frozen=True, slots=True)
class Draft:
    """A found document and its clauses, before it has an id and before copies are compared.

    Attributes:
        source: Where it stands.
        start: First code point.
        end: One past the last, trailing furniture included.
        title: As printed.
        titles: The title lines, each with whether it only repeats one before.
        clauses: Its clauses where they stand in this source.
        doubts: What looks wrong about a clause, by its index.
        dropped: Source spans left out of the running text, with the reason.
        kind: One of ``KINDS``.
        platform: The platform it is about.
        effective: ISO date, or ``""``.
        truncated: The text stops mid-way.
    """

    source: Source
    start: int
    end: int
    title: str
    titles: tuple[tuple[int, int, bool], ...]
    clauses: tuple[Clause, ...]
    doubts: dict[int, str]
    dropped: tuple[tuple[int, int, str], ...]
    kind: str
    platform: str
    effective: str
    truncated: bool


@dataclass(frozen=True, slots=True)
class Reading:
    """A source read: what of it is furniture, its documents, and lines that belong to none."""

    source: Source
    marks: tuple[Mark, ...]
    drafts: tuple[Draft, ...]
    loose: tuple[tuple[int, int], ...]


def read(source: Source) -> Reading:
    """Read one source up to the clauses of its documents."""
    text = source.text
    lines, marks = marked_lines(text)
    name = source.file.rsplit("/", 1)[-1].rsplit(".", 1)[0]
    documents = find_documents(text, lines, marks, name)
    again = [_repeated(text, lines, marks, found) for found in documents]
    loose = _loose(lines, marks, documents)
    del lines  # the words of a large file are not kept twice
    drafts = [_draft(source, found, titles) for found, titles in zip(documents, again, strict=True)]
    return Reading(source, tuple(marks.values()), tuple(drafts), loose)


def _draft(source: Source, found: Found, titles: tuple[tuple[int, int, bool], ...]) -> Draft:
    text = source.text
    flow = make_flow(text, found.body, source.format == "md")
    flat = _lost_breaks(text, found.body)
    parts = build(flow.text, solve(tokens(flow.text, candidates(flow.text), found.title)), flat)
    clauses = _clauses(source, flow, parts)
    return Draft(
        source=source,
        start=found.start,
        end=found.end,
        title=found.title,
        titles=titles,
        clauses=clauses,
        doubts={n: part.doubt for n, part in enumerate(parts) if part.doubt},
        dropped=flow.dropped,
        kind=kind_of(found.title, flow.text),
        platform=platform_of(found.title, flow.text),
        effective=effective_date(flow.text),
        truncated=is_truncated([clause.text for clause in clauses]),
    )


def _clauses(source: Source, flow: Flow, parts: Sequence[Part]) -> tuple[Clause, ...]:
    headings: dict[str, int] = {}
    clauses = []
    for part in parts:
        spans = tuple(
            [
                SourceSpan(source.file, start, end, digest_of(source.text[start:end]))
                for start, end in flow.spans(part.start, part.end, source.text)
            ]
        )
        if part.form == "heading":
            level = min(6, headings.get(part.parent or "", 1) + 1)
            headings[part.anchor] = level
        else:
            level = max(0, part.depth - headings.get(part.parent or "", 1) + 1)
        clauses.append(
            Clause(
                anchor=part.anchor,
                text=bare(flow.text[part.body : part.end]),
                label=bare(flow.text[part.start : part.body]),
                parent=part.parent,
                form=part.form,  # type: ignore[arg-type]
                level=level,
                sources=spans,
            )
        )
    return tuple(clauses)


def _repeated(
    text: str, lines: Sequence[Line], marks: Mapping[int, Mark], found: Found
) -> tuple[tuple[int, int, bool], ...]:
    """Return the title lines of a document, each with whether it is a whole line that prints one again.

    A whole line holds nothing else, or nothing but a document stamp behind it.
    """
    titles = []
    printed: set[str] = set()
    for start, end in found.titles:
        n = bisect_left(lines, start, key=attrgetter("start"))
        after = marks.get(n + 1)
        stamped = after is not None and after.inside and after.reason == "document stamp"
        line = (lines[n].start, lines[n].end) == (start, end)
        whole = line and (stamped or text[end : end + 1] in ("", "\n", "\r"))
        titles.append((start, end, whole and text[start:end] in printed))
        printed.add(text[start:end])
    return tuple(titles)


def _loose(
    lines: Sequence[Line], marks: Mapping[int, Mark], documents: Sequence[Found]
) -> tuple[tuple[int, int], ...]:
    """Return the lines that are neither furniture nor part of a document."""
    inside = {start for found in documents for start, _ in (*found.titles, *found.body)}
    return tuple(
        (line.start, line.end) for n, line in enumerate(lines) if n not in marks and line.start not in inside
    )


def _lost_breaks(text: str, body: Sequence[tuple[int, int]]) -> bool:
    """Whether a fair part of a text stands on lines whose own line breaks were lost."""
    flat = sum(end - start for start, end in body if is_flat(text[start:end]))
    return flat > 0.2 * sum(end - start for start, end in body)


def marked_lines(text: str) -> tuple[list[Line], dict[int, Mark]]:
    """Return lines cut where furniture stands inside them, and the marks of what is furniture, by line index."""
    lines = split_lines(text)
    marks = furniture(lines)
    brands = brands_of(text)
    cut: list[Line] = []
    where: dict[int, Mark] = {}
    for i, line in enumerate(lines):
        if i in marks:
            where[len(cut)] = marks[i]
            cut.append(line)
            continue
        position = line.start
        for mark in inline(text, line.start, line.end, brands):
            _append(cut, text, position, mark.start)
            start, end = trim(text, mark.start, mark.end)
            if start < end:
                where[len(cut)] = Mark(start, end, mark.reason, site=False, inside=True)
                cut.append(Line(start, end, text[start:end]))
            position = mark.end
        if position == line.start:
            cut.append(line)
        else:
            _append(cut, text, position, line.end)
    return cut, where


def _append(lines: list[Line], text: str, start: int, end: int) -> None:
    start, end = trim(text, start, end)
    if start < end:
        lines.append(Line(start, end, text[start:end]))
