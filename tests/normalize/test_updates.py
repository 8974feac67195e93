"""A newer version in place of an older one: ids stay, moves are told and kept, people's work is not lost."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from kb.cli.main import main
from kb.errors import PageError, SourceError
from kb.knowledge_base.differing import diff
from kb.knowledge_base.ingesting import ingest
from kb.pages import read_file
from kb.pages.folder import find_pages

OLD = """银杏小区停车办法
第一条 为了停车有序，定本办法。
第二条 业主每户可以租一个车位，每月一百五十元。
第三条 访客停车两小时以内不收费。
第四条 有下列情形的，收回车位：
（一）转租的；
（二）三个月不交费的。
第五条 本办法自2022年5月1日起施行。
"""
NEW = """银杏小区停车办法
第一条 为了停车有序，定本办法。
第二条 业主每户可以租一个车位，每月一百八十元。
第三条 充电车位只停正在充电的车，充满后一小时内开走。
第四条 访客停车两小时以内不收费。
第五条 有下列情形的，收回车位：
（一）转租的；
（二）三个月不交费的。
第六条 本办法自2022年5月1日起施行。
"""
OTHER = """枇杷巷垃圾分类守则
一、厨余垃圾每天早晚各收一次。
二、旧家具要先打电话约时间。
三、乱扔的，第一次劝说，第二次罚二十元。
"""


def page(folder: Path) -> Path:
    (path,) = find_pages(folder)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "parking.txt").write_text(OLD, encoding="utf-8")
    ingest([tmp_path / "parking.txt"], tmp_path / "pages")
    return tmp_path


def test_ids_stay_and_moved_ids_are_told_and_written(folder: Path) -> None:
    (folder / "parking.txt").write_text(NEW, encoding="utf-8")
    result = ingest([folder / "parking.txt"], folder / "pages", report=folder / "report.json")
    (update,) = result.updates
    moved = {
        "parking#art-3": "parking#art-4",
        "parking#art-4": "parking#art-5",
        "parking#art-4-1": "parking#art-5-1",
        "parking#art-4-2": "parking#art-5-2",
        "parking#art-5": "parking#art-6",
    }
    assert update.ids == moved
    assert json.loads((folder / "pages/ids.json").read_text()) == moved
    counts = result.report["updates"][0]["counts"]
    assert (counts["unchanged"], counts["changed"], counts["added"], counts["removed"]) == (1, 1, 1, 0)
    assert json.loads((folder / "report.json").read_text())["updates"][0]["document"] == "parking"


def test_a_third_version_leads_the_oldest_ids_on(folder: Path) -> None:
    (folder / "parking.txt").write_text(NEW, encoding="utf-8")
    ingest([folder / "parking.txt"], folder / "pages")
    third = NEW.replace("第六条", "第七条").replace("第五条 有", "第五条 夜里不许鸣笛。\n第六条 有")
    (folder / "parking.txt").write_text(third, encoding="utf-8")
    ingest([folder / "parking.txt"], folder / "pages")
    ids = json.loads((folder / "pages/ids.json").read_text())
    assert ids["parking#art-4-1"] == "parking#art-6-1"
    assert ids["parking#art-3"] == "parking#art-4"


def test_the_same_source_again_changes_no_byte(folder: Path) -> None:
    before = page(folder / "pages").read_bytes()
    result = ingest([folder / "parking.txt"], folder / "pages")
    assert page(folder / "pages").read_bytes() == before
    assert result.updates[0].ids == {}
    assert not (folder / "pages/ids.json").exists()


def test_what_people_added_stays(folder: Path) -> None:
    path = page(folder / "pages")
    text = path.read_text("utf-8").replace("status: unknown", "status: in-force")
    path.write_text(text, encoding="utf-8")
    (folder / "parking.txt").write_text(NEW, encoding="utf-8")
    ingest([folder / "parking.txt"], folder / "pages")
    assert read_file(path).status == "in-force"


def test_another_document_never_takes_the_id_of_a_page(folder: Path) -> None:
    (folder / "parking.txt").write_text(OTHER, encoding="utf-8")
    result = ingest([folder / "parking.txt"], folder / "pages")
    assert result.updates == ()
    assert {path.stem for path in find_pages(folder / "pages")} == {"parking", "parking-v2"}
    assert {segment["document"] for segment in result.report["files"][0]["segments"]} == {"parking-v2"}
    ids = {clause["id"] for clause in result.report["clauses"]}
    assert all(name.startswith("parking-v2#") for name in ids)


def test_a_dry_run_tells_and_writes_nothing(folder: Path) -> None:
    (folder / "parking.txt").write_text(NEW, encoding="utf-8")
    before = page(folder / "pages").read_bytes()
    arguments = ["ingest", str(folder / "parking.txt"), "--out", str(folder / "pages"), "--dry-run"]
    said = CliRunner().invoke(main, arguments)
    assert "against the older page" in said.stdout and "1 added" in said.stdout
    assert page(folder / "pages").read_bytes() == before


def test_a_broken_page_stops_before_anything_is_written(folder: Path) -> None:
    path = page(folder / "pages")
    path.write_text(path.read_text("utf-8").replace("id: parking", "id: [", 1), encoding="utf-8")
    before = path.read_bytes()
    with pytest.raises(PageError):
        ingest([folder / "parking.txt"], folder / "pages")
    assert path.read_bytes() == before


def test_diff_on_the_command_line(folder: Path) -> None:
    (folder / "new.txt").write_text(NEW, encoding="utf-8")
    told = CliRunner().invoke(main, ["diff", str(page(folder / "pages")), str(folder / "new.txt")])
    assert told.exit_code == 0, told.output
    assert "+ 第三条 (art-3)" in told.stdout
    assert "第三条 (art-3) → 第四条 (art-4)  改号" in told.stdout
    assert "每月一百[-五-]{+八+}十元" in told.stdout
    facts = CliRunner().invoke(main, ["diff", str(folder / "parking.txt"), str(folder / "new.txt"), "--json"])
    (document,) = json.loads(facts.stdout)["documents"]
    assert document["old"]["title"] == document["new"]["title"] == "银杏小区停车办法"
    assert document["counts"]["added"] == 1 and document["ids"]["art-5"] == "art-6"


def test_diff_of_folders_pairs_documents_by_name_or_words(folder: Path) -> None:
    older, newer = folder / "older", folder / "newer"
    for place in (older, newer):
        place.mkdir()
    (older / "a.txt").write_text(OLD, encoding="utf-8")
    (older / "gone.txt").write_text("枣园晾晒规定\n一、被子晒在楼顶。\n二、雨天不晒。\n", encoding="utf-8")
    (newer / "b.txt").write_text(NEW, encoding="utf-8")
    (newer / "c.txt").write_text(OTHER, encoding="utf-8")
    pairs = diff(older, newer)
    named = {(pair.old.title if pair.old else "", pair.new.title if pair.new else "") for pair in pairs}
    assert named == {
        ("银杏小区停车办法", "银杏小区停车办法"),
        ("", "枇杷巷垃圾分类守则"),
        ("枣园晾晒规定", ""),
    }
    told = CliRunner().invoke(main, ["diff", str(older), str(newer)]).stdout
    assert "+ 枇杷巷垃圾分类守则" in told and "- 枣园晾晒规定" in told
    facts = CliRunner().invoke(main, ["diff", str(older), str(newer), "--json"]).stdout
    assert sorted(len(document) for document in json.loads(facts)["documents"]) == [2, 2, 5]


def test_diff_of_what_is_not_there(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text(OLD, encoding="utf-8")
    (tmp_path / "none").mkdir()
    with pytest.raises(SourceError):
        diff(tmp_path / "a.txt", tmp_path / "missing.txt")
    with pytest.raises(SourceError):
        diff(tmp_path / "a.txt", tmp_path / "none")
