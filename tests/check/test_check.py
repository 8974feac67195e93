"""`kb check` sees what is wrong with pages, and where pages and sources disagree."""

from __future__ import annotations

from dataclasses import replace

import pytest

from kb.check import check_pages, check_sources, coverage, read_exceptions, read_topics
from kb.model import Clause, Document, Prose, SourceSpan
from kb.model.source import digest_of

SOURCE = "守则\n1、迟到一次扣10元。\n2、早班8:30到岗。\n"
RULE = "1、迟到一次扣10元。"
START = SOURCE.index(RULE)
SPAN = SourceSpan("a.txt", START, START + len(RULE), digest_of(RULE))
CLAUSE = Clause(
    anchor="1",
    text="来晚1次扣10元。",
    label="1、",
    sources=(SPAN,),
    gloss_en="Late once: 10 yuan.",
    ask=("来晚了扣多少",),
    topics=("fines",),
)
DOCUMENT = Document(
    id="d",
    title="守则",
    kind="shop-handbook",
    blocks=(CLAUSE,),
    sources=(SourceSpan("a.txt", 0, len(SOURCE)),),
)
TEXTS = {"a.txt": SOURCE}


def with_clause(**changes: object) -> Document:
    return replace(DOCUMENT, blocks=(replace(CLAUSE, **changes),))  # type: ignore[arg-type]


def test_a_sound_page_gives_no_finding() -> None:
    assert list(check_pages([DOCUMENT], {"fines"})) == []
    assert list(check_sources([DOCUMENT], TEXTS)) == []


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (with_clause(topics=("soup",)), "topic 'soup'"),
        (with_clause(gloss_en="Late once: 20 yuan."), "gloss says 20"),
        (replace(DOCUMENT, blocks=()), "no clause"),
        (replace(DOCUMENT, blocks=(CLAUSE, Prose("见[后文](#9-9)"))), "dead link #9-9"),
        (replace(DOCUMENT, blocks=(CLAUSE, replace(CLAUSE, anchor="2"))), "question also asked by 1"),
        (with_clause(silent_on=("来晚了扣多少",)), "silent on what d#1 answers"),
    ],
)
def test_what_is_wrong_with_a_page(document: Document, what: str) -> None:
    assert any(what in finding.what for finding in check_pages([document], {"fines"}))


def test_two_pages_with_one_id_or_title() -> None:
    whats = [finding.what for finding in check_pages([DOCUMENT, DOCUMENT])]
    assert "2 pages share this id" in whats
    assert "2 pages share this title" in whats


@pytest.mark.parametrize(
    ("document", "what"),
    [
        (with_clause(text="来晚1次扣20元。"), "figure 10 of the source is missing"),
        (with_clause(text="来晚1次扣10元，再扣20元。"), "figure 20 is not in the source"),
        (with_clause(sources=()), "no source"),
        (with_clause(sources=(replace(SPAN, file="b.txt"),)), "b.txt is not there"),
        (with_clause(sources=(replace(SPAN, end=999),)), "outside a.txt"),
        (with_clause(sources=(replace(SPAN, end=SPAN.end - 1),)), "no longer says what was cited"),
    ],
)
def test_where_page_and_source_disagree(document: Document, what: str) -> None:
    assert any(what in finding.what for finding in check_sources([document], TEXTS))


def test_a_span_longer_than_a_rule_is_an_error() -> None:
    text = "字" * 800
    document = with_clause(sources=(SourceSpan("a.txt", 0, 800, digest_of(text)),), text="字")
    assert any("over 700" in finding.what for finding in check_sources([document], {"a.txt": text}))


def test_a_judged_exception_is_not_reported() -> None:
    document = with_clause(text="来晚1次扣10元，再扣20元。")
    exceptions = read_exceptions("| 条 | 数 | 为何 |\n| --- | --- | --- |\n| `d#1` | 20 | 说明 |\n")
    assert list(check_sources([document], TEXTS, exceptions)) == []


def test_topics_are_read_from_their_table() -> None:
    assert read_topics("| `fines` | 罚款 | Fines |\n| 别的 | x | y |\n") == {"fines"}


def test_coverage_counts_non_blank_characters() -> None:
    (part,) = coverage([DOCUMENT], TEXTS)
    assert (part.chars, part.in_documents, part.cited) == (
        len("".join(SOURCE.split())),
        len("".join(SOURCE.split())),
        len(RULE),
    )
