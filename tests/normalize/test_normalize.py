"""End to end on small texts of our own: documents, outline, ledger."""

from __future__ import annotations

import hashlib

from kb.model import Source
from kb.normalize import Normalized, normalize, report


def source(text: str, file: str = "a.txt") -> Source:
    return Source(file, text, hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest())


def outline(normalized: Normalized) -> list[tuple[str, str, str | None]]:
    return [(c.anchor, c.label, c.parent) for d in normalized.documents for c in d.clauses]


def assert_accounted(text: str, normalized: Normalized) -> None:
    covered = [0] * len(text)
    for segment in normalized.ledgers[0].segments:
        for i in range(segment.start, segment.end):
            covered[i] += 1
    for i, c in enumerate(text):
        assert covered[i] <= 1
        assert covered[i] == 1 or c.isspace(), (i, c)


STATUTE = """小店值班办法

第一章　总则

第一条　为了把值班排清楚，定这个办法。

第二条　值班的人要做到：
（一）准点到岗；
（二）按第三条的要求交班。
没有做到的，由店长提醒。

第二章　交班

第三条　交班前十五分钟把记录写完。本办法第二条另有要求的，从其要求。
"""


def test_a_plain_regulation_is_one_document_with_its_articles() -> None:
    normalized = normalize([source(STATUTE)])
    assert len(normalized.documents) == 1
    document = normalized.documents[0]
    assert document.title == "小店值班办法"
    assert outline(normalized) == [
        ("ch-1", "第一章", None),
        ("art-1", "第一条", "ch-1"),
        ("art-2", "第二条", "ch-1"),
        ("art-2-1", "（一）", "art-2"),
        ("art-2-2", "（二）", "art-2"),
        ("art-2-p2", "", "art-2"),
        ("ch-2", "第二章", None),
        ("art-3", "第三条", "ch-2"),
    ]
    assert document.clauses[-1].text.startswith("交班前十五分钟")
    assert_accounted(STATUTE, normalized)


def test_the_report_lists_files_documents_and_clauses() -> None:
    made = report(normalize([source(STATUTE)]))
    assert {"files", "documents", "clauses", "copies"} == set(made)
    clause = next(c for c in made["clauses"] if c["label"] == "（二）")  # type: ignore[attr-defined]
    assert STATUTE[clause["start"]] == "（"
    assert clause["parent"] == "a#art-2"
