"""Pages on disk as what an index is built from."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from index_samples import HashedPairs

from kb.errors import InputInvalid, PageError
from kb.index import build_index, corpus_digest, open_index, plan, verify_index
from kb.knowledge_base import corpus as pages
from kb.knowledge_base.corpus import Pages
from kb.pages import load_pages
from kb.passages import entries_of

SHIPPED = Path(__file__).parents[2] / "docs" / "faq"


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    return Path(shutil.copytree(SHIPPED, tmp_path / "docs" / "faq")).parent


def test_a_folder_of_pages_is_the_corpus_of_its_documents(docs: Path, tmp_path: Path) -> None:
    found = entries_of(load_pages(docs))
    build_index(Pages(docs), tmp_path / "index", HashedPairs())
    assert verify_index(tmp_path / "index").corpus == corpus_digest(found)
    with open_index(tmp_path / "index") as index:
        assert index.passages(index.rows()) == [entry.passage for entry in found]


def test_one_edited_page_is_all_that_is_read(
    docs: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(plan, "SMALL", 0)
    build_index(Pages(docs), tmp_path / "index", HashedPairs())
    page = max(docs.rglob("*.md"), key=lambda path: path.stat().st_size)
    text = page.read_text(encoding="utf-8")
    clause = next(
        one.passage.text
        for one in Pages(docs).entries(f"faq/{page.name}")
        if text.count(one.passage.text) == 1
    )
    page.write_text(text.replace(clause, f"自下月起，{clause}"), encoding="utf-8")

    read: list[str] = []
    entries = Pages.entries
    monkeypatch.setattr(Pages, "entries", lambda self, page: read.append(page) or entries(self, page))
    build_index(Pages(docs), tmp_path / "index", HashedPairs())
    assert read == [f"faq/{page.name}"]
    assert verify_index(tmp_path / "index").corpus == corpus_digest(entries_of(load_pages(docs)))

    monkeypatch.setattr(pages, "_reader", lambda: b"other code")
    read.clear()
    build_index(Pages(docs), tmp_path / "index", HashedPairs())
    assert read == list(Pages(docs).pages)


def test_folders_that_are_no_corpus(docs: Path, tmp_path: Path) -> None:
    with pytest.raises(PageError, match="no such folder"):
        Pages(tmp_path / "nowhere")
    page = docs / next(iter(Pages(docs).pages))
    shutil.copy(page, docs / "again.md")
    with pytest.raises(InputInvalid):
        build_index(Pages(docs), tmp_path / "index", HashedPairs())
    assert not (tmp_path / "index").exists()


GLOSSARY = """# 词汇表

| 词 | 也叫 | English | 解释 | Explanation |
| --- | --- | --- | --- | --- |
| 夜猫班 | 值夜、graveyard | night shift | 夜里的班。 | The shift at night. |
"""


def test_clauses_are_found_under_the_other_names_of_what_they_name(docs: Path, tmp_path: Path) -> None:
    page = next(docs.rglob("*.md"))
    text = page.read_text(encoding="utf-8")
    one, other = [
        entry.passage for entry in Pages(docs).entries(f"faq/{page.name}") if not entry.passage.heading
    ][:2]
    assert text.count(one.text) == text.count(other.text) == 1
    text = text.replace(one.text, f"夜猫班：{one.text}").replace(other.text, f"midnight shifts: {other.text}")
    page.write_text(text, encoding="utf-8")
    build_index(Pages(docs), tmp_path / "index", HashedPairs())

    (docs / "glossary.md").write_text(GLOSSARY, encoding="utf-8")
    build_index(Pages(docs), tmp_path / "index", HashedPairs())
    with open_index(tmp_path / "index") as index:
        found = [
            index.lexical(name, 5, None, {"terms": 1.0}) for name in ("值夜", "graveyard", "night shift")
        ]
        ids = [[passage.clause_id for passage in index.passages([hit.row for hit in hits])] for hits in found]
        assert ids == [[one.clause_id]] * 3


def test_a_damaged_glossary_is_told(docs: Path) -> None:
    (docs / "glossary.md").write_text(GLOSSARY.replace("| night shift ", ""), encoding="utf-8")
    with pytest.raises(PageError, match=r"glossary\.md:5"):
        Pages(docs)
