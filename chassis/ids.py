"""The only source of identity: derived from a cause where there is one, drawn where there is none."""

import hashlib
import uuid
from random import Random, SystemRandom
from typing import Protocol

_NAMESPACE = uuid.UUID("6d1c2f0e-8a53-5f9b-9a51-7a0f0c1e4b57")
_NAMED = hashlib.sha1(_NAMESPACE.bytes, usedforsecurity=False)
_VARIANT = {digit: "89ab"[int(digit, 16) & 3] for digit in "0123456789abcdef"}


def derived(*parts: object) -> str:
    """The uuid5 of the parts, joined: the same parts give the same id on every machine for ever."""
    return _named("\x1f".join(map(str, parts)))


def event_id(cause: str, n: int) -> str:
    """The id of the n-th event of a cause: recording a cause twice collides instead of repeating it."""
    return _named(f"{cause}\x1f{n}")


def _named(name: str) -> str:
    digest = _NAMED.copy()
    digest.update(name.encode())
    text = digest.hexdigest()
    return f"{text[:8]}-{text[8:12]}-5{text[13:16]}-{_VARIANT[text[16]]}{text[17:20]}-{text[20:32]}"


class Ids(Protocol):
    """What draws a new identity."""

    def new(self) -> str:
        """A fresh uuid (version 4) in text."""
        ...


class DrawnIds:
    """Identities from a random source; a seeded one makes a run repeatable."""

    def __init__(self, random: Random | None = None) -> None:
        self._random = random or SystemRandom()

    def new(self) -> str:
        return str(uuid.UUID(int=self._random.getrandbits(128), version=4))
