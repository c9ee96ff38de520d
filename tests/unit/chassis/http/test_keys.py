"""The issuer's keys: fetched when needed, kept through an outage, asked for politely, and never a key that must not count."""

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest
from joserfc.jwk import Key, OctKey, OKPKey

from chassis.clock import VirtualClock
from chassis.http.keys import DEVELOPMENT_KEY, FileKeys, KeysUnavailable, UrlKeys, read_keys

pytestmark = pytest.mark.anyio
OLD = OKPKey.generate_key("Ed25519", {"kid": "old"})
NEW = OKPKey.generate_key("Ed25519", {"kid": "new"})


def published(*keys: Key) -> str:
    return json.dumps({"keys": [key.as_dict(private=False) for key in keys]})


class Issuer:
    """What stands at an address: it answers what a test sets, and counts who asked."""

    def __init__(self) -> None:
        self.asked = 0
        self.answer: Callable[[httpx2.Request], httpx2.Response] = lambda _: httpx2.Response(200, text=published(OLD))

    def client(self) -> httpx2.AsyncClient:
        return httpx2.AsyncClient(transport=httpx2.MockTransport(self._handle))

    def _handle(self, request: httpx2.Request) -> httpx2.Response:
        self.asked += 1
        return self.answer(request)


@pytest.fixture
def issuer_at_address() -> Issuer:
    return Issuer()


@pytest.fixture
def keys(issuer_at_address: Issuer, clock: VirtualClock) -> UrlKeys:
    return UrlKeys("https://id.example/jwks", clock, issuer_at_address.client(), production=True)


async def known(keys: UrlKeys | FileKeys, kid: str | None) -> set[str | None]:
    return {key.kid for key in await keys.current(kid)}


async def test_keys_are_fetched_once_and_again_when_they_are_old(
    keys: UrlKeys, issuer_at_address: Issuer, clock: VirtualClock
) -> None:
    for _ in range(3):
        assert await known(keys, "old") == {"old"}
    assert issuer_at_address.asked == 1
    clock.move_by(timedelta(minutes=10))
    await known(keys, "old")
    assert issuer_at_address.asked == 2


async def test_an_unknown_key_is_looked_for_but_not_at_every_request(
    keys: UrlKeys, issuer_at_address: Issuer, clock: VirtualClock
) -> None:
    await known(keys, "old")
    issuer_at_address.answer = lambda _: httpx2.Response(200, text=published(OLD, NEW))
    assert await known(keys, "new") == {"old"}
    clock.move_by(timedelta(seconds=30))
    assert await known(keys, "new") == {"old", "new"}
    for _ in range(50):
        await known(keys, "forged")
    assert issuer_at_address.asked == 2


def _down(_: httpx2.Request) -> httpx2.Response:
    raise httpx2.ConnectError("no route")


@pytest.mark.parametrize(
    "answer",
    [
        _down,
        lambda _: httpx2.Response(500),
        lambda _: httpx2.Response(200, text="<html>"),
        lambda _: httpx2.Response(200, text='{"keys": []}'),
        lambda _: httpx2.Response(200, text=published(NEW) + " " * 300_000),
    ],
)
async def test_the_old_keys_serve_while_the_address_does_not(
    keys: UrlKeys,
    issuer_at_address: Issuer,
    clock: VirtualClock,
    answer: Callable[[httpx2.Request], httpx2.Response],
) -> None:
    await known(keys, "old")
    issuer_at_address.answer = answer
    clock.move_by(timedelta(hours=1))
    assert await known(keys, "old") == {"old"}


async def test_another_address_is_not_followed(keys: UrlKeys, issuer_at_address: Issuer, clock: VirtualClock) -> None:
    def elsewhere(request: httpx2.Request) -> httpx2.Response:
        if request.url.host == "elsewhere.example":
            return httpx2.Response(200, text=published(NEW))
        return httpx2.Response(302, headers={"Location": "https://elsewhere.example/"})

    issuer_at_address.answer = elsewhere
    with pytest.raises(KeysUnavailable):
        await keys.current("new")


async def test_with_no_key_at_hand_nothing_can_be_checked(keys: UrlKeys, issuer_at_address: Issuer, clock: VirtualClock) -> None:
    issuer_at_address.answer = _down
    with pytest.raises(KeysUnavailable):
        await keys.current("old")


@pytest.mark.parametrize("url", ["http://id.example/jwks", "ftp://id.example", "file:///etc/passwd", "http://127.0.0.1.example/"])
def test_keys_come_over_tls_or_from_this_machine(clock: VirtualClock, url: str) -> None:
    with pytest.raises(KeysUnavailable, match="https"):
        UrlKeys(url, clock, Issuer().client(), production=True)
    UrlKeys("http://127.0.0.1:8080/jwks", clock, Issuer().client(), production=True)


async def test_a_file_is_read_again_when_it_changed_and_names_a_key_unknown_so_far(tmp_path: Path) -> None:
    path = tmp_path / "jwks.json"
    path.write_text(published(OLD))
    keys = FileKeys(path, production=True)
    path.write_text(published(NEW))
    assert await known(keys, "old") == {"old"}
    assert await known(keys, "new") == {"new"}


def test_a_shared_secret_among_the_keys_does_not_count() -> None:
    secret = OctKey.generate_key(256, {"kid": "secret"})
    mixed = json.dumps({"keys": [secret.as_dict(private=True), OLD.as_dict(private=False)]})
    assert {key.kid for key in read_keys(mixed, production=True)} == {"old"}
    with pytest.raises(KeysUnavailable):
        read_keys(json.dumps({"keys": [secret.as_dict(private=True)]}), production=True)


def test_a_development_key_does_not_count_in_production() -> None:
    development = published(OKPKey.generate_key("Ed25519", {"kid": f"{DEVELOPMENT_KEY}1"}))
    assert read_keys(development, production=False)
    with pytest.raises(KeysUnavailable, match="production"):
        read_keys(development, production=True)


@pytest.mark.parametrize("text", ["", "[]", "{}", '{"keys": 7}', '{"keys": [7]}', '{"keys": [{"kty": "OKP"}]}', "\xff"])
def test_what_is_no_set_of_keys_is_refused(text: str) -> None:
    with pytest.raises(KeysUnavailable):
        read_keys(text, production=True)
