"""The running text of one document, with a way back to the source.

Certain repairs happen here and change no wording: furniture is left out, page numbers that a share site put
inside sentences are left out, and lines that a page break cut in the middle of a sentence are joined.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kb.normalize.lines import INVISIBLE, trim

_PAGE = re.compile(r"(\d{1,4})\s?[、.．](?!\d)\s?")
_ENDS = re.compile(r"[。！!？?；;:：…”’」』）)】》>\]]$")
_LABEL = re.compile(
    r"[#*\s]*(?:第\s*[\d一二三四五六七八九十百零〇两]{1,7}\s*[编編篇章节節条條款项項张張课課步个個部]|[(（]\s*[\d一二三四五六七八九十a-zA-Z]{1,4}\s*[)）]|[\d一二三四五六七八九十]{1,4}\s?[、.．:：)）]"
    r"|[A-Za-z]\s?[、.．)）:：]|[①-⑳⑴-⒛㈠-㈩❶-❿●◆■•★▲◇○□►➢※·?？\-*+]|步骤|\d{1,2}\s)"
)
_CUT_LABEL = re.compile(r"[(（]\s*[\d一二三四五六七八九十]{1,3}$")
_CITES = re.compile(r"[法例定则則程照据據合反按用本该該和与與及至或条條款项項章节節第、，》>（(]$")
_HEADLINE = re.compile(r"第\s*[\d一二三四五六七八九十百]{1,4}\s*[编編章節节篇](?!的)")
_WORD = 16
_WORDY_LINE = 32
_PAGE_CUT = 10
_PAGE_LINE = re.compile(
    r"[-—–\s]*\d{1,4}[-—–\s]*|第\s*\d+\s*页(?:\s*[/,，、]?\s*共\s*\d+\s*页)?|(?i:page)\s+\d{1,4}(?:\s+of\s+\d+)?"
)
_OPEN_END = re.compile(
    r"\b(?:a|an|the|of|to|in|on|at|by|for|from|with|and|or|is|are|be|must|may|shall|not|than|per|every|each|this|their|its)$"
)
_WRAP = 60  # a line at least this long that stops without punctuation was cut by a page, not ended


@dataclass(frozen=True, slots=True)
class Flow:
    r"""Running text and, for each of its stretches, where the stretch starts in the source.

    Attributes:
        text: The text; a kept line break is ``\\n``.
        starts: Where each stretch starts in ``text``, ascending.
        origins: Where each stretch starts in the source, in the same order.
        ends: One past the last source character of each stretch.
        dropped: Source spans left out here, with the reason.
    """

    text: str
    starts: tuple[int, ...]
    origins: tuple[int, ...]
    ends: tuple[int, ...]
    dropped: tuple[tuple[int, int, str], ...] = ()

    def spans(self, start: int, end: int, source: str) -> list[tuple[int, int]]:
        """Return the source spans of ``text[start:end]``, joined where only blanks lie between them."""
        spans: list[tuple[int, int]] = []
        i = max(0, bisect_right(self.starts, start) - 1)
        while i < len(self.starts) and self.starts[i] < end:
            offset = self.origins[i] - self.starts[i]
            low = max(start, self.starts[i]) + offset
            high = min(end + offset, self.ends[i])
            low, high = trim(source, low, high)
            if low < high:
                if spans and not source[spans[-1][1] : low].strip(_BLANKS):
                    spans[-1] = (spans[-1][0], high)
                else:
                    spans.append((low, high))
            i += 1
        return spans


_BLANKS = "".join(c for c in map(chr, range(0x3001)) if c.isspace()) + INVISIBLE
_BOLD = re.compile(r"\*\*")
_MARKUP = re.compile(r"#{1,6}\s+|>\s+|\*\*(?=\S)|-{3,}\s*$")


def make_flow(text: str, body: Sequence[tuple[int, int]], markdown: bool = False) -> Flow:
    """Return the flow of the lines ``body`` of ``text``; ``markdown`` leaves out the marks of headings."""
    dropped: list[tuple[int, int, str]] = []
    pages = _page_numbers(text, body)
    wrap = _wrap_width(text, body)
    parts: list[str] = []
    starts: list[int] = []
    origins: list[int] = []
    ends: list[int] = []
    length = 0
    tail = ""  # the last characters so far
    line_length = 0
    for n, (start, stop) in enumerate(body):
        low = start
        if n in pages:
            low = pages[n]
            dropped.append((start, low, "page number inside the text"))
        elif markdown and (mark := _MARKUP.match(text, start, stop)):
            low = mark.end()
            dropped.append((start, low, "markup"))
        low, high = trim(text, low, stop)
        if low >= high:
            continue
        between = text[ends[-1] : start].strip(_BLANKS) if ends else ""
        paged = bool(_PAGE_LINE.fullmatch(between)) and _goes_on(tail, line_length, text, low, high)
        apart = bool(between) and not paged  # furniture stood between
        glue = "\n" if apart else _glue(tail, line_length, text, low, high, wrap, cut=paged or n in pages)
        if glue:
            parts.append(glue)
            length += len(glue)
        bold = (
            [*_BOLD.finditer(text, low, high)] if markdown and text.count("**", start, high) % 2 == 0 else []
        )
        dropped += [(*mark.span(), "markup") for mark in bold]
        edges = [low, *(edge for mark in bold for edge in mark.span()), high]
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            if first < last:
                starts.append(length)
                origins.append(first)
                ends.append(last)
                parts.append(text[first:last])
                length += last - first
        tail = text[max(low, high - _WORD - 1) : high]
        # a heading stands alone, however long it is
        line_length = 0 if _HEADLINE.match(text, low, high) else high - low
    return Flow("".join(parts), tuple(starts), tuple(origins), tuple(ends), tuple(dropped))


def _glue(tail: str, length: int, text: str, low: int, high: int, wrap: int, *, cut: bool) -> str:
    """Return what stands between two lines: nothing where a cut went through a sentence or label."""
    if not tail:
        return ""
    if _CUT_LABEL.search(tail) and text[low] in ")）、.．":
        return ""
    if cut:
        return _joint(tail, text[low]) if not _ENDS.search(tail) else "\n"
    if _ENDS.search(tail):
        return "\n"
    if _OPEN_END.search(tail):
        return " "
    full = wrap and wrap - 3 <= length <= wrap + 1 and " | " not in tail
    if _LABEL.match(text, low, high) and not (
        full and text[low] == "第"
    ):  # a reference is wrapped like any word
        return "\n"
    if length >= _WORDY_LINE and text[low].islower() and text[low].isascii() and tail[-1] not in "|":
        return " "  # English goes on in lower case
    if full:
        return _joint(tail, text[low])
    if tail[-1] in "，,、—" or text[low] in "，,。；;、）)”》":
        return ""
    whole = (
        len(tail.rsplit(maxsplit=1)[-1]) >= _WORD
    )  # a short last word is a heading or item, not half a sentence
    long_enough = length >= _WRAP and high - low > 20 and whole
    return (
        "" if long_enough and tail[-1].isalnum() and text[low].isalnum() and not text[low].isascii() else "\n"
    )


def _joint(tail: str, following: str) -> str:
    """Return what stood between two words before a line was cut there: a blank in English, nothing in Chinese."""
    return " " if tail[-1].isascii() and tail[-1].isalnum() and following.isascii() else ""


def _goes_on(tail: str, length: int, text: str, low: int, high: int) -> bool:
    """Whether a sentence goes on behind a page number that stands on a line of its own."""
    return (
        length >= _PAGE_CUT
        and not _ENDS.search(tail)
        and not _LABEL.match(text, low, high)
        and text[low].isalpha()
    )


def _wrap_width(text: str, body: Sequence[tuple[int, int]]) -> int:
    """Return how many characters a line holds where all lines were wrapped at one width, or 0.

    Wrapped text shows in its lines: many are equally long, hardly one is longer, and most of the full ones
    stop without the end of a sentence.
    """
    if len(body) < 8:
        return 0
    lengths = Counter(stop - start for start, stop in body)
    width = max((n for n in lengths if n >= 16), key=lambda n: lengths[n] + lengths[n - 1], default=0)
    full = [(start, stop) for start, stop in body if width - 1 <= stop - start <= width + 1]
    longer = sum(count for n, count in lengths.items() if n > width + 1)
    if not width or len(full) < max(5, 0.25 * len(body)) or longer > 0.05 * len(body):
        return 0
    cut = sum(1 for start, stop in full if not _ENDS.search(text, stop - 1, stop))
    return width if cut > 0.7 * len(full) else 0


def _page_numbers(text: str, body: Sequence[tuple[int, int]]) -> dict[int, int]:
    """Return lines that start with a page number of the share site, with the offset behind the number.

    Page numbers count up from 1 at the head of lines that a fixed page size cut: most of those lines
    continue a sentence, which a list never does.
    """
    heads: list[tuple[int, int, int]] = []
    for n, (start, stop) in enumerate(body):
        match = _PAGE.match(text, start, stop)
        if match and int(match.group(1)) == len(heads) + 1:
            heads.append((n, match.end(), start))
    if len(heads) < 3:
        return {}
    lengths = [body[n][1] - body[n][0] for n, _, _ in heads]
    cuts = sum(1 for n, _, _ in heads[1:] if not _ENDS.search(text[body[n - 1][1] - 1 : body[n - 1][1]]))
    even = sorted(lengths[:-1])
    regular = even[-1] - even[0] <= 0.15 * even[-1] and even[0] >= 100
    if cuts * 2 >= len(heads) - 1 and (regular or (cuts >= 0.8 * (len(heads) - 1) and even[0] >= 200)):
        return {n: end for n, end, _ in heads}
    return {}
