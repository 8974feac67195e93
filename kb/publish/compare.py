"""Comparison pages: document by document, what the rules of one matter say, figures side by side."""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from kb.compare import Conflict
from kb.figures import Figure, find_figures
from kb.model import Passage
from kb.publish.conflicts import among, difference_blocks
from kb.publish.markdown import (
    both,
    clause_cell,
    heading,
    link,
    named,
    page,
    table,
    target_of,
    titled,
    words,
)
from kb.publish.names import Name, Topic
from kb.publish.subjects import SUBJECTS, Subject

ROOT = "../"
MOST_BARS = 12
"""A chart with more shows each document's lowest and highest only."""
_SECONDS = {"秒": 1, "分钟": 60, "小时": 3600}
_UNITS = {"元": "yuan", "秒": "seconds", "字/分": "characters a minute"}


@dataclass(frozen=True, slots=True)
class Comparison:
    """A subject with the clauses that speak of it.

    Attributes:
        subject: What is compared.
        rules: Clauses in reading order, by document id.
    """

    subject: Subject
    rules: Mapping[str, tuple[Passage, ...]]


def comparisons(passages: Sequence[Passage]) -> tuple[Comparison, ...]:
    """Return the subjects on which at least two documents speak."""
    found = []
    for subject in SUBJECTS:
        rules: dict[str, list[Passage]] = {}
        for passage in passages:
            if not passage.heading and passage.kind != "background" and _speaks_of(passage, subject):
                rules.setdefault(passage.document_id, []).append(passage)
        if len(rules) > 1:
            found.append(Comparison(subject, {identity: tuple(said) for identity, said in rules.items()}))
    return tuple(found)


def _speaks_of(passage: Passage, subject: Subject) -> bool:
    if not set(subject.topics) & set(passage.topics):
        return False
    if not re.search(subject.words, " ".join([*passage.heading_path, passage.text])):
        return False
    return not subject.figures or bool(_figures(passage, subject))


def _figures(passage: Passage, subject: Subject) -> tuple[Figure, ...]:
    kinds = subject.figures or ("amount", "duration", "time", "percentage")
    return tuple(figure for figure in find_figures(passage.text) if figure.kind in kinds)


def comparison_page(
    comparison: Comparison,
    conflicts: Sequence[Conflict],
    titles_en: Mapping[str, str],
    topics: Sequence[Topic] = (),
) -> str:
    """Return the page of one comparison.

    Args:
        comparison: What is compared.
        conflicts: All conflicts; those among its rules are marked.
        titles_en: English titles by document id.
        topics: The topics that have a page.
    """
    subject = comparison.subject
    passages = {passage.clause_id: passage for said in comparison.rules.values() for passage in said}
    here = among(conflicts, passages)
    marked = {identity for conflict in here for identity in (conflict.a, conflict.b)}
    rows = []
    for said in comparison.rules.values():
        first = said[0]
        title = link(titled(first, titles_en), f"{ROOT}{first.kind}/{first.document_id}.md")
        if first.status == "superseded":
            title += both("（已被取代）", " (superseded)")
        figures: dict[str, str] = {}
        for passage in said:
            for figure in _figures(passage, subject):
                figures.setdefault(figure.text, target_of(passage, ROOT))
        rows.append(
            (
                title,
                "<br>".join(_cell(passage, marked) for passage in said),
                "、".join(link(words(text), target) for text, target in figures.items()) or "—",
            )
        )
    count = sum(len(said) for said in comparison.rules.values())
    blocks = [
        both(
            f"{len(rows)} 份文件、{count} 条规则说到这件事。每一格都能点到条款；店铺手册只约束写它的那家店。",
            f"{len(rows)} documents speak of this, in {count} rules. Each cell leads to its clause; a shop's handbook binds that "
            "shop only.",
        )
    ]
    bars = _bars(comparison, titles_en)
    if bars:
        blocks.append(bars)
    head = (both("文件", "Document"), both("规则", "Rule"), both("数字", "Figures"))
    blocks.append('<div class="kb-table" markdown>\n\n' + table(head, rows) + "\n\n</div>")
    if here:
        blocks.append(heading(2, "≠ 各文件不一致", "≠ Where documents differ", "differ"))
        blocks += difference_blocks(here, passages, titles_en, ROOT, 3)
    related = [
        link(both(words(topic.short), words(topic.en)), f"{ROOT}topics/{topic.id}.md")
        for topic in topics
        if topic.id in subject.topics
    ]
    if related:
        blocks.append(both("相关主题：", "Topics: ") + "、".join(related))
    return page(subject.name, blocks, front=["hide: [toc]"])


def _cell(passage: Passage, marked: Collection[str]) -> str:
    mark = " [≠](#differ){: .kb-differ title=各文件不一致 }" if passage.clause_id in marked else ""
    return clause_cell(passage, ROOT, mark)


def index_page(found: Sequence[Comparison], conflicts: Sequence[Conflict]) -> str:
    """Return the page that lists the comparisons."""
    rows = [
        (
            link(named(comparison.subject.name), f"{comparison.subject.id}.md"),
            str(len(comparison.rules)),
            str(sum(len(said) for said in comparison.rules.values())),
            str(
                len(among(conflicts, {one.clause_id for said in comparison.rules.values() for one in said}))
                or "—"
            ),
        )
        for comparison in found
    ]
    head = (
        both("事项", "Matter"),
        both("文件", "Documents"),
        both("规则", "Rules"),
        both("不一致", "Conflicts"),
    )
    everything = both("各文件不一致之处", "Where documents differ")
    blocks = [
        both(
            "同一件事，各份文件怎么规定、数字差多少，一张表看完。",
            "What each document says about the same matter, and how far their figures are apart, in one table.",
        ),
        table(head, rows),
        link(everything, "conflicts.md")
        + both(f"：全部 {len(conflicts)} 对", f": all {len(conflicts)} pairs"),
    ]
    return page(Name("对照", "Comparisons"), blocks, front=["hide: [toc]"])


@dataclass(frozen=True, slots=True)
class _Bar:
    passage: Passage
    text: str
    value: float


def _bars(comparison: Comparison, titles_en: Mapping[str, str]) -> str:
    """Return the chart: one bar a figure, drawn with CSS, each a link to its clause."""
    unit = comparison.subject.chart
    if not unit:
        return ""
    every = [
        bar
        for said in comparison.rules.values()
        for passage in said
        for bar in _bars_of(passage, comparison.subject)
    ]
    if len({bar.passage.document_id for bar in every}) < 2:
        return ""
    bars = every if len(every) <= MOST_BARS else _extremes(every)
    bars.sort(key=lambda bar: (bar.value, bar.passage.document_id, bar.passage.order))
    most, least = bars[-1].value, bars[0].value
    logarithmic = most > 20 * least
    items = []
    for bar in bars:
        share = (
            math.log(bar.value / least * 2) / math.log(most / least * 2) if logarithmic else bar.value / most
        )
        target = target_of(bar.passage, ROOT)
        items.append(
            f"- {link(f'{titled(bar.passage, titles_en, 18)} · {_what(bar.passage)}', target)}"
            f'{{: .kb-bar style="--share:{share:.0%}" }} **{words(bar.text)}**'
        )
    scale = ("（对数刻度）", " (logarithmic scale)") if logarithmic else ("", "")
    part = (
        ("，每份文件只画最小与最大的一个", "; of each document the least and the greatest")
        if len(bars) < len(every)
        else ("", "")
    )
    title = both(
        f"按数字排列，单位：{unit}{scale[0]}{part[0]}", f"By figure, in {_UNITS[unit]}{scale[1]}{part[1]}"
    )
    title = f"**{title}**"
    return "\n\n".join(['<div class="kb-bars" markdown>', title, "\n".join(items), "</div>"])


def _extremes(bars: Sequence[_Bar]) -> list[_Bar]:
    """Return the lowest and the highest bar of each document."""
    ends = []
    for identity in dict.fromkeys(bar.passage.document_id for bar in bars):
        mine = sorted((bar for bar in bars if bar.passage.document_id == identity), key=lambda bar: bar.value)
        ends += mine[:1] + mine[-1:] if len(mine) > 1 else mine
    return ends


def _what(passage: Passage) -> str:
    said = passage.text if len(passage.text) > 6 or not passage.heading_path else passage.heading_path[-1]
    return both(words(said, 30), words(passage.gloss_en, 60))


def _bars_of(passage: Passage, subject: Subject) -> list[_Bar]:
    bars: list[_Bar] = []
    for figure in dict.fromkeys(_figures(passage, subject)):
        if subject.chart == "秒":
            value = float(figure.value) * _SECONDS.get(figure.unit, 0)
        elif subject.chart == "字/分":
            value = float(figure.value) if figure.unit in ("字", "") else 0
        else:
            value = float(figure.value) if figure.unit == subject.chart else 0
        if value > 0 and not any(bar.value == value for bar in bars):
            bars.append(_Bar(passage, figure.text, value))
    return bars
