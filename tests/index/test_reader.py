"""Opening an index, and asking it."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
from index_samples import HashedPairs

from kb.errors import ClauseUnknown, IndexDamaged, IndexMismatch, IndexMissing, IndexProblem
from kb.index import build_index, current_build, open_index, verify_index
from kb.index.fields import Fields
from kb.model import Entry, Filters


def build_of(folder: Path) -> Path:
    return folder / current_build(folder)


def test_no_index_yet(tmp_path: Path) -> None:
    for folder in (tmp_path, tmp_path / "nowhere"):
        with pytest.raises(IndexMissing, match="no index") as caught:
            open_index(folder)
        assert "kb index" in caught.value.hint


def test_another_model_is_refused(folder: Path) -> None:
    with pytest.raises(IndexMismatch, match="hashed-pairs, not e5") as caught:
        open_index(folder, model="e5")
    assert "kb index" in caught.value.hint
    with open_index(folder, model="hashed-pairs") as index:
        assert index.info.model == "hashed-pairs"


@pytest.mark.parametrize(("name", "value"), [("format", 999), ("passage_fields", ["text"])])
def test_another_format_is_refused(folder: Path, name: str, value: object) -> None:
    path = build_of(folder) / "manifest.json"
    manifest = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps(manifest | {name: value}), encoding="utf-8")
    with pytest.raises(IndexMismatch, match="format") as caught:
        open_index(folder)
    assert "kb index" in caught.value.hint


@pytest.mark.parametrize("text", ["", "{", "[]", "{}", '{"format": 1}', "\udcff"])
def test_a_broken_manifest(folder: Path, text: str) -> None:
    (build_of(folder) / "manifest.json").write_bytes(text.encode("utf-8", "surrogateescape"))
    with pytest.raises(IndexProblem) as caught:
        open_index(folder)
    assert caught.value.hint


@pytest.mark.parametrize("text", [b"", b"../x", b"\xff", b"20200101T000000Z-abcdef"])
def test_a_broken_pointer(folder: Path, text: bytes) -> None:
    (folder / "CURRENT").write_bytes(text)
    with pytest.raises(IndexDamaged):
        open_index(folder)


def test_a_pointer_that_is_a_folder(folder: Path) -> None:
    (folder / "CURRENT").unlink()
    (folder / "CURRENT").mkdir()
    with pytest.raises(IndexDamaged):
        open_index(folder)


@pytest.mark.parametrize("harm", ["missing", "cut", "grown"])
def test_every_file_is_missed_when_gone_or_of_another_size(folder: Path, harm: str) -> None:
    files = [path for path in build_of(folder).rglob("*") if path.is_file() and path.suffix != ".lock"]
    for path in files:
        if path.name == "manifest.json":
            continue
        kept = path.read_bytes()
        if harm == "missing":
            path.unlink()
        else:
            path.write_bytes(kept[: len(kept) // 2] if harm == "cut" else kept + b"x")
        with pytest.raises(IndexDamaged, match=path.name) as caught:
            open_index(folder)
        assert "kb index" in caught.value.hint
        path.write_bytes(kept)
    open_index(folder).close()


def test_a_build_that_is_gone(folder: Path) -> None:
    shutil.rmtree(build_of(folder))
    with pytest.raises(IndexDamaged, match="incomplete"):
        open_index(folder)


def test_one_altered_byte_is_found_by_verifying(folder: Path) -> None:
    verify_index(folder)
    for path in build_of(folder).rglob("*"):
        if path.is_file() and path.suffix != ".lock" and path.name != "manifest.json" and path.stat().st_size:
            kept = path.read_bytes()
            path.write_bytes(kept[:-1] + bytes([kept[-1] ^ 1]))
            with pytest.raises(IndexDamaged, match="altered"):
                verify_index(folder)
            path.write_bytes(kept)
    verify_index(folder)


@pytest.mark.parametrize(
    ("file", "ask"),
    [
        ("clauses.sqlite", lambda index, vector: index.passage(0)),
        ("vectors/ask.faiss", lambda index, vector: index.dense(vector, 1)),
        ("vectors/ask.rows.npy", lambda index, vector: index.dense(vector, 1)),
        ("lexical/manager+public+staff/meta.json", lambda index, vector: index.lexical("迟到", 1)),
    ],
)
def test_altered_files_are_damage_and_no_crash(
    folder: Path, embedder: HashedPairs, file: str, ask: object
) -> None:
    path = build_of(folder) / file
    path.write_bytes(b"\0" * path.stat().st_size)
    with open_index(folder) as index, pytest.raises(IndexDamaged) as caught:
        ask(index, embedder.embed_questions(["迟到"])[0])  # type: ignore[operator]
    assert "kb index" in caught.value.hint


def test_a_vector_of_another_length_is_refused(folder: Path) -> None:
    with open_index(folder) as index, pytest.raises(IndexMismatch, match="63 dimensions"):
        index.dense(np.zeros(63, np.float32), 3)


def test_passages_come_back_as_they_went_in(folder: Path, entries: list[Entry]) -> None:
    with open_index(folder) as index:
        assert len(index) == len(entries)
        assert index.passages(range(len(entries))) == [one.passage for one in entries]
        assert index.passages([7, 3, 7]) == [entries[7].passage, entries[3].passage, entries[7].passage]
        assert index.passages([]) == []
        assert index.passage(4) == entries[4].passage
        for row in (-1, len(entries)):
            with pytest.raises(IndexError):
                index.passage(row)
        hit = index.lexical("迟到", 1)[0]
        assert index.passages([hit.row])


def test_an_unknown_clause_names_near_ones(folder: Path) -> None:
    with open_index(folder) as index:
        for wrong in ("taobao-staff#1-7", "taobao-staf#1-1"):
            with pytest.raises(ClauseUnknown, match=wrong) as caught:
                index.by_id(wrong)
            assert caught.value.hint.startswith("Did you mean taobao-staff#1-")
        for wrong in ("", "#", "\udc80", "完全不同", "x" * 5000):
            with pytest.raises(ClauseUnknown) as caught:
                index.by_id(wrong)
            assert "kb search" in caught.value.hint


def test_neighbours_are_in_reading_order(folder: Path) -> None:
    with open_index(folder) as index:
        around = [passage.clause_id for passage in index.neighbours("taobao-staff#1-2", 2)]
        assert around == ["taobao-staff#1-1", "taobao-staff#1-3", "taobao-staff#1-4"]
        assert index.neighbours("taobao-staff#1-2", 0) == []
        assert index.neighbours("taobao-staff#1-2", -1) == []


def test_documents(folder: Path) -> None:
    with open_index(folder) as index:
        documents = index.documents(Filters(platform=("taobao",)))
    assert [document.id for document in documents] == ["taobao-manager", "taobao-public", "taobao-staff"]
    assert {document.clauses for document in documents} == {5}
    assert (documents[1].audience, documents[1].status) == ("public", "in-force")


@pytest.mark.parametrize("most", [0, 3, 100])
def test_passages_are_the_same_however_many_are_remembered(
    folder: Path, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr("kb.index.store._REMEMBERED", most)
    with open_index(folder) as index, open_index(folder) as fresh:
        rows = index.rows()
        for asked in (rows[:2], rows[1:4], rows[::-1], rows[:1] * 2, rows):
            assert index.passages(asked) == [fresh.passage(row) for row in asked]
            assert len(index._store._remembered) <= most
        with pytest.raises(IndexError, match="no row 999"):
            index.passages([rows[0], 999])


def test_cosines_of_given_rows_agree_with_the_ranking(folder: Path, embedder: HashedPairs) -> None:
    vector = embedder.embed_questions(["晚班回复时限"])[0]
    with open_index(folder) as index:
        every = index.dense(vector, 1000)
        rows = np.array(sorted({score.row for score in every}), np.int32)
        given = {
            (row, field): score
            for field, scores in index.cosines(vector, rows).items()
            for row, score in zip(rows.tolist(), scores.tolist(), strict=True)
            if not np.isnan(score)
        }
        assert given == pytest.approx({(score.row, score.field): score.score for score in every}, abs=1e-6)
        assert {len(scores) for scores in index.cosines(vector, rows[:0]).values()} == {0}
        assert index.dense(vector, 0) == []
        assert [score.score for score in every] == sorted((score.score for score in every), reverse=True)


def test_an_index_can_be_moved(folder: Path, tmp_path: Path) -> None:
    moved = tmp_path / "odd name #1 ?x=%41"
    folder.rename(moved)
    with open_index(moved) as index:
        assert index.passage(0)
        assert index.lexical("迟到", 1)


READ_ONLY = """
import mmap, os, sys, tempfile
from pathlib import Path
import kb.index.lexical, kb.index.vectors
from index_samples import HashedPairs, entry, passage
from kb.index import build_index, open_index

with tempfile.TemporaryDirectory() as name:
    folder = Path(name) / "index"
    build_index([entry(passage("a#1", "迟到十分钟扣二十元。"))], folder, HashedPairs())
    Path(name).chmod(0o755)
    for path in (*folder.rglob("*"), folder):
        path.chmod(0o555 if path.is_dir() else 0o444)
    if root := os.geteuid() == 0:  # whom rights do not bind
        os.seteuid(65534)
    with open_index(folder) as index:
        vector = HashedPairs().embed_questions(["迟到"])[0]
        print(index.lexical("迟到", 1)[0].row, index.dense(vector, 1)[0].row, index.passage(0).text)
    if root:
        os.seteuid(0)
    for path in (folder, *folder.rglob("*")):
        path.chmod(0o755)
"""


def test_an_index_is_read_where_nothing_may_be_written() -> None:
    done = subprocess.run(
        [sys.executable, "-c", READ_ONLY],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
        check=False,
    )
    assert (done.stdout, done.stderr) == ("0 0 迟到十分钟扣二十元。\n", "")


def test_threads_share_one_index(folder: Path, embedder: HashedPairs) -> None:
    questions = ["迟到扣多少钱", "多久回复", "好评", "退款审核"]
    vectors = embedder.embed_questions(questions)
    filters = [None, Filters(audience=("public",)), Filters(platform=("kuaishou",), topic=("fines",))]
    with open_index(folder) as index:
        expected = {
            (n, filters.index(one)): (index.dense(vectors[n], 5, one), index.lexical(questions[n], 5, one))
            for n in range(4)
            for one in filters
        }
    with open_index(folder) as index, ThreadPoolExecutor(6) as pool:
        start = threading.Barrier(6)

        def ask(seed: int) -> None:
            start.wait()
            for step in range(60):
                n, f = (seed + step) % 4, step % 3
                found = (index.dense(vectors[n], 5, filters[f]), index.lexical(questions[n], 5, filters[f]))
                assert found == expected[n, f]
                index.passages([hit.row for hit in found[1]])
                assert index.neighbours("taobao-staff#1-2", 1)

        for asked in [pool.submit(ask, seed) for seed in range(6)]:
            asked.result()


def test_a_reader_keeps_its_own_build(folder: Path, entries: list[Entry], embedder: HashedPairs) -> None:
    with open_index(folder) as old:
        build_index(entries[:5], folder, embedder)
        assert len(old) == 30
        assert old.passage(29)
        assert current_build(folder) != old.info.id
        with open_index(folder) as new:
            assert len(new) == 5


def test_an_index_replaced_while_it_is_opened(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The pointer was read, then two builds later its build is gone: the new one is taken."""
    answers = iter(["20200101T000000Z-abcdef", current_build(folder), current_build(folder)])
    monkeypatch.setattr("kb.index.reader.current_build", lambda _folder: next(answers))
    with open_index(folder) as index:
        assert index.info.id == build_of(folder).name


def test_vectors_that_do_not_fit_the_manifest(folder: Path) -> None:
    with pytest.raises(IndexDamaged, match="does not fit"):
        Fields(build_of(folder), 32, ("text",)).search(np.zeros(32, np.float32), 1, None)
