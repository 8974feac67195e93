"""Whether a clause bears out a sentence that cites it. Pure.

A check by words, not by understanding: every figure of the sentence must stand in the clause, every word that decides (may, must not,
dismissed, fined, free …) must have its like there, and enough of the remaining words. It would rather cut a
sound sentence than let an unsound one pass; what is cut is told in the clauses' own words instead.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise

from kb.figures import Figure, find_figures
from kb.folding import folded
from kb.model import Passage
from kb.search import telling

ENOUGH = 0.6
"""Share of a sentence's telling words that the clause has to have. Chinese is counted by characters: one is known when the clause
has it beside the same neighbour."""
_LEAST = 4
"""Fewer telling characters than this, a Latin word counting for two, claim nothing (``根据``, ``According to``)."""

_MARK = re.compile(r"\[(\d{1,3})\]")
_MARKS = re.compile(r"((?:[\s、,，]*\[\d{1,3}\])+)")
# 【1】, ［1］, [1, 2]: how models write marks.
_WRITTEN_MARK = re.compile(r"[\[【［]\s*(\d{1,3}(?:\s*[,，、]\s*\d{1,3})*)\s*[\]】］]")
_THOUGHTS = re.compile(r"<think>.*?(?:</think>|$)", re.DOTALL)
_ITEM = re.compile(
    r"^\s*(?:#+\s*|[-*•·]\s+|\(?\d{1,2}[.、)）](?!\d)\s*|[（(][一二三四五六七八九十]+[)）]\s*)"
)
# A sentence ends at its stop, with the marks that follow it; a stop before a digit is a decimal point.
_SENTENCE = re.compile(r".+?(?:[。！？!?]+[”’」』）)]*|\.(?!\d)|$)(?:[\s、,，]*\[\d{1,3}\])*[。.]?")
_HAN = "\u3400-\u9fff\uf900-\ufaff"
_HAN_RUN = re.compile(rf"[{_HAN}]+")
_LATIN_RUN = re.compile("[a-z]+")
_FILLING = re.compile(
    r"这|那|该|其|将|会|就|都|也|还|要|被|把|和|与|及|或|在|对|按|由|则|并|且|以|为|之|于|此|等"
    r"|\b(?:according|under|rules?|clauses?)\b"
)

# What turns the sense of a rule. A sentence that uses one of these needs a clause that uses one of the same row.
_DECIDING = tuple(
    re.compile(pattern)
    for pattern in (
        r"不得|不准|不能|不可|不许|不允许|禁|勿|(?<![分特级类性区差])别(?![人的])"
        r"|\b(?:must|may|can|should|shall) ?not\b|\bcan't\b|not allowed|prohibit|forbid|\bban(?:s|ned)?\b|\bnever\b",
        r"(?<![不许认])可(?![能见靠爱是惜观])|(?<!不)允许|(?<!不)准许|(?<![不可功性职智技])能(?![力源])|随意|自由"
        r"|\b(?:may|can)\b(?! ?not)|(?<!not )\b(?:allowed|permitted|free to)\b",
        r"不|无|未|没|非(?!常)|免|禁|勿|(?<![分特级类性区差])别(?![人的])"
        r"|\b(?:not?|never|without|none|cannot)\b|n't\b|prohibit|forbid|exempt|\bfree\b",
        r"开除|辞退|解雇|解聘|除名|炒鱿鱼|劝退|走人|\b(?:dismiss|fired?\b|terminat|sack)",
        r"罚|扣|\b(?:fine|penalt|deduct|punish)",
        r"奖|\b(?:bonus|reward|award)",
        r"赔|补偿|\b(?:compensat|indemn)",
        r"警告|批评|检讨|\b(?:warn|reprimand)",
        r"免费|免除|豁免|不用|无需|不需|不必|不收|\b(?:exempt|free\b|waive|need not)",
        r"封|冻结|关闭|下架|清退|\b(?:freez|froze|suspen|clos|delist|ban(?:s|ned)?\b)",
        r"是的|对的|没错|当然|\b(?:yes|indeed|of course)\b",
    )
)
_SPELLED = {
    word: value
    for value, word in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(),
        2,
    )
} | {
    word: tens * 10
    for tens, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_NUMBER = re.compile(
    rf"\b(?:(?P<tens>\w+ty)-)?(?P<word>{'|'.join(_SPELLED)}|one)\b(?:\s+(?P<scale>hundred|thousand)\b)?"
)
_SCALE = {None: 1, "hundred": 100, "thousand": 1000}


@dataclass(frozen=True, slots=True)
class Known:
    """What a clause says, ready to be compared."""

    text: str
    figures: frozenset[tuple[str, str]]
    values: frozenset[str]
    pairs: frozenset[str]
    stems: frozenset[str]


_NOTHING = Known("", frozenset(), frozenset(), frozenset(), frozenset())


def borne_out(text: str, clauses: Mapping[int, Passage]) -> str:
    """Return the sentences of a text that carry a mark whose clause supports them; the others are cut.

    Every part of a sentence is held against the clauses marked right after it, what follows the last mark against those before
    it. Marks that do not support their part are dropped. Line breaks stay.

    Args:
        text: What a model wrote.
        clauses: What it was given, by mark.
    """
    known = {n: known_of(passage) for n, passage in clauses.items()}
    lines = []
    for line in _written(text).splitlines():
        item = _ITEM.match(line)
        start = item.end() if item else 0
        kept = [_kept(sentence.strip(), known) for sentence in _SENTENCE.findall(line[start:])]
        if any(kept):
            number = item[0].strip() if item and not item[0].strip().startswith("#") else ""
            lines.append(" ".join([*([number] if number else []), *filter(None, kept)]))
    return "\n".join(lines)


def marks(text: str) -> frozenset[int]:
    """Return the numbers of the clauses that a text cites."""
    return frozenset(int(n) for n in _MARK.findall(text))


def known_of(passage: Passage) -> Known:
    """Return what a clause says: its words, those it stands under, its number and its English gloss."""
    said = [passage.text, passage.gloss_en, passage.number, *passage.heading_path, passage.document_title]
    text = _plain("\n".join(said))
    figures = find_figures(text)
    return Known(
        text,
        frozenset((figure.value, figure.unit) for figure in figures),
        frozenset(figure.value for figure in figures),
        frozenset(first + second for first, second in pairwise(text)),
        frozenset(_stems(text)),
    )


def supports(clause: Known, text: str) -> bool:
    """Return whether the clause says what the text claims; a text that claims nothing is supported."""
    plain = _plain(_MARK.sub(" ", text))
    if not all(_has(clause, figure) for figure in find_figures(plain)):
        return False
    if any(pattern.search(plain) and not pattern.search(clause.text) for pattern in _DECIDING):
        return False
    words = _telling(plain)
    known, total = _share(clause, words)
    return total < _LEAST or known >= ENOUGH * total


def _kept(sentence: str, known: Mapping[int, Known]) -> str:
    """Return the sentence with the marks that support it, ``""`` when some part has none or it claims nothing."""
    parts = _MARKS.split(sentence)
    said, cited = parts[0:-1:2], parts[1::2]
    kept: list[str] = []
    supporting: list[int] = []
    for text, written in zip(said, cited, strict=True):
        supporting = [n for n in map(int, _MARK.findall(written)) if n in known and supports(known[n], text)]
        if not supporting:
            return ""
        kept += [text, " " * (not text.endswith(" ")), *(f"[{n}]" for n in dict.fromkeys(supporting))]
    rest = parts[-1]
    if not any(supports(known[n], rest) for n in supporting):
        return ""
    return "".join([*kept, rest]) if _claims("".join([*said, rest])) else ""


def _claims(text: str) -> bool:
    plain = _plain(text)
    return bool(find_figures(plain)) or _share(_NOTHING, _telling(plain))[1] >= _LEAST


def _has(clause: Known, figure: Figure) -> bool:
    return (figure.value, figure.unit) in clause.figures if figure.unit else figure.value in clause.values


def _telling(plain: str) -> str:
    """Return a text without its figures, which are compared by value, and without words that tell nothing."""
    for figure in reversed(find_figures(plain)):
        plain = f"{plain[: figure.start]} {plain[figure.end :]}"
    return telling(_FILLING.sub(" ", plain))


def _share(clause: Known, words: str) -> tuple[int, int]:
    """Return how many telling characters the clause knows, and how many there are; a Latin word counts for two."""
    known = total = 0
    for run in _HAN_RUN.findall(words):
        beside = [False, *(first + second in clause.pairs for first, second in pairwise(run)), False]
        known += sum(before or after for before, after in pairwise(beside))
        total += len(run)
    stems = _stems(words)
    return known + 2 * sum(stem in clause.stems for stem in stems), total + 2 * len(stems)


def _stems(plain: str) -> list[str]:
    from kb.index.lexical import terms

    return terms(" ".join(_LATIN_RUN.findall(plain)))


def _written(text: str) -> str:
    text = _THOUGHTS.sub("", text).replace("**", "")
    return _WRITTEN_MARK.sub(lambda found: "".join(f"[{n}]" for n in re.findall(r"\d+", found[1])), text)


def _plain(text: str) -> str:
    return _NUMBER.sub(_digits, folded(text))


def _digits(found: re.Match[str]) -> str:
    tens = _SPELLED.get(found["tens"] or "", 0)
    if found["word"] == "one" and not (tens or found["scale"]):
        return found[0]  # a pronoun more often than a figure
    return str((tens + _SPELLED.get(found["word"], 1)) * _SCALE[found["scale"]])
