"""The pages this repository ships: sound, in canonical form, true to their sources, and published whole."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from html.parser import HTMLParser
from pathlib import Path

import pytest

from kb.knowledge_base import CheckResult, check
from kb.pages import load_pages, page_path, read_page, write_page
from kb.pages.folder import find_pages

ROOT = Path(__file__).parent.parent.parent
DOCS = ROOT / "docs"
SOURCES = os.environ.get("KB_SOURCES", "")


def test_every_page_survives_reading_and_writing_back() -> None:
    pages = list(find_pages(DOCS))
    assert len(pages) > 50
    for path in pages:
        text = path.read_bytes().decode("utf-8")
        document = read_page(text, path.name)
        assert write_page(document) == text, path.name
        assert path == DOCS / page_path(document)


def test_check_finds_nothing() -> None:
    assert [finding for finding in check(DOCS).findings if finding.level == "error"] == []


def test_every_clause_can_be_found_and_traced() -> None:
    for document in load_pages(DOCS):
        assert document.summary and document.summary_en and document.title_en, document.id
        for clause in document.clauses:
            where = f"{document.id}#{clause.anchor}"
            assert clause.gloss_en, where
            assert len(clause.ask) >= 2, where
            assert clause.topics, where
            assert clause.sources and all(span.digest for span in clause.sources), where


@pytest.fixture(scope="module")
def against_sources() -> CheckResult:
    return check(DOCS, Path(SOURCES))


@pytest.mark.sources
@pytest.mark.skipif(not SOURCES, reason="KB_SOURCES does not name the folder of the real sources")
class TestAgainstSources:
    def test_spans_hashes_and_figures_agree(self, against_sources: CheckResult) -> None:
        assert against_sources.findings == ()

    def test_the_ledger_accounts_for_every_rule(self, against_sources: CheckResult) -> None:
        assert len(against_sources.ledger) == len(against_sources.coverage)
        for part in against_sources.ledger:
            assert part.share >= 0.995, part


class _Anchors(HTMLParser):
    """Collects ids and the targets of links."""

    def __init__(self) -> None:
        super().__init__()
        self.ids: list[str] = []
        self.outside: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name == "id" and value:
                self.ids.append(value)
            if (
                name in ("src", "href")
                and value
                and re.match(r"(https?:)?//", value)
                and tag in ("script", "link", "img")
            ):
                self.outside.append(value)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("site")
    built = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--quiet", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    yield folder
    shutil.rmtree(folder)


def test_the_published_page_has_every_clause_as_an_anchor_once(site: Path) -> None:
    for document in load_pages(DOCS):
        page = _Anchors()
        page.feed((site / page_path(document).removesuffix(".md") / "index.html").read_text(encoding="utf-8"))
        for clause in document.clauses:
            assert page.ids.count(clause.anchor) == 1, f"{document.id}#{clause.anchor}"
        assert page.outside == []
