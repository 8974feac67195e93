"""The site built from this repository, served statically and by `kb serve`, and a real browser to look at it."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from shipped_site import DOCS, ROOT, Built, Look, Visit, free_port, serving, serving_answers

from kb.knowledge_base import load_documents
from kb.model import Document


@pytest.fixture(scope="session")
def documents() -> tuple[Document, ...]:
    return load_documents(DOCS)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Built:
    """The shipped site, by MkDocs."""
    folder = tmp_path_factory.mktemp("built") / "site"
    began = time.perf_counter()
    done = subprocess.run(
        [sys.executable, "-m", "mkdocs", "build", "--strict", "--site-dir", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "NO_MKDOCS_2_WARNING": "1"},
    )
    assert done.returncode == 0, done.stderr
    return Built(folder, time.perf_counter() - began)


@pytest.fixture(scope="session")
def static(built: Built) -> Iterator[str]:
    """The site on a server that knows nothing but files."""
    port = free_port()
    command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
    with serving(command, port, built.folder) as address:
        yield address


@pytest.fixture(scope="session")
def gaps(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the served site keeps questions that were not answered well."""
    return tmp_path_factory.mktemp("gaps") / "gaps.sqlite"


@pytest.fixture(scope="session")
def served(built: Built, shipped_index: Path, gaps: Path) -> Iterator[str]:
    """The site and the API by `kb serve`, from the index of the shipped pages."""
    with serving_answers(built.folder, shipped_index, "--gaps", str(gaps)) as address:
        yield address


@pytest.fixture(scope="session")
def served_without_gaps(built: Built, shipped_index: Path) -> Iterator[str]:
    """The same, by a server that keeps no questions."""
    with serving_answers(built.folder, shipped_index, "--no-gaps") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    """Headless Chromium; where there is none the browser tests say so, and in CI they fail."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        message = "NO BROWSER TESTS: chromium is not installed (apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(message)
        pytest.skip(message)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=chromium,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield running
        running.close()


@pytest.fixture
def look(browser: Any) -> Iterator[Look]:
    """Opens a page of its own: ``look(width=390, scheme="dark", language="en")``."""
    contexts = []

    def open_page(width: int = 1440, scheme: str = "light", language: str = "", **options: Any) -> Visit:
        height = 900 if width > 600 else 844
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale="zh-CN", **options
        )
        contexts.append(context)
        if language:
            context.add_init_script(f"localStorage.setItem('kb-lang', '{language}')")
        visit = Visit(context.new_page())
        visit.page.on("request", lambda request: visit.requests.append(request.url))
        visit.page.on("pageerror", lambda error: visit.complaints.append(str(error)))
        visit.page.on(
            "console",
            lambda message: (
                visit.complaints.append(message.text) if message.type in ("error", "warning") else None
            ),
        )
        return visit

    yield open_page
    for context in contexts:
        context.close()
