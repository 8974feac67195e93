"""A small real embedder, and what small corpora are made of."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from kb.model import Entry, Passage, SourceSpan

Vectors = npt.NDArray[np.float32]


class HashedPairs:
    """Character pairs hashed into a vector: quick, repeatable, and near texts do get near vectors."""

    def __init__(self, name: str = "hashed-pairs", dimensions: int = 64) -> None:
        self.name = name
        self.dimensions = dimensions
        self.embedded: list[str] = []

    def _embed(self, texts: Sequence[str]) -> Vectors:
        vectors = np.zeros((len(texts), self.dimensions), np.float32)
        for row, text in enumerate(texts):
            for pair in zip(f" {text}", f"{text} ", strict=True):
                digest = hashlib.blake2b("".join(pair).encode("utf-8", "replace"), digest_size=8).digest()
                place = int.from_bytes(digest, "little")
                vectors[row, place % self.dimensions] += 1 if place & (1 << 40) else -1
        return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-9)

    def embed_questions(self, texts: Sequence[str]) -> Vectors:
        return self._embed(texts)

    def embed_passages(self, texts: Sequence[str], progress: Callable[[int], None] | None = None) -> Vectors:
        self.embedded.extend(texts)
        vectors = self._embed(texts)
        if progress:
            progress(len(texts))
        return vectors


def passage(clause_id: str, text: str, order: int = 0, **changes: object) -> Passage:
    document_id, _, anchor = clause_id.partition("#")
    facts: dict[str, object] = {
        "clause_id": clause_id,
        "document_id": document_id,
        "document_title": f"《{document_id}》",
        "kind": "shop-handbook",
        "platform": "taobao",
        "audience": "staff",
        "status": "in-force",
        "number": anchor,
        "heading_path": ("二、考勤",),
        "heading": False,
        "text": text,
        "gloss_en": "",
        "ask": (),
        "silent_on": (),
        "topics": (),
        "note": "",
        "sources": (SourceSpan("a.txt", order, order + len(text), "0123456789abcdef"),),
        "url": f"handbook/{document_id}/#{anchor}",
        "order": order,
    }
    return Passage(**{**facts, **changes})  # type: ignore[arg-type]


def entry(found: Passage) -> Entry:
    context = " / ".join((found.document_title, *found.heading_path))
    texts = [("text", found.text), *(("ask", ask) for ask in found.ask), ("gloss", found.gloss_en)]
    return Entry(
        found,
        dense=(("text", f"{context} / {found.text}"), *texts[1:]),
        lexical=(*texts, ("context", context)),
    )


RULES = (
    ("迟到十分钟以内扣二十元，超过十分钟按半天旷工处理。", ("上班晚到五分钟扣多少钱",), "Late by up to 10 minutes: 20 yuan fine."),
    ("值班时间看视频、玩手机游戏的，每次扣五十元。", ("上班玩游戏会怎么罚",), "Playing games on duty is fined 50 yuan."),
    ("顾客咨询须在30秒内答复，晚班同样适用。", ("多久要回复客户", "晚班回复时限"), "Answer a customer within 30 seconds."),
    ("退款申请由售后组在24小时之内审核完毕。", (), "Refund requests are reviewed within 24 hours."),
    ("不得向顾客索要好评，违者当月奖金减半。", ("能不能找客户要好评",), ""),
)  # fmt: skip
