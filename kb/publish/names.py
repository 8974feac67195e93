"""What people call the values of the page format, in Chinese and English."""

from __future__ import annotations

import re
from dataclasses import dataclass

_TOPIC_ROW = re.compile(
    r"^\| `(?P<id>[a-z0-9-]+)` \| (?P<zh>\[[^\]]+\]\([^)]*\)|[^|]+?) \| (?P<en>[^|]+?) \|$", re.MULTILINE
)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]*\)")


@dataclass(frozen=True, slots=True)
class Name:
    """A name in both languages."""

    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Topic:
    """One row of the topics page.

    Attributes:
        id: Slug that clauses carry.
        zh: Chinese name.
        en: English name.
    """

    id: str
    zh: str
    en: str

    @property
    def short(self) -> str:
        """The first words of the Chinese name, as a tag shows them."""
        return self.zh.partition("、")[0]


KINDS = {
    "platform-regulation": Name("平台规则", "Platform rules"),
    "shop-handbook": Name("店铺手册", "Shop handbooks"),
    "job-description": Name("岗位职责", "Job descriptions"),
    "process-guide": Name("流程指南", "Process guides"),
    "wage-standard": Name("工资标准", "Wage standards"),
    "faq": Name("问答", "Questions and answers"),
    "background": Name("背景材料", "Background"),
}
KIND_NOTES = {
    "platform-regulation": "平台对卖家和买家定下的规则。",
    "shop-handbook": "店铺给自己的客服定的制度，只约束那一家店。",
    "job-description": "各个岗位做什么、要会什么。",
    "process-guide": "一件事分几步办、每步怎么办。",
    "wage-standard": "级别、底薪、提成和津贴。",
    "faq": "平台发布的问题与回答。",
    "background": "经验、论文与调查：不是规则，供了解情况。",
}
PLATFORMS = {
    "taobao": Name("淘宝", "Taobao"),
    "tmall": Name("天猫", "Tmall"),
    "kuaishou": Name("快手", "Kuaishou"),
    "douyin": Name("抖音", "Douyin"),
    "general": Name("通用", "General"),
}
AUDIENCES = {
    "public": Name("公开", "Public"),
    "staff": Name("员工", "Staff"),
    "manager": Name("主管", "Managers"),
}
STATUSES = {
    "in-force": Name("现行", "In force"),
    "superseded": Name("已被取代", "Superseded"),
    "unknown": Name("未注明", "Not stated"),
}


def name_of(names: dict[str, Name], value: str) -> Name:
    """Return the name of a value; a value nobody named is called what it is."""
    return names.get(value, Name(value, value))


def read_topics(page: str) -> tuple[Topic, ...]:
    """Return the topics that the topics page lists, in its order."""
    return tuple(
        Topic(row["id"], _LINK.sub(r"\1", row["zh"]), row["en"].strip()) for row in _TOPIC_ROW.finditer(page)
    )
