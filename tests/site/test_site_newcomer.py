"""A knowledge base of one's own from an installed package: files in, a site and answers out, with nothing copied by hand."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from shipped_site import ROOT, Look, serving_answers

from tests.support import DATA


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """An environment in which ``kb`` is the package as pip installs it, not this checkout."""
    source, library = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("library")
    shutil.copytree(ROOT / "kb", source / "kb", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    install = f"{sys.executable} -m pip install --no-index --no-deps --no-build-isolation --target".split()
    subprocess.run([*install, str(library), str(source)], check=True, capture_output=True)
    return {**os.environ, "PYTHONPATH": str(library), "NO_MKDOCS_2_WARNING": "1", "NO_COLOR": "1"}


def run(environment: dict[str, str], folder: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_from_a_file_to_a_site_that_answers(installed: dict[str, str], tmp_path: Path, look: Look) -> None:
    where = subprocess.run(
        [sys.executable, "-c", "import kb; print(kb.__file__)"],
        cwd=tmp_path, env=installed, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    assert str(ROOT) not in where
    shutil.copy(DATA / "sources" / "handbooks.txt", tmp_path)
    kb = "kb.cli.main"
    run(installed, tmp_path, kb, "ingest", "handbooks.txt", "--out", "docs")
    assert "written: mkdocs.yml" in run(installed, tmp_path, kb, "publish")
    run(installed, tmp_path, "mkdocs", "build", "--strict")
    run(installed, tmp_path, kb, "index")
    run(installed, tmp_path, kb, "publish", "--check")
    run(installed, tmp_path, "zensical", "build", "--strict")
    run(installed, tmp_path, "mkdocs", "build", "--strict")
    with serving_answers(
        Path("site"), Path("index"), "--no-gaps", cwd=tmp_path, environment=installed
    ) as address:
        request = urllib.request.Request(
            f"{address}/api/v1/ask",
            json.dumps({"question": "客人来问话多久要回"}).encode(),
            {"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:
            assert "30秒" in json.load(response)["answer"]
        visit = look()
        page = visit.at(f"{address}/")
        page.keyboard.press("/")
        page.keyboard.insert_text("客人来问话多久要回")
        page.keyboard.press("Enter")
        page.wait_for_selector(".kb-answer--answered")
        page.keyboard.press("ArrowDown")
        page.keyboard.press("Enter")
        page.wait_for_url("**/shop-handbook/**")
        assert page.locator(".kb-clause:target").count() == 1
        assert visit.complaints == []


def test_publishing_again_brings_the_theme_up_to_date_and_leaves_what_is_ones_own(
    installed: dict[str, str], tmp_path: Path
) -> None:
    shutil.copytree(DATA / "docs", tmp_path / "docs")
    run(installed, tmp_path, "kb.cli.main", "publish")
    style = tmp_path / "overrides" / "assets" / "kb" / "site.css"
    own = tmp_path / "overrides" / "partials" / "copyright.html"
    shipped = style.read_text(encoding="utf-8")
    style.write_text("old", encoding="utf-8")
    own.write_text("<p>© 松果小店</p>", encoding="utf-8")
    config = tmp_path / "mkdocs.yml"
    config.write_text(
        config.read_text(encoding="utf-8").replace("规则知识库", "松果规矩", 1), encoding="utf-8"
    )
    run(installed, tmp_path, "kb.cli.main", "publish")
    assert style.read_text(encoding="utf-8") == shipped
    assert own.is_file()
    assert config.read_text(encoding="utf-8").startswith("site_name: 松果规矩\n")
    assert "title: 松果规矩" in (tmp_path / "docs" / "index.md").read_text(encoding="utf-8")


def test_the_configuration_of_newcomers_is_that_of_this_repository() -> None:
    def hand_written(path: Path) -> list[str]:
        lines = path.read_text(encoding="utf-8").partition("# kb publish writes from here")[0].splitlines()
        own = ("site_name", "site_description", "  custom_dir", "  adr/", "  converted/")
        return [line for line in lines if not line.startswith(own)]

    assert hand_written(ROOT / "kb" / "publish" / "mkdocs.yml") == hand_written(ROOT / "mkdocs.yml")
