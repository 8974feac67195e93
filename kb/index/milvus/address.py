"""Where an index is kept: ``milvus:URI`` as people write it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Self
from urllib.parse import parse_qs, urlsplit

from kb.errors import InputInvalid

SCHEME = "milvus:"
TOKEN_VARIABLE = "KB_MILVUS_TOKEN"
DEFAULT_NAME = "kb"
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,99}")


@dataclass(frozen=True, slots=True)
class Address:
    """A server and the name of the index there.

    Attributes:
        uri: ``http(s)://HOST:PORT[/DATABASE]``, or the path of a Milvus Lite file, which ends in ``.db``.
        name: The alias that points to the build in use; several indexes on one server have several names.
    """

    uri: str
    name: str = DEFAULT_NAME

    @classmethod
    def parse(cls, place: str) -> Self:
        """Take ``milvus:URI[?name=NAME]`` apart.

        Raises:
            InputInvalid: It is no such address, or holds a password.
        """
        uri, _, query = place.removeprefix(SCHEME).partition("?")
        given = {key: values[-1] for key, values in parse_qs(query, keep_blank_values=True).items()}
        name = given.pop("name", DEFAULT_NAME)
        try:
            wrong = _wrong(uri, name, given)
        except ValueError:  # a port that is no number, an open bracket
            wrong = "no host"
        if wrong:
            shown = re.sub("//[^/]*@", "//", place)
            raise InputInvalid(
                f"not the address of a Milvus index: {shown} ({wrong})",
                hint=f"write milvus:http://HOST:19530, milvus:http://HOST:19530/DATABASE?name=NAME or milvus:FILE.db; a token goes into {TOKEN_VARIABLE}",
                address=shown,
            )
        return cls(uri, name)

    @property
    def is_file(self) -> bool:
        """Whether Milvus Lite is to open a file in this process."""
        return self.uri.endswith(".db") and "://" not in self.uri

    def __str__(self) -> str:
        """Return it as ``parse`` reads it."""
        return f"{SCHEME}{self.uri}" + ("" if self.name == DEFAULT_NAME else f"?name={self.name}")


def _wrong(uri: str, name: str, unknown: dict[str, str]) -> str:
    """Return what is wrong, ``""`` when nothing is."""
    if unknown:
        return f"unknown parameter {min(unknown)!r}"
    if not _NAME.fullmatch(name):
        return "a name has Latin letters, digits and underscores"
    if "://" not in uri:
        return "" if uri.endswith(".db") else "neither http:// nor https:// nor a file that ends in .db"
    parts = urlsplit(uri)
    if parts.scheme not in ("http", "https"):
        return f"{parts.scheme}:// is not spoken"
    if parts.username is not None:
        return "a password does not belong in it"
    return "" if parts.hostname and parts.port != 0 else "no host"
