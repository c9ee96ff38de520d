"""Bearer tokens checked against what the settings allow, and nothing a token says about itself believed before that."""

import math
from pathlib import Path
from typing import Annotated, Any, Literal, Self

import httpx2
from joserfc import jwt
from joserfc.errors import JoseError, UnsupportedAlgorithmError
from joserfc.jws import JWSRegistry, extract_compact
from pydantic import BaseModel, ConfigDict, Field, model_validator

from chassis.clock import Clock
from chassis.http.keys import FileKeys, Keys, KeysUnavailable, UrlKeys
from chassis.http.principal import Principal, Role
from chassis.http.strict_json import has_forbidden_text

Algorithm = Literal["Ed25519", "EdDSA", "ES256", "ES384", "PS256", "RS256"]
"""Signatures with a public key; `none` and shared secrets cannot be allowed."""
LONGEST_TOKEN = 8192
_TYPES = frozenset({"at+jwt", "jwt"})


class AuthSettings(BaseModel):
    """Whose tokens are accepted, for whom, and where the issuer's keys are found (one of file and address)."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    issuer: Annotated[str, Field(min_length=1)]
    audience: Annotated[str, Field(min_length=1)]
    jwks_file: Path | None = None
    jwks_url: str | None = None
    algorithms: Annotated[tuple[Algorithm, ...], Field(min_length=1)] = ("Ed25519", "EdDSA", "ES256", "RS256")
    leeway_s: Annotated[int, Field(ge=0, le=300)] = 30
    production: bool = False

    @model_validator(mode="after")
    def _one_place(self) -> Self:
        if (self.jwks_file is None) == (self.jwks_url is None):
            raise ValueError("give either jwks_file or jwks_url")
        return self


class BadToken(Exception):
    """A token that proves nothing; the message is safe to tell and holds nothing of the token."""


class Tokens:
    """Reads bearer tokens of one issuer for one audience."""

    def __init__(self, settings: AuthSettings, keys: Keys, clock: Clock) -> None:
        self._settings = settings
        self._keys = keys
        self._clock = clock
        self._registry = _Allowed(algorithms=settings.algorithms, strict_check_header=False)
        self._claims = jwt.JWTClaimsRegistry(
            now=lambda: math.floor(clock.now().timestamp()),
            leeway=settings.leeway_s,
            iss={"essential": True, "value": settings.issuer},
            aud={"essential": True, "value": settings.audience},
            exp={"essential": True},
            sub={"essential": True},
        )

    async def read(self, token: str) -> Principal:
        """Whom a token names; raises BadToken, or KeysUnavailable where no key is known."""
        if len(token) > LONGEST_TOKEN:
            raise BadToken("the token is too long")
        try:
            keys = await self._keys.current(_kid(token, self._registry))
            claims = jwt.decode(token, keys, registry=self._registry).claims
            self._claims.validate(claims)
        except (JoseError, ValueError, TypeError, OverflowError, RecursionError) as bad:
            raise BadToken(_reason(bad)) from None
        return _principal(claims)


class _Allowed(JWSRegistry):
    """Only the algorithms the settings allow exist; the library's advice about other names is the settings' business."""

    def get_alg(self, name: str) -> Any:
        if name not in (self.allowed or ()):
            raise UnsupportedAlgorithmError("this algorithm is not allowed")
        return self.algorithms[name]


def open_tokens(settings: AuthSettings, clock: Clock, client: httpx2.AsyncClient | None = None) -> Tokens:
    """The reader the settings ask for. `client` fetches keys from an address and stays the caller's to close."""
    if settings.jwks_file is not None:
        return Tokens(settings, FileKeys(settings.jwks_file, production=settings.production), clock)
    if settings.jwks_url is None or client is None:
        raise KeysUnavailable("keys at an address need a client to fetch them")
    return Tokens(settings, UrlKeys(settings.jwks_url, clock, client, production=settings.production), clock)


def _kid(token: str, registry: JWSRegistry) -> str | None:
    header: object = extract_compact(token.encode(), registry=registry).headers()
    if not isinstance(header, dict):
        raise BadToken("the token cannot be read")
    kind, kid = header.get("typ"), header.get("kid")
    if not isinstance(kind, str) or kind.lower().removeprefix("application/") not in _TYPES:
        raise BadToken("typ must be at+jwt or JWT")
    if not (kid is None or isinstance(kid, str)):
        raise BadToken("kid must be a string")
    return kid


def _reason(bad: Exception) -> str:
    if isinstance(bad, JoseError):
        return f"the token is not accepted: {bad.error.replace('_', ' ')}"
    return "the token cannot be read"


def _principal(claims: dict[str, Any]) -> Principal:
    subject, roles, force = claims["sub"], claims.get("roles", []), claims.get("force")
    if not _is_name(subject) or not isinstance(roles, list) or not (force is None or _is_name(force)):
        raise BadToken("sub, roles or force is not what it should be")
    known = frozenset(role for role in Role if role.value in roles)
    return Principal(subject, known, force)


def _is_name(value: object) -> bool:
    return isinstance(value, str) and 0 < len(value) <= 200 and value.isprintable() and not has_forbidden_text(value)
