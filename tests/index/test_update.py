"""An index that is updated answers as one written whole; what was removed is found nowhere."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from index_samples import RULES, HashedPairs, entry, passage

from kb.errors import ClauseUnknown, InputInvalid
from kb.index import (
    Index,
    Manifest,
    build_index,
    corpus_digest,
    current_build,
    open_index,
    plan,
    verify_index,
)
from kb.index.manifest import check_digests, read_manifest
from kb.model import Entry, Filters

QUESTIONS = ("迟到扣多少钱", "fined for games", "多久回复客户", "补充规定", "好评")
EMBEDDER = HashedPairs()


@pytest.fixture(autouse=True)
def updated_however_small() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "SMALL", 0)
        yield


def edited(one: Entry, **changes: object) -> Entry:
    return entry(replace(one.passage, **changes))  # type: ignore[arg-type]


def of(entries: Sequence[Entry], document: str) -> list[Entry]:
    return [one for one in entries if one.passage.document_id == document]


def without(entries: Sequence[Entry], document: str) -> list[Entry]:
    return [one for one in entries if one.passage.document_id != document]


def said(index: Index, filters: Filters | None = None) -> dict[str, object]:
    """Return all that an index answers, rows replaced by clause ids."""
    ids = {
        row: found.clause_id for row, found in zip(index.rows(), index.passages(index.rows()), strict=True)
    }
    vectors = EMBEDDER.embed_questions(QUESTIONS)
    documents = index.documents(filters)
    clauses = {one.id: index.clauses(one.id, filters) for one in documents}
    return {
        "dense": {
            (n, ids[hit.row], hit.field): pytest.approx(hit.score, abs=1e-6)
            for n, vector in enumerate(vectors)
            for hit in index.dense(vector, 1000, filters)
        },
        "cosines": {
            (n, ids[row], field): pytest.approx(score, abs=1e-6)
            for n, vector in enumerate(vectors)
            for field, scores in index.cosines(vector, np.array(sorted(ids), np.int32)).items()
            for row, score in zip(sorted(ids), scores.tolist(), strict=True)
            if not np.isnan(score)
        },
        "vectors": {
            field: sorted(
                (ids[row], vector.round(6).tolist())
                for row, vector in zip(rows.tolist(), matrix, strict=True)
            )
            for field, (rows, matrix) in index.field_vectors().items()
        },
        "lexical": [
            {ids[hit.row] for hit in index.lexical(question, 1000, filters)} for question in QUESTIONS
        ],
        "counts": [index.term_counts(question, filters) for question in QUESTIONS],
        "counted": index.count(filters),
        "documents": documents,
        "clauses": clauses,
        "around": {
            one.clause_id: index.neighbours(one.clause_id, 2, filters)
            for each in clauses.values()
            for one in each
        },
        "passages": {one.clause_id: index.by_id(one.clause_id) for each in clauses.values() for one in each},
        "size": (
            len(index),
            len(ids),
            index.manifest.documents,
            index.manifest.vectors,
            index.manifest.corpus,
        ),
    }


def whole(entries: Sequence[Entry], folder: Path) -> dict[str, object]:
    build_index(entries, folder, EMBEDDER)
    with open_index(folder) as index:
        assert index.manifest.changed == 0
        return said(index)


def update(entries: Sequence[Entry], folder: Path) -> Manifest:
    build_index(entries, folder, EMBEDDER)
    return verify_index(folder)


corpora = st.lists(
    st.lists(st.tuples(st.integers(0, 11), st.integers(0, 9)), max_size=8).map(dict), min_size=1, max_size=6
)


@settings(max_examples=6, deadline=None)
@given(steps=corpora)
def test_after_any_edits_it_answers_as_one_written_whole(
    tmp_path_factory: pytest.TempPathFactory, steps: list[dict[int, int]]
) -> None:
    """Each step gives clauses another wording, or removes them (the last wording)."""
    folder = tmp_path_factory.mktemp("updated")
    wordings = dict.fromkeys(range(12), 0)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(plan, "SHARE", 0)  # never written whole again
        for number, step in enumerate([{}, *steps]):
            wordings |= step
            entries = [worded(clause, wording) for clause, wording in wordings.items() if wording < 9]
            entries = entries or [worded(99, 0)]
            manifest = update(entries[::-1] if number % 2 else entries, folder)
            assert manifest.corpus == corpus_digest(entries)
            with open_index(folder) as index:
                here = said(index), said(index, Filters(audience=("staff",), topic=("fines",)))
    fresh = tmp_path_factory.mktemp("whole")
    assert here[0] == whole(entries, fresh)
    with open_index(fresh) as index:
        assert here[1] == said(index, Filters(audience=("staff",), topic=("fines",)))


def worded(clause: int, wording: int) -> Entry:
    text, ask, gloss = RULES[(clause + wording) % len(RULES)]
    return entry(
        passage(
            f"page-{clause % 3}#c{clause}",
            f"{text}补充{wording}。" if wording else text,
            clause,
            audience="staff" if wording % 2 else "public",
            topics=("fines",) if wording % 3 else (),
            ask=ask if wording != 4 else (),
            gloss_en=gloss if wording < 7 else "",
        )
    )


def test_a_removed_page_is_found_nowhere(folder: Path, entries: list[Entry], embedder: HashedPairs) -> None:
    only = edited(of(entries, "taobao-staff")[0], text="门店钥匙只由店长保管。", ask=("钥匙归谁管",))
    build_index([*entries, edited(only, clause_id="keys#1", document_id="keys")], folder, embedder)
    with open_index(folder) as index:
        row = index.lexical("钥匙", 1)[0].row
        assert index.term_counts("钥匙")["钥匙"] == 1
    manifest = update(entries, folder)
    assert manifest.changed == 2
    vector = embedder.embed_questions(["钥匙归谁管"])[0]
    with open_index(folder) as index:
        assert len(index) == 30
        assert row not in index.rows()
        assert index.lexical("钥匙", 100) == []
        assert index.term_counts("钥匙")["钥匙"] == 0
        for allowed in (None, Filters(audience=("staff",))):
            assert row not in {hit.row for hit in index.dense(vector, 1000, allowed)}
        found = index.cosines(vector, np.array([row], np.int32))
        assert all(np.isnan(scores).all() for scores in found.values())
        with pytest.raises(ClauseUnknown) as caught:
            index.by_id("keys#1")
        assert "keys#1" not in caught.value.hint
        with pytest.raises(ClauseUnknown):
            index.neighbours("keys#1", 2)
        with pytest.raises(IndexError):
            index.passage(row)
        assert "keys" not in {found.id for found in index.documents()}
        assert index.clauses("keys") == []
        assert "keys" not in "".join(found.clause_id for found in index.passages(index.rows()))


def test_a_changed_page_writes_little_and_shares_the_rest(
    folder: Path, entries: list[Entry], embedder: HashedPairs
) -> None:
    before = folder / current_build(folder)
    changed = edited(entries[7], text="值班室不得留宿外人。")
    with open_index(folder) as running:
        manifest = update([*entries[:7], changed, *entries[8:]], folder)
        assert running.by_id(changed.passage.clause_id).text == entries[7].passage.text
    assert embedder.embedded == []
    assert (manifest.changed, manifest.rows, manifest.clauses) == (1, 30, 30)
    after = folder / current_build(folder)
    shared = {
        name for name in manifest.files if (before / name).exists() and (after / name).samefile(before / name)
    }
    assert {"vectors/text.faiss", "vectors/ask.keys.npy", "vectors/gloss.rows.npy"} <= shared
    assert sum(name.startswith("lexical/") for name in shared) >= 5
    check_digests(before, read_manifest(before))  # nothing shared was written to
    with open_index(folder) as index:
        assert [index.passage(hit.row) for hit in index.lexical("留宿外人", 1)] == [changed.passage]
        assert index.rows() == list(range(30))


def test_a_renamed_page_keeps_its_ids_and_rows(
    folder: Path, entries: list[Entry], embedder: HashedPairs
) -> None:
    page = of(entries, "kuaishou-public")[:3]
    with open_index(folder) as index:
        rows = {index.passage(row).clause_id: row for row in index.rows()}
    named = [edited(one, document_title="《新名称》", url=f"faq/{one.passage.clause_id}") for one in page]
    kept = [one for one in entries if one not in page]
    assert update([*named, *kept], folder).changed == 3
    with open_index(folder) as index:
        assert {index.passage(row).clause_id: row for row in index.rows()} == rows
        assert index.by_id("kuaishou-public#1-1") == named[0].passage
        assert {index.passage(hit.row).clause_id for hit in index.lexical("新名称", 9)} == {
            one.passage.clause_id for one in named
        }


def test_nothing_changed(folder: Path, entries: list[Entry]) -> None:
    first = verify_index(folder)
    second = update(entries[::-1], folder)
    assert second.id != first.id
    assert (second.corpus, second.changed, second.rows) == (first.corpus, 0, first.rows)


def test_many_changes_are_written_whole(folder: Path, entries: list[Entry]) -> None:
    for count, (changed, rows) in {2: (2, 32), 4: (4, 34), 5: (0, 35)}.items():
        more = [edited(entries[0], clause_id=f"more#{n}", document_id="more") for n in range(count)]
        manifest = update([*entries, *more], folder)
        assert (manifest.changed, manifest.rows, manifest.clauses) == (changed, rows, 30 + count)


@pytest.mark.parametrize("file", ["clauses.sqlite", "vectors/text.faiss", "vectors/ask.keys.npy"])
def test_damage_is_not_handed_on(folder: Path, entries: list[Entry], file: str) -> None:
    path = folder / current_build(folder) / file
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 0xFF
    path.write_bytes(data)
    expected = said_of(folder.with_name("whole"), entries[1:])
    assert update(entries[1:], folder).changed == 0
    with open_index(folder) as index:
        assert said(index) == expected


def said_of(folder: Path, entries: Sequence[Entry]) -> dict[str, object]:
    return whole(entries, folder)


def test_what_an_update_cannot_express_is_written_whole(folder: Path, entries: list[Entry]) -> None:
    build_index(entries[1:], folder, HashedPairs("another", 32))
    assert verify_index(folder).changed == 0
    build_index(entries[2:], folder, HashedPairs("another", 32))
    assert verify_index(folder).changed == 1
    note = replace(entries[3], lexical=(*entries[3].lexical, ("note", "见附表")))
    build_index([note, *entries[4:]], folder, HashedPairs("another", 32))
    assert verify_index(folder).changed == 0
    assert "note" in verify_index(folder).lexical


def test_fields_come_and_go(tmp_path: Path) -> None:
    bare = [edited(worded(n, 0), ask=(), gloss_en="") for n in range(24)]
    build_index(bare, tmp_path, EMBEDDER)
    asked = replace(bare[3], dense=(*bare[3].dense, ("ask", "钥匙归谁管")))
    manifest = update([*bare[:3], asked, *bare[4:]], tmp_path)
    assert (manifest.vectors, manifest.changed) == ({"ask": 1, "text": 24}, 1)
    vector = EMBEDDER.embed_questions(["钥匙归谁管"])[0]
    with open_index(tmp_path) as index:
        assert next(hit for hit in index.dense(vector, 9) if hit.field == "ask").row == 3
    manifest = update(bare, tmp_path)
    assert (manifest.vectors, manifest.changed) == ({"text": 24}, 2)
    with open_index(tmp_path) as index:
        assert {hit.field for hit in index.dense(vector, 99)} == {"text"}


def test_where_files_cannot_be_linked_they_are_copied(
    folder: Path, entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(self: Path, target: Path) -> None:
        raise PermissionError(1, "no links here")

    monkeypatch.setattr(Path, "hardlink_to", refused)
    before = folder / current_build(folder)
    assert update(entries[1:], folder).changed == 1
    assert not (folder / current_build(folder) / "vectors/text.faiss").samefile(before / "vectors/text.faiss")


UPDATER = """
import resource, sys
from pathlib import Path
from kb.errors import KbError
from kb.index import build_index, plan
from index_samples import HashedPairs, entry, passage

folder, count, first, limit = Path(sys.argv[1]), *map(int, sys.argv[2:])
plan.SMALL = 0
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
texts = [f"第{i}次迟到扣{i * 7}元，以考勤表为准。" for i in range(count)]
texts[0] = f"第{first}版：迟到以打卡为准。"
entries = [entry(passage(f"late#{i}", text, i)) for i, text in enumerate(texts)]
print("started", flush=True)
try:
    build_index(entries, folder, HashedPairs())
except KbError as error:
    sys.exit(f"{error.code}: {error} {error.hint}")
"""


def updater(folder: Path, first: int, *, limit: int = 0) -> subprocess.Popen[str]:
    """Start another process that builds 400 clauses of which the first one has a wording of its own."""
    return subprocess.Popen(
        [sys.executable, "-c", UPDATER, str(folder), "400", str(first), str(limit)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
    )


def wording(folder: Path) -> int:
    verify_index(folder)
    with open_index(folder) as index:
        assert len(index) == 400
        text = index.by_id("late#0").text
        vector = EMBEDDER.embed_questions([f"《late》 / 二、考勤 / {text}"])[0]
        assert index.dense(vector, 1)[0][:2] == (index.lexical("版 打卡", 1)[0].row, "text")
        assert index.dense(vector, 1)[0].score == pytest.approx(1, abs=1e-3)
    return int(text[1 : text.index("版")])


DYING = """
import os, signal, sys
from pathlib import Path
from kb.index import build_index, current_build, open_index, verify_index
from kb.index import embeddings, fields, lexical, plan  # once, before any child
from index_samples import HashedPairs, entry, passage

folder = Path(sys.argv[1])
plan.SMALL = 0
plan.SHARE = 0

def update(version):
    texts = [f"第{version}版：迟到以打卡为准。", *(f"第{i}次迟到扣{i * 7}元。" for i in range(40))]
    build_index([entry(passage(f"late#{i}", text, i)) for i, text in enumerate(texts)], folder, HashedPairs())

def found():
    verify_index(folder)
    with open_index(folder) as index:
        assert len(index) == 41
        row = index.lexical("打卡", 1)[0].row
        assert len(index.lexical("打卡", 9)) == 1 and index.passage(row) == index.by_id("late#0")
        return int(index.passage(row).text[1:].partition("版")[0])

def in_child(work):
    child = os.fork()
    if not child:
        try:
            work()
        except BaseException as error:
            print(repr(error), flush=True)
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])

def die_at(step):
    def count(event, details):
        nonlocal step
        if event in ("open", "os.rename", "os.link", "os.mkdir", "os.remove", "sqlite3.connect") and str(folder) in str(details):
            step -= 1
            if not step:
                os.kill(os.getpid(), signal.SIGKILL)
    sys.addaudithook(count)

assert in_child(lambda: update(0)) == 0
before, step = 0, 0
while True:
    step += 3
    code = in_child(lambda: (die_at(step), update(step)))
    now = []
    assert in_child(lambda: (folder / "found").write_text(str(found()))) == 0
    version = int((folder / "found").read_text())
    (folder / "found").unlink()
    assert version in (before, step), (before, step, version)
    before = version
    if code == 0:
        assert version == step
        break
    assert code == -signal.SIGKILL
print(step, sorted(path.name for path in folder.iterdir() if path.name.endswith((".partial", ".tmp", ".journal"))))
"""


def test_killed_at_every_step_of_an_update(tmp_path: Path) -> None:
    """The update dies at its third use of a file, then at its sixth ...; each time one whole index is there."""
    done = subprocess.run(
        [sys.executable, "-c", DYING, str(tmp_path)],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
        check=False,
    )
    assert done.stderr == ""
    steps, _, left = done.stdout.partition(" ")
    assert int(steps) > 30
    assert left == "[]\n"


@pytest.mark.parametrize("limit", [2_000, 9_000, 120_000])
def test_a_full_disk_during_an_update_leaves_the_old_index(tmp_path: Path, limit: int) -> None:
    with updater(tmp_path, 0) as process:
        assert process.wait(60) == 0
    old = current_build(tmp_path)
    with updater(tmp_path, 1, limit=limit) as process:
        _, problems = process.communicate(timeout=60)
    assert problems.startswith("index-unwritable: ")
    assert current_build(tmp_path) == old
    assert wording(tmp_path) == 0


class Paged:
    """Pages by name, of which it is told which ones are read."""

    def __init__(self, **pages: Sequence[Entry]) -> None:
        self._entries = pages
        self.pages = {name: corpus_digest(entries).encode() for name, entries in pages.items()}
        self.read: list[str] = []

    def entries(self, page: str) -> Sequence[Entry]:
        self.read.append(page)
        return self._entries[page]


def test_only_changed_pages_are_read(
    tmp_path: Path, entries: list[Entry], monkeypatch: pytest.MonkeyPatch
) -> None:
    pages = {f"p{n}": entries[n : n + 5] for n in range(0, 30, 5)}
    first = Paged(**pages)
    build_index(first, tmp_path, EMBEDDER)
    assert first.read == list(pages)

    changed = edited(entries[11], text="值班室不得留宿外人。")
    second = Paged(**pages | {"p10": [entries[10], changed, *entries[12:15]]})
    build_index(second, tmp_path, EMBEDDER)
    assert second.read == ["p10"]
    manifest = verify_index(tmp_path)
    now = [*entries[:11], changed, *entries[12:]]
    assert (manifest.changed, manifest.corpus, manifest.clauses) == (1, corpus_digest(now), 30)

    third = Paged(
        **{name: page for name, page in pages.items() if name not in ("p10", "p25")}, moved=pages["p25"]
    )
    monkeypatch.setattr(plan, "SHARE", 1)
    build_index(third, tmp_path, EMBEDDER)
    assert third.read == ["moved"]
    with open_index(tmp_path) as index:
        here = said(index)
        assert index.manifest.changed == 11

    last = Paged(**third._entries)
    last.pages["p5"] = b""  # no telling whether it changed
    build_index(last, tmp_path, EMBEDDER)
    assert last.read == ["p5"]
    assert verify_index(tmp_path).changed == 11
    assert here == whole([*entries[:10], *entries[15:]], tmp_path.with_name("whole"))


@pytest.mark.parametrize(
    ("clause", "words"), [("a#1", "two clauses have the id 'a#1'"), ("a#9", "b: id a is taken")]
)
def test_what_an_unread_page_holds_is_not_taken_again(tmp_path: Path, clause: str, words: str) -> None:
    page = [entry(passage(f"a#{n}", f"第{n}条：工位不得吃东西。", n)) for n in range(20)]
    build_index(Paged(a=page[:9]), tmp_path, EMBEDDER)
    second = Paged(a=page[:9], b=[entry(passage(clause, "另一页。"))])
    with pytest.raises(InputInvalid, match=words):
        build_index(second, tmp_path, EMBEDDER)
    assert second.read == ["b"]
    with pytest.raises(InputInvalid, match=words):
        build_index(second, tmp_path / "whole", EMBEDDER)
