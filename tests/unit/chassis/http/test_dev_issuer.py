"""The local issuer: one key a folder, readable by its owner alone, and nowhere near production."""

import stat
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from threading import Barrier

import pytest

from chassis.clock import VirtualClock
from chassis.http.dev_issuer import DevIssuer, DevKeyRefused
from chassis.http.keys import KeysUnavailable
from chassis.http.principal import Principal, Role
from chassis.http.tokens import BadToken, open_tokens

pytestmark = pytest.mark.anyio


async def test_its_tokens_are_accepted_as_any_others_until_they_end(issuer: DevIssuer, clock: VirtualClock) -> None:
    token = issuer.token("dev", [Role.SUPERVISOR, Role.OPERATOR], clock, lifetime=timedelta(minutes=5), force="44")
    tokens = open_tokens(issuer.settings(), clock)
    assert await tokens.read(token) == Principal("dev", frozenset({Role.SUPERVISOR, Role.OPERATOR}), "44")
    clock.move_by(timedelta(minutes=6))
    with pytest.raises(BadToken, match="expired"):
        await tokens.read(token)


async def test_whoever_opens_the_folder_later_has_the_same_issuer(tmp_path: Path, clock: VirtualClock) -> None:
    first = DevIssuer.open(tmp_path)
    token = first.token("dev", [Role.AUDITOR], clock)
    assert (await open_tokens(DevIssuer.open(tmp_path).settings(), clock).read(token)).subject == "dev"


def test_many_who_open_a_new_folder_at_once_agree_on_one_key(tmp_path: Path) -> None:
    together = Barrier(4)

    def opened(folder: Path) -> str:
        together.wait()
        return str(DevIssuer.open(folder).jwks())

    with ThreadPoolExecutor(4) as pool:
        for n in range(25):
            assert len(set(pool.map(opened, [tmp_path / str(n)] * 4))) == 1


async def test_a_new_key_publishes_itself(tmp_path: Path, clock: VirtualClock) -> None:
    DevIssuer.open(tmp_path)
    (tmp_path / "development-key.json").unlink()
    issuer = DevIssuer.open(tmp_path)
    await open_tokens(issuer.settings(), clock).read(issuer.token("dev", [Role.AUDITOR], clock))


def test_the_private_key_is_its_owners_alone_and_the_public_one_holds_no_secret(tmp_path: Path) -> None:
    issuer = DevIssuer.open(tmp_path)
    assert stat.S_IMODE((tmp_path / "development-key.json").stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir()) == ["development-jwks.json", "development-key.json"]
    assert '"d"' not in (tmp_path / "development-jwks.json").read_text()
    assert "'d'" not in str(issuer.jwks())


def test_a_key_that_others_can_read_is_refused(tmp_path: Path) -> None:
    DevIssuer.open(tmp_path)
    (tmp_path / "development-key.json").chmod(0o644)
    with pytest.raises(DevKeyRefused, match="chmod 600"):
        DevIssuer.open(tmp_path)


@pytest.mark.parametrize("text", ["", "{}", '{"kty": "OKP"}', '{"kty":"oct","k":"AAAA"}'])
def test_a_file_that_is_no_such_key_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "development-key.json"
    path.touch(0o600)
    path.write_text(text)
    with pytest.raises(DevKeyRefused, match="remove it"):
        DevIssuer.open(tmp_path)


def test_production_neither_opens_it_nor_accepts_its_key(tmp_path: Path, issuer: DevIssuer, clock: VirtualClock) -> None:
    with pytest.raises(DevKeyRefused, match="production"):
        DevIssuer.open(tmp_path, production=True)
    with pytest.raises(KeysUnavailable, match="production"):
        open_tokens(issuer.settings().model_copy(update={"production": True}), clock)
