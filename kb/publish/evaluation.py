"""The page that tells how good the answers are: the questions asked and the floors no change may fall below."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from kb.errors import InputInvalid
from kb.publish.markdown import both, heading, named, page, table
from kb.publish.names import Name

_SLICES = {
    "all": Name("全部问题", "All questions"),
    "lang en": Name("英文问题", "English questions"),
    "lang zh": Name("中文问题", "Chinese questions"),
}
_KINDS = {
    "single": Name("问一个事实", "One fact"),
    "list": Name("问一串规定", "A list of rules"),
    "procedure": Name("问步骤", "Steps"),
    "compare": Name("各文件说法不同", "Documents differ"),
    "condition": Name("看条件", "It depends"),
    "none": Name("规则里没有", "Not in the rules"),
}
_METRICS = {
    "hit@1": Name("第一条出处就对", "The first citation is right"),
    "hit@5": Name("前五条出处里有对的", "A right one among the first five"),
    "must": Name("答案说出了该说的数字或词", "The answer states what it has to"),
    "found@5": Name("检索的前五条里有对的", "A right one among the first five found"),
    "silence F1": Name("该沉默时沉默（F1）", "Silent where it should be (F1)"),
    "wrong silence": Name("规则里有，却说没有", "Silent though the rules say it"),
    "two groups@5": Name("前五条里有两种说法", "Two sides among the first five"),
}


def evaluation_page(floors: str, questions: str) -> str:
    """Return the page.

    Args:
        floors: ``evals/floors.json``.
        questions: ``evals/questions.jsonl``.

    Raises:
        InputInvalid: One of them is damaged.
    """
    try:
        bounds: Mapping[str, Any] = json.loads(floors)
        rows = [json.loads(line) for line in questions.splitlines() if line.strip()]
        split = str(bounds["split"])
        mine = [row for row in rows if row["split"] == split]
        count = Counter(str(row["kind"]) for row in mine)
        limits = [
            *_limits(both("至少", "at least"), bounds["at_least"]),
            *_limits(both("至多", "at most"), bounds["at_most"]),
        ]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputInvalid(
            f"evals: floors.json or questions.jsonl cannot be read ({error!r})", hint="see evals/README.md"
        ) from error
    blocks = [
        both(
            f"评测集有 {len(rows)} 个问题，照员工、主管、店主、新人和买家的口气写成，每个都标着回答它的条款。"
            f"其中 {len(mine)} 个从不用来调参数，只用来量；下面是它们的构成，和任何改动都不许跌破的线。",
            f"There are {len(rows)} questions, typed as staff, supervisors, shop owners, newcomers and buyers type, each with the "
            f"clauses that answer it. {len(mine)} of them are never used for fitting, only for measuring; below is what they "
            "ask, and the floors that no change may break.",
        ),
        heading(2, "问题", "Questions", "questions"),
        table(
            (both("类别", "Kind"), both("问题数", "Questions")),
            [(named(_KINDS.get(kind, Name(kind, ""))), str(n)) for kind, n in sorted(count.items())],
        ),
        heading(2, "底线", "Floors", "floors"),
        table((both("范围", "Of"), both("指标", "Measure"), both("界限", "Bound")), limits),
        both("重新量一遍：", "Measure again: ")
        + "`kb eval run`"
        + both("；检查有没有跌破：", "; are the floors kept: ")
        + "`kb eval gate`",
    ]
    return page(Name("评测", "Evaluation"), blocks)


def _limits(side: str, bounds: Mapping[str, Mapping[str, float]]) -> list[tuple[str, str, str]]:
    return [
        (
            named(_slice(name)),
            f"{named(_METRICS.get(metric, Name(metric, '')))} (`{metric}`)",
            f"{side} {value:.0%}",
        )
        for name, metrics in bounds.items()
        for metric, value in metrics.items()
    ]


def _slice(name: str) -> Name:
    kind = _KINDS.get(name.removeprefix("kind "))
    return _SLICES.get(name) or (Name(f"{kind.zh}的问题", kind.en) if kind else Name(name, ""))
