"""Bytes of a plain text file to text: which encoding they are in, decided by evidence.

A byte order mark decides. Otherwise valid UTF-8 wins, because text in another encoding is almost never
valid UTF-8 by chance. What is left is decoded by every candidate, and the reading with the most ordinary
Chinese in it wins: a wrong reading gives rare characters, where a right one gives 的, 是 and 不.
"""

from __future__ import annotations

import codecs
import re
from functools import cache

from kb.convert.frequent_characters import SIMPLIFIED, TRADITIONAL
from kb.errors import SourceNotText

_BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark it begins with
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
    (b"\x84\x31\x95\x33", "gb18030"),
)
# In order of preference when the evidence is equal.
_CANDIDATES = ("utf-8", "gb18030", "cp950", "big5hkscs", "utf-16-le", "utf-16-be", "cp1252")
_SAMPLE = 64 * 1024  # bytes that are weighed; the decision is then tried on the whole
_DAMAGE = 0.01  # share of undecodable characters that still passes for a damaged text
_CONTROLS = bytes({*range(0x20), 0x7F} - {0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x1A})
_HIGH_BYTE = re.compile(rb"[\x80-\xff]")
_LONE_HIGH_BYTE = re.compile(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])")
_TYPOGRAPHY = frozenset("‘’“”–—…•€™©®°·£§±×½¼¾éèêëàâäáíîïóôöúûüçñßÉÄÖÜÀÇ\xa0")
_PUNCTUATION = frozenset("·—‘’“”…※℃→←↑↓①②③④⑤⑥⑦⑧⑨⑩⑴⑵⑶⑷⑸⒈⒉⒊⒋⒌ⅠⅡⅢⅣⅤ■□◆◇●○★☆△▲×÷±°≤≥\ufeff")


def decode(data: bytes, file: str) -> tuple[str, str]:
    """Decode a text file.

    The text is ``data.decode(encoding, "replace")``, newlines as they are. A byte order mark stays in
    the text as U+FEFF and counts as one code point, as it does when Python reads the file as ``utf-8``.
    Bytes that no character can be made of (a file cut in the middle of a character, a damaged byte)
    become U+FFFD, so that a reader sees the damage; where that is more than one character in a hundred
    (in a short text, three) the file is refused.

    Args:
        data: The file's bytes, not empty.
        file: The file's name, for messages.

    Returns:
        The text and the name of the Python codec it was decoded with.

    Raises:
        SourceNotText: The bytes are no text in UTF-8, UTF-16, UTF-32, GB18030 (GBK, GB2312), Big5 or,
            for western text, Windows-1252.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return _accepted(data, encoding, file)
    if b"\x00" not in data:
        text = _as_utf8(data)
        if text is not None and not _is_gbk_in_disguise(data, text):
            return _checked(text, data, "utf-8", file)
    for encoding in _ranked(data):
        text = data.decode(encoding, "replace")
        if _passes(text):
            return _checked(text, data, encoding, file)
    raise _not_text(file, "its bytes are valid in none of UTF-8, UTF-16, GB18030 and Big5")


def _accepted(data: bytes, encoding: str, file: str) -> tuple[str, str]:
    text = data.decode(encoding, "replace")
    if not _passes(text):
        raise _not_text(file, f"it starts with the mark of {encoding} but goes on in something else")
    return _checked(text, data, encoding, file)


def _checked(text: str, data: bytes, encoding: str, file: str) -> tuple[str, str]:
    """Refuse what decodes without being text: many control characters mean a binary format."""
    if encoding.startswith(("utf-16", "utf-32")):
        controls = sum(text.count(chr(code)) for code in _CONTROLS)
    else:
        controls = len(data) - len(data.translate(None, _CONTROLS))
    if controls > 3 and controls > 0.05 * len(text):
        raise _not_text(file, "one character in twenty is a control character, as in a binary format")
    return text, encoding


def _not_text(file: str, why: str) -> SourceNotText:
    return SourceNotText(
        f"{file} is not a text file: {why}.",
        hint="Save it as UTF-8 text, .docx, .html or .pdf and ingest that.",
        file=file,
    )


def _as_utf8(data: bytes) -> str | None:
    """Decode UTF-8 that is valid up to a last character cut short; None for anything else."""
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        cut_at_the_end = error.end == len(data) and error.reason == "unexpected end of data"
        return data.decode("utf-8", "replace") if cut_at_the_end and error.start > 0 else None


def _is_gbk_in_disguise(data: bytes, text: str) -> bool:
    """Tell a few GBK words whose bytes happen to be valid UTF-8 of two bytes each.

    As UTF-8 they read as Greek, Cyrillic, Arabic and the like; as GBK every character is a frequent one.
    """
    if len(data) > 64:
        return False
    foreign = [character for character in text if character >= "\x80"]
    if not foreign or any(character >= "\u0800" for character in foreign):
        return False
    try:
        chinese = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    return all(character in _frequent() for character in chinese if character >= "\x80")


def _passes(text: str) -> bool:
    """Whether few enough characters are damaged; a single last one (a cut file) is forgiven."""
    damaged = text.count("\ufffd") - text.endswith("\ufffd")
    return damaged <= max(_DAMAGE * len(text), min(3, 0.1 * len(text)))


def _ranked(data: bytes) -> list[str]:
    """Return the encodings that make sense of the bytes, the likeliest first."""
    high = _HIGH_BYTE.search(data)
    # In every multi-byte encoding but UTF-16 the first high byte begins a character.
    sample = data[high.start() : high.start() + _SAMPLE] if high else b""
    if sample and _mostly_utf8(sample):
        return list(_CANDIDATES)
    scores = []
    for position, encoding in enumerate(_CANDIDATES):
        if encoding == "utf-8":
            # ASCII with stray nulls; in UTF-16 every other byte of ASCII is one.
            score = 0.7 if not high and data.count(0) < 0.2 * len(data) else 0.0
        elif encoding.startswith("utf-16"):
            score = _wide_score(data[:_SAMPLE], encoding)
        elif encoding == "cp1252":
            score = _western_score(sample)
        else:
            score = _chinese_score(sample.decode(encoding, "replace"), encoding)
        scores.append((-score, position, encoding))
    return [encoding for score, _, encoding in sorted(scores) if score < 0]


def _mostly_utf8(sample: bytes) -> bool:
    """Whether the bytes are UTF-8 with a few damaged places."""
    text = sample.decode("utf-8", "replace")
    wide = sum(1 for character in text if character >= "\u0800" and character != "\ufffd")
    return wide > 20 * text.count("\ufffd")


def _chinese_score(text: str, encoding: str) -> float:
    """Return the mean weight of the characters beyond ASCII, from -3 to 1."""
    ordinary = _big5_ordinary() if encoding in {"cp950", "big5hkscs"} else _gb2312_ordinary()
    beyond_ascii = [character for character in text if character >= "\x80"]
    if beyond_ascii and beyond_ascii[-1] == "\ufffd":
        beyond_ascii.pop()  # the sample or the file was cut
    if not beyond_ascii:
        return 0.0
    return sum(_weight(character, ordinary) for character in beyond_ascii) / len(beyond_ascii)


def _weight(character: str, ordinary: frozenset[str]) -> float:
    if character in _frequent():
        return 1.0
    if character in ordinary:
        return 0.3
    if character in _PUNCTUATION or "\u3000" <= character <= "\u3011" or "\uff01" <= character <= "\uff5e":
        return 0.8
    if "\u4e00" <= character <= "\u9fff":
        return -0.4
    return -3.0 if character == "\ufffd" else -1.0


def _wide_score(sample: bytes, encoding: str) -> float:
    """Return the mean weight of all characters read as UTF-16 without a mark."""
    text = sample[: len(sample) // 2 * 2].decode(encoding, "replace")
    if not text:
        return 0.0
    ordinary = _gb2312_ordinary() | _big5_ordinary()
    return sum(
        0.6
        if " " <= character <= "~" or character in "\t\r\n"
        else -2.0
        if character < "\xa0"
        else _weight(character, ordinary)
        for character in text
    ) / len(text)


def _western_score(sample: bytes) -> float:
    """Return how much the bytes look like western text: lone accented letters and curly quotes."""
    high = len(_HIGH_BYTE.findall(sample))
    lone = [byte.decode("cp1252", "replace") for byte in _LONE_HIGH_BYTE.findall(sample)]
    if not high or high > 0.1 * len(sample) + 1 or len(lone) < 0.9 * high:
        return 0.0
    return sum(1.0 if character in _TYPOGRAPHY else -1.0 for character in lone) / high


@cache
def _frequent() -> frozenset[str]:
    return frozenset(SIMPLIFIED + TRADITIONAL)


@cache
def _gb2312_ordinary() -> frozenset[str]:
    """Return level 1 of GB2312: the 3,755 everyday characters."""
    rows = (bytes((lead, trail)) for lead in range(0xB0, 0xD8) for trail in range(0xA1, 0xFF))
    return frozenset("".join(row.decode("gb2312", "ignore") for row in rows))


@cache
def _big5_ordinary() -> frozenset[str]:
    """Return level 1 of Big5: the 5,401 everyday traditional characters."""
    trails = (*range(0x40, 0x7F), *range(0xA1, 0xFF))
    rows = (bytes((lead, trail)) for lead in range(0xA4, 0xC7) for trail in trails)
    return frozenset("".join(row.decode("big5", "ignore") for row in rows))
