"""Whatever is in a file, reading it gives text or one of our errors, never a crash."""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest
from make_docx import abstract, docx, lvl, num, numbered, p, r
from make_pdf import pdf

from kb.convert.docx import text_of_docx
from kb.convert.html import decode_html, text_of_html
from kb.convert.pdf import text_of_pdf
from kb.errors import KbError

DOCX = docx(
    numbered("甲", 1) + "<w:tbl><w:tr><w:tc><w:p/></w:tc></w:tr></w:tbl>" + p(r("x") + "<w:r><w:br/></w:r>"),
    numbering=abstract(0, lvl(0, "%1.")) + num(1, 0),
)
PAGE = '<meta charset="gbk"><h1>守则</h1><ol start=3><li>问好<table><tr><td rowspan=2>乙</table></ol>'.encode(
    "gbk"
)


def damaged(data: bytes, chance: random.Random) -> bytes:
    out = bytearray(data)
    for _ in range(chance.randint(1, 5)):
        place = chance.randrange(len(out))
        match chance.randrange(3):
            case 0:
                out[place] = chance.randrange(256)
            case 1:
                del out[place : place + chance.randrange(1, 40)]
            case _:
                out[place:place] = out[chance.randrange(len(out)) :][:20]
        out = out or bytearray(b"x")
    return bytes(out)


def page_text(data: bytes, file: str) -> str:
    return text_of_html(decode_html(data, file)[0], file)


@pytest.mark.parametrize(
    ("read", "data", "times"),
    [(text_of_docx, DOCX, 600), (page_text, PAGE, 600), (text_of_pdf, pdf(["第|一|条 不迟到"]), 200)],
)
def test_damage_never_crashes(read: Callable[[bytes, str], str], data: bytes, times: int) -> None:
    chance = random.Random(11)
    outcomes = set()
    for _ in range(times):
        try:
            read(damaged(data, chance), "a")
            outcomes.add("text")
        except KbError as error:
            assert error.hint
            outcomes.add(error.code)
    assert "text" in outcomes
    assert len(outcomes) > 1
