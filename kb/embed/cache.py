"""Files made once and kept: each begins with the digest of the rest and is made again when damaged."""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

from kb.errors import ModelProblem

_DIGEST_BYTES = 32


def cache_folder() -> Path:
    """``KB_CACHE``, or ``~/.cache/policy-kb``."""
    chosen = os.environ.get("KB_CACHE")
    return Path(chosen).expanduser() if chosen else Path.home() / ".cache" / "policy-kb"


def kept(path: Path, make: Callable[[], bytes]) -> bytes:
    """The content kept at ``path``; made and kept first when missing or damaged.

    Two processes may make it at once: each writes its own temporary file, and the last one to finish stays.

    Raises:
        ModelProblem: The file cannot be written.
    """
    content = _read(path)
    if content is None:
        content = make()
        _write(path, content)
    return content


def _read(path: Path) -> bytes | None:
    try:
        with path.open("rb", buffering=0) as file:  # a buffer would copy all of it once more
            digest, content = file.read(_DIGEST_BYTES), file.read()
    except OSError:
        return None
    return content if hashlib.sha256(content).digest() == digest else None


def _write(path: Path, content: bytes) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(hashlib.sha256(content).digest())
                file.write(content)
            Path(temporary).chmod(0o644)  # a cache made by one user serves the others
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise ModelProblem(
            f"cannot keep the converted model at {path}: {error.strerror}",
            hint="set KB_CACHE to a folder that can be written",
            path=str(path),
        ) from error
