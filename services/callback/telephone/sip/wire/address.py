"""SIP addresses: whom a message is for, and over which transport to reach them."""

import re
from dataclasses import dataclass
from enum import StrEnum

from services.callback.telephone.sip.wire.message import parted


class Carrier(StrEnum):
    """What carries messages."""

    UDP = "UDP"
    TCP = "TCP"
    TLS = "TLS"

    @property
    def reliable(self) -> bool:
        """Nothing is lost or repeated on the way."""
        return self is not Carrier.UDP


class BadAddress(ValueError):
    """Text that is no SIP address."""


_URI = re.compile(
    r"(?P<scheme>sips?):(?:(?P<user>[^@\s<>]+)@)?(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9.\-]+)(?::(?P<port>\d{1,5}))?"
    r"(?P<params>(?:;[^?\s]*)?)(?:\?\S*)?",
    re.IGNORECASE,
)


_NAME = re.compile(r'^\s*"(?:[^"\\]|\\.)*"\s*')
"""A name somebody is shown by, in quotes that may hold anything."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where somebody is reached. `text` is the address as it was written."""

    text: str
    user: str
    host: str
    port: int
    carrier: Carrier

    @property
    def place(self) -> tuple[str, int]:
        """Host and port to send to."""
        return self.host.strip("[]"), self.port


def address(text: str) -> Address:
    """The parts of `sip:user@host:port;transport=tcp`; raises BadAddress."""
    found = _URI.fullmatch(text.strip())
    if found is None:
        raise BadAddress(f"{text!r} is no SIP address, as in sip:203.0.113.5:5060;transport=tcp")
    carrier = _carrier(found["scheme"], found["params"])
    port = int(found["port"] or (5061 if carrier is Carrier.TLS else 5060))
    if not 0 < port < 65536:
        raise BadAddress(f"{text!r} has no possible port")
    return Address(text.strip(), (found["user"] or "").partition(";")[0], found["host"], port, carrier)


def inner(value: str) -> Address:
    """The address in a Contact, To, From or Route header; raises BadAddress."""
    named = _NAME.sub("", value, count=1)
    if "<" in named:
        _, _, rest = named.partition("<")
        uri, closed, _ = rest.partition(">")
        if not closed:
            raise BadAddress("an address that does not end")
        return address(uri)
    return address(next(iter(parted(named, ";"))))


def _carrier(scheme: str, params: str) -> Carrier:
    named = {key.lower(): value.lower() for key, _, value in (one.partition("=") for one in params.split(";"))}
    if scheme.lower() == "sips" or named.get("transport") == "tls":
        return Carrier.TLS
    try:
        return Carrier(named.get("transport", "udp").upper())
    except ValueError:
        raise BadAddress(f"transport {named['transport']!r} is not known here; choose udp, tcp or tls") from None
