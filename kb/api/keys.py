"""Keys and what they open. The file holds digests only; a key itself is shown once, when it is made."""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path

from kb.errors import InputInvalid, KeysInvalid, KeyUnknown
from kb.model.document import AUDIENCES

_PREFIX = "kb_"


@dataclass(frozen=True, slots=True)
class Key:
    """One key as the file knows it.

    Attributes:
        id: Short name for logs and for revoking.
        name: Whose it is.
        audiences: What it opens.
        digest: SHA-256 of the key, 64 hex digits. A key has 256 random bits, so a slow hash would add nothing.
        created_at: UTC time, ISO 8601.
    """

    id: str
    name: str
    audiences: tuple[str, ...]
    digest: str
    created_at: str


def read_keys(path: Path) -> tuple[Key, ...]:
    """Return the keys of a file.

    Raises:
        KeysInvalid: It is missing or malformed.
    """
    try:
        rows = json.loads(path.read_text(encoding="utf-8"))["keys"]
        keys = tuple(Key(**(row | {"audiences": checked_audiences(row["audiences"])})) for row in rows)
    except (OSError, ValueError, TypeError, KeyError, AttributeError, InputInvalid) as error:
        raise KeysInvalid(
            f"the file of keys {path} cannot be read: {error}",
            hint="make a key with `kb keys add`, or restore the file from a backup",
        ) from error
    if not all(isinstance(value, str) for key in keys for value in (key.id, key.name, key.digest)):
        raise KeysInvalid(f"the file of keys {path} is malformed", hint="restore it from a backup")
    return keys


def add_key(path: Path, name: str, audiences: Sequence[str]) -> tuple[Key, str]:
    """Add a key to the file, making the file if need be; return it and the key to hand out.

    Raises:
        InputInvalid: An audience is unknown, or none is named.
        KeysInvalid: The file is malformed or cannot be written.
    """
    granted = checked_audiences(audiences)
    if not granted:
        raise InputInvalid("a key without an audience opens nothing", hint="name one with --audience")
    keys = read_keys(path) if path.exists() else ()
    secret = _PREFIX + secrets.token_urlsafe(32)
    now = datetime.now(UTC).replace(microsecond=0).isoformat().replace("+00:00", "Z")
    key = Key(secrets.token_hex(4), name, granted, digest_of_key(secret), now)
    _write(path, (*keys, key))
    return key, secret


def revoke_key(path: Path, key_id: str) -> Key:
    """Take a key out of the file; a running server refuses it at once.

    Raises:
        KeyUnknown: The file has no such key.
        KeysInvalid: The file is missing, malformed or cannot be written.
    """
    keys = read_keys(path)
    for key in keys:
        if key.id == key_id:
            _write(path, tuple(other for other in keys if other is not key))
            return key
    raise KeyUnknown(f"{path} has no key {key_id!r}", hint="`kb keys list` shows their ids")


def digest_of_key(secret: str) -> str:
    """Return the digest a key is kept as."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


def checked_audiences(audiences: Sequence[str]) -> tuple[str, ...]:
    """Return the audiences, each once, in the order of ``AUDIENCES``.

    Raises:
        InputInvalid: One of them does not exist.
    """
    unknown = [name for name in audiences if name not in AUDIENCES]
    if unknown or isinstance(audiences, str):
        raise InputInvalid(f"{audiences!r} names no audience", hint=f"there are {', '.join(AUDIENCES)}")
    return tuple(name for name in AUDIENCES if name in audiences)


class KeyRing:
    """The keys of a file, read again whenever it changes; a file that cannot be read opens nothing."""

    def __init__(self, path: Path) -> None:
        """Reads the file.

        Raises:
            KeysInvalid: It is missing or malformed.
        """
        self._path = path
        self._seen = self._stamp()
        self._by_digest = self._read()

    def find(self, secret: str) -> Key:
        """Return the key.

        Raises:
            KeyUnknown: It is not in the file.
            KeysInvalid: The file was lost or damaged.
        """
        stamp = self._stamp()
        if stamp != self._seen:
            self._by_digest = {}  # should reading fail, nothing is opened
            self._seen = ()
            self._by_digest = self._read()
            self._seen = stamp
        # Looked up by digest: how long that takes says nothing about the keys there are.
        key = self._by_digest.get(digest_of_key(secret))
        if key is None:
            raise KeyUnknown("this key is not known here", hint="ask whoever runs the server for a key")
        return key

    def _read(self) -> Mapping[str, Key]:
        return {key.digest: key for key in read_keys(self._path)}

    def _stamp(self) -> tuple[int, ...]:
        try:
            facts = self._path.stat()
        except OSError:
            return (0,)
        return (facts.st_mtime_ns, facts.st_size, facts.st_ino)


def _write(path: Path, keys: Sequence[Key]) -> None:
    text = json.dumps({"keys": [asdict(key) for key in keys]}, ensure_ascii=False, indent=1) + "\n"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)  # mode 0600
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(temporary).replace(path)
        finally:
            Path(temporary).unlink(missing_ok=True)
    except OSError as error:
        raise KeysInvalid(
            f"the file of keys {path} cannot be written: {error.strerror}",
            hint="check the rights of its folder; the old file is untouched",
        ) from error
