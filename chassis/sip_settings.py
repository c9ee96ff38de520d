"""The settings of a telephone that speaks SIP, kept together because none of them means anything alone."""

from dataclasses import dataclass
from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings


@dataclass(frozen=True, slots=True)
class Sip:
    """How to reach the telephone network. Addresses are as they were written: whoever dials reads them."""

    trunks: tuple[str, ...]
    handlers: tuple[str, ...]
    identity: str = "ringback"
    username: str | None = None
    password: SecretStr | None = None
    listen: str | None = None
    ca_file: Path | None = None


class SipFields(BaseSettings):
    """The part of `Settings` that is about SIP."""

    sip_trunks: str | None = Field(
        None,
        description="trunks in the order they are preferred, parted by commas: `host:port` (UDP), `sip:host:port;transport=tcp`, "
        "`sips:host:port`; needed when the telephone is `sip`",
    )
    sip_handlers: str = Field(
        "control-room",
        min_length=1,
        description="who is joined to a caller that answers, tried in this order: extensions behind the trunk or SIP addresses",
    )
    sip_identity: str = Field(
        "ringback", pattern=r"^[A-Za-z0-9+._-]{1,64}$", description="the caller's identity that we show, as the carrier wants it"
    )
    sip_username: str | None = Field(None, description="account at the trunks, for digest authentication")
    sip_password: SecretStr | None = Field(None, description="its password")
    sip_listen: str | None = Field(
        None, description="address trunks reach us at, `host:port`; left out: the one that faces the first trunk, any port"
    )
    sip_ca_file: Path | None = Field(None, description="PEM file of the authority that signed the trunks' certificates")

    @property
    def sip(self) -> Sip | None:
        """All of it, or None without trunks."""
        if not self.sip_trunks:
            return None
        return Sip(
            trunks=_each(self.sip_trunks),
            handlers=_each(self.sip_handlers),
            identity=self.sip_identity,
            username=self.sip_username,
            password=self.sip_password,
            listen=self.sip_listen,
            ca_file=self.sip_ca_file,
        )


def _each(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())
