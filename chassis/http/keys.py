"""Where the issuer's public keys come from: a file, or an address whose answer is kept for a while."""

import asyncio
import ipaddress
import json
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import httpx2
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from chassis.clock import Clock
from chassis.errors import SettingsRefused

DEVELOPMENT_KEY = "ringback-development-"
"""How the id of every key of the local development issuer begins."""
FRESH_FOR = timedelta(minutes=10)
RETRY_AFTER = timedelta(seconds=30)
LARGEST_SET = 256 * 1024
_PUBLIC_KINDS = frozenset({"OKP", "EC", "RSA"})


class KeysUnavailable(SettingsRefused):
    """No public key of the issuer is known: nobody can be told apart. The message is for the operator."""


class Keys(Protocol):
    """The issuer's public keys."""

    async def current(self, kid: str | None) -> KeySet:
        """The keys, looked for again when `kid` is not among them. Raises KeysUnavailable."""
        ...


def read_keys(text: str | bytes, *, production: bool) -> KeySet:
    """A JSON Web Key Set; raises KeysUnavailable, also for symmetric keys and, in production, for a development key."""
    try:
        entries = [dict(entry) for entry in json.loads(text)["keys"]]
        kept = [entry for entry in entries if entry.get("kty") in _PUBLIC_KINDS and entry.get("use", "sig") == "sig"]
        keys = KeySet.import_key_set({"keys": kept})
    except (ValueError, KeyError, TypeError, JoseError) as broken:
        raise KeysUnavailable(f"not a JSON Web Key Set with public signing keys: {type(broken).__name__}") from None
    if production and any(str(key.kid).startswith(DEVELOPMENT_KEY) for key in keys):
        raise KeysUnavailable("a key of the local development issuer is not accepted in production")
    return keys


class FileKeys:
    """Keys from a file, read when made and again when an unknown key is named and the file has changed."""

    def __init__(self, path: Path, *, production: bool) -> None:
        self._path = path
        self._production = production
        self._changed = 0
        self._keys = self._read()

    async def current(self, kid: str | None) -> KeySet:
        if not _has(self._keys, kid) and self._stamp() != self._changed:
            self._keys = self._read()
        return self._keys

    def _read(self) -> KeySet:
        self._changed = self._stamp()
        try:
            text = self._path.read_bytes()
        except OSError as error:
            raise KeysUnavailable(f"{self._path} cannot be read: {error.strerror}") from None
        return read_keys(text, production=self._production)

    def _stamp(self) -> int:
        try:
            return self._path.stat().st_mtime_ns
        except OSError:
            return 0


class UrlKeys:
    """Keys from an address: kept ten minutes, asked again for an unknown key at most every 30 s; old keys serve an outage."""

    def __init__(self, url: str, clock: Clock, client: httpx2.AsyncClient, *, production: bool) -> None:
        if not _may_ask(url):
            raise KeysUnavailable("the address of the keys must begin with https:// (or be on this machine)")
        self._url = url
        self._clock = clock
        self._client = client
        self._production = production
        self._keys: KeySet | None = None
        self._fetched: datetime | None = None
        self._asked: datetime | None = None
        self._one_at_a_time = asyncio.Lock()

    async def current(self, kid: str | None) -> KeySet:
        async with self._one_at_a_time:
            if self._should_ask(kid):
                self._asked = self._clock.now()
                await self._ask()
        if self._keys is None:
            raise KeysUnavailable("the issuer's keys could not be fetched")
        return self._keys

    def _should_ask(self, kid: str | None) -> bool:
        now = self._clock.now()
        if self._asked is not None and now - self._asked < RETRY_AFTER:
            return False
        stale = self._fetched is None or now - self._fetched >= FRESH_FOR
        return stale or self._keys is None or not _has(self._keys, kid)

    async def _ask(self) -> None:
        try:
            answer = await self._client.get(self._url, follow_redirects=False, timeout=5.0)
            if answer.status_code == 200 and len(answer.content) <= LARGEST_SET:
                self._keys = read_keys(answer.content, production=self._production)
                self._fetched = self._clock.now()
        except (httpx2.HTTPError, KeysUnavailable):
            return  # the keys at hand go on serving; with none at hand the caller raises


def _has(keys: KeySet, kid: Any) -> bool:
    return kid is None or any(key.kid == kid for key in keys)


def _may_ask(url: str) -> bool:
    parts = urlsplit(url)
    if parts.scheme == "https":
        return True
    host = parts.hostname or ""
    try:
        return parts.scheme == "http" and (host == "localhost" or ipaddress.ip_address(host).is_loopback)
    except ValueError:
        return False
