"""``kb compare`` on two small handbooks, with the real model, and what the facade knows of their conflicts."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kb.cli.columns import width_of
from kb.cli.main import main
from kb.compare.kept import conflicts_json, file_of, kept_conflicts
from kb.errors import ClauseUnknown
from kb.knowledge_base import KnowledgeBase
from kb.model import Filters


def run(*arguments: str | Path) -> Result:
    result = CliRunner().invoke(main, ["compare", *map(str, arguments)], env={"COLUMNS": "90"})
    assert result.exit_code == 0, result.output
    return result


def payload(*arguments: str | Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(run(*arguments, "--json").stdout)
    return found


@pytest.fixture(scope="module")
def kb(small_index: Path) -> Iterator[KnowledgeBase]:
    with KnowledgeBase.open(small_index) as opened:
        yield opened


def test_documents_stand_side_by_side_with_their_conflict_marked(small_index: Path) -> None:
    found = payload("迟到罚多少", "--index", small_index)
    assert {"question", "rows", "conflicts", "reason", "took_ms", "index"} == found.keys()
    rows = {row["clause_id"]: row for row in found["rows"]}
    assert rows["pinecone#1-2"]["conflicts_with"] == ["bamboo#1-1"]
    assert {"text": "20元", "kind": "amount", "value": "20", "unit": "元"} in rows["bamboo#1-1"]["figures"]
    assert {"n", "quote", "url", "sources", "heading_path", "document_title"} <= rows["bamboo#1-1"].keys()
    (conflict,) = found["conflicts"]
    assert {conflict["a"], conflict["b"]} == {"pinecone#1-2", "bamboo#1-1"}
    assert conflict["kind"] == "figure"
    assert "20元" in conflict["why"] and "10元" in conflict["why"]


def test_a_topic_works_as_well_as_a_question(small_index: Path) -> None:
    rows = payload("attendance", "--index", small_index)["rows"]
    assert {"pinecone#1-2", "bamboo#1-1"} <= {row["clause_id"] for row in rows}
    assert all("leave" not in row["clause_id"] for row in rows)
    assert payload("nosuchtopic", "--index", small_index)["rows"] is not None


def test_filters_and_limit_hold(small_index: Path) -> None:
    assert len(payload("迟到罚多少", "--limit", "1", "--index", small_index)["rows"]) == 1
    found = payload("迟到罚多少", "--document", "bamboo", "--index", small_index)
    assert {row["document_id"] for row in found["rows"]} == {"bamboo"}
    assert found["conflicts"] == []
    none = run("迟到罚多少", "--kind", "faq", "--index", small_index)
    assert none.stdout == ""
    assert "nothing found" in none.stderr


def test_what_no_document_rules_gets_no_rows(small_index: Path) -> None:
    found = payload("公司食堂中午供应什么菜", "--index", small_index)
    assert found["rows"] == found["conflicts"] == []
    assert found["reason"]
    assert "no document rules this" in run("公司食堂中午供应什么菜", "--index", small_index).stderr


def test_a_bare_word_that_stands_in_a_rule_is_compared(small_index: Path) -> None:
    assert "pinecone#3-n2" in {row["clause_id"] for row in payload("蓝旗", "--index", small_index)["rows"]}


def test_people_get_a_table_and_the_difference(small_index: Path) -> None:
    text = run("迟到罚多少", "--index", small_index).stdout
    for words in ("文件", "规定", "《竹篮小店客服守则》", "迟到1次扣20元。", "≠ 处罚不同"):
        assert words in text
    assert max(map(width_of, text.splitlines())) <= 90


def test_conflicts_are_kept_beside_the_index_and_found_again_without(
    kb: KnowledgeBase, small_index: Path
) -> None:
    build = small_index / kb.info.id
    file = build / file_of(("manager", "staff"))
    kept = file.read_bytes()
    assert kept_conflicts(kept.decode()) == kb.conflicts
    try:
        for broken in (
            b"{",
            b"[]",
            b"\xff",
            b'{"version": 0, "conflicts": []}',
            b'{"version": 2, "conflicts": [["a"]]}',
        ):
            file.write_bytes(broken)
            with KnowledgeBase.open(small_index) as other:
                assert other.conflicts == kb.conflicts
        file.write_text(conflicts_json(()))
        with KnowledgeBase.open(small_index) as other:
            assert other.conflicts == ()
    finally:
        file.write_bytes(kept)


def test_the_conflicts_of_a_clause(kb: KnowledgeBase) -> None:
    (conflict,) = kb.conflicts_of("bamboo#1-1")
    assert {conflict.a, conflict.b} == {"pinecone#1-2", "bamboo#1-1"}
    assert kb.conflicts_of("pinecone#2-1") == ()
    assert kb.conflicts_of("bamboo#1-1", filters=Filters(document=("bamboo",))) == ()
    with pytest.raises(ClauseUnknown):
        kb.conflicts_of("bamboo#9")
