"""A new build is taken into use without a gap; one that is damaged is refused; a server starts whatever is wrong."""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from api.conftest import CASES, ROOT, Asked, Inside, Serve
from kb.api.live import LiveIndex
from kb.errors import IndexMissing
from kb.knowledge_base import KnowledgeBase, build

RUNS = max(2, int(CASES))  # 20 with KB_CASES=20
QUESTION = {"question": "迟到扣多少"}


@pytest.fixture
def docs_copy(docs: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(docs, tmp_path / "docs"))


@pytest.fixture
def index(small_index: Path, tmp_path: Path) -> Path:
    """A copy of the small index, to build into and to damage."""
    return Path(shutil.copytree(small_index, tmp_path / "index"))


def reworded(docs: Path, n: int) -> None:
    """Change one rule, so that the next build differs and embeds something."""
    page = docs / "shop-handbook" / "bamboo.md"
    lines = page.read_text(encoding="utf-8").splitlines()
    at = next(i for i, line in enumerate(lines) if line.startswith("- **2、**"))
    lines[at] = f"- **2、** 上班时玩手机游戏，第{n}次扣{n}元。"
    page.write_text("\n".join(lines) + "\n", encoding="utf-8")


class Asking:
    """Keeps asking until told to stop, and remembers what came back."""

    def __init__(self, asked: Asked) -> None:
        self.statuses: list[int] = []
        self.indexes: set[str] = set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._ask, args=(asked,))

    def _ask(self, asked: Asked) -> None:
        while not self._stop.is_set():
            answer = asked.post("/api/v1/ask", QUESTION)
            self.statuses.append(answer.status_code)
            self.indexes.add(answer.json()["index"]["id"])

    def __enter__(self) -> Asking:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()


def wait_until(what: object, *, seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not what():  # type: ignore[operator]
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)


def test_a_new_build_is_served_without_a_gap(inside: Inside, docs_copy: Path, index: Path) -> None:
    with inside(index, watch=0.05) as running:
        with Asking(running) as asking:
            for n in (7, 8, 9):
                reworded(docs_copy, n)
                new = build(docs_copy, index)
                wait_until(lambda new=new: new.id in asking.indexes, seconds=5)
        assert set(asking.statuses) == {200}
        found = running.get("/api/v1/clauses/bamboo%231-2").json()
        assert found["text"] == "上班时玩手机游戏，第9次扣9元。"
    builds = [path for path in index.iterdir() if path.is_dir() and path.name.startswith("2")]
    assert len(builds) <= 3, "builds no longer read are removed"


def test_a_request_under_way_ends_on_its_own_build(docs_copy: Path, index: Path) -> None:
    live = LiveIndex(index, "default", every=60)
    with pytest.raises(IndexMissing), live.use():
        pass
    live.look()
    with live.use() as old:
        reworded(docs_copy, 5)
        new = build(docs_copy, index)
        live.look()
        with live.use() as other:
            assert other.info.id == new.id
        assert "第5次" not in old.show("bamboo#1-2")[0].text, "still open"
    live.look()
    live.close()
    with pytest.raises(IndexMissing), live.use():
        pass


def cut(index: Path, *, byte: bool = False) -> Path:
    """Damage the vectors of the current build; return the file."""
    file = next((index / KnowledgeBase.current(index) / "vectors").glob("*.faiss"))
    content = file.read_bytes()
    if byte:
        file.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    else:
        file.write_bytes(content[: len(content) // 2])
    return file


@pytest.mark.parametrize("byte", [False, True])
def test_a_damaged_build_is_refused_and_the_old_one_stays(
    inside: Inside,
    docs_copy: Path,
    index: Path,
    tmp_path: Path,
    byte: bool,
    capfd: pytest.CaptureFixture[str],
) -> None:
    with inside(index, watch=0.05) as running:
        old = running.get("/api/v1/health").json()["index"]["id"]
        elsewhere = Path(shutil.copytree(index, tmp_path / "elsewhere"))
        reworded(docs_copy, 3)
        new = build(docs_copy, elsewhere)
        damaged = cut(elsewhere, byte=byte)
        shutil.copytree(elsewhere / new.id, index / new.id)
        (index / "CURRENT.new").write_text(new.id + "\n", encoding="ascii")
        (index / "CURRENT.new").replace(index / "CURRENT")
        wait_until(lambda: running.get("/api/v1/health").json()["degraded"])
        health = running.get("/api/v1/health")
        assert health.status_code == 200
        assert health.json()["degraded"]["code"] == "index-damaged"
        assert str(index) not in health.text
        answer = running.post("/api/v1/ask", QUESTION).json()
        assert answer["index"]["id"] == old
        assert b"kb_degraded 1.0" in running.get("/metrics").content
        log = capfd.readouterr().err
        assert log.count('"event": "index refused"') == 1, "said once, not every second"
        assert damaged.name in log
        reworded(docs_copy, 4)
        mended = build(docs_copy, index)
        wait_until(lambda: running.get("/api/v1/health").json()["index"]["id"] == mended.id)
        assert running.get("/api/v1/health").json()["degraded"] is None


def test_a_server_starts_on_a_damaged_index_and_recovers(
    inside: Inside, docs_copy: Path, index: Path
) -> None:
    cut(index)
    with inside(index, watch=0.05, ready=False) as running:
        wait_until(lambda: running.get("/api/v1/health").json()["degraded"]["code"] == "index-damaged")
        assert running.get("/api/v1/health").status_code == 503
        answer = running.post("/api/v1/ask", QUESTION)
        assert (answer.status_code, answer.json()["code"]) == (503, "index-damaged")
        assert "retry-after" in answer.headers
        assert str(index) not in answer.text
        build(docs_copy, index)
        wait_until(lambda: running.get("/api/v1/health").status_code == 200)
        assert running.post("/api/v1/ask", QUESTION).status_code == 200


def test_a_server_starts_before_there_is_an_index(inside: Inside, docs: Path, tmp_path: Path) -> None:
    with inside(tmp_path / "index", watch=0.05, ready=False) as running:
        wait_until(lambda: running.get("/api/v1/health").json()["degraded"]["code"] == "index-missing")
        assert "nan" in running.get("/metrics").text.lower()
        build(docs, tmp_path / "index")
        wait_until(lambda: running.get("/api/v1/health").status_code == 200)


def test_a_missing_model_cache_is_made_again(serve: Serve, small_index: Path, tmp_path: Path) -> None:
    with serve(small_index, env={"KB_CACHE": str(tmp_path / "cache")}, ready=False) as running:
        running.wait_for("index in use", seconds=60)
        assert running.post("/api/v1/ask", QUESTION).status_code == 200


def test_a_model_cache_that_cannot_be_made_is_said(serve: Serve, small_index: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder", encoding="utf-8")
    with serve(small_index, env={"KB_CACHE": str(tmp_path / "file" / "cache")}, ready=False) as running:
        line = running.wait_for("index refused", seconds=60)
        assert line["code"] == "model"
        assert "KB_CACHE" in line["hint"]
        assert running.get("/api/v1/health").json()["degraded"]["code"] == "model"


def kb(*arguments: str | Path) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "kb.cli.main", *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stderr=subprocess.PIPE,
    )


# Runs a real build that dies by SIGKILL at one step of the exchange: before or after a rename or a sync.
DIE = """
import os, signal, sys
from pathlib import Path
from kb.index import versions
from kb.knowledge_base import build

docs, index, step = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
count = 0

def counted(work):
    def run(*arguments):
        global count
        if publishing and count == step:
            os.kill(os.getpid(), signal.SIGKILL)
        count += publishing
        return work(*arguments)
    return run

publishing = False
publish = versions.publish

def published(*arguments):
    global publishing
    publishing = True
    publish(*arguments)
    publishing = False

import kb.index.build
kb.index.build.publish = published
versions.sync = counted(versions.sync)
Path.rename = counted(Path.rename)
Path.replace = counted(Path.replace)
build(docs, index)
"""


@pytest.fixture
def watched(inside: Inside, index: Path) -> Iterator[Asked]:
    with inside(index, watch=0.05) as running:
        yield running


def test_killed_builds_leave_the_service_as_it_was(watched: Asked, docs_copy: Path, index: Path) -> None:
    chance = random.Random(3)
    killed = 0
    with Asking(watched) as asking:
        for n in range(RUNS):
            reworded(docs_copy, n + 20)
            process = kb("index", "--docs", docs_copy, "--index", index)
            builder = f"{process.pid}\n"  # who builds writes so into the lock
            wait_until(
                lambda builder=builder: (index / ".lock").read_text(encoding="ascii") == builder, seconds=60
            )
            time.sleep(chance.uniform(0, 0.05))  # an update of one page takes little more
            process.send_signal(signal.SIGKILL)
            process.communicate()
            killed += process.returncode == -signal.SIGKILL
        reworded(docs_copy, 99)
        last = build(docs_copy, index)
        wait_until(lambda: last.id in asking.indexes)
    assert killed >= RUNS / 2, "while they were building"
    assert set(asking.statuses) == {200}
    assert watched.get("/api/v1/health").json()["degraded"] is None


def test_builds_killed_in_the_exchange_leave_the_old_index_or_the_new_one(
    watched: Asked, docs_copy: Path, index: Path
) -> None:
    with Asking(watched) as asking:
        for n in range(RUNS):
            reworded(docs_copy, n + 50)
            step = n * 20 // RUNS  # there are about as many steps; later ones do not die
            done = subprocess.run(
                [sys.executable, "-c", DIE, docs_copy, index, str(step)],
                env={**os.environ, "PYTHONPATH": str(ROOT)},
                capture_output=True,
                check=False,
            )
            assert done.returncode in (-signal.SIGKILL, 0), done.stderr
            with KnowledgeBase.open(index) as opened:  # what a restarted server would find
                opened.verify()
        last = build(docs_copy, index)
        wait_until(lambda: last.id in asking.indexes)
    assert set(asking.statuses) == {200}


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system with room for one index only."""
    place = tmp_path / "disk"
    place.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(place)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("mounting is not allowed here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def test_a_full_disk_stops_builds_not_the_service(
    inside: Inside, docs_copy: Path, index: Path, small_disk: Path
) -> None:
    place = Path(shutil.copytree(index, small_disk / "index"))
    with inside(place, watch=0.05) as running:
        (small_disk / "filler").write_bytes(b"\0" * (shutil.disk_usage(small_disk).free - 20_000))
        with Asking(running) as asking:
            reworded(docs_copy, 6)
            process = kb("index", "--docs", docs_copy, "--index", place)
            _, said = process.communicate(timeout=60)
            assert process.returncode == 3, said
            assert b"disk" in said
        assert set(asking.statuses) == {200}
        (small_disk / "filler").unlink()
        new = build(docs_copy, place)
        wait_until(lambda: running.get("/api/v1/health").json()["index"]["id"] == new.id)
