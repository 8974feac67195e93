"""One file to one source: look at the bytes, call the converter for what they are."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from kb.convert.text import decode
from kb.errors import SourceEmpty, SourceMissing, SourceNotText, SourceUnreadable
from kb.model import Source

_HTML_SUFFIXES = frozenset({".html", ".htm", ".xhtml"})
_MARKDOWN_SUFFIXES = frozenset({".md", ".markdown"})
_BYTE_ORDER_MARK = "\ufeff"
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")

# How files begin that people rename to .txt or .doc, or hand in by mistake.
_BINARY_FORMATS = (
    (b"{\\rtf", "an RTF document"),
    (b"\x89PNG", "a PNG picture"),
    (b"\xff\xd8\xff", "a JPEG picture"),
    (b"GIF8", "a GIF picture"),
    (b"II*\x00", "a TIFF picture"),
    (b"MM\x00*", "a TIFF picture"),
    (b"Rar!", "a RAR archive"),
    (b"7z\xbc\xaf\x27\x1c", "a 7z archive"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"MZ\x90", "a program"),
    (b"\x7fELF", "a program"),
    (b"SQLite format 3", "a database"),
)
_WORD_XML = re.compile(rb"<\?mso-application progid=\"Word|<pkg:package|<w:wordDocument")
_MHTML = re.compile(rb"^content-type:\s*multipart/related", re.IGNORECASE | re.MULTILINE)
_HTML_START = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?(?:<!--.*?-->\s*)*(?:<!doctype\s+html|<html[\s>])", re.I | re.S
)
_TAG = re.compile(r"<[a-zA-Z!/][^<>]*>")


def read_source(path: Path, *, file: str | None = None) -> Source:
    r"""Read one file as text, whatever it is called.

    What the bytes are decides, then the suffix: a .docx, .pdf or complete HTML document under another name
    is read as what it is. For .txt and .md the text is the decoded bytes without any translation of
    newlines; a byte order mark stays in it as U+FEFF, so for a UTF-8 file it equals
    ``open(path, encoding="utf-8", newline="").read()``. For .html, .docx and .pdf it is the converter's
    text: one line for each paragraph, list item, table row or printed line, with ``\n`` between them.

    Args:
        path: The file.
        file: The name to record; the path's own name when left out.

    Returns:
        The source. ``format`` tells how it was read, ``encoding`` how it was decoded.

    Raises:
        SourceMissing: There is no such file.
        SourceUnreadable: No rights, not a regular file, damaged, or locked with a password.
        SourceNotText: A format we do not read (a picture, a spreadsheet, an old Word or RTF document), or
            bytes that are text in no encoding we know.
        SourceEmpty: No text in it: nothing but blanks, or a scan without a text layer.
    """
    name = path.name if file is None else file
    data = _bytes_of(path, name)
    digest = hashlib.sha256(data).hexdigest()
    if not data.strip():
        raise _empty(name)
    text, kind, encoding = _convert(data, path.suffix.lower(), name)
    if not text.strip(" \t\r\n\f\v\u3000\xa0\u200b\ufeff\x00"):
        raise _empty(name)
    return Source(file=name, text=text, sha256=digest, format=kind, encoding=encoding)


def _bytes_of(path: Path, name: str) -> bytes:
    try:
        if path.exists() and not path.is_file():
            raise SourceUnreadable(
                f"{name} is not a regular file.",
                hint="Give the path of a file, or ingest the folder.",
                file=name,
            )
        return path.read_bytes()
    except FileNotFoundError:
        raise SourceMissing(
            f"There is no file {path}.", hint="Check the path and its spelling.", file=name
        ) from None
    except OSError as error:
        raise SourceUnreadable(
            f"{name} cannot be read: {error.strerror}.", hint="Check the rights on the file.", file=name
        ) from None


def _convert(data: bytes, suffix: str, name: str) -> tuple[str, str, str]:
    """Return text, format and encoding."""
    if data.startswith(b"PK\x03\x04"):
        from kb.convert.docx import text_of_docx

        return text_of_docx(data, name), "docx", ""
    if data[:1024].lstrip().startswith(b"%PDF-") or (suffix == ".pdf" and b"%PDF-" in data[:1024]):
        from kb.convert.pdf import text_of_pdf

        return text_of_pdf(data, name), "pdf", ""
    _refuse_binary(data, suffix, name)
    if suffix in _HTML_SUFFIXES:
        from kb.convert.html import decode_html, text_of_html

        text, encoding = decode_html(data, name)
        if _TAG.search(text):
            return text_of_html(text, name), "html", encoding
        return text, "txt", encoding
    text, encoding = decode(data, name)
    if _HTML_START.match(text.removeprefix(_BYTE_ORDER_MARK)):
        from kb.convert.html import decode_html, text_of_html

        text, encoding = decode_html(data, name)
        return text_of_html(text, name), "html", encoding
    return text, "md" if suffix in _MARKDOWN_SUFFIXES else "txt", encoding


def _refuse_binary(data: bytes, suffix: str, name: str) -> None:
    if data.startswith(_OLE):
        if _ENCRYPTED_PACKAGE in data:
            raise SourceUnreadable(
                f"{name} is locked with a password.",
                hint="Open it with the password, save it without one, and ingest that.",
                file=name,
            )
        raise _not_text(name, "a document of an old office program (.doc, .xls, .wps)")
    for start, what in _BINARY_FORMATS:
        if data.startswith(start):
            raise _not_text(name, what)
    if _WORD_XML.search(data[:2048]):
        raise _not_text(name, "a Word document saved as XML")
    if data[:5].lower() in {b"mime-", b"from:"} and _MHTML.search(data[:4096]):
        raise _not_text(name, "a web page saved as one archive (MHTML)")
    if suffix in {".docx", ".docm", ".pdf"}:
        raise SourceUnreadable(
            f"{name} is damaged: it does not begin as a {suffix} file does.",
            hint="Open it in the program that made it and save it again, or fetch it again.",
            file=name,
        )


def _not_text(name: str, what: str) -> SourceNotText:
    return SourceNotText(
        f"{name} is {what}, which is not read here.",
        hint="Open it and save it as .docx, .html, .pdf or UTF-8 text, then ingest that.",
        file=name,
    )


def _empty(name: str) -> SourceEmpty:
    return SourceEmpty(f"{name} holds no text.", hint="Check that it is the right file.", file=name)
