"""The built pages: every link leads somewhere, nothing comes from elsewhere, and both builders agree."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from functools import cache
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urljoin, urlsplit

import pytest
from shipped_site import ROOT, Built, Look, free_port, serving

from kb.model import Document

SLOWEST_BUILD = 40  # seconds


class Page(HTMLParser):
    """Ids and links of a page; ids inside its article apart."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.ids: set[str] = set()
        self.own_ids: set[str] = set()
        self.links: list[str] = []
        self._in_article = 0
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        self._in_article += tag == "article"
        if identity := values.get("id"):
            self.ids.add(identity)
            if self._in_article and not identity.startswith("__"):
                self.own_ids.add(identity)
        for name in ("href", "src", "action"):
            if target := values.get(name):
                self.links.append(target)

    def handle_endtag(self, tag: str) -> None:
        self._in_article -= tag == "article"


@cache
def page(path: Path) -> Page:
    return Page(path.read_text(encoding="utf-8"))


def pages_of(folder: Path) -> dict[str, Path]:
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*.html")}


def test_the_build_is_quick(built: Built) -> None:
    assert built.seconds < SLOWEST_BUILD


def test_every_link_leads_to_a_page_and_an_anchor_that_exist(built: Built) -> None:
    dead = []
    for name, path in pages_of(built.folder).items():
        if name == "404.html":
            continue
        for link in page(path).links:
            target = urlsplit(urljoin(f"http://site/{name}", link))
            if target.scheme not in ("http", "https"):
                continue
            if target.netloc != "site":
                if not link.startswith("https://github.com"):
                    dead.append(f"{name}: outside: {link}")
                continue
            place = built.folder / unquote(target.path).lstrip("/")
            place = place / "index.html" if target.path.endswith("/") else place
            if not place.is_file() or (
                target.fragment and unquote(target.fragment) not in page(place).ids | {"__toc"}
            ):
                dead.append(f"{name}: {link}")
    assert dead == []


def test_programs_find_every_document_as_text(built: Built, documents: tuple[Document, ...]) -> None:
    listed = re.findall(r"\]\((markdown/[^)]+)\)", (built.folder / "llms.txt").read_text(encoding="utf-8"))
    assert len(listed) == len(documents)
    for document in documents:
        text = (built.folder / f"markdown/{document.id}.txt").read_text(encoding="utf-8")
        for clause in document.clauses:
            assert f"[#{clause.anchor}]" in text
            assert clause.gloss_en in text


def test_a_document_page_tells_what_it_is(built: Built, documents: tuple[Document, ...]) -> None:
    for document in documents:
        text = (built.folder / document.kind / document.id / "index.html").read_text(encoding="utf-8")
        assert 'class="kb-facts"' in text
        assert f"{len(document.clauses)} 条" in text
        assert document.sources[0].file in text


@pytest.fixture(scope="module")
def zensical(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The shipped site, by Zensical."""
    folder = tmp_path_factory.mktemp("zensical")
    for name in ("docs", "kb/publish/theme"):  # Zensical builds only what stands under its configuration
        shutil.copytree(ROOT / name, folder / name)
    shutil.copy(ROOT / "mkdocs.yml", folder / "mkdocs.yml")
    done = subprocess.run(
        [sys.executable, "-m", "zensical", "build", "--strict"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_COLOR": "1"},
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return folder / "site"


def test_zensical_builds_the_same_pages_and_anchors(built: Built, zensical: Path) -> None:
    ours, theirs = pages_of(built.folder), pages_of(zensical)
    assert set(theirs) == set(ours)
    for name in ours:
        assert page(theirs[name]).own_ids == page(ours[name]).own_ids, name
    for name in ("assets/kb/clauses.json", "llms.txt", "markdown/tmall-cs-code.txt"):
        assert (zensical / name).read_bytes() == (built.folder / name).read_bytes()


def test_what_zensical_builds_works_the_same(zensical: Path, look: Look) -> None:
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with serving(command, port, zensical) as address:
        visit = look()
        page = visit.at(f"{address}/shop-handbook/tmall-cs-code/#2-3")
        assert page.locator(".kb-id").count() > 40
        assert page.is_visible(".kb-facts")
        page.keyboard.press("/")
        page.keyboard.insert_text("普通话标准")
        page.wait_for_selector("#kb-search mark")
        assert page.locator(":target").count() == 1
        page.keyboard.press("Enter")
        page.wait_for_selector(".kb-answer--notice")
        assert [url for url in visit.requests if not url.startswith((address, "data:"))] == []
        assert visit.complaints == []
