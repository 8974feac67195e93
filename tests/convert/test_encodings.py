"""Every encoding people hand in is told from the bytes, in texts of any length."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kb.convert.text import decode
from kb.errors import SourceNotText

SIMPLIFIED = (
    "第一条 客服上班时间不得离开岗位。\r\n第二条 迟到一次扣十元，由主管登记；一个月三次以上的，没有全勤奖。\n"
)
TRADITIONAL = (
    "第一條 客服上班時間不得離開崗位。\r\n第二條 遲到一次扣十元，由主管登記；一個月三次以上的，沒有全勤獎。\n"
)
WORDS = [
    "退款",
    "迟到",
    "客服",
    "奖金",
    "发货",
    "处罚标准",
    "不得私下交易",
    "早班8:30到岗",
    "售后流程",
    "请假要先说",
]
TRADITIONAL_WORDS = [
    "退款",
    "遲到",
    "客服",
    "獎金",
    "發貨",
    "處罰標準",
    "不得私下交易",
    "早班8:30到崗",
    "請假要先說",
]


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8"),
        ("gbk", "gb18030"),
        ("gb18030", "gb18030"),
        ("utf-16", "utf-16-le"),
        ("utf-16-le", "utf-16-le"),
        ("utf-16-be", "utf-16-be"),
        ("utf-32", "utf-32-le"),
    ],
)
def test_simplified_chinese(encoding: str, named: str) -> None:
    data = SIMPLIFIED.encode(encoding)
    text, found = decode(data, "a.txt")
    assert found == named
    assert text.removeprefix("\ufeff") == SIMPLIFIED
    assert data.decode(found) == text  # a byte order mark stays and counts


@pytest.mark.parametrize("encoding", ["big5", "cp950", "big5hkscs", "utf-8", "gb18030", "utf-16-le"])
def test_traditional_chinese(encoding: str) -> None:
    assert decode(TRADITIONAL.encode(encoding), "a.txt")[0] == TRADITIONAL


def test_marks_of_the_rarer_encodings() -> None:
    assert decode(b"\xfe\xff" + SIMPLIFIED.encode("utf-16-be"), "a")[1] == "utf-16-be"
    assert decode(b"\x00\x00\xfe\xff" + SIMPLIFIED.encode("utf-32-be"), "a")[1] == "utf-32-be"
    assert decode(("\ufeff" + SIMPLIFIED).encode("gb18030"), "a")[1] == "gb18030"


@pytest.mark.parametrize("word", WORDS)
def test_a_few_characters_of_gbk_suffice(word: str) -> None:
    assert decode(word.encode("gbk"), "a.txt") == (word, "gb18030")


@pytest.mark.parametrize("word", TRADITIONAL_WORDS)
def test_a_few_characters_of_big5_suffice(word: str) -> None:
    assert decode(word.encode("big5"), "a.txt")[0] == word


@pytest.mark.parametrize("text", ["客服守则", "处罚标准", "商品管理办法", "服务态度要好", "客户投诉处理办法"])
def test_gbk_that_is_valid_big5(text: str) -> None:
    data = text.encode("gbk")
    assert data.decode("big5") != text  # it decodes, to nonsense
    assert decode(data, "a.txt") == (text, "gb18030")


@pytest.mark.parametrize("text", ["客服人員守則", "處罰標準", "商品管理辦法", "服務態度要好"])
def test_big5_that_is_valid_gb18030(text: str) -> None:
    data = text.encode("big5")
    assert data.decode("gb18030") != text
    assert decode(data, "a.txt") == (text, "cp950")


def test_gbk_that_is_valid_utf8() -> None:
    # Both bytes of each character look like UTF-8 of two bytes: an old trap of Windows.
    data = bytes.fromhex("cfb5 cdb3")
    assert data.decode("gbk") == "系统"
    assert data.decode("utf-8") == "ϵͳ"
    assert decode(data, "a.txt") == ("系统", "gb18030")
    assert decode("Ωμέγα".encode(), "a.txt") == ("Ωμέγα", "utf-8")
    assert decode("é".encode(), "a.txt") == ("é", "utf-8")


def test_a_file_cut_in_the_middle_of_a_character_keeps_what_is_there() -> None:
    for encoding in ("utf-8", "gb18030", "utf-16-le"):
        data = SIMPLIFIED.strip().encode(encoding)[:-1]
        text, found = decode(data, "a.txt")
        assert found == encoding
        assert text == SIMPLIFIED.strip()[:-1] + "\ufffd"


def test_one_damaged_byte_does_not_turn_the_text_into_nonsense() -> None:
    for encoding in ("utf-8", "gb18030"):
        data = bytearray((SIMPLIFIED * 20).encode(encoding))
        data[600] = 0xFF
        text, found = decode(bytes(data), "a.txt")
        assert found == encoding
        assert text.count("\ufffd") <= 3
        assert text.endswith(SIMPLIFIED)


def test_ascii_western_and_mixed_text() -> None:
    assert decode(b"Rule 1. Be polite.\r\n", "a") == ("Rule 1. Be polite.\r\n", "utf-8")
    western = "Rule 2. Don’t shout – “ever”; the café closes at 5.\n"
    assert decode(western.encode("cp1252"), "a") == (western, "cp1252")
    assert decode("Rule 3. No smoking.\n".encode("utf-16-le"), "a")[1] == "utf-16-le"
    late = "x" * 200_000 + SIMPLIFIED
    assert decode(late.encode("gbk"), "a")[0] == late


def test_a_stray_null_does_not_make_it_utf_16() -> None:
    assert decode(("甲\x00" + SIMPLIFIED).encode(), "a")[1] == "utf-8"
    assert decode(b"Rule\x00 one.", "a")[1] == "utf-8"


@pytest.mark.parametrize(
    "data",
    [
        bytes(range(256)) * 4,
        b"\x00" * 100,
        b"\x01\x02\x03\x04\x05\x06" * 10,
        b"\xff\xfe" + b"\x00\xd8" * 50,
        (SIMPLIFIED * 3).encode() + (SIMPLIFIED * 3).encode("gbk"),
        b"\xff\xff\xff\xff",
    ],
)
def test_what_is_no_text_is_refused(data: bytes) -> None:
    with pytest.raises(SourceNotText, match=r"a\.txt") as caught:
        decode(data, "a.txt")
    assert "UTF-8" in caught.value.hint


@given(st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), min_size=1, max_size=200))
def test_utf8_always_comes_back(text: str) -> None:
    data = text.encode()
    found, encoding = decode(data, "a.txt")
    assert found == data.decode(encoding)
    if len(data) > 64:
        assert found == text


@given(st.lists(st.sampled_from([*WORDS, "，", "。", "A1", " "]), min_size=3, max_size=30))
def test_gb18030_always_comes_back(words: list[str]) -> None:
    text = "请注意" + "".join(words)
    assert decode(text.encode("gb18030"), "a.txt")[0] == text


@given(st.binary(min_size=1, max_size=300))
def test_any_bytes_decode_as_said_or_are_refused(data: bytes) -> None:
    try:
        text, encoding = decode(data, "a.txt")
    except SourceNotText:
        return
    assert text == data.decode(encoding, "replace")


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030", "big5", "utf-16-le"])
def test_large_files_take_hardly_more_processor_time_than_decoding(encoding: str) -> None:
    text = (TRADITIONAL if encoding == "big5" else SIMPLIFIED) * 60_000
    data = text.encode(encoding)
    start = time.thread_time()
    data.decode(encoding)
    plain = time.thread_time() - start
    start = time.thread_time()
    found = decode(data, "a.txt")[0]
    assert found == text
    assert time.thread_time() - start < 8 * plain + 1
