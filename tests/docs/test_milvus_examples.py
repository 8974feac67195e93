"""Every example on the page about Milvus runs, against a Milvus Lite and an embedding server in the places it names."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import threading
import tomllib
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from kb.embed import open_embedder
from tests.support import ROOT

PAGE = (ROOT / "docs" / "operating" / "milvus.md").read_text(encoding="utf-8")
LINES = [
    line.partition("  #")[0].strip()
    for body in re.findall(r"^```sh\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
    for line in body.splitlines()
    if line.strip()
]


@pytest.fixture(scope="module")
def embedding_server() -> Iterator[str]:
    """Address of a server that speaks ``/v1/embeddings``, with the default model."""
    model = open_embedder()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
            vectors = model.embed_passages(asked["input"]).tolist()
            rows = [{"index": at, "embedding": vector} for at, vector in enumerate(vectors)]
            body = json.dumps({"data": rows}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/v1"
        server.shutdown()
        thread.join()


def test_the_examples_in_their_order(
    milvus_server: str, embedding_server: str, docs: Path, tmp_path: Path
) -> None:
    shutil.copytree(docs, tmp_path / "docs")
    env = os.environ | {"PYTHONPATH": str(ROOT), "no_proxy": "127.0.0.1"}
    kb = [sys.executable, "-m", "kb.cli.main"]
    subprocess.run([*kb, "keys", "add", "a", "--audience", "staff"], cwd=tmp_path, env=env, check=True, capture_output=True)  # fmt: skip
    places = {
        "http://milvus:19530": milvus_server,
        "http://embed:8080/v1": embedding_server,
        "/run/keys.json": "keys.json",
    }
    for line in LINES:
        here = re.sub("|".join(places), lambda found: places[found[0]], line)
        words = shlex.split(here)
        own = dict(env)
        if words[0] == "pip":
            extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
            assert words == ["pip", "install", "policy-kb[milvus]"] and extras["milvus"]
            continue
        if words[0] == "export":
            env |= [words[1].split("=", 1)]
            env["KB_EMBED_KEY"] = "secret"
            continue
        while "=" in words[0]:
            own |= [words.pop(0).split("=", 1)]
        assert words.pop(0) == "kb"
        if words[0] == "serve":
            serves([*kb, *words, "--port", "0"], tmp_path, own)
            continue
        done = subprocess.run(
            [*kb, *words], cwd=tmp_path, env=own, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, (line, done.stderr)
    assert sum(" serve" in line for line in LINES) == 2 and len(LINES) == 7


def serves(command: list[str], folder: Path, env: dict[str, str]) -> None:
    """See that a server takes an index into use, and end it."""
    with subprocess.Popen(command, cwd=folder, env=env, stderr=subprocess.PIPE, text=True) as server:
        assert server.stderr is not None
        events = []
        for line in server.stderr:
            events.append(json.loads(line)["event"] if line.startswith("{") else line)
            if events[-1] in ("index in use", "index refused"):
                break
        assert events[-1] == "index in use", events
        server.terminate()
