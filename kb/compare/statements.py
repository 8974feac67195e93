"""What a clause forbids and allows, and who it says acts, decides or pays."""

from __future__ import annotations

import re
from dataclasses import dataclass

_SENTENCE = re.compile(r"[；;。！？!?\n|]")
_PART = re.compile(r"[，,；;。！？!?：:\n|（）()]")

_FORBID = re.compile(
    r"不得|不许|不准|禁止|严禁|不可(?!抗|避免|少|或缺|能)|不允许|不能(?!保证)|绝对不|不予认可|切勿|勿|不要有"
)
_ALLOW = re.compile(
    r"可以|允许|准许|有权|(?<![不许认])可(?=适当|有|用|不)|都给予认可|给予认可|需要|必须把|须把|需把|应把"
)
_SPOKEN = re.compile(r"[“”]")


@dataclass(frozen=True, slots=True)
class Stance:
    """One part of a clause that forbids, or that allows or demands.

    Attributes:
        allows: Whether it allows (or demands) rather than forbids.
        words: The part without the word that forbids or allows.
        shown: The part.
    """

    allows: bool
    words: str
    shown: str


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something.

    Attributes:
        role: ``does``, ``decides``, ``pays`` (postage and other costs) or ``repairs`` (pays for repairs).
        who: The actor in one form (``seller``, ``主管``, …).
        case: ``""``, or for payments ``if`` and ``else``: whether the condition holds.
        condition: The words of the condition.
        shown: The words.
    """

    role: str
    who: str
    case: str
    condition: str
    shown: str


def stances_of(text: str) -> tuple[Stance, ...]:
    """Return what the text forbids, allows and demands; words offered to be said to customers do not count."""
    if _SPOKEN.search(text):
        return ()
    found = []
    for part in _PART.split(text):
        if part.endswith("的"):  # a condition
            continue
        forbids, allows = _FORBID.search(part), _ALLOW.search(part)
        if forbids:
            found.append(Stance(False, _FORBID.sub("", part), part))
        elif allows:
            found.append(Stance(True, _ALLOW.sub("", part), part))
    return tuple(found)


_SIDES = {
    "seller": "卖家|商户|商家|我方|店铺|公司",
    "buyer": "买家|顾客|客户|消费者",
    "carrier": "快递公司|物流公司|快递方|物流方",
    "staff": "客服|员工|本人",
    "platform": "平台|淘宝|天猫",
}
_SIDE = re.compile("|".join(f"(?P<{name}>{words})" for name, words in _SIDES.items()))
_PAYS = re.compile(r"承担|出(?=$|邮费|运费|快递费|费用)|支付|负担|一家一半|各半|各付")
_COSTS = re.compile(r"邮费|运费|快递费|费用|快递费用")
_REPAIR = re.compile(r"维修|修理|检修")
_HALF = re.compile(r"一家一半|各半|各付一半")
_NOT = re.compile(r"不是|非(?=质量|我方|本)|并非|不属于")

_POST = r"(?:客服部|客服|部门|本部门|销售|财务|人事|行政)?(?:总?经理|主管|组长|店长|总监|负责人|掌柜|领导)|[^，。；由向给与：]{0,5}部(?:门)?(?:的?同事)"
_DOES = re.compile(rf"由(?P<by>{_POST})|(?P<self>{_POST})(?=给|安排(?!的)|负责|主持)")
_ASKS = re.compile(
    rf"(?:向|经|请示|联系|由|跟|找)(?:过)?(?P<who>{_POST})(?:和(?P<too>{_POST}))?(?=$|[，。；]|联系|请示|申请|请假|批准|审批|签字|同意|提出)"
)
_RANKS = ("经理", "主管", "组长", "店长", "总监", "负责人", "掌柜", "领导")


def actors_of(text: str) -> tuple[Actor, ...]:
    """Return who, by this text, does the work, decides about it or pays for it."""
    return (*_payers(text), *_posts(text))


def _payers(text: str) -> list[Actor]:
    if not _COSTS.search(text) or not _PAYS.search(text):
        return []
    found = []
    for sentence in _SENTENCE.split(text):
        condition = ""
        role = "repairs" if _REPAIR.search(sentence) else "pays"
        for part in _PART.split(sentence):
            pays, sides = _PAYS.search(part), list(_SIDE.finditer(part))
            if _HALF.search(part):
                found.append(Actor(role, "both", "", condition, part))
            elif (
                pays
                and sides
                and (_COSTS.search(sentence) or _COSTS.search(text))
                and not part.endswith("的")
            ):
                who = sides[-1].lastgroup or ""
                found.append(Actor(role, who, "else" if _NOT.search(condition) else "if", condition, part))
            else:
                condition = part
    return found


def _posts(text: str) -> list[Actor]:
    found = []
    for part in _PART.split(text):
        for match in _ASKS.finditer(part):
            found.append(Actor("decides", _rank(match["who"]), "", "", part))
        for match in _DOES.finditer(part):
            found.append(Actor("does", _rank(match["by"] or match["self"]), "", "", part))
    return found


def _rank(post: str) -> str:
    """Return the post without its department; a department without a post stays itself."""
    for rank in _RANKS:
        if post.endswith(rank):
            return rank
    return re.sub(r"的?同事$|部门?(?:的?同事)?$", "", post)
