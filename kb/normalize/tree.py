"""From labels to clauses: what each label covers, its heading, its paragraphs, its anchor and its parent."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from kb.normalize.anchors import Anchors
from kb.normalize.labels import HEADINGS, Candidate, Value, base
from kb.normalize.outline import Heading, Label

_HEADING_MAX = 30
_BREAK = re.compile(
    r"(?<=[。；！？;!?])[ \t\u3000\xa0]+(?=[^\s\d)）])|\n+|(?<=[\u4e00-\u9fff])\.[ \t\u3000]+(?=[\u4e00-\u9fff])"
)
_WEAK = re.compile(r"(?<=[^\s\x00-\x7f])[ \u3000\xa0]+(?=[\u4e00-\u9fff“《])")
_PUNCTUATION = re.compile(r"[。；;，,！!]")
_BLANK = " \t\n\r\u3000\xa0"


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
    doubts: list[str] = field(default_factory=list)


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
        end, form = self._first_segment(token, stop, has_children)
        part = Part(
            token.start, token.end, end, anchor, above or None, form, label.depth, token.family, token.value
        )
        if label.doubt:
            part.doubts.append(label.doubt)
        self.parts.append(part)
        self.open.append(part)
        gap = 0
        if (
            following is not None
            and isinstance(following.token, Candidate)
            and following.depth == label.depth
        ):
            same = base(following.token.family) == base(token.family) and len(token.value) == 1
            gap = following.token.value[0] - token.value[0] - 1 if same else 0
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

    def _first_segment(self, token: Candidate, stop: int, has_children: bool) -> tuple[int, str]:
        """Return where the words right behind a label end, and the form they give the clause."""
        text = self.text
        start = token.end
        while start < stop and text[start] in _BLANK:
            start += 1
        end = self._next_break(start, stop)
        kind = base(token.family)
        form = "paragraph" if kind == "条" else "item"
        if kind in HEADINGS:
            weak = _WEAK.search(text, start, end)
            if (
                weak
                and self.flat
                and weak.start() - start <= _HEADING_MAX
                and kind != "annex"
                and end - start > _HEADING_MAX
            ):
                end = weak.start()
            return end, "heading"
        words = text[start:end].rstrip()
        whole = end >= stop or not text[end:stop].strip()
        if self.flat or not whole:
            weak = _WEAK.search(text, start, end)
            if self.flat and weak and 2 <= weak.start() - start <= 24:
                head = text[start : weak.start()]
                rest = end - weak.end()
                if (
                    not _PUNCTUATION.search(head)
                    and head[-1] not in "、"
                    and rest > 1.2 * len(head)
                    and (head[-1] not in ":：" or not whole)
                ):
                    return weak.start(), "heading"
        titled = 0 < len(words) <= _HEADING_MAX and not _PUNCTUATION.search(words)
        if titled and has_children and whole and (kind != "条" or words[-1] not in "：:"):
            return end, "heading"
        if (
            titled
            and not whole
            and kind not in ("bullet", "lost", "dash", "talk")
            and words[-1] not in "：:"
            and kind != "条"
        ):
            return end, "heading"
        return end, form

    def _next_break(self, start: int, stop: int) -> int:
        pattern = _BREAK if self.flat else re.compile(r"\n+")
        found = pattern.search(self.text, start, stop)
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
            if parent is None:
                anchor = self.anchors.unnumbered("")
            else:
                anchor = self.anchors.paragraph(parent.anchor, parent.form == "heading")
            self.parts.append(
                Part(low, low, high, anchor, parent.anchor if parent else None, "paragraph", len(self.open))
            )

    def _segments(self, start: int, stop: int, gap: int) -> list[tuple[int, int]]:
        text = self.text
        pattern = _BREAK if self.flat else re.compile(r"\n+")
        cuts = []
        for found in pattern.finditer(text, start, stop):
            at = found.start() + 1 if text[found.start()] == "." else found.start()
            cuts.append((at, found.end()))
        cuts.append((stop, stop))
        segments = []
        low = start
        for at, after in cuts:
            begin, end = low, at
            while begin < end and text[begin] in _BLANK:
                begin += 1
            while end > begin and text[end - 1] in _BLANK:
                end -= 1
            if begin < end:
                segments.append((begin, end))
            low = after
        return segments
