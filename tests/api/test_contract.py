"""The server keeps what its OpenAPI document promises: generated requests, every check of schemathesis."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from api.conftest import CASES, Keys, Serve
from kb.model.document import AUDIENCES

# The coverage phase alone is about a thousand requests, the same ones every time; random ones come with more cases.
PHASES = "examples,coverage,fuzzing" if CASES > 1 else "examples,coverage"


def test_every_generated_request_is_answered_as_documented(
    serve: Serve, small_index: Path, keys: Keys, tmp_path: Path
) -> None:
    command = [
        Path(sys.executable).with_name("st"), "run", "--checks", "all", "--phases", PHASES,
        "--max-examples", str(int(10 * CASES)), "--seed", "1", "--continue-on-failure", "--no-color",
        "--header", f"Authorization: {keys.header(*AUDIENCES)['Authorization']}",
    ]  # fmt: skip
    with serve(small_index, "--keys", keys.path, "--rate", "1e6") as running:
        found = subprocess.run(
            [*command, running.url + "/api/openapi.json"],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            check=False,
        )
    assert found.returncode == 0, found.stdout[-5000:] + found.stderr
    generated = re.search(r"(\d+) generated, (\d+) passed", found.stdout)
    assert generated, found.stdout[-2000:]
    assert int(generated[1]) > (2000 if CASES >= 20 else 500)
    assert re.search(r"Tested: 8", found.stdout)
