"""Whether pages are sound, and whether they say what their sources say. Pure: no I/O."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from kb.figures import find_figures
from kb.model import Clause, Document, Prose, SourceSpan
from kb.model.source import digest_of

MAX_SPAN = 700
"""A span longer than this is no place of a single rule."""

_LINK = re.compile(r"\]\(([^)\s]+)\)")
_TOPIC_ROW = re.compile(r"^\| `([a-z0-9-]+)` \|", re.MULTILINE)
_EXCEPTION_ROW = re.compile(r"^\| `([a-z0-9_-]+#[a-z0-9_-]+)` \| ([^|]+) \|", re.MULTILINE)
_GLOSS_NUMBER = re.compile(r"(?<![\w.])\d{1,3}(?:,\d{3})+(?![\d,])|(?<![\w.])\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Finding:
    """Something wrong with a page.

    Attributes:
        level: ``error`` fails the check, ``warning`` does not.
        where: Document id or clause id.
        what: What is wrong.
    """

    level: Literal["error", "warning"]
    where: str
    what: str


@dataclass(frozen=True, slots=True)
class Coverage:
    """How much of one source the pages cite, in non-blank characters.

    Attributes:
        file: The source.
        chars: All of it.
        in_documents: What stands inside the source spans of documents.
        cited: What stands inside the source spans of clauses.
    """

    file: str
    chars: int
    in_documents: int
    cited: int


def read_topics(page: str) -> frozenset[str]:
    """Return the topics that the topics page lists in its table."""
    return frozenset(_TOPIC_ROW.findall(page))


def read_exceptions(page: str) -> frozenset[tuple[str, str]]:
    """Return the judged figure exceptions, ``(clause id, value)``, of the page that lists them."""
    return frozenset((clause, value.strip()) for clause, value in _EXCEPTION_ROW.findall(page))


def check_pages(documents: Sequence[Document], topics: Collection[str] = ()) -> Iterator[Finding]:
    """Yield what is wrong with pages by themselves.

    Args:
        documents: All documents of the knowledge base.
        topics: The topics allowed; empty allows any.
    """
    anchors = {document.id: {clause.anchor for clause in document.clauses} for document in documents}
    for identity, count in Counter(document.id for document in documents).items():
        if count > 1:
            yield Finding("error", identity, f"{count} pages share this id")
    for title, count in Counter(document.title for document in documents).items():
        if count > 1:
            yield Finding("warning", title, f"{count} pages share this title")
    answered = {
        question: f"{document.id}#{clause.anchor}"
        for document in documents
        for clause in document.clauses
        for question in clause.ask
    }
    for document in documents:
        if not document.clauses:
            yield Finding("error", document.id, "no clause")
        yield from _links(document, anchors)
        asked: dict[str, str] = {}
        for clause in document.clauses:
            where = f"{document.id}#{clause.anchor}"
            for topic in clause.topics:
                if topics and topic not in topics:
                    yield Finding("error", where, f"topic {topic!r} is not in the list of topics")
            for question in clause.ask:
                if question in asked:
                    yield Finding("error", where, f"question also asked by {asked[question]}: {question}")
                asked[question] = clause.anchor
            for question in clause.silent_on:
                if question in answered:
                    yield Finding("error", where, f"silent on what {answered[question]} answers: {question}")
            yield from _gloss(clause, where)


def _links(document: Document, anchors: Mapping[str, set[str]]) -> Iterator[Finding]:
    for block in document.blocks:
        if not isinstance(block, Prose):
            continue
        for target in _LINK.findall(block.markdown):
            page, _, anchor = target.partition("#")
            name = page.rpartition("/")[2].removesuffix(".md") if page else document.id
            if "://" not in target and anchor and anchor not in anchors.get(name, {anchor}):
                yield Finding("error", document.id, f"dead link {target}")


def _gloss(clause: Clause, where: str) -> Iterator[Finding]:
    allowed = set(_values([clause.text, clause.label, *clause.anchor.split("-")]))
    allowed |= set(
        re.findall(r"\d+(?:\.\d+)?", f"{clause.text} {clause.label} {clause.anchor} {' '.join(allowed)}")
    )
    allowed |= {f"{int(number)}" for number in allowed if number.isdecimal()}
    for number in _GLOSS_NUMBER.findall(clause.gloss_en):
        if number.replace(",", "") not in allowed:
            yield Finding("error", where, f"the gloss says {number}, the clause does not")


def check_sources(
    documents: Sequence[Document],
    texts: Mapping[str, str],
    exceptions: Collection[tuple[str, str]] = (),
) -> Iterator[Finding]:
    """Yield where pages and sources disagree: spans, hashes and figures, both ways.

    Args:
        documents: All documents.
        texts: Text of each source by name.
        exceptions: ``(clause id, value)`` pairs that a person has judged right.
    """
    for document in documents:
        for span in document.sources:
            yield from _span(document.id, span, texts)
        for clause in document.clauses:
            where = f"{document.id}#{clause.anchor}"
            sound = not clause.sources
            if sound:
                yield Finding("error", where, "no source")
            for span in clause.sources:
                problems = list(_span(where, span, texts))
                yield from problems
                if not problems and span.end - span.start > MAX_SPAN:
                    yield Finding(
                        "error", where, f"span of {span.end - span.start} characters, over {MAX_SPAN}"
                    )
                if not problems:
                    yield from _figures(clause, where, texts[span.file][span.start : span.end], exceptions)


def _span(where: str, span: SourceSpan, texts: Mapping[str, str]) -> Iterator[Finding]:
    text = texts.get(span.file)
    if text is None:
        yield Finding("error", where, f"source {span.file} is not there")
    elif not 0 <= span.start < span.end <= len(text):
        yield Finding("error", where, f"span {span.start}:{span.end} is outside {span.file} ({len(text)})")
    elif span.digest and digest_of(text[span.start : span.end]) != span.digest:
        yield Finding("error", where, f"{span.file}[{span.start}:{span.end}] no longer says what was cited")


def _figures(
    clause: Clause, where: str, source: str, exceptions: Collection[tuple[str, str]]
) -> Iterator[Finding]:
    label = clause.label.strip()
    stated = source.removeprefix(label) if label else source
    there, here = set(_values([stated])), set(_values([clause.text]))
    kept = here | set(_values([clause.label, clause.note]))
    for value in sorted(there - kept):
        if (where, value) not in exceptions:
            yield Finding("error", where, f"figure {value} of the source is missing")
    for value in sorted(here - set(_values([source]))):
        if (where, value) not in exceptions:
            yield Finding("error", where, f"figure {value} is not in the source")


def _values(texts: Iterable[str]) -> Iterator[str]:
    for text in texts:
        for figure in find_figures(text):
            yield figure.value


def coverage(documents: Sequence[Document], texts: Mapping[str, str]) -> tuple[Coverage, ...]:
    """Return how much of each source the pages cite."""
    inside = {file: bytearray(len(text)) for file, text in texts.items()}
    cited = {file: bytearray(len(text)) for file, text in texts.items()}
    for document in documents:
        _mark(inside, document.sources)
        for clause in document.clauses:
            _mark(cited, clause.sources)
    return tuple(
        Coverage(
            file,
            sum(not character.isspace() for character in text),
            _count(text, inside[file]),
            _count(text, cited[file]),
        )
        for file, text in sorted(texts.items())
    )


def _mark(marks: Mapping[str, bytearray], spans: Iterable[SourceSpan]) -> None:
    for span in spans:
        if span.file in marks:
            end = min(span.end, len(marks[span.file]))
            marks[span.file][span.start : end] = b"\1" * (end - span.start)


def _count(text: str, marks: bytearray) -> int:
    return sum(1 for character, mark in zip(text, marks, strict=True) if mark and not character.isspace())
