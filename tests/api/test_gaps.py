"""What the rules do not say is kept, grouped by meaning, and never lost once accepted."""

from __future__ import annotations

import csv
import io
import json
import signal
import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.conftest import Inside, Keys, Serve
from kb.api.gaps import Gap, GapStore
from kb.cli.main import main
from kb.errors import GapsUnavailable

UNKNOWN = "公司食堂中午供应什么菜"


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_unanswered_and_unhelpful_questions_are_grouped_by_meaning(
    inside: Inside, small_index: Path, tmp_path: Path
) -> None:
    path = tmp_path / "gaps.sqlite"
    with inside(small_index, gaps=path) as running:
        for question in (UNKNOWN, UNKNOWN, "公司食堂中午有什么菜", "和顾客吵起来第二次罚多少"):
            running.post("/api/v1/ask", {"question": question})
        for helpful, kept in ((True, False), (False, True)):
            body = {"question": "年终奖什么时候发", "helpful": helpful}
            assert running.post("/api/v1/feedback", body).json() == {"kept": kept}
        assert running.post("/api/v1/feedback", {"question": " ", "helpful": False}).status_code == 422
    assert path.stat().st_mode & 0o077 == 0
    found = [json.loads(line) for line in run("gaps", "--json", "--gaps", path).stdout.splitlines()]
    assert [(one["question"], one["count"], one["abstained"], one["unhelpful"]) for one in found] == [
        (UNKNOWN, 3, 3, 0),
        ("年终奖什么时候发", 1, 0, 1),
    ]
    assert found[0]["wordings"] == [UNKNOWN, "公司食堂中午有什么菜"]
    assert found[0]["nearest"].startswith(("pinecone#", "bamboo#"))
    assert found[0]["last"].startswith(f"{datetime.now(UTC):%Y-%m-}")
    rows = list(csv.DictReader(io.StringIO(run("gaps", "--csv", "--gaps", path).stdout)))
    assert [row["count"] for row in rows] == ["3", "1"]
    shown = run("gaps", "--gaps", path)
    assert UNKNOWN in shown.stdout
    assert "4 questions, 2 groups" in shown.stderr


def test_nothing_is_kept_when_switched_off(serve: Serve, small_index: Path, tmp_path: Path) -> None:
    path = tmp_path / "gaps.sqlite"
    with serve(small_index, "--no-gaps", "--gaps", path) as running:
        assert running.post("/api/v1/ask", {"question": UNKNOWN}).json()["status"] == "abstained"
        assert running.post("/api/v1/feedback", {"question": UNKNOWN, "helpful": False}).json() == {
            "kept": False
        }
    assert not path.exists()


def test_feedback_needs_a_key_where_keys_are_in_use(
    inside: Inside, small_index: Path, keys: Keys, tmp_path: Path
) -> None:
    with inside(small_index, keys=keys.path, gaps=tmp_path / "gaps.sqlite") as running:
        body = {"question": UNKNOWN, "helpful": False}
        assert running.post("/api/v1/feedback", body).status_code == 401
        assert running.post("/api/v1/feedback", body, headers=keys.header("staff")).json() == {"kept": True}


def test_accepted_feedback_survives_kill_9(serve: Serve, small_index: Path, tmp_path: Path) -> None:
    path = tmp_path / "gaps.sqlite"
    with serve(small_index, "--gaps", path) as running:
        for n in range(5):
            body = {"question": f"第{n}条没写", "helpful": False}
            assert running.post("/api/v1/feedback", body).json() == {"kept": True}
        running.process.send_signal(signal.SIGKILL)
        running.process.wait()
    assert [gap.question for gap in GapStore(path).all()] == [f"第{n}条没写" for n in range(5)]


@pytest.mark.parametrize("damage", ["soup", "middle", "schema"])
def test_a_damaged_file_is_put_aside(
    damage: str, inside: Inside, small_index: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "gaps.sqlite"
    store = GapStore(path)
    for n in range(300):
        store.keep(f"{n} " * 20, "abstained", "")
    store.close()
    content = path.read_bytes()
    if damage == "soup":
        path.write_bytes(b"soup" * 1000)
    elif damage == "middle":
        path.write_bytes(content[:4096] + b"\xff" * 8192 + content[12288:])
    else:
        path.unlink()
        with sqlite3.connect(path) as database:
            database.execute("CREATE TABLE gap (soup TEXT)")
        database.close()
    with inside(small_index, gaps=path) as running:
        answer = running.post("/api/v1/ask", {"question": UNKNOWN})
        assert answer.json()["status"] == "abstained"
        kept = running.post("/api/v1/feedback", {"question": "还在吗", "helpful": False})
        assert kept.json() == {"kept": True}
    assert [gap.question for gap in GapStore(path).all()] == [UNKNOWN, "还在吗"]
    assert "gaps put aside" in capfd.readouterr().err
    assert len([other for other in tmp_path.iterdir() if ".damaged-" in other.name]) == 1


def test_a_file_that_cannot_be_written_spoils_no_answer(
    inside: Inside, small_index: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with inside(small_index, gaps=tmp_path / "file" / "gaps.sqlite") as running:
        assert running.post("/api/v1/ask", {"question": UNKNOWN}).status_code == 200
        refused = running.post("/api/v1/feedback", {"question": UNKNOWN, "helpful": False})
        assert (refused.status_code, refused.json()["code"]) == (503, "gaps-unavailable")
        assert str(tmp_path) not in refused.text
    assert "gap lost" in capfd.readouterr().err


def test_old_gaps_and_too_many_are_dropped(tmp_path: Path) -> None:
    path = tmp_path / "gaps.sqlite"
    store = GapStore(path, days=30, most=3)
    for n in range(5):
        store.keep(str(n), "abstained", "")
    store.close()
    again = GapStore(path, days=30, most=3)
    again.keep("5", "abstained", "")
    assert [gap.question for gap in again.all()] == ["3", "4", "5"]
    again.close()
    old = (datetime.now(UTC) - timedelta(days=31)).strftime("%Y-%m-%dT%H:%M:%SZ")
    with sqlite3.connect(path) as database:
        database.execute("UPDATE gap SET at = ? WHERE question = '4'", (old,))
    database.close()
    third = GapStore(path, days=30, most=3)
    third.keep("6", "unhelpful", "a#1")
    assert third.all()[-1] == Gap("6", "unhelpful", "a#1", third.all()[-1].at)
    assert [gap.question for gap in third.all()] == ["3", "5", "6"]
    third.close()


def test_no_gaps_yet(tmp_path: Path) -> None:
    missing = run("gaps", "--gaps", tmp_path / "none.sqlite")
    assert missing.exit_code == 10
    assert "kb serve" in missing.stderr
    with pytest.raises(GapsUnavailable):
        GapStore(tmp_path).keep("a", "abstained", "")


def test_a_question_is_no_formula(tmp_path: Path) -> None:
    path = tmp_path / "gaps.sqlite"
    store = GapStore(path)
    store.keep("=1+1", "abstained", "")
    store.close()
    assert "'=1+1" in run("gaps", "--csv", "--gaps", path).stdout
