"""An index in Milvus answers as one in a folder does; a build is taken into use whole or not at all."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from index_samples import RULES, HashedPairs, entry, passage

from kb.errors import (
    ClauseUnknown,
    IndexBusy,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    IndexUnwritable,
    InputInvalid,
    StoreProblem,
)
from kb.index import OpenIndex, build_index, current_build, open_index, verify_index
from kb.index.milvus import layout
from kb.index.milvus.address import Address
from kb.index.milvus.client import Milvus
from kb.model import Entry, Filters
from kb.search import retrieve

QUESTIONS = (
    "上班玩游戏会怎么罚",
    "多久要回复客户",
    "迟到十分钟扣多少钱",
    "退款多久审核完",
    "能不能索要好评",
    "Playing games on duty",
    "晚班 taobao 第2版",
    "火星上几点下班",
)
FILTERS = (
    None,
    Filters(audience=("public",)),
    Filters(audience=("staff", "public")),
    Filters(platform=("taobao",), audience=("manager",)),
    Filters(topic=("fines",)),
    Filters(topic=("service", "fines"), status=("in-force",)),
    Filters(document=("kuaishou-staff",)),
    Filters(kind=("faq",)),
    Filters(platform=('"] or row >= 0 or platform in ["',)),
    Filters(platform=("\udcff",)),
    Filters(topic=("\udcff",)),
)


@pytest.fixture(scope="module")
def lite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Milvus Lite of this process; each test has a name of its own in it."""
    from milvus_lite.server_manager import server_manager_instance

    file = str(tmp_path_factory.mktemp("milvus") / "kb.db")
    yield file
    server_manager_instance.release_server(file)


@pytest.fixture
def place(lite: str, request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KB_CACHE", str(tmp_path / "cache"))
    name = "".join(c if c.isascii() and c.isalnum() else "_" for c in request.node.name)[:60]
    return f"milvus:{lite}?name={name}"


@pytest.fixture
def built(place: str, entries: list[Entry], embedder: HashedPairs) -> str:
    """A place with an index of the entries."""
    build_index(entries, place, embedder)
    embedder.embedded.clear()
    return place


def collections(place: str) -> list[str]:
    address = Address.parse(place)
    milvus = Milvus(address)
    try:
        return sorted(name for name in milvus.collections() if name.startswith(f"{address.name}_2"))
    finally:
        milvus.close()


def ids(index: OpenIndex, rows: Sequence[int]) -> list[str]:
    return [found.clause_id for found in index.passages(rows)]


def test_it_answers_as_a_folder_does(built: str, folder: Path, embedder: HashedPairs) -> None:
    with open_index(folder) as here, open_index(built) as there:
        there.verify()
        assert len(there) == len(here) == there.count() == 30
        assert there.manifest.corpus == here.manifest.corpus
        assert there.manifest.vectors == here.manifest.vectors
        vectors = there.field_vectors()
        for field, (rows, matrix) in here.field_vectors().items():
            assert vectors[field][0].tolist() == rows.tolist()
            assert (abs(vectors[field][1] - matrix) < 1e-6).all()
        for filters in FILTERS:
            rows = here.rows(filters)
            assert there.rows(filters) == rows
            assert there.passages(rows) == here.passages(rows)
            assert there.documents(filters) == here.documents(filters)
            assert there.readers(filters) == here.readers(filters)
            assert there.count(filters) == here.count(filters)
            for document in ("kuaishou-staff", "taobao-public", "nowhere"):
                assert there.clauses(document, filters, offset=1, limit=2) == here.clauses(
                    document, filters, offset=1, limit=2
                )
            wanted = ["taobao-staff#1-2", "nowhere#1", "kuaishou-public#1-1"]
            assert there.known(wanted, filters) == here.known(wanted, filters)
            for question in QUESTIONS:
                assert there.term_counts(question, filters) == here.term_counts(question, filters)


def test_rankings_are_those_of_a_folder(built: str, folder: Path, embedder: HashedPairs) -> None:
    asked = list(zip(QUESTIONS, embedder.embed_questions(QUESTIONS), strict=True))
    with open_index(folder) as here, open_index(built) as there:
        for filters, (question, vector) in product(FILTERS, asked):
            near, expected = there.dense(vector, 40, filters), here.dense(vector, 40, filters)
            assert {hit[:2]: hit.score for hit in expected} == {
                hit[:2]: pytest.approx(hit.score, abs=1e-4) for hit in near
            }
            assert [hit.score for hit in near] == sorted((hit.score for hit in near), reverse=True)
            rows = np.unique(np.array([*[hit.row for hit in near][:7], 29, 0], np.int32))
            given, same = there.cosines(vector, rows), here.cosines(vector, rows)
            assert given.keys() == same.keys()
            for field, scores in same.items():
                np.testing.assert_allclose(given[field], scores, atol=1e-4)
            alone = len(here.readers(filters)) == 1  # lengths are measured within an audience
            for boosts in ({"text": 2.0}, {"context": 1.0}, {"ask": 1.0}, {"gloss": 1.0}, None):
                words, like = (index.lexical(question, 99, filters, boosts) for index in (there, here))
                near_enough = 1e-4 if alone else 0.05
                assert dict(words) == {hit.row: pytest.approx(hit.score, rel=near_enough) for hit in like}
            hits, like_hits = (
                retrieve(index, embedder, question, limit=10, filters=filters).hits for index in (there, here)
            )
            assert len(hits) == len(like_hits)
            assert all(filters is None or filters.allow(hit.passage) for hit in hits)


def test_nothing_is_asked_for_nothing(built: str, embedder: HashedPairs) -> None:
    vector = embedder.embed_questions(["迟到"])[0]
    with open_index(built) as index:
        assert index.lexical("迟到", 0) == index.dense(vector, 0) == []
        assert all(len(none) == 0 for none in index.cosines(vector, np.empty(0, np.int32)).values())
        assert index.lexical("迟到", 5, None, {"text": 0.0, "no-such-field": 1.0}) == []
        assert len(index.dense(vector, 1)) == 3  # one row a field, though a row has several questions
        assert index.passages([]) == index.known([]) == []
        with pytest.raises(IndexError, match="no row 99"):
            index.passages([3, 99])
        with pytest.raises(IndexMismatch, match="63 dimensions"):
            index.dense(vector[:63], 3)


def test_a_clause_and_what_stands_beside_it(built: str, folder: Path) -> None:
    with open_index(folder) as here, open_index(built) as there:
        for clause, n in (("taobao-staff#1-3", 2), ("taobao-staff#1-1", 9), ("taobao-staff#1-5", 0)):
            assert there.by_id(clause) == here.by_id(clause)
            assert there.neighbours(clause, n) == here.neighbours(clause, n)
            few = Filters(topic=("fines",), audience=("staff",))
            if clause == "taobao-staff#1-1":
                assert there.neighbours(clause, n, few) == here.neighbours(clause, n, few)
        for unknown in ("taobao-staff#1-9", "taobao-stuff#1-1", "火星#1", "\udcff#1"):
            for filters in (None, Filters(audience=("public",))):
                told = []
                for index in (here, there):
                    with pytest.raises(ClauseUnknown) as caught:
                        index.neighbours(unknown, 2, filters)
                    told.append((caught.value.message, caught.value.hint))
                assert told[0] == told[1]
        with pytest.raises(ClauseUnknown):
            there.by_id("taobao-staff#1-1", Filters(audience=("public",)))


def test_clauses_a_reader_may_not_see_do_not_show(
    place: str, entries: list[Entry], embedder: HashedPairs
) -> None:
    def seen(corpus: list[Entry]) -> list[Any]:
        build_index(corpus, place, embedder)
        public = Filters(audience=("public",))
        with open_index(place) as index:
            return [
                (
                    [(hit.passage, hit.score, hit.lexical) for hit in retrieve(index, embedder, question, limit=10, filters=public).hits],
                    index.term_counts(question, public),
                    index.count(public),
                    index.documents(public),
                )
                for question in QUESTIONS
            ]  # fmt: skip

    secret = [
        entry(passage(f"secret#{n}", f"{text}上班玩游戏扣五百元。" * 9, n, audience="manager"))
        for n, (text, _, _) in enumerate(RULES)
    ]
    assert seen([*entries, *secret]) == seen(entries)


def test_a_changed_page(place: str, entries: list[Entry], embedder: HashedPairs) -> None:
    first = build_index(entries, place, embedder)
    assert embedder.embedded
    embedder.embedded.clear()
    changed = passage(entries[0].passage.clause_id, "遛狗须牵绳，违者扣十元。", 0, audience="public")
    renamed = [
        entry(replace(one.passage, document_title="《改了名的守则》"))
        if one.passage.document_id == "kuaishou-staff"
        else one
        for one in entries[1:-1]
    ]
    second = build_index([entry(changed), *renamed], place, embedder)
    assert second.id != first.id and current_build(place) == second.id
    titles = [one for one in embedder.embedded if "改了名" in one]
    assert len(titles) == 5 and len(embedder.embedded) == len(set(embedder.embedded)) == 6
    gone = entries[-1].passage.clause_id
    with open_index(place) as index:
        index.verify()
        assert index.by_id("kuaishou-staff#1-1").document_title == "《改了名的守则》"
        assert index.by_id(changed.clause_id) == changed
        assert [ids(index, [hit.row]) for hit in index.lexical("遛狗", 5)] == [[changed.clause_id]]
        with pytest.raises(ClauseUnknown):
            index.by_id(gone)
        for question, vector in zip(QUESTIONS, embedder.embed_questions(QUESTIONS), strict=True):
            found = [hit.row for hit in (*index.dense(vector, 99), *index.lexical(question, 99))]
            assert gone not in ids(index, found)


def test_readers_stay_on_their_build_until_the_next_but_one(
    built: str, entries: list[Entry], embedder: HashedPairs
) -> None:
    other = Address.parse(built)
    other = Address(other.uri, f"{other.name}_beside")
    build_index(entries[:5], str(other), embedder)
    vector = embedder.embed_questions(["打卡"])[0]
    with open_index(built) as old, open_index(built) as another:
        before = (old.dense(vector, 5), old.lexical("迟到", 5))
        second = build_index(entries[:9], built, embedder)
        assert (another.dense(vector, 5), another.lexical("迟到", 5)) == before
        assert {layout.build_of(Address.parse(built).name, name) for name in collections(built)} == {
            old.info.id,
            second.id,
        }
        third = build_index(entries[:4], built, embedder)
        assert len({layout.build_of(Address.parse(built).name, name) for name in collections(built)}) == 2
        with pytest.raises(IndexDamaged, match="is gone") as caught:
            old.dense(vector, 5)
        assert "open it again" in caught.value.hint
        with open_index(built) as new, open_index(str(other)) as beside:
            assert (new.info.id, len(new), len(beside)) == (third.id, 4, 5)


class Failing(HashedPairs):
    """Fails once it has embedded so many texts."""

    left = 20

    def embed_passages(self, texts: Sequence[str], progress: Any = None) -> Any:
        if self.left < len(texts):
            raise KeyboardInterrupt
        return super().embed_passages(texts, progress)


def test_an_interrupted_build_leaves_the_answers_of_the_one_before(
    built: str, entries: list[Entry], embedder: HashedPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current_build(built)
    more = [*entries, entry(passage("late#1", "夜班结束后锁好仓库大门。"))]
    with pytest.raises(KeyboardInterrupt):
        build_index(
            [entry(replace(one.passage, text=f"{one.passage.text}改")) for one in more], built, Failing()
        )
    for step in ("seal", "point"):
        monkeypatch.setattr(Milvus, step, broken)
        with pytest.raises(StoreProblem):
            build_index(more, built, embedder)
        monkeypatch.undo()
        monkeypatch.setenv("KB_CACHE", "/nowhere/at/all")
        with open_index(built) as index:
            assert index.info.id == before == current_build(built)
            index.verify()
            assert index.lexical("仓库", 5) == []
        monkeypatch.undo()


def broken(*_: object) -> None:
    raise StoreProblem("the server went away", hint="start it")


def test_what_an_interrupted_build_left_goes_and_its_vectors_are_used(
    built: str, entries: list[Entry], embedder: HashedPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    more = [*entries, entry(passage("late#1", "夜班结束后锁好仓库大门。"))]
    with monkeypatch.context() as patched:
        patched.setattr(Milvus, "point", broken)
        with pytest.raises(StoreProblem):
            build_index(more, built, embedder)
    assert len(embedder.embedded) == 1
    left = collections(built)
    build_index(more, built, embedder)
    assert len(embedder.embedded) == 1  # the vector was kept
    assert len({*left} & {*collections(built)}) == len(left) // 2  # of two builds one is still there


def test_one_builder_at_a_time(built: str, entries: list[Entry], embedder: HashedPairs) -> None:
    class Meanwhile(HashedPairs):
        def embed_passages(self, texts: Sequence[str], progress: Any = None) -> Any:
            with pytest.raises(IndexBusy):
                build_index(entries, built, embedder)
            return super().embed_passages(texts, progress)

    build_index([*entries, entry(passage("late#1", "夜班结束后锁好仓库大门。"))], built, Meanwhile())


def test_what_did_not_arrive_is_not_taken_into_use(
    built: str, entries: list[Entry], embedder: HashedPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = current_build(built)
    monkeypatch.setattr(Milvus, "count", lambda *_: 3)
    with pytest.raises(IndexUnwritable, match="holds 3 of 30"):
        build_index(entries, built, embedder)
    assert current_build(built) == before


def test_unfinished_work_needs_a_folder(
    place: str, entries: list[Entry], embedder: HashedPairs, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("")
    monkeypatch.setenv("KB_CACHE", str(tmp_path / "file"))
    with pytest.raises(IndexUnwritable, match="unfinished work") as caught:
        build_index(entries, place, embedder)
    assert "KB_CACHE" in caught.value.hint


def test_long_texts(place: str, embedder: HashedPairs) -> None:
    long = "仓库规定" * 30_000
    build_index([entry(passage("long#1", long)), entry(passage("short#1", "锁门"))], place, embedder)
    with open_index(place) as index:
        assert index.by_id("long#1").text == long
        note = "记" * 2_500_000
        assert index.kept("note") is None
        index.keep("note", note)
        assert index.kept("note") == note
        index.keep("note", "")
        assert index.kept("note") == ""
        index.verify()


def test_a_note_that_cannot_be_kept(built: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with open_index(built) as index:
        monkeypatch.setattr(Milvus, "put", broken)
        with pytest.raises(IndexUnwritable, match="went away"):
            index.keep("note", "text")


def test_lists_are_compared_until_enough_is_found(place: str, embedder: HashedPairs) -> None:
    made = [
        entry(passage(f"d{n}#1", f"{n}号规定：{text}{n * 7}", n))
        for n in range(120)
        for text, _, _ in RULES[:1]
    ]
    build_index(made, place, embedder, tier="inverted")
    with open_index(place) as index:
        tier = index.manifest.tiers["text"]
        assert (tier.kind, tier.lists, tier.sample) == ("inverted", 128, 64) and tier.probes <= 128
        assert tier.recall >= 0.97
        vector = embedder.embed_questions([made[77].dense[0][1]])[0]
        assert index.dense(vector, 3)[0].score == pytest.approx(1, abs=1e-3)
        assert not np.isnan(index.cosines(vector, np.arange(120, dtype=np.int32))["text"]).any()


def test_damage_is_told(built: str, embedder: HashedPairs) -> None:
    verify_index(built)
    address = Address.parse(built)
    milvus = Milvus(address)
    with open_index(built) as index:
        milvus._client.delete(layout.part(address.name, index.info.id, "clauses"), filter="row == 7")
        with pytest.raises(IndexDamaged, match="29 entities instead of 30") as caught:
            index.verify()
        assert "kb index" in caught.value.hint
        milvus.drop(layout.part(address.name, index.info.id, "dense_text"))
    with pytest.raises(IndexDamaged, match="gone"):
        open_index(built)
    facts = layout.part(address.name, index.info.id, "facts")
    raw = milvus.pick(facts, "name", ["build/0"], ("name", "text", "nothing"))[0]
    for text in ("{", "[]", "{}", '{"manifest": "{}", "clauses": {}}'):
        milvus.put(facts, [raw | {"text": ["1", text]}])
        with pytest.raises(IndexDamaged, match="cannot be read"):
            open_index(built)
    older = json.loads("".join(raw["text"][1:]))
    older["manifest"] = json.dumps(json.loads(older["manifest"]) | {"format": 1})
    milvus.put(facts, [raw | {"text": ["1", json.dumps(older)]}])
    with pytest.raises(IndexMismatch, match="format 1"):
        open_index(built)
    milvus._client.delete(facts, filter='name == "build/0"')
    with pytest.raises(IndexDamaged, match="lacks build"):
        open_index(built)
    milvus.close()


def test_a_build_of_another_format_is_replaced_and_lends_its_vectors(
    built: str, entries: list[Entry], embedder: HashedPairs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kb.index.manifest.FORMAT", 999)
    with pytest.raises(IndexMismatch):
        open_index(built)
    monkeypatch.setattr("kb.index.milvus.writer.FORMAT", 999)
    build_index(entries, built, embedder)
    assert embedder.embedded == []
    with open_index(built) as index:
        index.verify()


def test_another_model(built: str, entries: list[Entry]) -> None:
    with pytest.raises(IndexMismatch, match="hashed-pairs, not e5"):
        open_index(built, model="e5")
    wider = HashedPairs("wider", 128)
    build_index(entries, built, wider)
    assert len(set(wider.embedded)) == len(wider.embedded) > 30
    with open_index(built, model="wider") as index:
        assert index.manifest.dimensions == 128


def test_no_index_there(place: str, tmp_path: Path, entries: list[Entry]) -> None:
    for nowhere in (place, f"milvus:{tmp_path}/nowhere.db"):
        for look in (open_index, current_build, verify_index):
            with pytest.raises(IndexMissing, match="no index in milvus:") as caught:
                look(nowhere)
            assert "kb index --index milvus:" in caught.value.hint
    assert not (tmp_path / "nowhere.db").exists()


def test_a_name_that_is_something_else(built: str) -> None:
    address = Address.parse(built)
    milvus = Milvus(Address(address.uri, "something"))
    milvus.create("of_others", layout.FACTS)
    milvus.point("of_others")
    with pytest.raises(IndexDamaged, match="no index of this program"):
        current_build(str(milvus.address))
    milvus.close()


@pytest.mark.parametrize(
    ("place", "wrong"),
    [
        ("milvus:", "neither"),
        ("milvus:folder", "neither"),
        ("milvus:ftp://host", "ftp"),
        ("milvus:http://", "no host"),
        ("milvus:http://[::1", "no host"),
        ("milvus:http://host:0", "no host"),
        ("milvus:http://root:hunter2@host:19530", "password"),
        ("milvus:http://host?name=a-b", "Latin letters"),
        ("milvus:http://host?nome=kb", "unknown parameter 'nome'"),
    ],
)
def test_addresses_that_are_none(place: str, wrong: str) -> None:
    with pytest.raises(InputInvalid, match="not the address of a Milvus index") as caught:
        open_index(place)
    assert wrong in caught.value.message and "hunter2" not in caught.value.message
    assert "milvus:http://HOST:19530" in caught.value.hint


def test_addresses() -> None:
    for place in ("milvus:http://host:19530/base?name=rules", "milvus:a/b.db", "milvus:https://host"):
        assert str(Address.parse(place)) == place
    assert Address.parse("milvus:http://host?name=kb") == Address("http://host")
    assert not Address.parse("milvus:http://host/a.db").is_file


def test_nobody_answers() -> None:
    with pytest.raises(StoreProblem, match=r"http://127\.0\.0\.1:1 does not answer") as caught:
        open_index("milvus:http://127.0.0.1:1")
    assert "kb doctor" in caught.value.hint


def test_without_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pymilvus", None)
    with pytest.raises(StoreProblem, match="needs the package pymilvus") as caught:
        current_build("milvus:http://127.0.0.1:1")
    assert "pip install 'policy-kb[milvus]'" in caught.value.hint
