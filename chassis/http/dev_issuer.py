"""A token issuer for one machine, so that a local Ringback checks tokens exactly as a real one does."""

import json
import os
import stat
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from tempfile import mkstemp

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from chassis.clock import Clock
from chassis.errors import SettingsRefused
from chassis.http.keys import DEVELOPMENT_KEY
from chassis.http.principal import Role
from chassis.http.tokens import AuthSettings

ISSUER = "urn:ringback:development"
AUDIENCE = "ringback"
_PRIVATE = "development-key.json"
_PUBLIC = "development-jwks.json"


class DevKeyRefused(SettingsRefused):
    """The development key may not be used: production, a file others can read, or a file that is no such key."""


class DevIssuer:
    """An Ed25519 key in a folder of the user's, and tokens signed with it. `open` makes the key where there is none."""

    def __init__(self, folder: Path, key: OKPKey) -> None:
        self._folder = folder
        self._key = key

    @classmethod
    def open(cls, folder: Path, *, production: bool = False) -> "DevIssuer":
        """The issuer of a folder, the same one for all who open it at once. Raises DevKeyRefused."""
        if production:
            raise DevKeyRefused("the development issuer is for a local Ringback: production needs a real issuer")
        folder.mkdir(parents=True, exist_ok=True)
        if not (folder / _PRIVATE).exists():
            _put_once(folder / _PRIVATE, json.dumps(_new_key().as_dict(private=True)))
        issuer = cls(folder, _load(folder / _PRIVATE))
        _draft(folder / _PUBLIC, json.dumps(issuer.jwks())).replace(folder / _PUBLIC)
        return issuer

    def jwks(self) -> dict[str, object]:
        """The public key as a JSON Web Key Set."""
        return {"keys": [{**self._key.as_dict(private=False), "use": "sig"}]}

    def settings(self) -> AuthSettings:
        """Settings under which services accept this issuer's tokens."""
        return AuthSettings(issuer=ISSUER, audience=AUDIENCE, jwks_file=self._folder / _PUBLIC)

    def token(
        self,
        subject: str,
        roles: Iterable[Role],
        clock: Clock,
        *,
        lifetime: timedelta = timedelta(hours=12),
        force: str | None = None,
    ) -> str:
        """A token that says who its bearer is, from now for `lifetime`."""
        now = clock.now()
        claims: dict[str, object] = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": subject,
            "roles": sorted(roles),
            "iat": int(now.timestamp()),
            "nbf": int(now.timestamp()),
            "exp": int((now + lifetime).timestamp()),
        }
        if force is not None:
            claims["force"] = force
        header = {"alg": "Ed25519", "typ": "at+jwt", "kid": self._key.kid}
        return jwt.encode(header, claims, self._key, algorithms=["Ed25519"])


def _new_key() -> OKPKey:
    key = OKPKey.generate_key("Ed25519", private=True)
    return OKPKey.import_key({**key.as_dict(private=True), "kid": f"{DEVELOPMENT_KEY}{key.thumbprint()[:16]}"})


def _load(path: Path) -> OKPKey:
    if stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise DevKeyRefused(f"{path} can be read by others: chmod 600 it, or remove it to have a new one made")
    try:
        key = OKPKey.import_key(json.loads(path.read_bytes()))
    except (ValueError, KeyError, TypeError, JoseError):
        raise DevKeyRefused(f"{path} is not a development key: remove it to have a new one made") from None
    if not key.is_private or not str(key.kid).startswith(DEVELOPMENT_KEY):
        raise DevKeyRefused(f"{path} is not a development key: remove it to have a new one made")
    return key


def _put_once(path: Path, text: str) -> None:
    """Put a whole file under a name that is free; whoever comes second leaves the first one's."""
    draft = _draft(path, text)
    try:
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        draft.unlink()


def _draft(path: Path, text: str) -> Path:
    descriptor, name = mkstemp(prefix=f".{path.name}.", dir=path.parent)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
    return Path(name)
