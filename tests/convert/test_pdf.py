from __future__ import annotations

import pytest
from make_pdf import pdf

from kb.convert import pdf as module
from kb.convert.pdf import ordinary, text_of_pdf
from kb.errors import SourceEmpty, SourceUnreadable


def test_lines_and_table_rows_in_order() -> None:
    text = text_of_pdf(
        pdf(
            [
                "员工守则",
                "第一条 上班时间是8:30-17:30，迟到一次扣10元。",
                "班次|时间|补贴",
                "晚班|17:30-24:00|20元",
                "第 1 页",
            ],
            ["第二条 Be polite to customers.", "第 2 页"],
        ),
        "a.pdf",
    )
    assert text.splitlines() == [
        "员工守则",
        "第一条 上班时间是8:30-17:30，迟到一次扣10元。",
        "班次 时间 补贴",
        "晚班 17:30-24:00 20元",
        "第 1 页",
        "第二条 Be polite to customers.",
        "第 2 页",
    ]


def test_lookalike_radicals_and_ligatures_become_ordinary_characters() -> None:
    assert ordinary("第⼀条 ⽤⼾⻅⻚⻓ oﬃce ﬁle") == "第一条 用户见页长 office file"
    assert ordinary("协\ufffe\n议，soft\u00adhyphen") == "协议，softhyphen"


def test_a_character_drawn_alone_in_a_font_that_is_not_embedded_is_not_lost() -> None:
    text = text_of_pdf(pdf(["第|一|条|迟到扣10元", "第二条 上班不迟到。", "甲"], ["B"], ["丙"]), "a.pdf")
    assert text.splitlines() == ["第 一 条 迟到扣10元", "第二条 上班不迟到。", "甲", "B", "丙"]


def test_a_scan_says_that_it_holds_no_text() -> None:
    with pytest.raises(SourceEmpty, match="no text layer") as caught:
        text_of_pdf(pdf([], []), "scan.pdf")
    assert "OCR" in caught.value.hint


def test_locked_with_a_password() -> None:
    with pytest.raises(SourceUnreadable, match="password"):
        text_of_pdf(pdf(["甲"], password="secret"), "a.pdf")
    assert text_of_pdf(pdf(["甲"], password=""), "a.pdf") == "甲\n"  # locked against changes only


def test_damage() -> None:
    with pytest.raises(SourceUnreadable, match="damaged"):
        text_of_pdf(b"%PDF-1.4 nothing else", "a.pdf")


def test_a_text_layer_without_characters_is_unreadable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_pages", lambda *_: ["\ue001\ue002\ue003 \n"])
    with pytest.raises(SourceUnreadable, match="which characters"):
        text_of_pdf(pdf(["甲"]), "a.pdf")
