"""Figures are found with their value and unit, whatever numerals they are written in."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.figures import find_figures


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("头一回提醒，第二次扣10元", [("ordinal", "2", "次"), ("amount", "10", "元")]),
        ("首次口头提醒", [("ordinal", "1", "次")]),
        ("早班8:30-17:30", [("time", "08:30", ""), ("time", "17:30", "")]),
        ("晚班17点半到24点", [("time", "17:30", ""), ("time", "24:00", "")]),
        ("5-10个工作日", [("duration", "5", "工作日"), ("duration", "10", "工作日")]),
        ("百分之二十和20％", [("percentage", "20", "%"), ("percentage", "20", "%")]),
        ("提百分之零点五", [("percentage", "0.5", "%")]),
        ("押一万六千元", [("amount", "16000", "元")]),
        ("2万元以上", [("amount", "20000", "元")]),
        ("10,000元", [("amount", "10000", "元")]),
        ("自2009年9月15日起", [("date", "2009-09-15", "")]),
        ("11月2日上线", [("date", "--11-02", "")]),
        ("３天内", [("duration", "3", "天")]),
        ("三个月后", [("duration", "3", "个月")]),
        ("二十四小时", [("duration", "24", "小时")]),
        ("半天", [("duration", "0.5", "天")]),
        ("1.24米*2米", [("count", "1.24", "米"), ("count", "2", "米")]),
        ("每分钟80字", [("count", "80", "字")]),
        ("编号20240001", [("number", "20240001", "")]),
    ],
)
def test_values_and_units(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert [(figure.kind, figure.value, figure.unit) for figure in find_figures(text)] == expected


@pytest.mark.parametrize(
    "text", ["一个客户", "一种办法", "一点也不", "一定要", "十分热情"[2:], "四处看看"[2:], ""]
)
def test_what_is_no_figure(text: str) -> None:
    assert find_figures(text) == ()


@given(st.text(alphabet="零一二三十百千万亿半0123456789０５.,:%元天个月日年第百分之次-~到点 ", max_size=30))
def test_figures_stand_in_the_text_in_order_without_overlap(text: str) -> None:
    at = 0
    for figure in find_figures(text):
        assert at <= figure.start < figure.end
        assert text[figure.start : figure.end] == figure.text
        at = figure.end


@given(st.integers(1, 99_999_999))
def test_an_arabic_amount_keeps_its_value(amount: int) -> None:
    assert [figure.value for figure in find_figures(f"罚款{amount}元")] == [str(amount)]
    assert [figure.value for figure in find_figures(f"罚款{amount:,}元")] == [str(amount)]
