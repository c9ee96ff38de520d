"""Where the trunks, the call handlers and we ourselves are, read from the settings; a wrong one is refused in plain words."""

import ssl
from dataclasses import dataclass

from chassis.errors import SettingsRefused
from chassis.sip_settings import Sip
from services.callback.telephone.sip.wire.address import Address, BadAddress, address
from services.callback.telephone.sip.wire.digest import Account


@dataclass(frozen=True, slots=True)
class Reach:
    """All the addresses. A handler that is no address is an extension behind the trunk. `listen` None: wherever we can."""

    trunks: tuple[Address, ...]
    handlers: tuple[Address | str, ...]
    identity: str
    account: Account | None
    listen: tuple[str, int] | None
    trust: ssl.SSLContext


def reach(sip: Sip) -> Reach:
    """Read the settings; raises SettingsRefused."""
    return Reach(
        trunks=tuple(_trunk(text) for text in sip.trunks),
        handlers=tuple(_handler(text) for text in sip.handlers),
        identity=sip.identity,
        account=None if sip.username is None or sip.password is None else Account(sip.username, sip.password.get_secret_value()),
        listen=_place(sip.listen),
        trust=_trust(sip),
    )


def _trunk(text: str) -> Address:
    return _read("RINGBACK_SIP_TRUNKS", text if _written_out(text) else f"sip:{text}")


def _handler(text: str) -> Address | str:
    return _read("RINGBACK_SIP_HANDLERS", text) if _written_out(text) else text


def _written_out(text: str) -> bool:
    return text.lower().startswith(("sip:", "sips:"))


def _read(name: str, text: str) -> Address:
    try:
        return address(text)
    except BadAddress as bad:
        raise SettingsRefused(f"{name}: {bad}") from None


def _place(listen: str | None) -> tuple[str, int] | None:
    if listen is None:
        return None
    host, _, port = listen.rpartition(":")
    return (host.strip("[]"), int(port)) if host else (listen, 0)


def _trust(sip: Sip) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=sip.ca_file)
    except (OSError, ssl.SSLError) as unreadable:
        raise SettingsRefused(f"RINGBACK_SIP_CA_FILE: cannot be read as certificates ({type(unreadable).__name__})") from None
