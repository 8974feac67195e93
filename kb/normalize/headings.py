"""Unnumbered headings and the numbered parts of a collection, as tokens for the outline."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from kb.normalize.documents import like
from kb.normalize.families import Candidate, base
from kb.normalize.outline import Heading, Token
from kb.numerals import number

_NUMERAL = r"(?:\d{1,3}|[一二三四五六七八九十]{1,3})"
_PART_WORD = re.compile(
    rf"(?:(?<=[\n。；;！!？?])|(?<=\s)|^)(?P<front>第\s?(?P<a>{_NUMERAL})\s?篇\s?[:：]|(?:篇|范文)\s?(?P<b>{_NUMERAL})\s?[:：])\s?[^\s。，,；;：:]{{2,30}}"
)
_PART_TAIL = re.compile(
    rf"(?:(?<=[\n。；;！!？?])|(?<=\s)|^)(?P<stem>[^\s。，,；;：:！!？?]{{3,30}}?)\s?(?:(?P<mark>篇|范文)\s?(?P<a>{_NUMERAL})|[(（](?P<b>{_NUMERAL})[)）]|(?P<c>{_NUMERAL}))\s{{0,2}}[:：]?(?=\s|$)"
)
_INNER = re.compile(r"[，,。；;！!、]|[:：].")  # what a heading does not hold
_AMOUNT = re.compile(r"\d\s?(?:[元块分天次倍折秒名]|小时|分钟|%|％)$")  # 迟到一次 10 元 is a rule, no heading
_KEY = 6  # words before a colon that head a list rather than lead into it
_SHORT = 30
_PUNCTUATED = re.compile(r"[。；;，,！!？?：:|]")
_STOP = "。；;！!？?\n"


def tokens(text: str, candidates: Sequence[Candidate], title: str) -> list[Token]:
    """Return candidates and possible headings of a flow in order, none overlapping another."""
    parts = _parts(text, title)
    found: list[Token] = list(parts)
    taken = _Spans([(part.start, part.end) for part in parts])
    kept = [c for c in candidates if not taken.meets(c.start, c.end)]
    found += kept
    labelled = _Spans([(c.start, c.end) for c in kept] + [(part.start, part.end) for part in parts])
    headings = {
        h.start: h
        for h in (*_lines(text), *_before_lists(text, kept), *_above_articles(text, kept))
        if text[h.start : h.end] != title
    }
    found += [headings[start] for start in sorted(headings) if not labelled.meets(start, headings[start].end)]
    found.sort(key=lambda token: token.start)
    for n, token in enumerate(found[:-1]):
        following = found[n + 1]
        if not isinstance(following, Candidate):
            continue
        if base(following.family) == "条" and following.opening:
            line = text[token.start : following.start].rstrip()
            short = len(line) <= _SHORT and "\n" not in line and not _PUNCTUATED.search(line)
            if short and isinstance(token, Candidate) and base(token.family) in ("cn", "cn("):
                found[n + 1] = replace(following, below=True)
        elif isinstance(token, Heading) and following.value[-1] == 1:
            key = text[token.end - 1] in ":："
            stands = token.end - token.start <= _KEY if key else not token.line
            if stands and not text[token.end : following.start].strip():
                found[n] = replace(token, leads=True)
    return found


def _above_articles(text: str, candidates: Sequence[Candidate]) -> list[Heading]:
    """Return the short lines right above an article that follow a finished sentence: chapters without a number."""
    found = []
    for candidate in candidates:
        if base(candidate.family) == "条" and candidate.opening:
            end = candidate.start
            while end and text[end - 1].isspace():
                end -= 1
            start = text.rfind("\n", 0, end) + 1
            words = text[start:end]
            if (
                2 <= len(words) <= _SHORT
                and words[0].isalpha()
                and not _PUNCTUATED.search(words)
                and _closed(text, start)
            ):
                found.append(Heading(start, end, leads=True))
    return found


def _closed(text: str, start: int) -> bool:
    """Whether what stands before a line is a finished sentence."""
    return text[max(0, start - 8) : start].rstrip()[-1:] in "。；！？”）"


class _Spans:
    """Sorted spans that can say whether a stretch meets one of them."""

    def __init__(self, spans: Sequence[tuple[int, int]]) -> None:
        self._spans = sorted(spans)
        self._i = 0

    def meets(self, start: int, end: int) -> bool:
        """Whether any span overlaps ``[start, end)``. Calls must come in ascending order of ``start``."""
        while self._i and self._spans[self._i - 1][1] > start:
            self._i -= 1
        while self._i < len(self._spans) and self._spans[self._i][1] <= start:
            self._i += 1
        return self._i < len(self._spans) and self._spans[self._i][0] < end


def _parts(text: str, title: str) -> list[Heading]:
    """Return the headings of the parts of a collection (``篇一:…``, ``… 范文二``, ``<title>3``)."""
    heads: list[tuple[int, int, int, bool]] = []
    for match in _PART_WORD.finditer(text):
        value = number(match.group("a") or match.group("b"))
        if value:
            heads.append((match.start(), match.end(), value, True))
    for match in _PART_TAIL.finditer(text):
        value = number(match.group("a") or match.group("b") or match.group("c"))
        marked = bool(match.group("mark"))
        stem = match.group("stem")
        if value and (marked or (stem[0].isalnum() and like(stem, title))):
            heads.append((match.start(), match.end(), value, marked))
    heads.sort()
    values = [value for _, _, value, _ in heads]
    out: list[Heading] = []
    for n, (start, end, value, marked) in enumerate(heads):
        neighbours = values[max(0, n - 1) : n] + values[n + 1 : n + 2]
        ordered = value - 1 in neighbours[:1] or value + 1 in neighbours[-1:]
        if (marked or ordered) and (not out or start >= out[-1].end):
            out.append(Heading(start, end, value, False))
    return out


def _before_lists(text: str, candidates: Sequence[Candidate]) -> list[Heading]:
    """Return stretches without punctuation right before the first item of a list."""
    found = []
    previous_end = 0
    previous: Candidate | None = None
    for candidate in candidates:
        if candidate.value[-1] <= 1 and candidate.gain > 0:
            stop = candidate.start
            again = previous is not None and previous.family == candidate.family and previous.value[-1] > 1
            while again and stop > previous_end and text[stop - 1] == "\n":
                stop -= 1  # a list that starts over: words at the end of the line before may head it
            low = max(previous_end, stop - 60)
            start = stop
            while start > low and text[start - 1] not in _STOP:
                start -= 1
            if start == previous_end and start > 0:
                # The stretch belongs to the label before it; a heading may follow the label's own words.
                start = _last_word(text, start, stop)
            begin = start
            while begin < stop and (text[begin].isspace() or text[begin] in ")）”’』」】"):
                begin += 1
            stretch = text[begin:stop].strip()
            if 2 <= len(stretch) <= 30 and stretch[0].isalpha() and not _INNER.search(stretch):
                found.append(
                    Heading(begin, begin + len(stretch), 0, begin == 0 or text[start - 1 : start] == "\n")
                )
        previous_end = candidate.end
        previous = candidate
    return found


def _last_word(text: str, start: int, stop: int) -> int:
    """Return where the last of several words divided by blanks starts, ``stop`` when there is only one."""
    end = stop
    while end > start and text[end - 1].isspace():
        end -= 1
    blank = max(text.rfind(" ", start, end), text.rfind("\u3000", start, end))
    return blank + 1 if blank > start and text[start:blank].strip() and end - blank > 3 else stop


def _lines(text: str) -> list[Heading]:
    """Return short lines without a sentence in them, and headings glued to the last sentence of a line."""
    found = []
    position = 0
    for line in text.split("\n"):
        start, position = position, position + len(line) + 1
        stripped = line.rstrip()
        if position > len(text) or not stripped or " | " in stripped:
            continue
        question = stripped[-1] in "?？"
        inner = max(stripped.rfind(mark, 0, len(stripped) - 1) for mark in "。！!？?；;") + 1
        stretch = stripped[inner:].lstrip()
        limit = 40 if question else 30 if not inner else 20
        if not 2 <= len(stretch) <= limit or not stretch[0].isalpha():
            continue
        if _INNER.search(stretch) and not (question and not re.search("[:：]", stretch)):
            continue
        if not question and _AMOUNT.search(stretch):
            continue
        if inner and (len(stretch) < 4 - (stretch[-1] in ":：") or stretch[-1] in ",，、"):
            continue
        begin = start + len(stripped) - len(stretch)
        found.append(Heading(begin, begin + len(stretch), 0, not inner, question))
    return found
