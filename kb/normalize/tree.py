"""From labels to clauses: what each label covers, its heading, its paragraphs, its anchor and its parent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kb.normalize.anchors import Anchors
from kb.normalize.families import HEADINGS, Candidate, Value, base
from kb.normalize.lines import INVISIBLE
from kb.normalize.outline import Heading, Label

_HEADING_MAX = 30
_LEAD_MAX = 15  # longer words before a colon say something themselves
_BREAK = re.compile(
    r"(?<=[。；！？;!?])[ \t\u3000\xa0]+(?=[^\s\d)）])|\n+|(?<=[\u4e00-\u9fff])\.[ \t\u3000]+(?=[\u4e00-\u9fff])"
)
_SENTENCE = re.compile(r"(?<=[。；！？;!?])(?=[^\s。；！？;!?)）”’」』》】])")
_WEAK = re.compile(r"(?<=[^\s\x00-\x28\x2a-\x39\x3b-\x3e\x40-\x7f])[ \u3000\xa0]+(?=[\u4e00-\u9fff“《])")
_PUNCTUATION = re.compile(r"[。；;，,！!]")
_LINE_BREAK = re.compile(r"\n+")
_GLYPHS = frozenset({"bullet", "lost", "dash", "talk"})
_BLANK = " \t\n\r\u3000\xa0" + INVISIBLE


@dataclass(slots=True)
class Part:
    """A clause in the making: half-open ``[start, end)`` of the flow, the text from ``body`` on."""

    start: int
    body: int
    end: int
    anchor: str
    parent: str | None
    form: str
    depth: int
    family: str = ""
    value: Value = ()
    doubt: str = ""


def build(text: str, labels: Sequence[Label], flat: bool) -> list[Part]:
    """Return the clauses of a flow in reading order; together they cover every word of it.

    Args:
        text: The flow.
        labels: The outline's labels in order.
        flat: Whether the flow lost its line breaks, so that a blank after a sentence stands for one.
    """
    return _Builder(text, flat).run(labels)


class _Builder:
    def __init__(self, text: str, flat: bool) -> None:
        self.text = text
        self.flat = flat
        self.anchors = Anchors()
        self.parts: list[Part] = []
        self.open: list[Part] = []  # the clauses the next one may stand under, outermost first

    def run(self, labels: Sequence[Label]) -> list[Part]:
        first = labels[0].token.start if labels else len(self.text)
        self._paragraphs(0, first)
        for n, label in enumerate(labels):
            following = labels[n + 1] if n + 1 < len(labels) else None
            stop = following.token.start if following else len(self.text)
            self._add(label, stop, following)
        return self.parts

    def _add(self, label: Label, stop: int, following: Label | None) -> None:
        token = label.token
        del self.open[label.depth :]
        parent = self.open[-1] if self.open else None
        above = parent.anchor if parent else ""
        if isinstance(token, Heading):
            anchor = self.anchors.part(token.part) if token.part else self.anchors.unnumbered(above)
            part = Part(token.start, token.start, token.end, anchor, above or None, "heading", label.depth)
            self.parts.append(part)
            self.open.append(part)
            self._paragraphs(token.end, stop)
            return
        lead = self._lead_in(parent, token)
        if lead is not None:
            parent, above = lead, lead.anchor
        anchor = self.anchors.labelled(token.family, token.value, above, parent.value if parent else ())
        has_children = following is not None and following.depth > label.depth
        gap = _gap(token, label, following)
        end, form = self._first_segment(token, stop, has_children, gap)
        lost = base(token.family) == "blank"  # a blank is no number: it stays with the words
        part = Part(
            token.start,
            token.start if lost else token.end,
            end,
            anchor,
            above or None,
            form,
            label.depth,
            token.family,
            token.value,
        )
        part.doubt = label.doubt
        self.parts.append(part)
        self.open.append(part)
        self._paragraphs(end, stop, gap)

    def _lead_in(self, parent: Part | None, token: Candidate) -> Part | None:
        """Return the later paragraph of an article that introduces this list (``…如下：``), if one does."""
        if parent is None or not self.parts or base(parent.family) != "条":
            return None
        last = self.parts[-1]
        if (
            last.parent == parent.anchor
            and not last.family
            and self.text[last.start : last.end].rstrip().endswith(("：", ":"))
        ):
            return last
        previous = next((p for p in reversed(self.parts) if p.family and p.depth == len(self.open)), None)
        if (
            previous is not None
            and previous.parent != parent.anchor
            and previous.parent
            and previous.parent.startswith(parent.anchor + "-p")
        ):
            return next((p for p in reversed(self.parts) if p.anchor == previous.parent), None)
        return None

    def _first_segment(self, token: Candidate, stop: int, has_children: bool, gap: int) -> tuple[int, str]:
        """Return where the words right behind a label end, and the form they give the clause."""
        text = self.text
        start = token.end
        while start < stop and text[start] in _BLANK:
            start += 1
        end = self._next_break(start, stop)
        kind = base(token.family)
        form = "paragraph" if kind == "条" else "item"
        weak = _WEAK.search(text, start, end) if self.flat else None
        if kind in HEADINGS:
            if weak and weak.start() - start <= _HEADING_MAX < end - start and kind != "annex":
                end = weak.start()
            sentence = text[token.start].isascii() and text[start:end].rstrip()[-1:] in (".", ";", ":")
            return end, form if sentence else "heading"
        whole = end >= stop or not text[end:stop].strip()
        if weak and 2 <= weak.start() - start <= 24:
            head = text[start : weak.start()]
            longer = end - weak.end() > 1.2 * len(head)
            leads = head[-1] in ":：" and whole and not (has_children and gap)
            if not _PUNCTUATION.search(head) and head[-1] != "、" and longer and not leads:
                return weak.start(), "heading"
        if gap and (blanks := self._swallowed(start, end, gap)):
            return blanks[0], form
        words = text[start:end].rstrip()
        titled = 0 < len(words) <= _HEADING_MAX and not _PUNCTUATION.search(words) and words[-1] != "."
        if titled and has_children and whole and (words[-1] not in "：:" or (kind != "条" and _names(words))):
            return end, "heading"
        statute = kind == "条" and not text[token.start].isascii()
        if titled and not whole and kind not in _GLYPHS and not statute and words[-1] not in "：:":
            return end, "heading"
        run = self._run(start, end)
        return (run[0] if run else end), form

    def _swallowed(self, start: int, end: int, gap: int) -> list[int]:
        """Return the blanks that stand for swallowed numbers: as many as the numbering lacks, no more.

        Where bare digits survive (``gap`` is -1), the numbers around them were swallowed, and every blank
        and every end of a sentence may stand for one.
        """
        blanks = [found.start() for found in _WEAK.finditer(self.text, start, end)]
        if gap < 0:
            return sorted({*blanks, *(found.start() for found in _SENTENCE.finditer(self.text, start, end))})
        return blanks if len(blanks) == gap else []

    def _run(self, start: int, end: int) -> list[int]:
        """Return where the items of a list end that was run together without any mark (``甲原则乙原则丙原则``)."""
        words = self.text[start:end].rstrip()
        if not 9 <= len(words) <= 120 or not words.isalpha() or words.isascii():
            return []
        pieces = words.split(words[-2:])[:-1]
        if len(pieces) < 3 or any(not 2 <= len(piece) <= 10 for piece in pieces):
            return []
        ends = []
        position = start
        for piece in pieces:
            position += len(piece) + 2
            ends.append(position)
        return ends

    def _next_break(self, start: int, stop: int) -> int:
        found = (_BREAK if self.flat else _LINE_BREAK).search(self.text, start, stop)
        if found is None:
            return stop
        return found.start() + 1 if self.text[found.start()] == "." else found.start()

    def _paragraphs(self, start: int, stop: int, gap: int = 0) -> None:
        """Add what follows a label's own words up to the next label as unlabelled clauses."""
        for low, high in self._segments(start, stop, gap):
            parent = self.open[-1] if self.open else None
            article = next((p for p in reversed(self.open) if base(p.family) == "条"), None)
            if article is not None and parent is not article and parent is not None and not self.flat:
                closed = self.text[:low].rstrip(_BLANK)[-1:] in ("。", "？", "！")
                if closed and "\n" in self.text[parent.end : low + 1]:
                    parent = article
            form = "row" if " | " in self.text[low:high] else "paragraph"
            if parent is None:
                anchor = self.anchors.unnumbered("")
            else:
                anchor = self.anchors.paragraph(parent.anchor, parent.form == "heading")
            self.parts.append(
                Part(low, low, high, anchor, parent.anchor if parent else None, form, len(self.open))
            )

    def _segments(self, start: int, stop: int, gap: int) -> list[tuple[int, int]]:
        text = self.text
        cuts = []
        for found in (_BREAK if self.flat else _LINE_BREAK).finditer(text, start, stop):
            cuts.append((found.start() + 1 if text[found.start()] == "." else found.start(), found.end()))
        if gap and self.flat:
            weak = list(_WEAK.finditer(text, start, stop))
            if len(weak) + 1 == gap or gap < 0:
                cuts = sorted({*cuts, *(found.span() for found in weak)})
        if gap < 0:
            cuts = sorted({*cuts, *(found.span() for found in _SENTENCE.finditer(text, start, stop))})
        cuts.append((stop, stop))
        segments = []
        low = start
        for at, after in cuts:
            begin, end = low, at
            while begin < end and text[begin] in _BLANK:
                begin += 1
            while end > begin and text[end - 1] in _BLANK:
                end -= 1
            for piece in (*self._run(begin, end)[:-1], end):
                if begin < piece:
                    segments.append((begin, piece))
                    begin = piece
            low = max(after, low)
        return segments


def _names(words: str) -> bool:
    """Whether words before a colon name what follows rather than say something themselves."""
    return len(words) <= _LEAD_MAX and (not words.isascii() or len(words.split()) <= 2)


def _gap(token: Candidate, label: Label, following: Label | None) -> int:
    """Return how many numbers were swallowed behind a label; -1 when an unknown number of them was."""
    if token.family == "ar|_" or (
        following is not None
        and isinstance(following.token, Candidate)
        and following.token.family == "ar|_"
        and following.depth > label.depth
    ):
        return -1
    if following is None or not isinstance(following.token, Candidate) or len(following.token.value) != 1:
        return 0
    if following.depth == label.depth and base(following.token.family) == base(token.family):
        return max(0, following.token.value[0] - token.value[0] - 1) if len(token.value) == 1 else 0
    if following.depth > label.depth:
        return max(0, following.token.value[0] - 1)
    return 0
