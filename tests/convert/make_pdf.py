"""Builds small PDFs with a Chinese font that is not embedded, as many office programs make them."""

from __future__ import annotations

import io

from reportlab.lib import pdfencrypt
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))


def pdf(*pages: list[str], password: str | None = None) -> bytes:
    """A PDF with those pages of lines; ``|`` in a line separates the cells of a table row."""
    out = io.BytesIO()
    encryption = None if password is None else pdfencrypt.StandardEncryption(password, ownerPassword="owner")
    canvas = Canvas(out, encrypt=encryption)
    for page in pages:
        canvas.setFont("STSong-Light", 11)
        for number, line in enumerate(page):
            for column, cell in enumerate(line.split("|")):
                canvas.drawString(60 + 120 * column, 780 - 20 * number, cell)
        canvas.rect(10, 10, 100, 100)
        canvas.showPage()
    canvas.save()
    return out.getvalue()
