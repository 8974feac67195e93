"""What the comparison pages compare: matters that several handbooks rule, each in its own figures."""

from __future__ import annotations

from dataclasses import dataclass

from kb.figures import FigureKind
from kb.publish.names import NO_NAME, Name


@dataclass(frozen=True, slots=True)
class Subject:
    """One comparison page.

    Attributes:
        id: Slug of the page.
        zh: Chinese title.
        en: English title.
        topics: A clause must carry one of them.
        words: Regular expression that its text or a heading above it must match.
        figures: Kinds of figures compared; a clause without one is left out, unless the tuple is empty.
        chart: Unit drawn as bars; ``""`` for no chart.
        example: A question about it that the home page offers.
    """

    id: str
    zh: str
    en: str
    topics: tuple[str, ...]
    words: str = ""
    figures: tuple[FigureKind, ...] = ()
    chart: str = ""
    example: Name = NO_NAME

    @property
    def name(self) -> Name:
        """Its title in both languages."""
        return Name(self.zh, self.en)


SUBJECTS = (
    Subject(
        "shifts",
        "班次与上下班时间",
        "Shifts and working hours",
        ("shifts",),
        figures=("time",),
        example=Name("晚班几点下班", "When does the late shift end?"),
    ),
    Subject(
        "late",
        "迟到、早退、旷工怎么处理",
        "Lateness and absence",
        ("attendance", "fines"),
        "迟到|早退|旷工",
        chart="元",
        example=Name("迟到怎么处罚", "What happens to those who come late?"),
    ),
    Subject(
        "leave",
        "请假与休息天数",
        "Leave and days off",
        ("leave", "shifts"),
        "请假|休息|月休|单休|双休|每月休|调休|补休",
    ),
    Subject(
        "reply-time",
        "多久之内要回复顾客",
        "Reply time",
        ("reply-time",),
        figures=("duration",),
        chart="秒",
        example=Name("多久之内要回复顾客", "How fast must I reply to a customer?"),
    ),
    Subject(
        "typing-speed",
        "打字速度",
        "Typing speed",
        ("typing-speed",),
        figures=("count", "number"),
        chart="字/分",
        example=Name("打字速度要多快", "How fast must an agent type?"),
    ),
    Subject(
        "chat-and-games",
        "上班聊天、玩游戏怎么罚",
        "Chatting and games at work",
        ("conduct", "equipment", "fines"),
        "聊天|闲聊|游戏|看电影|电视|小说",
        chart="元",
    ),
    Subject("fines", "各类罚款金额", "Fines", ("fines",), figures=("amount",), chart="元"),
    Subject(
        "wages", "底薪、提成与补贴", "Wages and allowances", ("wages",), figures=("amount", "percentage")
    ),
    Subject(
        "promotion", "晋升条件", "Promotion", ("promotion",), figures=("duration", "amount", "percentage")
    ),
    Subject(
        "returns-postage",
        "退换货运费谁出",
        "Who pays the postage of returns",
        ("returns", "kuaishou-after-sales", "warranty", "logistics"),
        "运费|邮费",
        example=Name("退换货的运费谁出", "Who pays the postage of returns?"),
    ),
    Subject(
        "review-compensation",
        "中差评的处理与补偿",
        "Negative reviews: handling and compensation",
        ("reviews", "fines"),
        "中差评|差评|中评",
        figures=("amount", "duration", "percentage", "count"),
    ),
    Subject(
        "complaints",
        "被投诉怎么处理",
        "Complaints about service",
        ("complaints", "fines"),
        "投诉",
        ("amount", "duration"),
    ),
    Subject("remarks-and-flags", "订单备注与插旗", "Order remarks and flags", ("order-remarks",), "旗|备注"),
    Subject("shipping-time", "发货时间", "Shipping time", ("shipping",), "发货|发出", ("duration", "time")),
    Subject(
        "fees", "平台费用与保证金", "Platform fees and deposits", ("fees",), figures=("amount", "percentage")
    ),
    Subject(
        "points",
        "违规扣分",
        "Violation points",
        ("violations", "sanctions"),
        "扣.{0,4}分|\\d+分",
        ("count", "number"),
    ),
)
