"""Who is asking, and which clauses exist for them."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from dataclasses import dataclass, replace

from kb.api.keys import KeyRing
from kb.errors import KeyMissing, KeyUnknown
from kb.model import Filters
from kb.model.document import AUDIENCES

_NOBODY = ("",)
"""No document has this audience. An empty tuple would allow them all."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a caller may see.

    Attributes:
        key: Id of the key, ``""`` without one.
        audiences: Audiences whose clauses exist for the caller.
    """

    key: str
    audiences: tuple[str, ...]

    def filters(self, wanted: Filters | None = None) -> Filters:
        """Return the filters asked for, narrowed to what the caller may see."""
        wanted = wanted or Filters()
        if set(self.audiences) >= set(AUDIENCES):
            return wanted
        granted = tuple(name for name in self.audiences if not wanted.audience or name in wanted.audience)
        return replace(wanted, audience=granted or _NOBODY)

    def covers(self, audiences: Sequence[str]) -> bool:
        """Return whether the caller may see all of them."""
        return set(self.audiences) >= set(audiences)


class Door:
    """Tells callers apart by the key they send."""

    def __init__(self, keys: KeyRing | None, anonymous: Sequence[str]) -> None:
        """Opens for everybody when ``keys`` is None; else without a key only for the ``anonymous`` audiences."""
        self._keys = keys
        self._anonymous = tuple(anonymous) if keys else AUDIENCES

    @property
    def locked(self) -> bool:
        """Whether keys are in use."""
        return self._keys is not None

    def enter(self, authorization: str) -> Access:
        """Return what the sender of an ``Authorization`` header may see.

        A key is sent as ``Bearer KEY``, or as the password of ``Basic``, so that a browser can read the site.

        Raises:
            KeyMissing: There is none and nothing is open without.
            KeyUnknown: It opens nothing.
            KeysInvalid: The file of keys was lost or damaged.
        """
        if self._keys is None:
            return Access("", AUDIENCES)
        if not authorization:
            if not self._anonymous:
                raise KeyMissing(
                    "this server answers only with a key", hint="send it as `Authorization: Bearer KEY`"
                )
            return Access("", self._anonymous)
        key = self._keys.find(_secret(authorization))
        return Access(key.id, key.audiences)


def _secret(authorization: str) -> str:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode("utf-8").partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            pass
    raise KeyUnknown("the Authorization header holds no key", hint="send it as `Authorization: Bearer KEY`")
