"""Files that are damaged, hostile or something else give one clear error."""

from __future__ import annotations

import io
import zipfile

import pytest
from make_docx import docx, p

from kb.convert import docx_package
from kb.convert.docx import text_of_docx
from kb.errors import SourceNotText, SourceUnreadable


def archive(**files: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name, content in files.items():
            new.writestr(name, content)
    return out.getvalue()


def files_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as old:
        return {name: old.read(name) for name in old.namelist()}


@pytest.mark.parametrize(
    ("name", "what"),
    [
        ("xl/workbook.xml", "Excel"),
        ("ppt/presentation.xml", "PowerPoint"),
        ("mimetype", "OpenDocument"),
        ("a.txt", "zip"),
    ],
)
def test_other_zip_formats_are_named(name: str, what: str) -> None:
    with pytest.raises(SourceNotText, match=what) as caught:
        text_of_docx(archive(**{"[Content_Types].xml": "<x/>", name: "x"}), "表.docx")
    assert caught.value.hint
    assert caught.value.data["file"] == "表.docx"


def test_a_cut_file_is_damaged() -> None:
    data = docx(p("甲" * 5000))
    for cut in (len(data) // 2, len(data) - 30, 10):
        with pytest.raises(SourceUnreadable, match="damaged"):
            text_of_docx(data[:cut], "a.docx")


def test_damaged_bytes_inside_are_noticed() -> None:
    data = bytearray(docx(p("甲乙丙丁" * 500)))
    place = data.index(b"word/document.xml") + 60
    data[place : place + 20] = b"\xff" * 20
    with pytest.raises(SourceUnreadable, match=r"damaged: word/document.xml"):
        text_of_docx(bytes(data), "a.docx")


def test_bad_xml_and_document_types_are_refused() -> None:
    files = files_of(docx(p("甲")))
    for xml in (b"<w:document", b"<!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>", b""):
        with pytest.raises(SourceUnreadable, match="damaged"):
            text_of_docx(archive(**{**files, "word/document.xml": xml}), "a.docx")


def test_a_part_that_unpacks_to_an_absurd_size_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(docx_package, "_PART_LIMIT", 1024 * 1024)
    data = docx(p("零" * 2_000_000))
    assert len(data) < 50_000
    with pytest.raises(SourceUnreadable, match="unpacks to more than 1 MB"):
        text_of_docx(data, "a.docx")


def test_absurd_nesting_is_refused() -> None:
    with pytest.raises(SourceUnreadable, match="damaged"):
        text_of_docx(docx("<w:sdt><w:sdtContent>" * 3000 + "</w:sdtContent></w:sdt>" * 3000), "a.docx")


def test_a_locked_zip_is_unreadable() -> None:
    data = bytearray(docx(p("甲")))
    for header, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        start = 0
        while (start := data.find(header, start)) >= 0:
            data[start + offset] |= 1
            start += 4
    with pytest.raises(SourceUnreadable, match="locked"):
        text_of_docx(bytes(data), "a.docx")


def test_the_strict_variant_and_odd_archives_are_read() -> None:
    files = files_of(docx(p("甲")))
    strict = {
        name: data.replace(
            b"http://schemas.openxmlformats.org/wordprocessingml/2006/main",
            b"http://purl.oclc.org/ooxml/wordprocessingml/main",
        ).replace(
            b"http://schemas.openxmlformats.org/officeDocument/2006/relationships",
            b"http://purl.oclc.org/ooxml/officeDocument/relationships",
        )
        for name, data in files.items()
    }
    assert text_of_docx(archive(**strict), "a.docx") == "甲\n"
    backslashes = {name.replace("/", "\\"): data for name, data in files.items() if "rels" not in name}
    assert text_of_docx(archive(**backslashes), "a.docx") == "甲\n"


def test_a_document_that_embeds_another_says_so() -> None:
    with pytest.raises(SourceUnreadable, match="another file"):
        text_of_docx(docx('<w:altChunk r:id="a"/>'), "a.docx")


def test_no_body_is_no_text() -> None:
    files = files_of(docx(""))
    assert text_of_docx(archive(**{**files, "word/document.xml": "<x/>"}), "a.docx") == ""
