"""A PDF to text: the lines of its text layer, page after page, in the order the file draws them.

Page headers, footers and numbers stay in as lines; the normalizer judges them. PDFium was chosen after
comparing it with pypdf and pdfminer.six: it alone kept the cells of a table row on one line and in order,
it knows the character maps of Chinese fonts that are not embedded, and it was two to ten times faster.
"""

from __future__ import annotations

import re
import unicodedata

import pypdfium2
from pypdfium2 import raw

from kb.errors import SourceEmpty, SourceUnreadable

# The fonts of the machine would change what PDFium finds in a file that does not embed its own; without
# them the text of a PDF is the same everywhere, and pdf_pieces reads what PDFium then cannot place.
raw.FPDF_SetSystemFontInfo(None)

_PASSWORD = 4  # PDFium's FPDF_ERR_PASSWORD
# Fonts often map 一 to the radical U+2F00 that looks the same; ligatures stand for two letters. Unicode
# knows what most of them stand for, but not these.
_LOOKALIKE = re.compile(r"[\u2f00-\u2fdf\uf900-\ufaff\ufb00-\ufb06]")
_RADICALS = str.maketrans(
    "⺟⺠⻁⻄⻅⻆⻉⻋⻓⻔⻘⻙⻚⻛⻜⻝⻢⻣⻤⻥⻦⻧⻨⻩⻬⻮⻰⻳⼾",
    "母民虎西见角贝车长门青韦页风飞食马骨鬼鱼鸟卤麦黄齐齿龙龟户",
)
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
        pages = _pages(document, data, file)
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


def _pages(document: pypdfium2.PdfDocument, data: bytes, file: str) -> list[str]:
    """Return the text of each page, every line of it with a newline."""
    pieces = None
    pages = []
    for number in range(len(document)):
        text, whole = _page_text(document, number, file)
        if not whole:
            from kb.convert.pdf_pieces import Pieces

            pieces = pieces or Pieces(data, file)
            other = "\n".join(pieces.page(number))
            text = other if len("".join(other.split())) > len("".join(text.split())) else text
        lines = ordinary(text).split("\n")
        pages.append("".join(line.rstrip() + "\n" for line in lines if line.strip()))
    return pages


def _page_text(document: pypdfium2.PdfDocument, number: int, file: str) -> tuple[str, bool]:
    """Return the text of a page, and whether PDFium is certain to have left nothing out."""
    try:
        page = document[number]
        layer = page.get_textpage()
        text = layer.get_text_range(errors="replace").replace("\r\n", "\n").replace("\r", "\n")
        whole = not any(_covers_nothing(piece) for piece in page.get_objects(filter=[raw.FPDF_PAGEOBJ_TEXT]))
        layer.close()
        page.close()
    except pypdfium2.PdfiumError:
        raise SourceUnreadable(
            f"{file} is damaged: page {number + 1} cannot be read.",
            hint="Fetch it again or print it to PDF anew.",
            file=file,
        ) from None
    return text, whole


def _covers_nothing(piece: pypdfium2.PdfTextObj) -> bool:
    """Whether a piece of text has no width because its font is not at hand."""
    left, _, right, _ = piece.get_bounds()
    embedded: int = raw.FPDFFont_GetIsEmbedded(raw.FPDFTextObj_GetFont(piece))
    return right - left < 0.001 and not embedded


def ordinary(text: str) -> str:
    """Return the text with soft hyphens gone and look-alike characters replaced by the ordinary ones."""
    text = _SOFT_HYPHEN_BREAK.sub("", text).translate(_RADICALS)
    return _LOOKALIKE.sub(lambda match: unicodedata.normalize("NFKC", match[0]), text)
