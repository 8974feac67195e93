"""Keys: shown once, kept as digests, revoked at once, and closed when in doubt."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from api.conftest import Inside, Serve
from kb.api.keys import KeyRing, add_key, read_keys, revoke_key
from kb.cli.main import main
from kb.errors import InputInvalid, KeysInvalid, KeyUnknown


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments])


def test_keys_by_command(tmp_path: Path) -> None:
    path = tmp_path / "new" / "keys.json"
    made = run("keys", "add", "Li Lei", "--audience", "staff", "--audience", "public", "--keys", path)
    assert made.exit_code == 0
    secret = made.stdout.strip()
    assert secret.startswith("kb_")
    assert len(secret) > 40
    kept = path.read_text(encoding="utf-8")
    assert secret not in kept
    assert secret.removeprefix("kb_")[:10] not in kept
    assert path.stat().st_mode & 0o077 == 0
    listed = json.loads(run("keys", "list", "--json", "--keys", path).stdout)
    assert listed["name"] == "Li Lei"
    assert listed["audiences"] == ["public", "staff"]
    assert "digest" not in listed
    assert listed["id"] in run("keys", "list", "--keys", path).stdout
    assert KeyRing(path).find(secret).id == listed["id"]
    assert run("keys", "revoke", listed["id"], "--keys", path).exit_code == 0
    assert read_keys(path) == ()
    again = run("keys", "revoke", listed["id"], "--keys", path)
    assert again.exit_code == 9
    assert "kb keys list" in again.stderr


def test_a_revoked_key_is_refused_by_a_running_server(
    inside: Inside, small_index: Path, tmp_path: Path
) -> None:
    path = tmp_path / "keys.json"
    key, secret = add_key(path, "a", ["staff"])
    with inside(small_index, keys=path) as running:
        header = {"Authorization": f"Bearer {secret}"}
        assert running.get("/api/v1/documents", headers=header).status_code == 200
        revoke_key(path, key.id)
        assert running.get("/api/v1/documents", headers=header).status_code == 401
        _, second = add_key(path, "b", ["manager"])
        found = running.get("/api/v1/documents", headers={"Authorization": f"Bearer {second}"}).json()
        assert [document["audience"] for document in found["documents"]] == ["manager"]
        path.write_text("soup", encoding="utf-8")
        lost = running.get("/api/v1/documents", headers=header)
        assert (lost.status_code, lost.json()["code"]) == (503, "keys-invalid")
        assert str(tmp_path) not in lost.text
        path.unlink()
        assert running.get("/api/v1/documents", headers=header).status_code == 503
        assert running.get("/", headers=header).status_code == 503
        assert running.get("/api/v1/documents").status_code == 401, "no key, no look at the file"


@pytest.mark.parametrize(
    "content",
    [
        "", "[]", "{}", '{"keys": {}}', '{"keys": [{}]}', '{"keys": [5]}',
        '{"keys": [{"id": "a", "name": "b", "audiences": ["boss"], "digest": "c", "created_at": ""}]}',
        '{"keys": [{"id": "a", "name": "b", "audiences": "staff", "digest": "c", "created_at": ""}]}',
        '{"keys": [{"id": 5, "name": "b", "audiences": ["staff"], "digest": "c", "created_at": ""}]}',
    ],
)  # fmt: skip
def test_a_file_that_is_malformed_opens_nothing(content: str, tmp_path: Path) -> None:
    path = tmp_path / "keys.json"
    path.write_text(content, encoding="utf-8")
    if content == '{"keys": {}}':
        assert read_keys(path) == ()
        return
    with pytest.raises(KeysInvalid, match=r"keys\.json"):
        KeyRing(path)
    with pytest.raises(KeysInvalid):
        add_key(path, "a", ["staff"])
    assert path.read_text(encoding="utf-8") == content


def test_a_key_opens_something(tmp_path: Path) -> None:
    with pytest.raises(InputInvalid, match="opens nothing"):
        add_key(tmp_path / "keys.json", "a", [])
    with pytest.raises(InputInvalid, match="boss"):
        add_key(tmp_path / "keys.json", "a", ["boss"])
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(KeysInvalid, match="written"):
        add_key(tmp_path / "file" / "keys.json", "a", ["staff"])
    path = tmp_path / "keys.json"
    add_key(path, "a", ["staff"])
    with pytest.raises(KeyUnknown):
        KeyRing(path).find("kb_other")


def test_serve_refuses_to_be_open_by_accident(tmp_path: Path) -> None:
    refused = run("serve", "--host", "0.0.0.0", "--keys", tmp_path / "none.json")
    assert refused.exit_code == 2
    assert "kb keys add" in refused.stderr
    assert "--no-keys" in refused.stderr
    assert run("serve", "--host", "rules.example", "--keys", tmp_path / "none.json").exit_code == 2
    bad = tmp_path / "keys.json"
    bad.write_text("soup", encoding="utf-8")
    assert run("serve", "--keys", bad).exit_code == 9
    assert run("serve", "--host", "192.0.2.1", "--port", "1", "--no-keys").exit_code == 2


def test_serve_is_locked_as_soon_as_there_is_a_file_of_keys(
    serve: Serve, small_index: Path, tmp_path: Path
) -> None:
    path = tmp_path / "keys.json"
    key, _ = add_key(path, "a", ["staff"])
    revoke_key(path, key.id)
    with serve(small_index, "--keys", path) as running:
        assert running.get("/api/v1/documents").status_code == 401
    with serve(small_index, "--keys", path, "--no-keys", "--behind-proxy", "127.0.0.1") as running:
        header = {"X-Forwarded-For": "203.0.113.7", "X-Request-ID": "forwarded"}
        assert running.get("/api/v1/documents", headers=header).status_code == 200
        assert running.wait_for("request", id="forwarded")["address"] == "203.0.113.7"
        taken = run("serve", "--port", running.url.rpartition(":")[2], "--no-keys", "--index", small_index)
        assert taken.exit_code == 2
        assert "in use" in taken.stderr
