"""What `kb publish` writes: it fits the pages, it is written whole or not at all, and dates move only with words."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from shipped_site import DOCS, ROOT

from kb.compare import Conflict
from kb.errors import InputInvalid
from kb.knowledge_base import load_documents, publish
from kb.model import Clause, Document
from kb.pages import save_page
from kb.passages import passages_of
from kb.publish import CONFLICTS, read_conflicts, read_record, read_topics
from kb.publish.compare import comparison_page, comparisons
from kb.publish.conflicts import conflicts_json, differences
from kb.publish.listings import topic_page
from kb.publish.record import update
from kb.publish.related import related_clauses

CONFIG = "site_name: 小店规则\nnav: []\n# kb publish writes from here\nold\n# kb publish writes to here\nend: true\n"


@pytest.fixture
def small(docs: Path, tmp_path: Path) -> Path:
    """A copy of the small handbooks with a configuration beside it."""
    shutil.copytree(docs, tmp_path / "docs")
    shutil.copy(DOCS / "topics.md", tmp_path / "docs" / "topics.md")
    (tmp_path / "mkdocs.yml").write_text(CONFIG, encoding="utf-8")
    return tmp_path


def test_the_shipped_site_is_not_stale() -> None:
    result = publish(DOCS, ROOT / "mkdocs.yml", write=False)
    stale = [str(path.relative_to(ROOT)) for path in (*result.written, *result.removed)]
    assert stale == [], "run: kb publish"


def test_publishing_twice_changes_nothing_and_what_is_left_over_goes(small: Path) -> None:
    first = publish(small / "docs", small / "mkdocs.yml", today="2024-05-01")
    assert len(first.written) == first.total
    (small / "docs" / "topics" / "gone.md").write_text("old", encoding="utf-8")
    second = publish(small / "docs", small / "mkdocs.yml", today="2024-05-02")
    assert second.written == ()
    assert [path.name for path in second.removed] == ["gone.md"]
    assert not (small / "docs" / "topics" / "gone.md").exists()


def test_what_the_rules_do_not_say_is_listed_beside_the_nearest_clause(small: Path) -> None:
    publish(small / "docs", small / "mkdocs.yml")
    assert not (small / "docs" / "documents" / "silence.md").exists()
    (first, *_) = load_documents(small / "docs")
    clause, *others = first.blocks
    assert isinstance(clause, Clause)
    unsaid = ("带薪年假有几天", "Who pays for the taxi?")
    save_page(replace(first, blocks=(replace(clause, silent_on=unsaid), *others)), small / "docs")
    publish(small / "docs", small / "mkdocs.yml")
    page = (small / "docs" / "documents" / "silence.md").read_text(encoding="utf-8")
    (line,) = [line for line in page.splitlines() if unsaid[0] in line]
    assert unsaid[1] in line
    assert f"(../{first.kind}/{first.id}.md#{clause.anchor})" in line
    assert "documents/silence.md" in (small / "mkdocs.yml").read_text(encoding="utf-8")
    assert "(silence.md)" in (small / "docs" / "documents" / "index.md").read_text(encoding="utf-8")


def test_only_the_marked_part_of_the_configuration_is_rewritten(small: Path) -> None:
    publish(small / "docs", small / "mkdocs.yml")
    config = (small / "mkdocs.yml").read_text(encoding="utf-8")
    assert config.startswith("site_name: 小店规则\nnav: []\n# kb publish writes from here\nnav:\n")
    assert config.endswith("# kb publish writes to here\nend: true\n")
    assert "old" not in config


def test_a_configuration_without_a_place_for_it_is_refused_and_nothing_is_written(small: Path) -> None:
    place = small / "mkdocs.yml"
    place.write_text("site_name: x\n", encoding="utf-8")
    with pytest.raises(InputInvalid, match=r"mkdocs\.yml"):
        publish(small / "docs", place)
    assert not (small / "docs" / "index.md").exists()


def test_dates_move_only_for_words_that_changed() -> None:
    rule = Clause(anchor="1", text="夜班补贴每晚12元。")
    first = Document(id="a", title="甲", kind="shop-handbook", blocks=(rule,))
    record = update({}, [first], "2024-05-01")
    same = update(record, [replace(first, summary="换了摘要")], "2024-06-01")
    assert same == record
    reworded = replace(first, blocks=(replace(rule, text="夜班补贴每晚15元。"),))
    later = update(record, [reworded], "2024-06-01")["a"]
    assert (later.first, later.changed) == ("2024-05-01", "2024-06-01")


def test_a_damaged_record_is_named() -> None:
    with pytest.raises(InputInvalid, match=r"published\.json"):
        read_record("[1, 2]", "published.json")


def test_related_clauses_speak_of_the_same_thing_in_other_documents() -> None:
    def handbook(identity: str, *texts: str) -> Document:
        blocks = tuple(Clause(anchor=f"{n}", text=text) for n, text in enumerate(texts, 1))
        return Document(id=identity, title=identity, kind="shop-handbook", blocks=blocks)

    found = related_clauses(
        passages_of(
            [
                handbook("a", "夜班补贴每晚12元。", "打包前核对收货地址。", "桌面保持整洁。"),
                handbook("b", "值夜班的，每晚补贴20元。", "上班不穿拖鞋。", "群里不发广告。"),
            ]
        )
    )
    assert found["a#1"] == ("b#1",)
    assert found["b#1"] == ("a#1",)
    assert "a#2" not in found


def test_a_comparison_puts_the_figures_of_each_document_side_by_side() -> None:
    def handbook(identity: str, text: str) -> Document:
        rule = Clause(anchor="2-1", text=text, topics=("attendance",))
        return Document(id=identity, title=f"{identity}店守则", kind="shop-handbook", blocks=(rule,))

    found = comparisons(
        passages_of([handbook("a", "迟到一次扣8元。"), handbook("b", "迟到[含早退]扣500元。")])
    )
    late = next(one for one in found if one.subject.id == "late")
    page = comparison_page(late, (), {})
    assert "[2-1](../shop-handbook/a.md#2-1)" in page
    assert r"迟到\[含早退\]扣500元。" in page
    assert "| [500元](../shop-handbook/b.md#2-1) |" in page
    assert "--share:100%" in page


def test_conflicts_are_marked_on_both_sides_and_kept_without_an_index(small: Path) -> None:
    def handbook(identity: str, text: str) -> Document:
        rule = Clause(anchor="2-1", text=text, topics=("attendance",))
        return Document(id=identity, title=f"{identity}店守则", kind="shop-handbook", blocks=(rule,))

    documents = [
        handbook("a", "迟到一次扣8元。"),
        handbook("b", "迟到一次扣500元。"),
        handbook("c", "迟到要说明。"),
    ]
    passages = passages_of(documents)
    conflict = Conflict("a#2-1", "b#2-1", "figure", "处罚", "扣8元", "扣500元")
    late = next(one for one in comparisons(passages) if one.subject.id == "late")
    page = comparison_page(late, [conflict], {})
    assert page.count("[≠](#differ)") == 2
    assert "- 扣8元 —— [a店守则 2-1](../shop-handbook/a.md#2-1)" in page
    assert read_conflicts(conflicts_json([conflict])) == (conflict,)
    kept = small / "docs" / CONFLICTS
    kept.parent.mkdir(parents=True)
    kept.write_text(conflicts_json([conflict]), encoding="utf-8")
    publish(small / "docs", small / "mkdocs.yml", index=small / "no-index")
    assert read_conflicts(kept.read_text(encoding="utf-8")) == ()  # its clauses are not in these pages
    kept.write_text("{", encoding="utf-8")
    with pytest.raises(InputInvalid, match=r"conflicts\.json"):
        publish(small / "docs", small / "mkdocs.yml")


def test_conflicts_come_from_the_index(small: Path, small_index: Path) -> None:
    from kb.knowledge_base import KnowledgeBase

    publish(small / "docs", small / "mkdocs.yml", index=small_index)
    with KnowledgeBase.open(small_index) as kb:
        assert read_conflicts((small / "docs" / CONFLICTS).read_text(encoding="utf-8")) == kb.conflicts


def test_a_matter_that_several_clauses_rule_is_told_once() -> None:
    conflicts = [
        Conflict("a#1", "b#1", "figure", "下班时间", "18点", "19点"),
        Conflict("b#1", "c#1", "figure", "下班时间", "19点", "20点"),
        Conflict("a#2", "b#2", "actor", "由谁做", "店长", "主管"),
    ]
    told = differences(conflicts)
    assert [(one.what, len(one.said)) for one in told] == [("下班时间", 3), ("由谁做", 2)]


def test_floors_and_questions_make_the_evaluation_page(small: Path) -> None:
    place = small / "evals"
    place.mkdir()
    floors = {"split": "held-out", "at_least": {"all": {"hit@5": 0.8}, "kind list": {"x": 1}}, "at_most": {}}
    (place / "floors.json").write_text(json.dumps(floors), encoding="utf-8")
    question = {"id": "1", "split": "held-out", "kind": "single", "question": "几点关店"}
    (place / "questions.jsonl").write_text(json.dumps(question) + "\n", encoding="utf-8")
    publish(small / "docs", small / "mkdocs.yml")
    page = (small / "docs" / "evaluation.md").read_text(encoding="utf-8")
    assert "全部问题" in page
    assert "A right one among the first five</span> (`hit@5`)" in page
    assert 'lang="en">at least</span> 80% |' in page
    assert "| x (`x`) |" in page
    assert '"评测": evaluation.md' in (small / "mkdocs.yml").read_text(encoding="utf-8")
    (place / "floors.json").write_text("{}", encoding="utf-8")
    with pytest.raises(InputInvalid, match="evals"):
        publish(small / "docs", small / "mkdocs.yml")


def test_a_long_chart_shows_the_ends_of_each_document() -> None:
    def handbook(identity: str, amounts: range) -> Document:
        blocks = tuple(
            Clause(anchor=f"{n}", text=f"第{n}项差错罚款{n}元。", topics=("fines",)) for n in amounts
        )
        return Document(id=identity, title=f"{identity}店守则", kind="shop-handbook", blocks=blocks)

    found = comparisons(passages_of([handbook("a", range(11, 20)), handbook("b", range(21, 500, 40))]))
    page = comparison_page(next(one for one in found if one.subject.id == "fines"), (), {})
    assert page.count(".kb-bar style") == 4
    assert "只画最小与最大" in page
    assert "对数刻度" in page


def test_a_topic_without_rules_still_has_its_page() -> None:
    topic = read_topics((DOCS / "topics.md").read_text(encoding="utf-8"))[0]
    assert "还没有规则" in topic_page(topic, [], [], [])


def test_every_topic_in_use_is_listed_and_linked() -> None:
    text = (DOCS / "topics.md").read_text(encoding="utf-8")
    topics = read_topics(text)
    assert len(topics) == len(re.findall(r"^\| `", text, re.MULTILINE))
    for topic in topics:
        assert f"](topics/{topic.id}.md)" in text
        assert "[" not in topic.zh


def test_search_data_holds_every_clause_once() -> None:
    data = json.loads((DOCS / "assets" / "kb" / "clauses.json").read_text(encoding="utf-8"))
    listed = [f"{document['id']}#{row[0]}" for document in data["documents"] for row in document["clauses"]]
    clauses = [
        f"{document.id}#{clause.anchor}" for document in load_documents(DOCS) for clause in document.clauses
    ]
    assert sorted(listed) == sorted(clauses)


def test_the_command_tells_what_is_stale_and_writes_it(small: Path, kb_command: Callable[..., Any]) -> None:
    arguments = ("publish", "--docs", small / "docs", "--config", small / "mkdocs.yml")
    stale = kb_command(*arguments, "--check")
    assert stale.returncode == 1
    assert "stale: " in stale.stdout
    assert not (small / "docs" / "index.md").exists()
    written = kb_command(*arguments, "--json")
    assert written.returncode == 0, written.stderr
    assert any(path.endswith("docs/index.md") for path in json.loads(written.stdout)["written"])
    assert kb_command(*arguments, "--check").returncode == 0
