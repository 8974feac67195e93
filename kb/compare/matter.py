"""Whether two clauses rule the same matter.

Sentence vectors put clauses of one trade close together whatever they rule, so they only choose candidates. What decides
are the words two clauses share, weighted by how rare they are, and the labels that tell cases of one rule apart: the early
shift is not the late shift, a junior is not a senior.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from kb.compare.claims import Claim, claims_of
from kb.compare.statements import Actor, Stance, actors_of, stances_of
from kb.figures import find_figures
from kb.model import Passage

_LABELS = {
    "shift": ("早班|白班|日班", "中班", "半白班|半班", "晚班|夜班", "早会|晨会"),
    "grade": ("初级", "中级", "高级", "资深", "主管", "经理", "试用|实习|新入职"),
    "stage": ("售前", "售后"),
    "shop": ("旗舰店", "专卖店", "专营店"),
    "review": ("好评", "中评|差评|中差评"),
    "party": ("买家|顾客|客户|消费者", "卖家|商户|商家"),
}
_LABEL_PATTERNS = {name: tuple(re.compile(member) for member in members) for name, members in _LABELS.items()}
FRAMES = frozenset({"fines", "sanctions", "rewards"})
"""Topics that say what follows, not on what."""
_HAN = re.compile(r"[\u3400-\u9fff]+|[A-Za-z]{2,}")
# Words of ruling, not of what is ruled.
_EMPTY = re.compile(
    r"罚款|处罚|每次|一次|第.次|首次|再次|警告|扣除?|翻倍|违者|违反|违规|被?发现|不得|不许|不准|禁止|严禁|不能|不可|必须|应当?|须|需要|可以|允许"
    r"|原则上?|以上|以内|之内|按照?|规定|要求|制度|公司|部门|客服|淘宝|天猫|网店|自动离职|开除|辞退"
)
_PARTICLES = frozenset("的了着是在有和与或及把将被从对为其这那并也都就很更最只还以等由向给")
_ANAPHORIC = re.compile(r"^(?:违规被?发现|违反上|违反以?上|违者|违反者|首次|初次|第一次|一次)|上一项|上述")


@dataclass(frozen=True, slots=True)
class Rule:
    """A clause as the detector sees it.

    Attributes:
        passage: The clause.
        terms: Character pairs and words that tell what it rules.
        claims: What it settles by figures.
        stances: What it forbids and allows.
        actors: Who acts, decides or pays.
        labels: Members of label classes named in the clause itself, by class.
        above: The same for the nearest heading that names exactly one.
    """

    passage: Passage
    terms: frozenset[str]
    claims: tuple[Claim, ...]
    stances: tuple[Stance, ...]
    actors: tuple[Actor, ...]
    labels: dict[str, frozenset[int]]
    above: dict[str, frozenset[int]]

    @property
    def topics(self) -> frozenset[str]:
        """Its topics, without those that say what follows, not on what."""
        return frozenset(self.passage.topics) - FRAMES

    def label(self, name: str, *, heading_first: bool = False) -> frozenset[int]:
        """Return the members of a label class that the clause is about."""
        own, above = self.labels[name], self.above[name]
        return (above or own) if heading_first else (own or above)


def rules_of(passages: Sequence[Passage]) -> list[Rule | None]:
    """Return each clause as a rule; None for those that settle nothing to compare (titles, background)."""
    found: list[Rule | None] = []
    before: dict[tuple[str, tuple[str, ...]], list[str]] = {}
    for passage in passages:
        siblings = before.setdefault((passage.document_id, passage.heading_path), [])
        found.append(None if passage.heading or passage.kind == "background" else _rule(passage, siblings))
        siblings.append(passage.text)
    return found


def _rule(passage: Passage, siblings: Sequence[str]) -> Rule | None:
    heading = passage.heading_path[-1] if passage.heading_path else ""
    claims = claims_of(passage.text, heading)
    stances, actors = stances_of(passage.text), actors_of(passage.text)
    if not (claims or stances or actors):
        return None
    matter = without_figures(passage.text)
    if _ANAPHORIC.search(passage.text):
        matter = " ".join([heading, *siblings[-3:], matter])
    elif len(matter) < 12:
        matter = f"{heading} {matter}"
    return Rule(
        passage=passage,
        terms=terms_of(matter),
        claims=claims,
        stances=stances,
        actors=actors,
        labels={name: _members(name, passage.text) for name in _LABELS},
        above={name: _above(name, passage.heading_path) for name in _LABELS},
    )


def without_figures(text: str) -> str:
    """Return the text with a blank for each figure."""
    for figure in reversed(find_figures(text)):
        text = f"{text[: figure.start]} {text[figure.end :]}"
    return text


def terms_of(text: str) -> frozenset[str]:
    """Return the character pairs and Latin words of a text, without words of ruling."""
    terms: set[str] = set()
    for run in _HAN.findall(_EMPTY.sub(" ", text)):
        terms |= {run.lower()} if run.isascii() else {run[n : n + 2] for n in range(len(run) - 1)}
    return frozenset(term for term in terms if not _PARTICLES.intersection(term))


def _members(name: str, text: str) -> frozenset[int]:
    found = {n for n, pattern in enumerate(_LABEL_PATTERNS[name]) if pattern.search(text)}
    return frozenset(found - {0} if {0, 2} <= found and name == "shift" else found)  # 半白班 holds 白班


def _above(name: str, path: Sequence[str]) -> frozenset[int]:
    for heading in reversed(path):
        members = _members(name, heading)
        if len(members) == 1:
            return members
    return frozenset()


class Weights:
    """How telling each term is: its inverse document frequency over the rules."""

    def __init__(self, rules: Sequence[Rule]) -> None:
        counts = Counter(term for rule in rules for term in rule.terms)
        self._weight = {term: math.log(1 + len(rules) / count) for term, count in counts.items()}
        self._unseen = math.log(1 + len(rules))

    def of(self, terms: frozenset[str]) -> float:
        """Return the summed weight of terms."""
        return sum(self._weight.get(term, self._unseen) for term in terms)

    def overlap(self, a: frozenset[str], b: frozenset[str]) -> float:
        """Return the shared weight over the smaller of both, in [0, 1]."""
        least = min(self.of(a), self.of(b))
        return self.of(a & b) / least if least else 0.0

    def likeness(self, a: frozenset[str], b: frozenset[str]) -> float:
        """Return the shared weight over the joint one, in [0, 1]."""
        joint = self.of(a | b)
        return self.of(a & b) / joint if joint else 0.0
