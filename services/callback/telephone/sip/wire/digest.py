"""Proving to a trunk that we are its customer (RFC 3261 section 22, RFC 8760): the password itself never travels."""

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from services.callback.telephone.sip.wire.message import Header, Response

_PART = re.compile(r'([A-Za-z0-9_\-]+)\s*=\s*("(?:[^"\\]|\\.)*"|[^\s,"]+)')
_HASHES: dict[str, Callable[[bytes], "hashlib._Hash"]] = {
    "SHA-256": hashlib.sha256,
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False),
}


@dataclass(frozen=True, slots=True)
class Account:
    """Who we are for a trunk."""

    username: str
    password: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Challenge:
    """What a server or proxy wants proved, and under which header the proof goes."""

    header: str
    realm: str
    nonce: str
    algorithm: str
    opaque: str | None
    auth: bool
    stale: bool


def challenge(response: Response) -> Challenge | None:
    """The strongest challenge of a 401 or 407 that we can answer."""
    asked, header = ("WWW-Authenticate", "Authorization")
    if response.status == 407:
        asked, header = ("Proxy-Authenticate", "Proxy-Authorization")
    found = [one for value in response.each(asked) if (one := _challenge(value, header)) is not None]
    return max(found, key=lambda one: one.algorithm, default=None)


def _challenge(value: str, header: str) -> Challenge | None:
    scheme, _, rest = value.strip().partition(" ")
    parts = {name.lower(): content.strip('"') for name, content in _PART.findall(rest)}
    algorithm = parts.get("algorithm", "MD5").upper()
    offered = {one.strip().lower() for one in parts["qop"].split(",")} if "qop" in parts else set()
    if scheme.lower() != "digest" or algorithm not in _HASHES or not parts.get("nonce") or (offered and "auth" not in offered):
        return None
    stale = parts.get("stale", "").lower() == "true"
    return Challenge(header, parts.get("realm", ""), parts["nonce"], algorithm, parts.get("opaque"), bool(offered), stale)


def proof(given: Challenge, account: Account, method: str, uri: str, count: int, cnonce: str) -> Header:
    """The header that answers a challenge; `count` is how often its nonce was used, this time included."""
    hashed = _HASHES[given.algorithm]

    def joined(parts: Iterable[str]) -> str:
        return hashed(":".join(parts).encode()).hexdigest()

    who = joined((account.username, given.realm, account.password))
    what = joined((method, uri))
    counted = f"{count:08x}"
    how = (counted, cnonce, "auth") if given.auth else ()
    parts = [
        f'username="{account.username}"',
        f'realm="{given.realm}"',
        f'nonce="{given.nonce}"',
        f'uri="{uri}"',
        f'response="{joined((who, given.nonce, *how, what))}"',
        f"algorithm={given.algorithm}",
        *([f'opaque="{given.opaque}"'] if given.opaque is not None else []),
        *([f'cnonce="{cnonce}"', f"nc={counted}", "qop=auth"] if given.auth else []),
    ]
    return given.header, f"Digest {', '.join(parts)}"
