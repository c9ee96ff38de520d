"""A token proves what it says, or it proves nothing."""

import asyncio
import base64
import hmac
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from exploring import tried
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, Key, KeySet, OKPKey, RSAKey
from pydantic import ValidationError

from chassis import exits
from chassis.clock import VirtualClock
from chassis.http.keys import KeysUnavailable
from chassis.http.principal import Principal, Role
from chassis.http.tokens import AuthSettings, BadToken, Tokens, open_tokens

pytestmark = pytest.mark.anyio
ISSUER, AUDIENCE = "https://id.example", "ringback"
KEYS: dict[str, Key] = {
    "Ed25519": OKPKey.generate_key("Ed25519", {"kid": "ed"}),
    "ES256": ECKey.generate_key("P-256", {"kid": "es"}),
    "RS256": RSAKey.generate_key(2048, {"kid": "rs"}),
}
KEYS["EdDSA"] = KEYS["Ed25519"]


@pytest.fixture
def tokens(tmp_path: Path, clock: VirtualClock) -> Tokens:
    return open_tokens(configured(tmp_path), clock)


def configured(folder: Path, **changes: Any) -> AuthSettings:
    path = folder / "jwks.json"
    path.write_text(json.dumps({"keys": [KEYS[name].as_dict(private=False) for name in ("Ed25519", "ES256", "RS256")]}))
    return AuthSettings(**{"issuer": ISSUER, "audience": AUDIENCE, "jwks_file": path, **changes})


def claims(clock: VirtualClock, **changes: Any) -> dict[str, Any]:
    now = int(clock.now().timestamp())
    told = {"iss": ISSUER, "aud": AUDIENCE, "sub": "handler-1", "exp": now + 60, "nbf": now, "iat": now, "roles": ["dispatcher"]}
    return {name: value for name, value in {**told, **changes}.items() if value is not ...}


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
def signed(told: dict[str, Any], alg: str = "Ed25519", key: Key | None = None, **header: Any) -> str:
    used = key or KEYS[alg]
    head = {"alg": alg, "kid": used.kid, "typ": "at+jwt", **header}
    return jwt.encode({k: v for k, v in head.items() if v is not ...}, told, used, algorithms=[alg], default_type=None)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("alg", ["Ed25519", "EdDSA", "ES256", "RS256"])
async def test_a_good_token_of_each_allowed_kind_names_its_bearer(tokens: Tokens, clock: VirtualClock, alg: str) -> None:
    told = claims(clock, roles=["dispatcher", "poet"], force="44", aud=["others", AUDIENCE])
    assert await tokens.read(signed(told, alg)) == Principal("handler-1", frozenset({Role.DISPATCHER}), "44")


@pytest.mark.parametrize(
    "changes",
    [
        {"iss": "https://other.example"},
        {"aud": "others"},
        {"aud": ["others"]},
        {"iss": ...},
        {"aud": ...},
        {"exp": ...},
        {"sub": ...},
        {"exp": 1},
        {"exp": "tomorrow"},
        {"exp": float("nan")},
        {"nbf": 4102444800},
        {"iat": 4102444800},
        {"sub": ""},
        {"sub": 7},
        {"sub": "a\nb"},
        {"sub": "x" * 201},
        {"roles": "dispatcher"},
        {"force": ["44"]},
    ],
    ids=str,
)
async def test_a_claim_that_is_not_right_makes_a_token_worthless(
    tokens: Tokens, clock: VirtualClock, changes: dict[str, Any]
) -> None:
    with pytest.raises(BadToken):
        await tokens.read(signed(claims(clock, **changes)))


async def test_clocks_may_differ_by_the_leeway_and_no_more(tokens: Tokens, clock: VirtualClock) -> None:
    token = signed(claims(clock))
    clock.move_by(timedelta(seconds=89))
    await tokens.read(token)
    clock.move_by(timedelta(seconds=1))
    with pytest.raises(BadToken, match="expired token"):
        await tokens.read(token)


@pytest.mark.parametrize("kind", ["JWT", "jwt", "application/at+jwt", "AT+JWT"])
async def test_the_types_of_access_tokens_are_taken(tokens: Tokens, clock: VirtualClock, kind: str) -> None:
    assert (await tokens.read(signed(claims(clock), typ=kind))).subject == "handler-1"


@pytest.mark.parametrize(
    "header", [{"typ": ...}, {"typ": "dpop+jwt"}, {"typ": "logout+jwt"}, {"kid": "other"}, {"kid": ["ed"]}], ids=str
)
async def test_other_types_and_unknown_keys_are_refused(tokens: Tokens, clock: VirtualClock, header: dict[str, Any]) -> None:
    with pytest.raises(BadToken):
        await tokens.read(_raw_signed(header, claims(clock)))


def _raw_signed(header: dict[str, Any], told: dict[str, Any]) -> str:
    if not isinstance(header.get("kid", ""), str):
        _, payload, signature = signed(told).split(".")
        return f"{_part({'alg': 'Ed25519', 'typ': 'JWT', **header})}.{payload}.{signature}"
    return signed(told, **header)


def _part(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


async def test_an_unsigned_token_is_refused(tokens: Tokens, clock: VirtualClock) -> None:
    for alg in ("none", "None", "NONE"):
        with pytest.raises(BadToken):
            await tokens.read(f"{_part({'alg': alg, 'typ': 'JWT'})}.{_part(claims(clock))}.")


async def test_a_public_key_used_as_a_shared_secret_is_refused(tokens: Tokens, clock: VirtualClock) -> None:
    secret = KEYS["RS256"].as_pem(private=False)
    forged = f"{_part({'alg': 'HS256', 'kid': 'rs', 'typ': 'JWT'})}.{_part(claims(clock))}"
    signature = base64.urlsafe_b64encode(hmac.digest(secret, forged.encode(), "sha256")).rstrip(b"=").decode()
    with pytest.raises(BadToken):
        await tokens.read(f"{forged}.{signature}")


async def test_an_algorithm_that_is_not_allowed_is_refused_though_its_key_is_known(tmp_path: Path, clock: VirtualClock) -> None:
    tokens = open_tokens(configured(tmp_path, algorithms=("ES256",)), clock)
    await tokens.read(signed(claims(clock), "ES256"))
    with pytest.raises(BadToken):
        await tokens.read(signed(claims(clock), "RS256"))


async def test_a_key_of_somebody_elses_under_our_id_is_refused(tokens: Tokens, clock: VirtualClock) -> None:
    with pytest.raises(BadToken):
        await tokens.read(signed(claims(clock), key=OKPKey.generate_key("Ed25519", {"kid": "ed"})))


@pytest.mark.parametrize("name", ["HS256", "none", "RS1"])
def test_settings_cannot_allow_a_shared_secret_or_no_signature(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValidationError):
        configured(tmp_path, algorithms=(name,))


def test_settings_name_one_place_for_the_keys(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="either jwks_file or jwks_url"):
        configured(tmp_path, jwks_url="https://id.example/keys")


def test_a_missing_file_of_keys_is_said_at_once(tmp_path: Path, clock: VirtualClock) -> None:
    with pytest.raises(KeysUnavailable, match="cannot be read") as refused:
        open_tokens(configured(tmp_path, jwks_file=tmp_path / "none.json"), clock)
    assert exits.of(refused.value)[0] is exits.Exit.SETTINGS


PARTS = st.one_of(
    st.binary(max_size=60).map(lambda raw: base64.urlsafe_b64encode(raw).decode()),
    st.text(max_size=40),
    st.recursive(
        st.none() | st.booleans() | st.floats() | st.text(max_size=9) | st.sampled_from(["none", "JWT", "Ed25519", "ed", "exp"]),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["alg", "typ", "kid", "crit", "b64"]), inner),
    ).map(_part),
)


class FixedKeys:
    """Keys that are at hand."""

    async def current(self, kid: str | None) -> KeySet:
        return KeySet([KEYS["Ed25519"]])


@tried(300)
@given(st.lists(PARTS, min_size=1, max_size=5).map(".".join))
def test_no_junk_does_anything_but_prove_nothing(junk: str) -> None:
    clock = VirtualClock(datetime(2026, 1, 31, tzinfo=UTC))
    tokens = Tokens(AuthSettings(issuer=ISSUER, audience=AUDIENCE, jwks_url="https://id.example"), FixedKeys(), clock)
    with pytest.raises(BadToken):
        asyncio.run(tokens.read(junk))
