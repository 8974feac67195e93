"""What a question wants to know: an amount, a time, a list, steps …, read off its wording."""

from __future__ import annotations

import functools
import re
from typing import Literal

from kb.figures import find_figures
from kb.search.question import plain

Want = Literal[
    "amount", "time", "duration", "count", "percentage", "list", "steps", "overview", "comparison", "verdict"
]

# Chinese as staff type it, then English. Order does not matter; a question may want several things.
_PATTERNS: dict[Want, re.Pattern[str]] = {
    "amount": re.compile(
        r"多少钱|几块|几元|几百|几千|多少元|罚多少|扣多少|赔多少|补多少|交多少|工资多少|底薪|提成|费用|押金|保证金"
        r"|罚款吗|要钱|收费|how much|fine[ds]?\b|salary|wage|fee\b|deposit|cost",
        re.IGNORECASE,
    ),
    "time": re.compile(r"几点|什么时候|啥时候|何时|哪天|几号|when\b|what time", re.IGNORECASE),
    "duration": re.compile(
        r"多久|几天|多少天|多长时间|几个月|几小时|多少小时|几分钟|多快|多块才|期限|how long|how many (?:days|hours|months|minutes)|how fast|how soon",
        re.IGNORECASE,
    ),
    "count": re.compile(
        r"几次|多少次|几个|多少个|几种|多少字|几条|几分|多少分|how many|how often", re.IGNORECASE
    ),
    "percentage": re.compile(
        r"百分之|几成|多少比例|比例|几个点|扣点|费率|percent|percentage|rate\b", re.IGNORECASE
    ),
    "list": re.compile(
        r"哪些|哪几|有什么(?:要求|规定|规矩|条件|好处|内容)|都有什么|都有啥|分别|都代表|几种|哪三|哪两|包括什么|什么材料|什么资料|什么证"
        r"|干什么活|职责|要求是什么|什么要求|硬要求|什么素质|都得|都要|都管|顺序|不让做|不能做|不准做"
        r"|[二两三四五六七八九十](?:大块|大类|大|条|项|种|点|样|步|个方面|个部分|方面)"
        r"|what are|list\b|what documents|requirements|duties|which\b.*\b(?:cover|include|mean)|what do\b.*\bmean",
        re.IGNORECASE,
    ),
    "steps": re.compile(
        r"怎么办|怎么弄|怎么处理|怎么操作|怎么走|怎么申请|怎么开|怎么做|如何|流程|步骤|手续|程序|咋办|咋弄|咋处理|怎么跟进|怎么回"
        r"|how (?:do|to|should|can)\b|steps|procedure|process|what should .* do",
        re.IGNORECASE,
    ),
    "overview": re.compile(
        r"从头到尾|从[零头]开始|一步一步|一步步|[几哪][几大个]*(?:步|部分|块|方面|环节|阶段|篇|章)|(?:整个|整套|完整|全部|全)的?流程|walk me through|from start to finish"
        r"|(?:two|three|four|five|six|seven|eight|\b\d) (?:\w+ )?(?:steps|parts|stages)|(?:whole|entire) (?:process|procedure)"
        r"|(?:main|which) (?:parts|steps|stages)",
        re.IGNORECASE,
    ),
    "comparison": re.compile(
        r"各[个家份]?(?:制度|文件|规定|店)|[几两][家份套](?:制度|文件|规定|店)|不同(?:制度|文件|店)|规定.{0,4}(?:区别|不同|差别|一样)|对比|比较一下|比一比"
        r"|\bcompare\b|\b(?:shops|documents|rules) differ|different (?:documents|shops|rules|stores)\b",
        re.IGNORECASE,
    ),
    "verdict": re.compile(
        r"吗|能不能|可不可以|可以不|能不|行不行|是不是|会不会|要不要|用不用|需不需要|有没有|允许|准不准"
        r"|^(?:can|may|must|do|does|is|are|am|will|should)\b",
        re.IGNORECASE,
    ),
}
_FIGURES: dict[Want, frozenset[str]] = {
    "amount": frozenset({"amount", "percentage"}),
    "time": frozenset({"time", "date", "duration", "ordinal"}),
    "duration": frozenset({"duration", "time", "count"}),
    "count": frozenset({"count", "ordinal", "number", "duration"}),
    "percentage": frozenset({"percentage"}),
}


def wants(question: str) -> frozenset[Want]:
    """Return everything the wording of the question asks for; empty when it does not say."""
    words = plain(question)
    return frozenset(want for want, pattern in _PATTERNS.items() if pattern.search(words))


def wanted_figures(wanted: frozenset[Want]) -> frozenset[str]:
    """Return the kinds of figure that would satisfy the question; empty when it asks for none."""
    return frozenset().union(*(_FIGURES.get(want, frozenset()) for want in wanted))


def has_figure(text: str, kinds: frozenset[str]) -> bool:
    """Return whether a clause has a figure of one of these kinds."""
    return bool(kinds) and not kinds.isdisjoint(_kinds(text))


@functools.lru_cache(maxsize=4096)
def _kinds(text: str) -> frozenset[str]:
    return frozenset(figure.kind for figure in find_figures(text))
