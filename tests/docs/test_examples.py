"""Every example of the README and of the pages about the project runs, and shows what it really gives."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import docx
import pytest

from tests.support import DATA, ROOT

PAGES = ("README.md", "CONTRIBUTING.md")
BLOCK = re.compile(r"^```(\w+)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def blocks(language: str) -> list[str]:
    """Return the fenced blocks of one language in all pages."""
    texts = [(ROOT / page).read_text(encoding="utf-8") for page in PAGES]
    return [body for text in texts for name, body in BLOCK.findall(text) if name == language]


def commands() -> list[str]:
    """Return the ``kb`` commands that shell blocks show, without the words after ``#``."""
    lines = [line.partition("  #")[0].strip() for body in blocks("sh") for line in body.splitlines()]
    return [line.removeprefix(".venv/bin/") for line in lines if re.match(r"(\.venv/bin/)?kb ", line)]


@pytest.fixture(scope="module")
def folder(shipped_index: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the examples assume it: pages, their index, some rules of one's own."""
    place = tmp_path_factory.mktemp("examples")
    shutil.copytree(ROOT / "docs", place / "docs")
    shutil.copytree(ROOT / "evals", place / "evals")
    shutil.copy(ROOT / "mkdocs.yml", place)
    (place / "index").symlink_to(shipped_index)
    shutil.copytree(DATA / "sources", place / "rules")
    (place / "path" / "to").mkdir(parents=True)
    handbook = docx.Document()
    handbook.add_paragraph("山居小店客服守则")
    handbook.add_paragraph("一、考勤")
    handbook.add_paragraph("1、迟到一次扣15元。")
    handbook.save(str(place / "handbook.docx"))
    return place


def run(arguments: list[str], folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        encoding="utf-8",
        check=False,
    )


@pytest.mark.parametrize("body", blocks("console"))
def test_a_transcript_is_what_the_command_prints(body: str, folder: Path) -> None:
    command, _, shown = body.partition("\n")
    done = run([sys.executable, "-m", "kb.cli.main", *shlex.split(command.removeprefix("$ kb "))], folder)
    assert done.returncode == 0, done.stderr
    assert done.stdout == shown


@pytest.mark.parametrize("command", [line for line in commands() if "path/to" not in line])
def test_a_command_of_the_readme_works(command: str, folder: Path) -> None:
    done = run([sys.executable, "-m", "kb.cli.main", *shlex.split(command.removeprefix("kb "))], folder)
    assert done.returncode == 0, done.stderr


@pytest.mark.parametrize("body", blocks("python"))
def test_a_program_of_the_readme_works(body: str, folder: Path) -> None:
    done = run([sys.executable, "-c", body], folder)
    assert done.returncode == 0, done.stderr
    assert "answered" in done.stdout


def test_every_command_stands_in_the_readme() -> None:
    from kb.cli.main import main

    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in main.commands:
        assert f"kb {name}" in readme, name


def test_links_between_the_pages_lead_somewhere() -> None:
    for page in [*PAGES, "ARCHITECTURE.md", "CHANGELOG.md"]:
        for target in re.findall(r"\]\(([^)#:]+)\)", (ROOT / page).read_text(encoding="utf-8")):
            assert (ROOT / target).exists(), f"{page}: {target}"
