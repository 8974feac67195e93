"""Whether what was found answers the question at all: a small logistic model over signals, fitted by ``evals/fit.py``.

No single score decides: cosines of E5 crowd together, and a near miss (annual leave, when only sick leave is ruled) is near
by every score. What speaks against an answer is a telling word that the clause does not know, a unit it does not give, a
platform it is not about.
"""

from __future__ import annotations

import functools
import json
import math
import re
from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from importlib import resources
from typing import TYPE_CHECKING, Literal

from kb.figures import find_figures
from kb.model import Hit, Passage
from kb.search import Found, language_of, plain, telling
from kb.search.wanted import Want, has_figure, wanted_figures, wants

if TYPE_CHECKING:
    from typing import Any

SIGNALS = (
    "cosine",
    "trust",
    "characters",
    "words",
    "other_platform",
    "no_such_unit",
    "no_figure",
    "list",
    "length",
    "english",
    "silent",
    "questions",
    "text",
    "gloss",
)
"""``cosine``: the best of the hits. ``trust``: the ranking's share for the first and for the first of each document near the top that
rules the same matter (by topics, where there are any). ``characters``: share of the question's telling characters (weighed by
rarity) that the first hit has; ``words``: share of its telling words, in Chinese pairs of characters, that one of the first five has. ``other_platform``: the
question names a platform, the clause another or none. ``no_such_unit``: it asks for so many of a unit and the clause has no figure in it;
``no_figure``: it asks for an amount, a time … and the clause has no figure of that kind. ``list``: it asks for a list.
``length``: logarithm of the question's length, because the longer a question the lower the cosine of even its own answer.
``english``: asked in English. ``silent``: how much nearer lie questions that clauses are known to be silent on than
questions that they answer; NaN, which counts as the average, where a knowledge base lists none.
``questions``: logarithm of how many typical questions the first rules have, on average. ``text``, ``gloss``: the nearest text and gloss
of the hits, as ``Found`` has them."""

FILE = "confidence.json"
_LOOK = 5
_SHORTEST, _LONGEST = 14, 40
"""Characters between which a question's length counts; few words can ask as clearly as a dozen."""
_LETTERS = 4
"""English letters that say as much as one Chinese character."""
_STRANGE = 0.8
"""A question of whose telling words so many stand in no clause, and none in the nearest, is about something else: 年假 when only sick leave
is ruled. Too rare among the questions for a weight of its own to be fitted."""
_KEYWORD = 8
"""A question of at most so many characters that asks nothing looks up a matter: whatever rules it answers."""

# How people name the platforms. A question about one is not answered by the rules of another.
_PLATFORMS = {
    name: re.compile(pattern, re.IGNORECASE)
    for name, pattern in {
        "taobao": r"淘宝|c店|taobao",
        "tmall": r"天猫|商城|旗舰店|专营店|tmall",
        "kuaishou": r"快手|kuaishou|kwai",
        "douyin": r"抖音|抖店|douyin|tiktok",
        "jd": r"京东|\bjd\b|jingdong",
        "pinduoduo": r"拼多多|\bpdd\b|pinduoduo|temu",
        "amazon": r"亚马逊|amazon",
        "xiaohongshu": r"小红书|xiaohongshu|rednote",
        "wechat": r"微信|视频号|wechat",
        "alibaba": r"1688|阿里国际|速卖通|aliexpress",
        "meituan": r"美团|饿了么|meituan",
        "xianyu": r"闲鱼|xianyu",
        "others": r"苏宁|唯品会|当当|shopee|lazada|ebay|shopify",
    }.items()
}
_UNITS = re.compile(r"(?:多少|几)(元|块|钱|天|日|分钟|小时|个月|月|年|次|分|字|折|倍|万|点|号|%)")
_SAME_UNIT = {"块": "元", "钱": "元", "万": "元", "日": "天", "月": "个月"}
_AS_WELL = {
    "天": {"小时"},
    "小时": {"天", "分钟"},
    "分钟": {"小时", "秒"},
    "个月": {"天", "年"},
    "年": {"个月"},
}
"""Units that answer as well: who asks for days is served with 48 hours."""
_CLOCK_UNITS = frozenset({"点", "号"})

Kind = Literal["asked", "bare"]
"""Whether the rules found have typical questions. Where they have none, as in pages fresh from ``kb ingest``, even the right clause lies
farther from a question, and a model fitted on rules that have some would silence most of what is found."""
Reason = Literal["", "nothing found", "another platform", "no such figure", "no clause says it"]


@dataclass(frozen=True, slots=True)
class Model:
    """A fitted logistic model: ``sum(weight * (signal - mean) / scale) + bias``, confident above ``threshold``."""

    mean: tuple[float, ...]
    scale: tuple[float, ...]
    weights: tuple[float, ...]
    bias: float
    threshold: float

    def score(self, signals: Sequence[float]) -> float:
        """Return the log-odds that the hits answer the question; a signal that is NaN says nothing."""
        rows = zip(signals, self.mean, self.scale, self.weights, strict=True)
        return self.bias + sum(
            weight * (signal - mean) / scale for signal, mean, scale, weight in rows if not math.isnan(signal)
        )


@dataclass(frozen=True, slots=True)
class Fit:
    """What ``evals/fit.py`` fitted for one embedder.

    Attributes:
        embedder: Name of the embedding model.
        asked: Judges rules that have typical questions.
        bare: Judges rules that have none.
    """

    embedder: str
    asked: Model
    bare: Model

    def judging(self, kind: Kind) -> Model:
        """Return the model that judges rules of a kind."""
        return self.asked if kind == "asked" else self.bare


@functools.lru_cache(maxsize=8)
def read_fit(text: str) -> Fit | None:
    """Return the fit that a text holds, None when it holds none that this version reads."""
    try:
        facts: dict[str, Any] = json.loads(text)
        if facts["signals"] != list(SIGNALS):
            return None
        asked, bare = (_model(facts[kind]) for kind in ("asked", "bare"))
        return Fit(str(facts["embedder"]), asked, bare)
    except (ValueError, TypeError, KeyError):
        return None


def _model(facts: Mapping[str, Any]) -> Model:
    mean, scale, weights = (tuple(map(float, facts[name])) for name in ("mean", "scale", "weights"))
    return Model(mean, scale, weights, float(facts["bias"]), float(facts["threshold"]))


@functools.cache
def shipped_text() -> str:
    """Return the fit that comes with the package, as text."""
    return (resources.files("kb.answer") / FILE).read_text(encoding="utf-8")


def shipped() -> Fit:
    """Return the fit that comes with the package, made for the built-in embedder."""
    fit = read_fit(shipped_text())
    if fit is None:
        raise AssertionError(f"{FILE} was fitted for other signals; run evals/fit.py")
    return fit


def to_keep(before: str | None, embedder: str) -> str | None:
    """Return the fit to keep with an index, as text: the shipped one if it was made for its embedder, else what was kept before.

    Args:
        before: What the build before kept, if anything.
        embedder: Name of the embedding model of the index.
    """
    if shipped().embedder == embedder:
        return shipped_text()
    fit = read_fit(before) if before else None
    return before if fit is not None and fit.embedder == embedder else None


def doubt(
    question: str, found: Found, counts: Mapping[str, int], clauses: int, fit: Fit | None = None
) -> Reason:
    """Return why the hits do not answer the question, ``""`` when they do.

    Args:
        question: As asked.
        found: What it found.
        counts: The question's telling terms, each with the number of clauses that hold it.
        clauses: Number of clauses in the index.
        fit: What is kept with the index; None takes the shipped one.
    """
    if not found.hits:
        return "nothing found"
    row = signals(question, found, counts, clauses)
    model = (fit or shipped()).judging(kind_of(row))
    named = dict(zip(SIGNALS, row, strict=True))
    rarity = _rarity(counts, clauses, pairs=True)
    strange = not named["words"] and _share({term for term in counts if not counts[term]}, rarity) >= _STRANGE
    if (model.score(row) >= model.threshold and not strange) or _looks_up(question, named["words"]):
        return ""
    if named["other_platform"]:
        return "another platform"
    return "no such figure" if named["no_such_unit"] else "no clause says it"


def kind_of(row: Sequence[float]) -> Kind:
    """Return of which kind the rules are that gave these signals."""
    return "asked" if row[SIGNALS.index("questions")] else "bare"


def signals(question: str, found: Found, counts: Mapping[str, int], clauses: int) -> tuple[float, ...]:
    """Return the signals of a question and what it found, in the order of ``SIGNALS``."""
    hits = found.hits
    first = next((hit.passage for hit in hits if not hit.passage.heading), hits[0].passage)
    words = [_terms_of(hit.passage) for hit in hits[:_LOOK]]
    wanted = wants(question)
    return (
        max(hit.dense or 0.0 for hit in hits),
        _trust(hits),
        _share(words[0], _rarity(counts, clauses, pairs=False)),
        _share(frozenset().union(*words), _rarity(counts, clauses, pairs=True)),
        float(_other_platform(question, first)),
        float(_no_such_unit(question, first)),
        float(_no_figure(wanted, first)),
        float("list" in wanted),
        _length(question),
        float(language_of(question) == "en"),
        found.silent,
        _questions(hits),
        found.text,
        found.gloss,
    )


def _questions(hits: Sequence[Hit]) -> float:
    rules = [hit.passage for hit in hits if not hit.passage.heading][:_LOOK]
    return math.log1p(sum(len(rule.ask) for rule in rules) / max(len(rules), 1))


def _trust(hits: Sequence[Hit]) -> float:
    first = hits[0].passage
    best: dict[str, Hit] = {}
    for hit in hits:
        best.setdefault(hit.passage.document_id, hit)
    return sum(
        hit.score
        for hit in list(best.values())[:_LOOK]
        if hit.passage.topics == first.topics or not set(first.topics).isdisjoint(hit.passage.topics)
    )


def _rarity(counts: Mapping[str, int], clauses: int, *, pairs: bool) -> dict[str, float]:
    return {
        term: math.log(1 + (clauses - count + 0.5) / (count + 0.5))
        for term, count in counts.items()
        if (len(term) > 1) == pairs
    }


def _share(known: Set[str], rarity: Mapping[str, float]) -> float:
    """Return how much of the rarity stands in known terms; all of nothing."""
    total = sum(rarity.values())
    return sum(weight for term, weight in rarity.items() if term in known) / total if total else 1.0


def _looks_up(question: str, known: float) -> bool:
    words = plain(question)
    return len(words) <= _KEYWORD and telling(question) == words and known > 1 - 1e-9


def _terms_of(passage: Passage) -> frozenset[str]:
    return _terms(f"{_about(passage)} {passage.gloss_en}")


@functools.lru_cache(maxsize=2048)  # many questions find the same clauses
def _terms(text: str) -> frozenset[str]:
    from kb.index.lexical import terms

    return frozenset(terms(text))


def _about(passage: Passage) -> str:
    return " ".join([passage.text, passage.document_title, *passage.heading_path, *passage.ask])


def _other_platform(question: str, passage: Passage) -> bool:
    asked = {name for name, pattern in _PLATFORMS.items() if pattern.search(question)}
    about = _about(passage)
    return bool(asked) and not any(
        name == passage.platform or _PLATFORMS[name].search(about) for name in asked
    )


def _length(question: str) -> float:
    characters = len(question) / (_LETTERS if language_of(question) == "en" else 1)
    return math.log(min(max(characters, _SHORTEST), _LONGEST))


def _no_figure(wanted: frozenset[Want], passage: Passage) -> bool:
    kinds = wanted_figures(wanted)
    return bool(kinds) and not has_figure(passage.text, kinds)


def _no_such_unit(question: str, passage: Passage) -> bool:
    asked = {_SAME_UNIT.get(unit, unit) for unit in _UNITS.findall(question)}
    if not asked:
        return False
    asked |= {other for unit in asked for other in _AS_WELL.get(unit, ())}
    figures = find_figures(passage.text)
    clock = bool(asked & _CLOCK_UNITS) and any(figure.kind in ("time", "date") for figure in figures)
    return not clock and not asked & {figure.unit for figure in figures}
