"""Where one document ends and the next begins, and what its title is.

A file is one document unless its layout says otherwise: a scraped page puts a short title line before a body
flattened into long lines, often repeats the title, and separates texts with furniture; a collection numbers
its parts (``… 篇1``) on lines of their own.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kb.normalize.chrome import Mark
from kb.normalize.lines import Line, trim
from kb.numerals import number

_TITLE_MAX = 45
_NUMERAL = r"(?:\d{1,3}|[一二三四五六七八九十百]{1,4})"
_LABEL = re.compile(
    rf"[#*\s]*(?:第\s*{_NUMERAL}\s*[编編篇章节節条條款项項张張课課步]|[(（]?\s*{_NUMERAL}\s*[)）、.．:：]|{_NUMERAL}[\s、]|[①-⑳●◆■•★▲?？]|[A-Za-z][、.．)）:：]|步骤"
    r"|(?:ARTICLE|Article|CHAPTER|Chapter|SECTION|Section|PART|Part|APPENDIX|Appendix|ANNEX|Annex|STEP|Step)\s+(?:\d{1,3}|[IVXL]{1,5}|[A-Z])(?![\w-]))"
)
_SENTENCE = re.compile(r"[，,；;。！!：:]")
_KINDS = (
    r"制度|规定|办法|规则|条例|细则|守则|手册|指南|流程|标准|职责|规范|须知|方案|计划|协议|章程|准则|要求|大全|样本|范本|范文|管理|分析|报告|总结"
    r"|问题|说明|通知|公告|内容|项目|意见|决定|法|policy|rules?|handbook|manual|guide|regulations?|terms|agreement|code|standards?|procedures?"
)
_TITLE_WORD = re.compile(
    rf"(?:{_KINDS})(?:[\s（(【\[].{{0,20}}[)）\]】]|[_\s-]*\d{{1,8}}|[\d一二三四五六七八九十]+篇.{{0,4}})?(?:\.\w{{3,4}})?[?？]?$",
    re.IGNORECASE,
)
_PART = re.compile(
    rf"(.{{2,40}}?)\s*(?:(?:篇|范文|第)\s*({_NUMERAL})\s*(?:篇|部分)?|[(（]\s*({_NUMERAL})\s*[)）])\s*[:：]?"
)
_FLAT_LABEL = re.compile(
    rf"(?:[\s。；;!！?？)）])[(（]?(?:{_NUMERAL})[)）、.．](?!\d)|[●◆■•★▲]|[\s。]第{_NUMERAL}[章节節条條](?![的规規款、第])"
)
_ARTICLE_ONE = re.compile(r"第\s*[一1]\s*[章条條](?!的)")
_LATER_ARTICLE = re.compile(rf"第\s*(?![一1]\s*条){_NUMERAL}\s*[条條]")
_NUMBER_ONE = re.compile(
    r"第\s*[一1]\s*[编編章节節条條步]|[(（]?[一1１]\s?[)）、.．](?!\d)|步骤[一1]|(?:article|chapter|section|part|step)\s+(?:1|i)\b",
    re.IGNORECASE,
)
_LOST_BREAK = re.compile(r"[。；;!！?？:：]\s(?=\S)")


@dataclass(frozen=True, slots=True)
class Found:
    """One document as it stands in a source.

    Attributes:
        start: First character of its title (or text).
        end: One past its last character, trailing furniture included.
        title: The title as printed.
        titles: Spans that only print the title, repetitions included.
        body: Spans of its lines after the title.
    """

    start: int
    end: int
    title: str
    titles: tuple[tuple[int, int], ...]
    body: tuple[tuple[int, int], ...]


def find_documents(text: str, lines: Sequence[Line], marks: Mapping[int, Mark], name: str) -> list[Found]:
    """Return the documents of one source in order; every line that is no furniture belongs to exactly one."""
    content = [i for i in range(len(lines)) if i not in marks]
    if not content:
        return []
    parts = _part_lines(lines, content)
    words = _grams(lines[content[0]].text)
    starts = [0]
    articles = False
    for k in range(1, len(content)):
        if (
            content[k] in parts
            or _opens(lines, marks, content, k, words)
            or _begins_anew(lines, marks, content, k, articles)
        ):
            starts.append(k)
            words |= _grams(lines[content[k]].text)
            articles = False
        articles = articles or bool(_LATER_ARTICLE.match(lines[content[k]].text))
    starts = _drop_page_titles(lines, content, starts, parts)
    found = []
    for n, k in enumerate(starts):
        stop = starts[n + 1] if n + 1 < len(starts) else len(content)
        end = lines[content[stop]].start if stop < len(content) else len(text)
        for i in range(content[stop - 1] + 1, len(lines)):
            if lines[i].start >= end or (i in marks and marks[i].site):
                end = min(end, lines[i].start)
                break
        found.append(_found(text, [lines[i] for i in content[k:stop]], end, name))
    return found


def _found(text: str, block: Sequence[Line], end: int, name: str) -> Found:
    """Separate the title lines of one document from its body."""
    titles: list[tuple[int, int]] = []
    first = 0
    if is_title(block[0].text) and len(block) > 1:
        candidates = _head(block)
        best = next((line for line in candidates if _TITLE_WORD.search(line.text)), block[0])
        stop = block.index(best) + 1
        while (
            stop < len(block)
            and is_title(block[stop].text)
            and like(block[stop].text, best.text)
            and not _PART.fullmatch(block[stop].text)
        ):
            stop += 1
        again = [line.text for line in block[block.index(best) : stop] if line.text.startswith(best.text)]
        title = max(again, key=len)  # printed again with more to it, it says more
        titles = [(line.start, line.end) for line in block[:stop]]
        first = stop
    elif is_title(block[0].text):
        title, titles, first = block[0].text, [(block[0].start, block[0].end)], 1
    else:
        title, first = name, 0
        word = re.match(r"\S{4,40}(?=\s)|\S{4,40}?(?=第[一1][章编条條])", block[0].text)
        if (
            word
            and is_title(word.group())
            and _TITLE_WORD.search(word.group())
            and not _PART.fullmatch(word.group())
        ):
            title = word.group()
    body = [(line.start, line.end) for line in block[first:]]
    for n in range(min(3, len(body))) if title != name or first else ():
        start, stop = body[n]
        repeated = _repeated_title(text, start, stop, title)
        if repeated > start:
            titles.append((start, repeated))
            body[n] = trim(text, repeated, stop)
    spans = tuple((start, stop) for start, stop in body if start < stop)
    return Found(block[0].start, end, title.strip("#* 　"), tuple(sorted(titles)), spans)


def _head(block: Sequence[Line]) -> list[Line]:
    """Return the leading title-like lines: a title may follow the name of the body that issued it."""
    head = []
    for line in block[:5]:
        if not is_title(line.text):
            break
        head.append(line)
    return head if len(head) < len(block) else head[:1]


def _repeated_title(text: str, start: int, stop: int, title: str) -> int:
    """Return the end of a repetition of the title at the head of a body line, or ``start``."""
    word = re.compile(r"\S{4,40}(?=\s)").match(text, start, stop)
    if not word or _PART.fullmatch(word.group()) or _LABEL.match(word.group()):
        return start
    if word.group()[-1].isdigit() and not title[-1].isdigit():
        return start  # the first numbered part of a collection
    return word.end() if is_title(word.group()) and like(word.group(), title) else start


def is_title(text: str) -> bool:
    """Whether a line could be a title: short, no label in front, no sentence in it."""
    return (
        3 < len(text) <= _TITLE_MAX
        and not _LABEL.match(text)
        and (not _SENTENCE.search(text) or bool(_TITLE_WORD.search(text) and "。" not in text))
    )


def like(text: str, title: str) -> bool:
    """Whether two titles say nearly the same: more than half of the shorter one's character pairs are shared."""
    a, b = _grams(text), _grams(title)
    return bool(a and b) and len(a & b) >= 0.55 * min(len(a), len(b))


def _grams(text: str) -> frozenset[str]:
    core = re.sub(r"\.(?:docx?|pdf|txt|html?)\b|[\W_]+", "", text.lower())
    return frozenset(core[i : i + 2] for i in range(len(core) - 1))


def _part_lines(lines: Sequence[Line], content: Sequence[int]) -> frozenset[int]:
    """Return the lines that open a numbered part of a collection; one alone opens nothing."""
    parts: list[tuple[int, str, int | None, bool]] = []
    for i in content:
        text = lines[i].text
        match = _PART.fullmatch(text) if len(text) <= _TITLE_MAX and not _LABEL.match(text) else None
        if match and _TITLE_WORD.search(match.group(1).strip()):
            parts.append((i, match.group(1), number(match.group(2) or match.group(3)), bool(match.group(2))))
    opened = set()
    for (i, stem, value, marked), (j, other, following, also) in pairwise(parts):
        if value is not None and following == value + 1 and marked == also and (marked or like(stem, other)):
            opened |= {i, j}
    return frozenset(opened)


def _opens(
    lines: Sequence[Line], marks: Mapping[int, Mark], content: Sequence[int], k: int, words: frozenset[str]
) -> bool:
    """Whether content line ``k`` is the title line of a further document."""
    line = lines[content[k]]
    if k + 1 >= len(content) or not is_title(line.text):
        return False
    before, after = lines[content[k - 1]], lines[content[k + 1]]
    furnished = content[k] - 1 in marks and not marks[content[k] - 1].inside
    if is_title(before.text) and not furnished:
        return False  # a second title line of the document just opened
    repeats = (
        len(after.text) > len(line.text)
        and like(after.text[: len(line.text) + 4], line.text)
        and after.text[:2] != "第"
    )
    flat = is_flat(after.text)
    known = len(_grams(line.text) & words) >= 2
    ahead = [lines[i].text for i in content[k + 1 : k + 9]]
    if flat or any(map(is_flat, ahead)):
        printed_again = len(line.text) >= 6 and after.text.startswith(line.text) and after.text != line.text
        if printed_again or (known and (repeats or (flat and _TITLE_WORD.search(line.text)))):
            return True
    if not (furnished or is_flat(before.text) or len(before.text) >= 100 or _LABEL.match(before.text)):
        return False
    if flat:
        return furnished or bool(_TITLE_WORD.search(line.text)) or known
    # A title may stand on several lines before its body.
    twin = is_title(after.text) and like(after.text, line.text)
    return bool(twin and known and any(map(is_flat, ahead)))


def _begins_anew(
    lines: Sequence[Line], marks: Mapping[int, Mark], content: Sequence[int], k: int, articles: bool
) -> bool:
    """Whether content line ``k`` titles a document that kept its lines: the numbering below it begins at one.

    What stands above must be closed: by furniture, or by articles that end in a full stop and begin again below.
    """
    line = lines[content[k]]
    if line.text[0] == "#" or not (is_title(line.text) and _TITLE_WORD.search(line.text)):
        return False
    below = [lines[i].text for i in content[k + 1 : k + 4]]
    first = next((text for text in below if text[0] not in "(（"), "")
    if not _NUMBER_ONE.match(first):
        return False
    above = marks.get(content[k] - 1)
    if above is not None and not above.inside and above.reason not in ("page counter", "table of contents"):
        return True
    closed = lines[content[k - 1]].text[-1] in "。.！!"
    return articles and closed and bool(_ARTICLE_ONE.match(first))


def is_flat(text: str) -> bool:
    """Whether a line holds a text whose line breaks were lost."""
    if len(text) < 80:
        return False
    return len(_LOST_BREAK.findall(text)) + len(_FLAT_LABEL.findall(text)) >= 2


def _drop_page_titles(
    lines: Sequence[Line], content: Sequence[int], starts: list[int], parts: frozenset[int]
) -> list[int]:
    """Leave out a page heading that only precedes the first part, or that the next line prints again."""
    kept = list(starts)
    short = [len(lines[i].text) <= _TITLE_MAX for i in content[: 1 + max(1, kept[1] if len(kept) > 1 else 1)]]
    if len(kept) > 1 and content[kept[1]] in parts and all(short):
        kept = kept[1:]
        stem = _PART.fullmatch(lines[content[kept[0]]].text)
        if stem and lines[content[kept[0] - 1]].text == stem.group(1).strip():
            kept[0] -= 1
    elif len(content) > 2 and lines[content[0]].text == lines[content[1]].text and short[0]:
        kept[0] = 1
    return sorted(set(kept))
