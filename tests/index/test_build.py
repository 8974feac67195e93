"""What a build leaves behind, also when it is cut short."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from index_samples import HashedPairs, Vectors, entry, passage

from kb.errors import EmbeddingFailed, IndexBusy, IndexMissing, IndexUnwritable, InputInvalid
from kb.index import build_index, corpus_digest, current_build, open_index, verify_index
from kb.index.manifest import FORMAT
from kb.model import Entry

BUILDER = """
import resource, sys, time
from pathlib import Path
from kb.errors import KbError
from kb.index import build_index
from index_samples import HashedPairs, entry, passage

class Slow(HashedPairs):
    def embed_passages(self, texts, progress=None):
        time.sleep(pause)
        return super().embed_passages(texts, progress)

folder, count, dimensions, pause, limit = Path(sys.argv[1]), *map(float, sys.argv[2:])
if limit:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit), int(limit)))
entries = [entry(passage(f"late#{i}", f"第{i}次迟到扣{i * 7}元，以考勤表为准。", i)) for i in range(int(count))]
embedder = Slow(dimensions=int(dimensions))
print("started", flush=True)
try:
    build_index(entries, folder, embedder)
except KbError as error:
    sys.exit(f"{error.code}: {error} {error.hint}")
print(len(embedder.embedded))
"""


def builder(
    folder: Path, count: int, *, dimensions: int = 64, pause: float = 0.0, limit: int = 0
) -> subprocess.Popen[str]:
    """Start another process that builds ``count`` clauses."""
    numbers = [str(value) for value in (count, dimensions, pause, limit)]
    return subprocess.Popen(
        [sys.executable, "-c", BUILDER, str(folder), *numbers],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).parents[2],
        env=os.environ | {"PYTHONPATH": str(Path(__file__).parent)},
    )


def wait_for(condition: object, seconds: float = 20.0) -> None:
    deadline = time.monotonic() + seconds
    while not condition():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited too long"
        time.sleep(0.005)


def litter(folder: Path) -> list[str]:
    """Return what lies in an index folder besides pointer, lock and whole builds."""
    whole = {
        path.parent.name
        for path in folder.glob("*/manifest.json")
        if not path.parent.name.endswith(".partial")
    }
    return sorted({path.name for path in folder.iterdir()} - whole - {"CURRENT", ".lock"})


def test_a_build_says_what_it_is(tmp_path: Path, entries: list[Entry], embedder: HashedPairs) -> None:
    seen: list[tuple[int, int]] = []
    info = build_index(entries, tmp_path / "a" / "b", embedder, progress=lambda *step: seen.append(step))

    assert current_build(tmp_path / "a" / "b") == info.id
    assert info.model == "hashed-pairs"
    assert info.built_at.endswith("Z")
    assert seen[-1] == (len(embedder.embedded), len(embedder.embedded))
    manifest = verify_index(tmp_path / "a" / "b")
    assert manifest.info == info
    assert (manifest.clauses, manifest.documents) == (30, 6)
    assert manifest.vectors == {"ask": 30, "gloss": 24, "text": 30}
    assert manifest.lexical == ("ask", "context", "gloss", "text")
    assert manifest.corpus == corpus_digest(entries)
    assert litter(tmp_path / "a" / "b") == []


def test_one_text_is_embedded_once(entries: list[Entry], folder: Path, embedder: HashedPairs) -> None:
    first = build_index(entries, folder.with_name("other"), embedder)
    assert len(embedder.embedded) == len(set(embedder.embedded))

    embedder.embedded.clear()
    again = build_index(entries, folder, embedder)
    assert embedder.embedded == []
    assert again.id != first.id


def test_only_changed_texts_are_embedded_again(
    entries: list[Entry], folder: Path, embedder: HashedPairs
) -> None:
    fresh = passage("taobao-staff#1-9", "调休要提前两天向组长报备。", 9, ask=("调休要提前几天说",))
    changed = [entry(fresh), *entries[3:]]
    seen: list[tuple[int, int]] = []
    build_index(changed, folder, embedder, progress=lambda *step: seen.append(step))

    assert sorted(embedder.embedded) == [
        "《taobao-staff》 / 二、考勤 / 调休要提前两天向组长报备。",
        "调休要提前几天说",
    ]
    assert seen == [(2, 2)]
    question = embedder.embed_questions(["调休要提前几天说"])[0]
    with open_index(folder) as index:
        best = index.dense(question, 3)[0]
        assert (index.passage(best.row), best.field) == (fresh, "ask")
        assert best.score == pytest.approx(1, abs=1e-3)
        for row, one in enumerate(changed):  # the vectors taken over stand at their new rows
            text = next(text for field, text in one.dense if field == "text")
            found = index.cosines(embedder.embed_questions([text])[0], np.array([row], np.int32))
            assert found["text"][0] == pytest.approx(1, abs=1e-3)


def test_another_model_embeds_everything_again(entries: list[Entry], folder: Path) -> None:
    other = HashedPairs("another", 32)
    build_index(entries, folder, other)
    assert len(other.embedded) == len(set(other.embedded)) > 30
    assert verify_index(folder).dimensions == 32


def test_altered_vectors_are_not_handed_on(entries: list[Entry], folder: Path, embedder: HashedPairs) -> None:
    vectors = folder / current_build(folder) / "vectors" / "text.faiss"
    data = bytearray(vectors.read_bytes())
    data[-5] ^= 0xFF
    vectors.write_bytes(data)

    build_index(entries, folder, embedder)
    assert len(embedder.embedded) == 30  # the texts only: typical questions and glosses were intact
    verify_index(folder)


def test_an_unreadable_index_is_replaced(entries: list[Entry], folder: Path, embedder: HashedPairs) -> None:
    (folder / current_build(folder) / "manifest.json").write_text("{}", encoding="utf-8")
    build_index(entries, folder, embedder)
    verify_index(folder)

    (folder / "CURRENT").write_text("../../etc\n", encoding="utf-8")
    build_index(entries, folder, embedder)
    verify_index(folder)


def test_an_index_of_another_version_stays_until_there_is_a_new_one(
    entries: list[Entry], folder: Path, embedder: HashedPairs
) -> None:
    old = folder / current_build(folder)
    manifest = json.loads((old / "manifest.json").read_text(encoding="utf-8"))
    (old / "manifest.json").write_text(json.dumps(manifest | {"format": 999}), encoding="utf-8")
    with builder(folder, 600, limit=60_000) as process:
        process.communicate(timeout=60)
    assert (old / "clauses.sqlite").exists()
    assert current_build(folder) == old.name
    build_index(entries, folder, embedder)
    assert verify_index(folder).clauses == 30


def test_vectors_of_a_build_of_another_format_are_taken_over(
    entries: list[Entry], folder: Path, embedder: HashedPairs
) -> None:
    old = folder / current_build(folder)
    facts = json.loads((old / "manifest.json").read_text(encoding="utf-8"))
    kept = {name: facts[name] for name in ("model", "dimensions", "vectors", "files")}
    (old / "manifest.json").write_text(json.dumps(kept | {"format": FORMAT - 1}), encoding="utf-8")
    (old / "clauses.sqlite").write_bytes(b"laid out in another way")
    changed = [entry(passage("new#1", "调休要提前两天向组长报备。")), *entries]
    build_index(changed, folder, embedder)

    assert embedder.embedded == ["《new》 / 二、考勤 / 调休要提前两天向组长报备。"]
    verify_index(folder)
    with open_index(folder) as index:
        for row, one in enumerate(changed):
            question = embedder.embed_questions([one.dense[0][1]])[0]
            found = index.cosines(question, np.array([row], np.int32))
            assert found["text"][0] == pytest.approx(1, abs=1e-3)


def test_altered_vectors_of_another_format_are_not_handed_on(
    entries: list[Entry], folder: Path, embedder: HashedPairs
) -> None:
    old = folder / current_build(folder)
    facts = json.loads((old / "manifest.json").read_text(encoding="utf-8"))
    (old / "manifest.json").write_text(json.dumps(facts | {"format": FORMAT + 1}), encoding="utf-8")
    data = bytearray((old / "vectors" / "text.faiss").read_bytes())
    data[-5] ^= 0xFF
    (old / "vectors" / "text.faiss").write_bytes(data)
    (old / "vectors" / "gloss.keys.npy").unlink()
    build_index(entries, folder, embedder)
    wanted = {text for one in entries for field, text in one.dense if field != "ask" and text}
    assert sorted(embedder.embedded) == sorted(wanted)


@pytest.mark.parametrize("broken", ["", "[]", '{"dimensions": 64, "files": [], "vectors": {}}'])
def test_a_manifest_that_tells_nothing_costs_only_time(
    entries: list[Entry], folder: Path, embedder: HashedPairs, broken: str
) -> None:
    (folder / current_build(folder) / "manifest.json").write_text(broken, encoding="utf-8")
    build_index(entries, folder, embedder)
    assert len(embedder.embedded) == len({text for one in entries for _, text in one.dense if text.strip()})


def test_the_previous_build_stays_and_older_ones_go(
    entries: list[Entry], folder: Path, embedder: HashedPairs
) -> None:
    first = current_build(folder)
    second = build_index(entries, folder, embedder).id
    assert {path.parent.name for path in folder.glob("*/manifest.json")} == {first, second}
    third = build_index(entries, folder, embedder).id
    assert {path.parent.name for path in folder.glob("*/manifest.json")} == {second, third}


def test_a_build_in_use_is_not_removed(entries: list[Entry], folder: Path, embedder: HashedPairs) -> None:
    first = current_build(folder)
    reader = open_index(folder)  # nothing of it is open yet but its manifest
    for _ in range(3):
        build_index(entries, folder, embedder)
    assert reader.lexical("迟到", 1)
    assert reader.dense(embedder.embed_questions(["迟到"])[0], 1)
    assert reader.by_id("taobao-staff#1-1")

    reader.close()
    build_index(entries, folder, embedder)
    assert not (folder / first).exists()


@pytest.mark.parametrize(
    ("broken", "words"),
    [
        (lambda entries: [], "no clauses"),
        (lambda entries: [*entries, entries[0]], "two clauses"),
        (lambda entries: [replace(entries[0], lexical=(("text", "坏\ud800字"),))], "not valid Unicode"),
    ],
)
def test_entries_that_cannot_be_indexed(
    entries: list[Entry], folder: Path, embedder: HashedPairs, broken: object, words: str
) -> None:
    old = current_build(folder)
    with pytest.raises(InputInvalid, match=words):
        build_index(broken(entries), folder, embedder)  # type: ignore[operator]
    assert current_build(folder) == old


def test_an_engine_that_answers_nonsense_is_refused(entries: list[Entry], folder: Path) -> None:
    class Broken(HashedPairs):
        def embed_passages(self, texts: object, progress: object = None) -> Vectors:
            return np.full((len(texts), self.dimensions), np.nan, np.float32)  # type: ignore[arg-type]

    old = current_build(folder)
    with pytest.raises(EmbeddingFailed, match="not finite"):
        build_index(entries, folder, Broken("broken"))
    assert current_build(folder) == old


def test_blank_texts_are_left_out(tmp_path: Path, embedder: HashedPairs) -> None:
    one = replace(
        entry(passage("a#1", "早班八点打卡。")), dense=(("text", "早班八点打卡。"), ("gloss", " \n"))
    )
    build_index([replace(one, lexical=(("text", "早班八点打卡。"), ("gloss", "")))], tmp_path, embedder)
    assert embedder.embedded == ["早班八点打卡。"]
    assert verify_index(tmp_path).vectors == {"text": 1}
    assert verify_index(tmp_path).lexical == ("text",)


@pytest.mark.parametrize("side", ["dense", "lexical"])
def test_one_side_alone_makes_an_index(tmp_path: Path, embedder: HashedPairs, side: str) -> None:
    one = replace(entry(passage("a#1", "早班八点打卡。")), **{side: ()})
    build_index([one], tmp_path, embedder)
    with open_index(tmp_path) as index:
        found = (index.dense(embedder.embed_questions(["打卡"])[0], 9), index.lexical("打卡", 9))
    assert [bool(part) for part in found] == [side == "lexical", side == "dense"]


def test_what_does_not_belong_to_the_index_stays(
    folder: Path, entries: list[Entry], embedder: HashedPairs
) -> None:
    (folder / "notes.partial").mkdir()
    (folder / "20200101T000000Z-abcdef.partial").mkdir()
    (folder / "CURRENT.tmp").write_text("x", encoding="ascii")
    build_index(entries, folder, embedder)
    assert litter(folder) == ["notes.partial"]


def test_the_corpus_digest_tells_every_change(entries: list[Entry]) -> None:
    one = entries[0]
    changed = [
        replace(one, passage=replace(one.passage, text="别的规定")),
        replace(one, passage=replace(one.passage, audience="public", platform="tmall")),
        replace(one, passage=replace(one.passage, note="原文缺字")),
        replace(one, dense=()),
        replace(one, lexical=one.lexical[1:]),
    ]
    digests = {corpus_digest([change, *entries[1:]]) for change in [one, *changed]}
    assert len(digests) == len(changed) + 1
    assert corpus_digest(entries) == corpus_digest(list(entries))


def test_an_interrupted_build_is_taken_up_where_it_stopped(folder: Path) -> None:
    class Interrupted(HashedPairs):
        def embed_passages(self, texts: object, progress: object = None) -> Vectors:
            if self.embedded:
                raise KeyboardInterrupt
            return super().embed_passages(texts)  # type: ignore[arg-type]

    old = current_build(folder)
    many = [entry(passage(f"a#{i}", f"第{i}条：值班手机不得关机。", i)) for i in range(700)]
    first = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        build_index(many, folder, first)
    assert current_build(folder) == old
    assert verify_index(folder).clauses == 30

    second = HashedPairs()
    build_index(many, folder, second)
    assert set(first.embedded).isdisjoint(second.embedded)
    assert len(first.embedded) + len(second.embedded) == 700
    assert litter(folder) == []
    question = second.embed_questions(["《a》 / 二、考勤 / 第3条：值班手机不得关机。"])[0]
    with open_index(folder) as index:
        assert index.dense(question, 1)[0].score == pytest.approx(1, abs=1e-3)


def test_a_torn_journal_is_used_up_to_the_tear(folder: Path) -> None:
    class Interrupted(HashedPairs):
        def embed_passages(self, texts: object, progress: object = None) -> Vectors:
            if self.embedded:
                raise KeyboardInterrupt
            return super().embed_passages(texts)  # type: ignore[arg-type]

    many = [entry(passage(f"a#{i}", f"第{i}条：工位不得吃东西。", i)) for i in range(700)]
    first = Interrupted()
    with pytest.raises(KeyboardInterrupt):
        build_index(many, folder, first)
    journal = folder / "embedded.journal"
    record = 16 + 4 + 64 * 4
    data = bytearray(journal.read_bytes()[:-10])
    data[32 + record * 100 + 30] ^= 0xFF
    journal.write_bytes(data)

    second = HashedPairs()
    build_index(many, folder, second)
    assert len(second.embedded) == 600


def test_killed_while_embedding(folder: Path) -> None:
    old = current_build(folder)
    with builder(folder, 1500, pause=0.4) as process:
        wait_for(
            lambda: (
                (folder / "embedded.journal").exists() and (folder / "embedded.journal").stat().st_size > 9999
            )
        )
        process.send_signal(signal.SIGKILL)
    assert current_build(folder) == old
    verify_index(folder)

    with builder(folder, 1500) as process:
        out, problems = process.communicate(timeout=60)
    assert problems == ""
    assert int(out.split()[1]) < 1500
    assert verify_index(folder).clauses == 1500
    assert litter(folder) == []


def test_killed_at_any_moment_while_writing(
    folder: Path, entries: list[Entry], embedder: HashedPairs
) -> None:
    seen = set()
    for wait in (0.0, 0.01, 0.03, 0.06, 0.1, 0.15):
        with builder(folder, 400) as process:
            assert process.stdout is not None
            process.stdout.readline()
            time.sleep(wait)
            process.kill()
        seen.add(verify_index(folder).clauses)
    assert seen <= {30, 400}
    build_index(entries, folder, embedder)
    assert litter(folder) == []


def test_two_builders_do_not_collide(folder: Path, entries: list[Entry], embedder: HashedPairs) -> None:
    old = current_build(folder)
    with builder(folder, 600, pause=0.7) as process:
        wait_for(lambda: (folder / ".lock").read_text(encoding="ascii") == f"{process.pid}\n")
        with pytest.raises(IndexBusy, match=str(process.pid)) as caught:
            build_index(entries, folder, embedder)
        assert "Wait" in caught.value.hint
        assert current_build(folder) == old
        _, problems = process.communicate(timeout=60)
    assert problems == ""
    assert verify_index(folder).clauses == 600
    build_index(entries, folder, embedder)


@pytest.mark.parametrize(
    ("dimensions", "limit"),
    [(64, 60_000), (64, 161_000), (4, 40_000), (4, 20_000)],
    ids=["journal", "store", "store again", "lexical"],
)
def test_a_full_disk_leaves_the_old_index(folder: Path, dimensions: int, limit: int) -> None:
    """A limit on file sizes fails writes as a full disk does, without filling one."""
    old = current_build(folder)
    with builder(folder, 600, dimensions=dimensions, limit=limit) as process:
        _, problems = process.communicate(timeout=60)
    assert problems.startswith("index-unwritable: ")
    assert problems.count("\n") == 1
    assert current_build(folder) == old
    verify_index(folder)
    assert litter(folder) in ([], ["embedded.journal"])


def test_vectors_that_cannot_be_written(folder: Path) -> None:
    with builder(folder, 600) as process:
        process.communicate(timeout=60)
    old = current_build(folder)
    with builder(folder, 590, limit=60_000) as process:  # nothing to embed, so nothing for the journal
        _, problems = process.communicate(timeout=60)
    assert "text.faiss" in problems
    assert current_build(folder) == old


def test_a_folder_that_is_a_file(tmp_path: Path, entries: list[Entry], embedder: HashedPairs) -> None:
    (tmp_path / "index").write_text("", encoding="utf-8")
    with pytest.raises(IndexUnwritable):
        build_index(entries, tmp_path / "index", embedder)
    with pytest.raises(IndexMissing):
        current_build(tmp_path / "index" / "x")


def test_readers_see_the_old_index_or_the_new_one(
    folder: Path, entries: list[Entry], embedder: HashedPairs
) -> None:
    """Readers open, ask and close all the time while builds replace each other."""
    stop = threading.Event()

    def read() -> set[int]:
        seen = set()
        while not stop.is_set():
            with open_index(folder, model="hashed-pairs") as index:
                hits = index.lexical("迟到", 3)
                assert hits
                assert index.passages([hit.row for hit in hits])
                seen.add(len(index))
        return seen

    with ThreadPoolExecutor(2) as pool:
        readers = [pool.submit(read) for _ in range(2)]
        for count in (20, 25, 30, 15):
            build_index(entries[:count], folder, embedder)
        stop.set()
        for reader in readers:
            assert reader.result() <= {15, 20, 25, 30}


def test_nothing_heavy_is_imported_with_the_package() -> None:
    code = (
        "import sys, kb.index; print([name for name in ('numpy', 'faiss', 'tantivy') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        cwd=Path(__file__).parents[2],
        check=True,
    )
    assert done.stdout == "[]\n"


def test_the_manifest_is_plain_json(folder: Path) -> None:
    manifest = json.loads((folder / current_build(folder) / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["format"] == FORMAT
    assert manifest["files"]["clauses.sqlite"].keys() == {"size", "sha256"}
