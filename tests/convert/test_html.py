from __future__ import annotations

import time

import pytest

from kb.convert.html import decode_html, text_of_html
from kb.errors import SourceUnreadable


def lines(body: str) -> list[str]:
    return text_of_html(
        f"<!doctype html><html><head><title>题</title></head><body>{body}</body></html>", "a"
    ).splitlines()


def test_blocks_are_lines_and_blanks_collapse() -> None:
    body = "<h1>守则</h1><div>第一段\n  的 <b>重点</b>。<br>换行</div>散字<p>&nbsp;缩进 &amp; a  b</p><!-- 注 -->尾"
    assert lines(body) == ["守则", "第一段的 重点。", "换行", "散字", "缩进 & a b", "尾"]


def test_the_title_stands_in_for_missing_headings() -> None:
    assert lines("<p>甲</p>") == ["题", "甲"]
    assert lines("<h2>节</h2>") == ["节"]


def test_what_is_never_shown_is_left_out_and_the_rest_kept() -> None:
    body = (
        "<h1>x</h1><script>a</script>一<style>b</style>二<noscript>c</noscript>三<svg><text>d</text></svg>四"
        "<nav><a>首页</a> <a>帮助</a></nav>五<nav>说明：<a>看</a></nav><select><option>e</select>六"
        "<div style='display:none'>折叠</div><button>问？</button><details><summary>标</summary>答</details>"
    )
    assert lines(body) == ["x", "一二三四", "五", "说明：看", "六", "折叠", "问？", "标", "答"]


def test_ordered_lists_keep_their_numbers() -> None:
    body = (
        "<h1>x</h1><ol start=3><li>三<li value=7>七<li><p>八</p><p>续</p></ol>"
        "<ol type=a><li>a<ol type=I><li>一</ol><li>b</ol>"
        "<ol reversed><li>二<li>一</ol><ol style='list-style-type: cjk-ideographic'><li>甲<li>乙</ol>"
        "<ol style='list-style:none'><li>无</ol><ol start=x><li style='list-style-type:upper-roman'>坏</ol>"
        "<ol><li><ol><li>深</ol></ol><ol reversed start=-1><li>负</ol>"
    )
    assert lines(body) == [
        *(
            "x",
            "3. 三",
            "7. 七",
            "8. 八",
            "续",
            "a. a",
            "I. 一",
            "b. b",
            "2. 二",
            "1. 一",
            "一、甲",
            "二、乙",
            "无",
        ),
        *("I. 坏", "1. 1. 深", "-1. 负"),
    ]


def test_typed_numbers_are_not_doubled() -> None:
    body = (
        "<h1>x</h1><ol><li>1、打字<li> <b>2</b>、复制</ol><ul><li>（一）甲<li>第二条 乙<li>丙</ul><li>散</li>"
    )
    assert lines(body) == ["x", "1、打字", "2、复制", "（一）甲", "第二条 乙", "• 丙", "• 散"]


def test_tables() -> None:
    body = (
        "<h1>x</h1><table><caption>表</caption><thead><tr><th rowspan=2>类<th colspan=2>罚</tr></thead>"
        "<tr><td>一次<td>二次<tr><td>迟到<td>5元<td><p>10元</p><p>登记</p><tr><td rowspan=3>末</table>"
        "<table><tr><td>排版<table><tr><td>内<td>表</table></td></tr></table><td>散格</td>"
    )
    assert lines(body) == [
        "x",
        "表",
        "类 | 罚",
        " | 一次 | 二次",
        "迟到 | 5元 | 10元 登记",
        "末",
        "排版",
        "内 | 表",
        "散格",
    ]


def test_a_table_cut_short_keeps_its_last_row() -> None:
    assert lines("<h1>x</h1><table><td>甲<td>乙") == ["x", "甲 | 乙"]


def test_raised_figures_ruby_and_preformatted_text() -> None:
    body = "<h1>x</h1>10<sup>4</sup> H<sub>2</sub>O <ruby>字<rt>zi</rt></ruby><pre>  一\n\n    二  \n</pre>"
    assert lines(body) == ["x", "10⁴ H₂O 字", "  一", "    二"]


def test_depth_and_length() -> None:
    assert lines("<div>" * 1500 + "深" + "</div>" * 1500) == ["题", "深"]
    with pytest.raises(SourceUnreadable, match="nested"):
        lines("<b>" * 10_000 + "深")
    start = time.thread_time()
    assert len(lines("<p>第一条 上班不迟到，下班先交接。</p>" * 20_000)) == 20_001
    assert time.thread_time() - start < 5


def test_fragments_and_odd_input() -> None:
    assert text_of_html("<p>甲", "a") == "甲\n"
    assert text_of_html('<?xml version="1.0" encoding="gbk"?><html><p>甲\x00</html>', "a") == "甲\ufffd\n"
    assert text_of_html("   ", "a") == ""
    assert text_of_html("<!-- -->", "a") == ""


@pytest.mark.parametrize(
    ("page", "encoding", "named"),
    [
        ('<meta charset="gb2312">第一条', "gbk", "gb18030"),
        ('<meta charset="gb2312">第一条', "utf-8", "utf-8"),
        ('<meta charset="gb2312">第一条', "utf-8-sig", "utf-8"),
        ('<meta http-equiv="Content-Type" content="text/html; charset=big5">守則', "big5", "big5"),
        ('<?xml version="1.0" encoding="shift_jis"?><p>規則です', "shift_jis", "shift_jis"),
        ('<meta charset="nonsense">第一条 上班不迟到', "gbk", "gb18030"),
        ("<p>第一条 上班不迟到", "gbk", "gb18030"),
    ],
)
def test_declared_encodings_are_believed_if_they_fit(page: str, encoding: str, named: str) -> None:
    text, found = decode_html(page.encode(encoding), "a.html")
    assert text.removeprefix("\ufeff") == page
    assert found == named
