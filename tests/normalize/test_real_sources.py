"""The real sources and statutes, where they are at hand: counts that are taken independently."""

from __future__ import annotations

import hashlib
import os
import re
from pathlib import Path

import pytest

from kb.model import Source
from kb.normalize import normalize
from kb.pages import canonical, read_page, write_page

SOURCES = os.environ.get("KB_SOURCES", "")
LAWS = Path(os.environ.get("KB_LAWS", Path(SOURCES).parent / "laws" if SOURCES else "/nowhere"))
pytestmark = [pytest.mark.sources, pytest.mark.skipif(not SOURCES, reason="KB_SOURCES is not set")]
ARTICLE = re.compile(r"第[一二三四五六七八九十百零〇]+条(?:之[一二三四五六七八九十]+)?")


def read_folder(folder: Path) -> list[Source]:
    return [
        Source(
            p.name, p.read_bytes().decode("utf-8"), hashlib.sha256(p.read_bytes()).hexdigest(), p.suffix[1:]
        )
        for p in sorted(folder.iterdir())
        if p.suffix in (".txt", ".md")
    ]


def test_every_article_of_every_statute() -> None:
    if not LAWS.is_dir():
        pytest.skip("no statutes at hand")
    for law in read_folder(LAWS):
        normalized = normalize([law])
        assert len(normalized.documents) == 1, law.file
        clauses = normalized.documents[0].clauses
        found = [c.label for c in clauses if ARTICLE.fullmatch(c.label)]
        expected = re.findall(rf"^({ARTICLE.pattern})[ \u3000]", law.text, re.MULTILINE)
        assert found == expected, law.file
        items = [c.label for c in clauses if re.fullmatch(r"[（(][一二三四五六七八九十]+[)）]", c.label)]
        assert items == re.findall(r"^([（(][一二三四五六七八九十]+[)）])", law.text, re.MULTILINE), law.file


def test_a_page_gives_back_every_statute() -> None:
    if not LAWS.is_dir():
        pytest.skip("no statutes at hand")
    for law in read_folder(LAWS):
        (document,) = normalize([law]).documents
        page = write_page(canonical(document))
        again = read_page(page, law.file)
        assert again == canonical(document), law.file
        assert write_page(again) == page, law.file
        # What a page cannot hold is only blanks: labels, words and parents are those of the normalizer.
        assert [(c.anchor, c.label.split(), c.text.split(), c.parent) for c in again.clauses] == [
            (c.anchor, c.label.split(), c.text.split(), c.parent) for c in document.clauses
        ], law.file


def test_every_character_of_the_sources() -> None:
    sources = read_folder(Path(SOURCES))
    normalized = normalize(sources)
    for source, ledger in zip(sources, normalized.ledgers, strict=True):
        position = 0
        for segment in ledger.segments:
            assert segment.start >= position
            assert not source.text[position : segment.start].strip()
            position = segment.end
        assert not source.text[position:].strip()
        lost = sum(s.end - s.start for s in ledger.segments if s.kind == "unresolved")
        assert lost <= 0.02 * len(source.text), source.file
    for document in normalized.documents:
        for clause in document.clauses:
            for span in clause.sources:
                text = next(s.text for s in sources if s.file == span.file)[span.start : span.end]
                assert hashlib.sha256(text.encode()).hexdigest()[:16] == span.digest
