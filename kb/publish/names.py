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
    "platform-regulation": Name(
        "平台对卖家和买家定下的规则。", "What a platform rules for sellers and buyers."
    ),
    "shop-handbook": Name(
        "店铺给自己的客服定的制度，只约束那一家店。",
        "A shop's own rules for its agents; they bind that shop only.",
    ),
    "job-description": Name("各个岗位做什么、要会什么。", "What each post does and has to be able to do."),
    "process-guide": Name("一件事分几步办、每步怎么办。", "The steps of a task, and how to take each."),
    "wage-standard": Name("级别、底薪、提成和津贴。", "Grades, basic pay, commission and allowances."),
    "faq": Name("平台发布的问题与回答。", "Questions and answers that a platform published."),
    "background": Name(
        "经验、论文与调查：不是规则，供了解情况。", "Advice, essays and surveys: no rules, for background."
    ),
}
NO_NAME = Name("", "")
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


MATTERS = {
    "下班时间": "End of work",
    "休息天数": "Days off",
    "准不准": "Allowed or not",
    "回复时限": "Time to reply",
    "处罚": "Penalty",
    "年限": "Years",
    "底薪": "Basic pay",
    "开会时间": "Time of meetings",
    "打字速度": "Typing speed",
    "找谁": "Whom to turn to",
    "班次时间": "Hours of the shift",
    "由谁做": "Who does it",
    "由谁承担": "Who bears it",
}
"""What documents rule differently, in English; another matter keeps its Chinese name."""
FIXED = {
    name.zh: name.en
    for name in (
        Name("规则知识库", "Rules knowledge base"),
        Name(
            "平台规则与客服手册，条条有出处", "Platform rules and shop handbooks, every rule with its source"
        ),
        Name("规章与手册，条条有出处", "Regulations and handbooks, every rule with its source"),
        Name("首页", "Home"),
        Name("提问", "Ask"),
        Name("文件", "Documents"),
        Name("按平台", "By platform"),
        Name("规则没有说的", "What the rules do not say"),
        Name("主题", "Topics"),
        Name("全部主题", "All topics"),
        Name("对照", "Comparisons"),
        Name("各文件不一致之处", "Where documents differ"),
        Name("关于", "About"),
        Name("关于本库", "About this knowledge base"),
        Name("评测", "Evaluation"),
        Name("主题表", "List of topics"),
        Name("页面格式 · The page format", "The page format"),
        Name("词汇表 · Glossary", "Glossary"),
        Name("来源账 · The ledger", "The ledger"),
        Name("问题", "Questions"),
        Name("底线", "Floors"),
        *KINDS.values(),
        *PLATFORMS.values(),
        *(Name(f"{zh}不同", en) for zh, en in MATTERS.items()),
    )
}
"""English of what every site may have in its navigation and contents, by the Chinese."""
