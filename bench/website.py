"""Measures the bars of the site: how long it takes to build, how well and how fast it finds, how heavy its pages are.

Needs the development environment, chromium, and a machine that does nothing else; takes about five minutes::

    python bench/website.py [--count 1000]
"""

from __future__ import annotations

import argparse
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "site")]

from fragments import fragments, type_all  # noqa: E402
from shipped_site import free_port, serving, serving_answers  # noqa: E402

from kb.knowledge_base import build, load_documents  # noqa: E402

SIZES = (
    "[...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]"
    ".map(entry => [entry.name, entry.transferSize])"
)


def seconds(command: list[str], folder: Path) -> float:
    began = time.perf_counter()
    subprocess.run([sys.executable, "-m", *command], cwd=folder, check=True, capture_output=True)
    return time.perf_counter() - began


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=1000, help="fragments typed into the served site")
    count = parser.parse_args().count
    documents = load_documents(ROOT / "docs")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        site = folder / "built"
        print(
            f"mkdocs build --strict   {seconds(['mkdocs', 'build', '--strict', '-d', str(site)], ROOT):6.1f} s"
        )
        for name in ("docs", "kb/publish/theme"):
            shutil.copytree(ROOT / name, folder / "zensical" / name)
        shutil.copy(ROOT / "mkdocs.yml", folder / "zensical")
        print(
            f"zensical build --strict {seconds(['zensical', 'build', '--strict'], folder / 'zensical'):6.1f} s"
        )
        build(ROOT / "docs", folder / "index")
        from playwright.sync_api import sync_playwright

        with sync_playwright() as playwright:
            chromium = (
                shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
            )
            browser = playwright.chromium.launch(
                executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
            )
            with serving_answers(site, folder / "index", "--no-gaps") as address:
                search(browser, address, documents, "served", count)
                search(browser, address, documents, "served, after the server", count // 5, settled=True)
                pages(browser, address)
            port = free_port()
            command = [sys.executable, "-m", "http.server", str(port), "--bind", "127.0.0.1"]
            with serving(command, port, site) as address:
                search(browser, address, documents, "static", 300)
                pages(browser, address)
            browser.close()


def search(
    browser: Any, address: str, documents: Any, what: str, count: int, *, settled: bool = False
) -> None:
    page = browser.new_page()
    page.goto(f"{address}/ask/")
    page.wait_for_selector("html[data-kb-ready]", state="attached")
    found = type_all(page, fragments(documents, count, seed=count), documents, settled=settled)
    times = "  ".join(
        f"{name} {found.quantile(at):.0f}" for name, at in (("p50", 0.5), ("p99", 0.99), ("max", 1))
    )
    print(
        f"{what}: {count} fragments, {found.share:.2%} of the rare ones find their page, {len(found.wrong)} lists open with "
        f"others; first results ms: {times}"
    )
    page.close()


def pages(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(f"{address}/")
    page.wait_for_selector("html[data-kb-ready]", state="attached")
    size = sum(bytes_ for _, bytes_ in page.evaluate(SIZES))
    page.close()
    page = browser.new_page()
    page.goto(f"{address}/shop-handbook/cs-duties-fines-and-promotion/")
    page.wait_for_selector("html[data-kb-ready]", state="attached")
    ready = page.evaluate("performance.getEntriesByName('kb-ready')[0].startTime")
    page.close()
    print(f"home {size / 1000:.0f} kB transferred; a document is interactive after {ready:.0f} ms")


if __name__ == "__main__":
    main()
