"""Tables line up where Chinese characters are two columns wide."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from kb.cli.columns import table, width_of, wrap


def test_a_chinese_character_is_two_columns_wide() -> None:
    assert width_of("ab罚") == 4
    assert width_of("é") == width_of("e\u0301") == 1


def test_lines_break_at_the_width_and_not_inside_a_number() -> None:
    assert wrap("罚款100元以上", 8) == ["罚款100", "元以上"]
    assert wrap("", 8) == [""]
    assert wrap("罚款100元", 6) == ["罚款", "100元"]
    assert wrap("8:30 到岗", 5) == ["8:30", "到岗"]
    assert wrap("abcdefgh", 3) == ["abc", "def", "gh"]


def test_no_line_begins_with_a_closing_or_ends_with_an_opening_mark() -> None:
    assert wrap("一二三四。", 8) == ["一二三", "四。"]
    assert wrap("一二三（四五）", 8) == ["一二三", "（四五）"]


@given(st.text("罚款元，。（）《》ab 10:30", max_size=60), st.integers(4, 30))
def test_wrapping_keeps_the_text_and_the_width(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split()) == "".join(text.split())
    if not set(text) & set("，。（）《》:"):
        assert all(width_of(line) <= width for line in lines)


def test_cells_stand_under_their_heads() -> None:
    text = table(
        ("", "文件", "规定"), [("[1]", "橡树守则", "每月休四天"), ("[2]", "", "x")], (0, 0.3, 0.7), 24
    )
    lines = text.splitlines()
    starts = {
        width_of(line[: line.index(word)]) for line in lines for word in ("规定", "每月", "x") if word in line
    }
    assert len(starts) == 1
    assert all(width_of(line) <= 24 for line in lines)
