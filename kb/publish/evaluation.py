"""The page that tells how good the answers are: the questions asked and the floors no change may fall below."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping
from typing import Any

from kb.errors import InputInvalid
from kb.publish.markdown import english, page, table, words

_SLICES = {"all": "全部问题", "lang en": "英文问题", "lang zh": "中文问题"}
_KINDS = {
    "single": "问一个事实",
    "list": "问一串规定",
    "procedure": "问步骤",
    "compare": "各文件说法不同",
    "condition": "看条件",
    "none": "规则里没有",
}
_METRICS = {
    "hit@1": "第一条出处就对",
    "hit@5": "前五条出处里有对的",
    "must": "答案说出了该说的数字或词",
    "found@5": "检索的前五条里有对的",
    "silence F1": "该沉默时沉默（F1）",
    "wrong silence": "规则里有，却说没有",
    "two groups@5": "前五条里有两种说法",
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
        limits = [*_limits("至少", bounds["at_least"]), *_limits("至多", bounds["at_most"])]
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise InputInvalid(
            f"evals: floors.json or questions.jsonl cannot be read ({error!r})", hint="see evals/README.md"
        ) from error
    blocks = [
        english("How good the answers are, and what no change may break"),
        f"评测集有 {len(rows)} 个问题，照员工、主管、店主、新人和买家的口气写成，每个都标着回答它的条款。"
        f"其中 {len(mine)} 个从不用来调参数，只用来量；下面是它们的构成，和任何改动都不许跌破的线。",
        "## 问题 {#questions}",
        table(
            ("类别", "问题数"), [(words(_KINDS.get(kind, kind)), str(n)) for kind, n in sorted(count.items())]
        ),
        "## 底线 {#floors}",
        table(("范围", "指标", "界限"), limits),
        "重新量一遍：`kb eval run`；检查有没有跌破：`kb eval gate`。",
    ]
    return page("评测", blocks)


def _limits(side: str, bounds: Mapping[str, Mapping[str, float]]) -> list[tuple[str, str, str]]:
    return [
        (words(_slice(name)), f"{words(_METRICS.get(metric, metric))}（`{metric}`）", f"{side} {value:.0%}")
        for name, metrics in bounds.items()
        for metric, value in metrics.items()
    ]


def _slice(name: str) -> str:
    kind = name.removeprefix("kind ")
    return _SLICES.get(name) or (f"{_KINDS[kind]}的问题" if kind in _KINDS else name)
