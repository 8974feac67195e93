"""Two invented handbooks as passages, and the hits of a search in them."""

from __future__ import annotations

from collections.abc import Sequence

from kb.answer import Surroundings, surroundings_among
from kb.model import Hit, Passage

_NIGHT = """
夜班手册
夜班分下面几个步骤：
# 接班
到岗后先看交接本。
未写明的事当面问清。
# 巡店
每两小时巡一遍。
# 交班
把当晚的事写进交接本。
关灯、锁门。
## 补记
漏写的第二天补上。
# 灯牌
红灯 | 停
黄灯 | 等
绿灯 | 行
灯牌坏了报修。
# 处分
迟到一次扣20元。
带走钥匙的开除。
"""
_DAY = """
日班手册
# 处分
迟到一次扣50元。
# 钥匙
钥匙由店长保管。
"""


def _passages(text: str) -> list[Passage]:
    """Return the clauses of an outline: ``#`` marks headings, every other line is a rule."""
    title, *lines = text.strip().splitlines()
    path: list[str] = []
    found = []
    for order, line in enumerate(lines, 1):
        level = len(line) - len(line.lstrip("#"))
        words = line.lstrip("# ")
        path = path[: level - 1] if level else path
        topics = ("discipline",) if "迟到" in words else ("other",)
        found.append(
            Passage(
                f"{title}#{order}", title, title, "handbook", "taobao", "staff", "unknown", "", tuple(path),
                bool(level), words, "", (), (), topics, "", (), "", order,
            )
        )  # fmt: skip
        if level:
            path = [*path, words]
    return found


PASSAGES = [*_passages(_NIGHT), *_passages(_DAY)]


def passage(words: str) -> Passage:
    """Return the first clause that begins so."""
    return next(one for one in PASSAGES if one.text.startswith(words))


def hits(*found: tuple[str, float]) -> list[Hit]:
    """Return hits: how each clause begins, and its score."""
    return [Hit(passage(words), score) for words, score in found]


def around(one: Passage) -> Surroundings:
    """Return what stands around a clause in its document."""
    return surroundings_among(
        one, [other for other in PASSAGES if other.document_id == one.document_id and other is not one]
    )


def texts(passages: Sequence[Passage]) -> list[str]:
    """Return their texts."""
    return [one.text for one in passages]
