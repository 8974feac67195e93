"""Each command does what its help says, on the real model and index."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from kb.cli.main import main
from tests.support import DATA, Run

CITATION = {
    "n", "clause_id", "document_id", "document_title", "number", "heading_path", "text", "quote", "gloss_en", "url", "score", "sources",
}  # fmt: skip


def run(*arguments: str | Path, stdin: str | None = None) -> Result:
    result = CliRunner().invoke(main, [str(argument) for argument in arguments], input=stdin)
    assert result.exit_code in (0, 1), result.output
    return result


def ask(question: str, index: Path, *options: str) -> dict[str, Any]:
    return json.loads(run("ask", question, "--json", "--index", index, *options).stdout)


def test_help_is_there_for_every_command() -> None:
    assert main.commands
    for name, command in main.commands.items():
        assert command.help, name
        assert "Usage:" in run(name, "--help").stdout


def test_help_starts_without_numpy_faiss_or_a_model(kb_command: Run) -> None:
    code = (
        "import sys; from click.testing import CliRunner; from kb.cli.main import main;"
        "CliRunner().invoke(main, ['--help']);"
        "print([name for name in ('numpy','faiss','onnxruntime','tantivy','yaml','lxml','torch') if name in sys.modules])"
    )
    import subprocess
    import sys

    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout.strip() == "[]"


def test_ask_answers_with_the_rule_cited(small_index: Path) -> None:
    found = ask("和顾客吵起来第二次罚多少", small_index)
    assert found["status"] == "answered"
    assert "50元 [" in found["answer"] or "50元" in found["answer"].split("[1]")[0]
    first = found["citations"][0]
    assert set(first) >= CITATION
    assert first["clause_id"] == "pinecone#2-2"
    assert first["number"] == "二、2、"
    assert first["heading_path"] == ["二、接待"]
    assert first["quote"] in first["text"]
    assert first["url"] == "shop-handbook/pinecone/#2-2"
    source = (DATA / "sources" / first["sources"][0]["file"]).read_bytes().decode()
    assert source[first["sources"][0]["start"] : first["sources"][0]["end"]].startswith("2、跟客人吵架")
    assert {"took_ms", "index"} <= set(found)


def test_ask_stays_silent_where_the_rules_do_not_say(small_index: Path) -> None:
    found = ask("公司食堂中午供应什么菜", small_index)
    assert found["status"] == "abstained"
    assert found["citations"] == []
    assert found["nearest"]
    assert found["reason"]


def test_ask_for_people_shows_answer_place_and_source(small_index: Path) -> None:
    text = run("ask", "回复客人要多快", "--index", small_index).stdout
    assert "30秒" in text
    assert "《松果小店客服守则》" in text
    assert "pinecone#2-1" in text
    assert "handbooks.txt[" in text


def test_an_english_question_gets_the_gloss(small_index: Path) -> None:
    found = ask("How fast must I reply to a customer?", small_index)
    assert found["status"] == "answered"
    assert "30 seconds" in found["answer"]
    assert found["citations"][0]["clause_id"] == "pinecone#2-1"


def test_search_lists_hits_best_first(small_index: Path) -> None:
    found = json.loads(run("search", "迟到", "--json", "--limit", 3, "--index", small_index).stdout)
    hits = found["hits"]
    assert [hit["n"] for hit in hits] == [1, 2, 3]
    assert [hit["score"] for hit in hits] == sorted((hit["score"] for hit in hits), reverse=True)
    assert {"pinecone#1-2", "bamboo#1-1"} <= {hit["clause_id"] for hit in hits}
    assert "bamboo#1-1" in run("search", "迟到", "--index", small_index).stdout


@pytest.mark.parametrize(
    ("option", "value", "documents"),
    [
        ("--platform", "tmall", {"bamboo"}),
        ("--audience", "staff", {"pinecone"}),
        ("--document", "bamboo", {"bamboo"}),
        ("--topic", "leave", {"pinecone"}),
        ("--kind", "faq", set()),
    ],
)
def test_filters_act_before_ranking(option: str, value: str, documents: set[str], small_index: Path) -> None:
    found = json.loads(
        run("search", "迟到", "--json", "--limit", 20, option, value, "--index", small_index).stdout
    )
    assert {hit["document_id"] for hit in found["hits"]} == documents


def test_a_batch_keeps_order_and_carries_errors_in_their_place(small_index: Path) -> None:
    rows = [
        {"id": "b", "question": "迟到扣多少"},
        {"id": 7, "question": " "},
        {"id": "a", "question": "蓝旗是什么意思"},
    ]
    lines = "\n\n".join(json.dumps(row, ensure_ascii=False) for row in rows)
    for command in ("ask", "search"):
        out = run(command, "--batch", "-", "--json", "--index", small_index, stdin=lines).stdout
        found = [json.loads(line) for line in out.splitlines()]
        assert [row["id"] for row in found] == ["b", 7, "a"]
        assert found[1]["error"]["code"] == "question-empty"
        assert found[2].get("citations", found[2].get("hits"))[0]["clause_id"] == "pinecone#3-n2"


def test_show_gives_the_clause_with_neighbours_and_gloss(small_index: Path) -> None:
    found = json.loads(run("show", "pinecone#3-n2", "--json", "--index", small_index).stdout)
    assert found["id"] == "pinecone#3-n2"
    assert found["note"].startswith("原文没有说")
    assert [other["id"] for other in found["neighbours"]] == ["pinecone#3", "pinecone#3-n1"]
    text = run("show", "pinecone#3-n2", "--index", small_index).stdout
    for word in ("蓝旗", "Blue flag", "编者注", "handbooks.txt[", "↑ pinecone#3-n1", "order-remarks"):
        assert word in text


def test_export_prints_every_clause_once(docs: Path) -> None:
    lines = [json.loads(line) for line in run("export", "--json", "--docs", docs).stdout.splitlines()]
    assert len(lines) == len({line["id"] for line in lines}) == 13
    by_id = {line["id"]: line for line in lines}
    assert by_id["pinecone#1"]["heading"] is True
    assert by_id["pinecone#2-2"]["figures"][1]["value"] == "50" or any(
        figure["value"] == "50" and figure["unit"] == "元" for figure in by_id["pinecone#2-2"]["figures"]
    )
    assert run("export", "--docs", docs).stdout.count("\n") == 13


def test_check_passes_sound_pages_and_reports_coverage(docs: Path) -> None:
    found = run("check", "--docs", docs, "--sources", DATA / "sources", "--json")
    report = json.loads(found.stdout)
    assert found.exit_code == 0
    assert report["findings"] == []
    assert report["coverage"][0]["cited"] > 150


def test_check_finds_an_invented_figure_and_a_page_out_of_form(docs: Path, tmp_path: Path) -> None:
    copy = tmp_path / "docs"
    shutil.copytree(docs, copy)
    page = copy / "shop-handbook" / "bamboo.md"
    text = page.read_text(encoding="utf-8")
    page.write_text(text.replace("扣30元", "扣80元"), encoding="utf-8")
    result = run("check", "--docs", copy, "--sources", DATA / "sources")
    assert result.exit_code == 1
    assert "bamboo#1-2: figure 80 is not in the source" in result.stdout
    page.write_text(text.replace("\n\n## ", "\n\n\n## "), encoding="utf-8")
    assert "canonical form" in run("check", "--docs", copy).stdout
    assert run("check", "--docs", copy, "--write").exit_code == 0
    assert page.read_text(encoding="utf-8") == text


def test_index_tells_what_it_built_and_doctor_what_is_stale(docs: Path, tmp_path: Path) -> None:
    copy, index = tmp_path / "docs", tmp_path / "index"
    shutil.copytree(docs, copy)
    first = json.loads(run("doctor", "--json", "--docs", copy, "--index", index).stdout)
    assert {fact["name"]: fact["state"] for fact in first["facts"]}["index"] == "error"
    assert "kb index" in first["next_step"]
    built = json.loads(run("index", "--json", "--docs", copy, "--index", index).stdout)
    assert built["model"]
    assert "✓ index" in run("doctor", "--docs", copy, "--index", index).stdout
    page = copy / "shop-handbook" / "bamboo.md"
    page.write_text(page.read_text(encoding="utf-8").replace("扣30元", "扣80元"), encoding="utf-8")
    assert "! index" in run("doctor", "--docs", copy, "--index", index).stdout


def test_ingest_index_ask_runs_on_a_messy_source(tmp_path: Path) -> None:
    pages, index = tmp_path / "pages", tmp_path / "index"
    summary = run("ingest", DATA / "sources", "--out", pages, "--report", tmp_path / "report.json").stdout
    assert "handbooks.txt" in summary
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert {"files", "documents", "clauses"} <= set(report)
    assert (pages / "ingested.md").is_file()
    run("index", "--docs", pages, "--index", index)
    found = ask("上班玩手机游戏扣多少", index)
    assert "30元" in found["citations"][0]["text"]


@pytest.mark.parametrize("stage", ["lines", "documents", "tree", "ledger"])
def test_ingest_shows_each_stage_and_writes_nothing(stage: str, tmp_path: Path) -> None:
    out = tmp_path / "pages"
    shown = run("ingest", DATA / "sources", "--show", stage, "--out", out).stdout
    assert "松果" in shown or "handbooks.txt" in shown
    assert not out.exists()
    assert run("ingest", DATA / "sources", "--dry-run", "--out", out).stdout != ""
    assert not out.exists()
