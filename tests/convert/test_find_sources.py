from __future__ import annotations

import os
from pathlib import Path

import pytest

from kb.convert import find_sources, find_unsupported
from kb.errors import SourceMissing, SourceNotText, SourceUnreadable


def make(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("x", encoding="utf-8")


def test_folders_are_searched_in_order_and_hidden_files_skipped(tmp_path: Path) -> None:
    make(
        tmp_path,
        "b.txt",
        "a/z.MD",
        "a/y.docx",
        "a/b/c.pdf",
        ".git/x.txt",
        "a/.x.txt",
        "a/~$y.docx",
        "t.html",
        "p.png",
    )
    assert [name for _, name in find_sources([tmp_path])] == [
        "a/b/c.pdf",
        "a/y.docx",
        "a/z.MD",
        "b.txt",
        "t.html",
    ]
    refused = find_unsupported([tmp_path, tmp_path / "b.txt"])
    assert [error.data["file"] for error in refused] == [str(tmp_path / "p.png")]
    assert isinstance(refused[0], SourceNotText)


def test_files_by_name_are_always_taken_once(tmp_path: Path) -> None:
    make(tmp_path, "a.txt", "b.log")
    paths = [tmp_path / "b.log", tmp_path / "a.txt", tmp_path, tmp_path / "." / "a.txt"]
    assert [name for _, name in find_sources(paths)] == ["a.txt", "b.log"]


def test_equal_names_are_told_apart_by_what_is_in_front(tmp_path: Path) -> None:
    make(tmp_path, "x/2023/rules.txt", "y/2023/rules.txt", "y/other.txt")
    found = find_sources([tmp_path / "x/2023", tmp_path / "y/2023/rules.txt", tmp_path / "y/other.txt"])
    assert [name for _, name in found] == ["other.txt", "x/2023/rules.txt", "y/2023/rules.txt"]
    assert all(path.is_file() for path, _ in found)


def test_a_missing_path_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="nowhere"):
        find_sources([tmp_path, tmp_path / "nowhere"])


def test_a_folder_that_cannot_be_listed_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a.txt", "locked/b.txt")
    scan = os.scandir

    def scandir(path: str) -> object:
        if str(path).endswith("locked"):
            raise PermissionError(13, "Permission denied", str(path))
        return scan(path)

    monkeypatch.setattr(os, "scandir", scandir)
    assert [name for _, name in find_sources([tmp_path])] == ["a.txt"]
    (error,) = find_unsupported([tmp_path])
    assert isinstance(error, SourceUnreadable)
    assert "locked" in error.message
