"""Reading one file: the bytes decide, then the suffix; every failure is one clear error."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from make_docx import docx, p
from make_pdf import pdf

from kb.convert import read_source
from kb.errors import KbError, SourceEmpty, SourceMissing, SourceNotText, SourceUnreadable

TEXT = "第一条 上班不迟到。\r\n第二条 下班先交接。\n"
PAGE = "<!DOCTYPE html><html><body><p>第一条 先问好。</p></body></html>"


def write(folder: Path, name: str, data: bytes) -> Path:
    path = folder / name
    path.write_bytes(data)
    return path


@pytest.mark.parametrize(
    ("name", "kind"), [("a.txt", "txt"), ("a.md", "md"), ("A.MARKDOWN", "md"), ("README", "txt")]
)
def test_plain_text_is_not_touched(tmp_path: Path, name: str, kind: str) -> None:
    path = write(tmp_path, name, b"\xef\xbb\xbf" + TEXT.encode())
    source = read_source(path)
    with path.open(encoding="utf-8", newline="") as file:
        assert source.text == file.read()
    assert source.text[0] == "\ufeff"
    assert (source.file, source.format, source.encoding) == (name, kind, "utf-8")
    assert source.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


def test_the_recorded_name_can_be_given(tmp_path: Path) -> None:
    assert read_source(write(tmp_path, "a.txt", b"x"), file="laws/a.txt").file == "laws/a.txt"


@pytest.mark.parametrize("suffix", [".txt", ".doc", ".html", ".docx", ".pdf", ""])
def test_a_wrong_suffix_does_not_matter(tmp_path: Path, suffix: str) -> None:
    assert read_source(write(tmp_path, f"a{suffix}", docx(p("甲")))).format == "docx"
    assert read_source(write(tmp_path, f"b{suffix}", pdf(["甲"]))).format == "pdf"
    if suffix not in {".docx", ".pdf"}:
        source = read_source(write(tmp_path, f"c{suffix}", PAGE.encode("gbk")))
        assert (source.format, source.text, source.encoding) == ("html", "第一条 先问好。\n", "gb18030")


def test_html_without_tags_is_text(tmp_path: Path) -> None:
    source = read_source(write(tmp_path, "a.html", TEXT.encode()))
    assert (source.format, source.text) == ("txt", TEXT)


def test_markdown_with_some_html_stays_markdown(tmp_path: Path) -> None:
    text = "# 规则\n\n<div>提示</div>\n\n1. 甲\n"
    assert read_source(write(tmp_path, "a.md", text.encode())).text == text


@pytest.mark.parametrize(
    ("name", "data", "error", "words"),
    [
        ("a.txt", b"", SourceEmpty, "no text"),
        ("a.txt", b" \r\n\t \n", SourceEmpty, "no text"),
        ("a.txt", "\ufeff　\u200b\n".encode(), SourceEmpty, "no text"),
        ("a.html", b"<html><body><script>var a</script> </body></html>", SourceEmpty, "no text"),
        ("a.docx", docx(p()), SourceEmpty, "no text"),
        ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600, SourceNotText, "old office program"),
        ("a.doc", b"{\\rtf1\\ansi hello}", SourceNotText, "RTF"),
        ("a.txt", b"\x89PNG\r\n\x1a\n\0\0", SourceNotText, "PNG"),
        ("a.md", b"\xff\xd8\xff\xe0\0\x10JFIF", SourceNotText, "JPEG"),
        ("a.txt", b"\x1f\x8b\x08\0\0", SourceNotText, "gzip"),
        (
            "a.doc",
            b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument/>',
            SourceNotText,
            "XML",
        ),
        ("a.mht", b"MIME-Version: 1.0\r\nContent-Type: multipart/related; x\r\n\r\n", SourceNotText, "MHTML"),
        ("a.docx", b"hello", SourceUnreadable, "damaged"),
        ("a.pdf", b"hello", SourceUnreadable, "damaged"),
        ("a.docx", b"PK\x03\x04" + b"\0" * 40, SourceUnreadable, "damaged"),
        (
            "a.docx",
            b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"),
            SourceUnreadable,
            "password",
        ),
    ],
)
def test_every_failure_is_one_line_with_a_hint(
    tmp_path: Path, name: str, data: bytes, error: type[KbError], words: str
) -> None:
    with pytest.raises(error, match=words) as caught:
        read_source(write(tmp_path, name, data), file=f"folder/{name}")
    assert caught.value.message.startswith(f"folder/{name} ")
    assert "\n" not in caught.value.message
    assert caught.value.hint.endswith(".")
    assert caught.value.data == {"file": f"folder/{name}"}


def test_missing_folders_and_rights(tmp_path: Path) -> None:
    with pytest.raises(SourceMissing, match="no file"):
        read_source(tmp_path / "nowhere.txt")
    with pytest.raises(SourceUnreadable, match="not a regular file"):
        read_source(tmp_path)
    locked = write(tmp_path, "locked.txt", b"x")
    locked.chmod(0)
    if os.access(locked, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(SourceUnreadable, match="cannot be read"):
        read_source(locked)


def test_a_file_that_cannot_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    path = write(tmp_path, "a.txt", b"x")
    monkeypatch.setattr(Path, "read_bytes", refuse)
    with pytest.raises(SourceUnreadable, match="cannot be read: Permission denied"):
        read_source(path)


@pytest.mark.sources
@pytest.mark.skipif("KB_SOURCES" not in os.environ, reason="KB_SOURCES names no folder")
def test_the_real_sources_decode_as_python_reads_them() -> None:
    paths = sorted(Path(os.environ["KB_SOURCES"]).glob("*.txt"))
    assert paths
    for path in paths:
        source = read_source(path)
        with path.open(encoding="utf-8", newline="") as file:
            assert source.text == file.read()
