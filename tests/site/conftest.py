"""The site built from this repository, served statically and by `kb serve`, and a real browser to look at it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import Any

import pytest
from shipped_site import DOCS, INDEXED, ROOT, Built, Look, Visit, free_port, serving

from kb.knowledge_base import build, load_documents
from kb.model import Document
from kb.pages import page_path


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
def served(
    built: Built, documents: tuple[Document, ...], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[str]:
    """The site and the API by `kb serve`, with an index of a few of its documents."""
    folder = tmp_path_factory.mktemp("served")
    for document in documents:
        if document.id in INDEXED:
            place = folder / "docs" / page_path(document)
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(DOCS / page_path(document), place)
    build(folder / "docs", folder / "index")
    port = free_port()
    command = [sys.executable, "-m", "kb.cli.main", "serve", "--port", str(port), "--no-keys"]
    command += ["--site", str(built.folder), "--index", str(folder / "index")]
    with serving(command, port, ROOT) as address:
        for _ in range(300):
            request = urllib.request.Request(
                f"{address}/api/v1/search",
                json.dumps({"question": "迟到"}).encode(),
                {"Content-Type": "application/json"},
            )
            try:
                urllib.request.urlopen(request, timeout=10).close()
                break
            except urllib.error.HTTPError:
                time.sleep(0.1)
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
    """Opens a page of its own: ``look(width=390, scheme="dark")``."""
    contexts = []

    def open_page(width: int = 1440, scheme: str = "light", **options: Any) -> Visit:
        height = 900 if width > 600 else 844
        context = browser.new_context(
            viewport={"width": width, "height": height}, color_scheme=scheme, locale="zh-CN", **options
        )
        contexts.append(context)
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
