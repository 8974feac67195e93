"""A PDF to text: the lines of its text layer, page after page, in the order the file draws them.

Page headers, footers and numbers stay in as lines; the normalizer judges them. PDFium was chosen after
comparing it with pypdf and pdfminer.six: it alone kept the cells of a table row on one line and in order,
it knows the character maps of Chinese fonts that are not embedded, and it was two to ten times faster.
"""

from __future__ import annotations

import re
import unicodedata

import pypdfium2

from kb.errors import SourceEmpty, SourceUnreadable

_PASSWORD = 4  # PDFium's FPDF_ERR_PASSWORD
# Fonts often map 一 to the radical U+2F00 that looks the same; ligatures stand for two letters.
_LOOKALIKE = re.compile(r"[\u2e80-\u2fdf\uf900-\ufaff\ufb00-\ufb06]")
_SOFT_HYPHEN_BREAK = re.compile(r"[\u00ad\ufffe\x02]\n?")
_UNMAPPED = re.compile(r"[\ue000-\uf8ff\ufffd\x00-\x08\x0e-\x1f]")


def text_of_pdf(data: bytes, file: str) -> str:
    """Return the text of a PDF.

    Args:
        data: The file's bytes.
        file: Its name, for messages.

    Raises:
        SourceUnreadable: Damaged, locked with a password, or with a text layer that maps to no characters.
        SourceEmpty: No page has a text layer.
    """
    try:
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        if error.err_code == _PASSWORD:
            raise SourceUnreadable(
                f"{file} is locked with a password.",
                hint="Open it with the password, save it without one, and ingest that.",
                file=file,
            ) from None
        raise SourceUnreadable(
            f"{file} is damaged: it cannot be opened as PDF.",
            hint="Fetch it again or print it to PDF anew.",
            file=file,
        ) from None
    try:
        pages = [_page_text(document, number, file) for number in range(len(document))]
    finally:
        document.close()
    text = "".join(pages)
    if not text.strip():
        raise SourceEmpty(
            f"{file} holds no text layer: none of its {len(pages)} pages has text, as in a scan.",
            hint="Run text recognition (OCR) over it first, then ingest the result.",
            file=file,
        )
    if len(_UNMAPPED.findall(text)) > 0.3 * len("".join(text.split())):
        raise SourceUnreadable(
            f"{file} has a text layer whose fonts do not say which characters they show.",
            hint="Run text recognition (OCR) over it, or get the document it was made from.",
            file=file,
        )
    return text


def _page_text(document: pypdfium2.PdfDocument, number: int, file: str) -> str:
    """Return the lines of a page, each with a newline."""
    try:
        page = document[number]
        layer = page.get_textpage()
        text = layer.get_text_range(errors="replace")
        layer.close()
        page.close()
    except pypdfium2.PdfiumError:
        raise SourceUnreadable(
            f"{file} is damaged: page {number + 1} cannot be read.",
            hint="Fetch it again or print it to PDF anew.",
            file=file,
        ) from None
    text = _SOFT_HYPHEN_BREAK.sub("", text.replace("\r\n", "\n").replace("\r", "\n"))
    text = _LOOKALIKE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
    return "".join(line.rstrip() + "\n" for line in text.split("\n") if line.strip())
