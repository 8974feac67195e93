"""Mutate texts and check that the normalizer neither breaks nor loses a character.

    python -m tests.normalize.fuzz COUNT [FOLDER]

FOLDER holds .txt or .md files to mutate besides the seeds written here. Exits 1 at the first failure.
"""

from __future__ import annotations

import random
import sys
import time
from pathlib import Path

from kb.model import Source
from kb.normalize import normalize

SEEDS = [
    "小店办法\n第一章 总则\n第一条 为了省心，定本办法。\n第二条 有下列情形的，不发奖金：\n（一）迟到；\n（二）早退。\n",
    "守则 一、到岗 1.提前十分钟。 2.签到。 (1)早班 (2)晚班 二、离岗 1、关灯 2、锁门。 第一步：看。 ●甲 ●乙 ?丙 ?丁",
    "当前位置:首页 > 文档\n店规\n\n店规 一、开门 八点开门。 二、关门 22:30关门,罚款1.5元。 以上就是小编整理的全部内容,希望帮到你!\n2023-01-02\n相关推荐\n",
    "1、第一页说到一半没有\n\n2、说完的话接着说。 3.0版 1.1 小节 1.2 小节 Q:在吗? K:在的。\n目录\n第一章 甲\n第二章 乙\n第一章 甲\n",
    "Article 1 Scope\nThis applies to all staff.\n(a) day shift;\n(b) night shift.\nSection 2.1 Pay\n1.1.1 Base pay is 10 a day.\n",
]
NOISE = "\x00\x01\x0b\x0c\x1c\x85\u2028\u200b\ufeff\ud800\U0001f600\r\n\t 　一二三第章条、.)）(（?●①1０٣²Ⅳ_-:：。；,"


def mutate(rng: random.Random, texts: list[str]) -> str:
    """Return a text cut, spliced, shuffled, emptied or sprinkled with noise."""
    text = rng.choice(texts)
    if len(text) > 1500:
        start = rng.randrange(len(text) - 1200)
        text = text[start : start + rng.randrange(1, 1200)]
    for _ in range(rng.randrange(1, 6)):
        size = len(text)
        a, b = sorted((rng.randrange(size + 1), rng.randrange(size + 1)))
        match rng.randrange(8):
            case 0:
                text = text[:a] + text[b:]
            case 1:
                other = rng.choice(texts)
                c = rng.randrange(len(other) + 1)
                text = text[:a] + other[c : c + 300] + text[a:]
            case 2:
                pieces = text.split("\n")
                rng.shuffle(pieces)
                text = "\n".join(pieces)
            case 3:
                text = text[:a] + "".join(rng.choice(NOISE) for _ in range(rng.randrange(1, 12))) + text[a:]
            case 4:
                text = text[:a] + text[a:b] * rng.randrange(1, 4) + text[b:]
            case 5:
                text = text.replace(rng.choice("\n 。、1一"), rng.choice(["", " ", "\n", "2"]))
            case 6:
                text = text[a:b]
            case _:
                text = text[:b] + text[a:b][::-1] + text[b:]
        text = text[:6000]
    return text


def check(*texts: str) -> None:
    """Raise AssertionError when the promises do not hold for ``texts``, sources that are read together."""
    sources = [Source(f"f{n}.txt", text, "0" * 64) for n, text in enumerate(texts)]
    started = time.process_time()
    normalized = normalize(sources)
    took = time.process_time() - started
    size = sum(map(len, texts))
    assert took < 1.0 + size / 3000, f"too slow: {took:.2f} s for {size} characters"
    for text, ledger in zip(texts, normalized.ledgers, strict=True):
        position = 0
        for segment in ledger.segments:
            assert position <= segment.start < segment.end <= len(text), (
                "segments overlap or are out of order"
            )
            assert all(c.isspace() for c in text[position : segment.start]), "a character is lost"
            position = segment.end
        assert all(c.isspace() for c in text[position:]), "a character is lost at the end"
    for found in normalized.found:
        anchors = [clause.anchor for clause in found.clauses]
        assert len(anchors) == len(set(anchors)), "an anchor is used twice"
        seen: set[str] = set()
        for clause in found.clauses:
            assert clause.parent is None or clause.parent in seen, "a parent stands behind its clause"
            seen.add(clause.anchor)
            assert clause.sources or not (clause.label + clause.text).strip(), "a clause stands nowhere"
            assert all(c.isascii() and (c.isalnum() or c in "_-") for c in clause.anchor), clause.anchor


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 1000
    texts = list(SEEDS)
    if len(arguments) > 1:
        texts += [
            p.read_text("utf-8") for p in sorted(Path(arguments[1]).iterdir()) if p.suffix in (".txt", ".md")
        ]
    for n in range(count):
        text = mutate(random.Random(n), texts)
        beside = [mutate(random.Random(-n), [text])] if n % 4 == 0 else []  # a mutation of it: perhaps a copy
        try:
            check(text, *beside)
        except Exception as error:  # noqa: BLE001 - whatever breaks is a finding
            print(f"mutation {n}: {type(error).__name__}: {error}\n{text[:400]!r}")
            return 1
    print(f"{count} mutations, none lost a character")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
