"""What a call asks of the endpoint that carries it."""

from collections.abc import Callable
from typing import Protocol

from chassis.ids import Ids
from services.callback.telephone.sip.transactions.client import GiveUp, Hear, InviteTransaction
from services.callback.telephone.sip.transactions.flow import Flow
from services.callback.telephone.sip.transactions.server import ServerTransaction
from services.callback.telephone.sip.transactions.times import Later
from services.callback.telephone.sip.wire.message import Request, Response

AGENT = ("User-Agent", "Ringback")
ALLOW = ("Allow", "INVITE, ACK, CANCEL, BYE, OPTIONS")
FORWARDS = ("Max-Forwards", "70")


class Dialogue(Protocol):
    """Who answers for a Call-ID."""

    def owns(self, request: Request) -> bool:
        """Whether the tags are those of this dialog."""
        ...

    def asked(self, request: Request, transaction: ServerTransaction) -> None:
        """The other side asks something within the dialog."""
        ...

    def acknowledged(self, request: Request) -> None:
        """The ACK of an answer of ours."""
        ...


class Line(Protocol):
    """The endpoint, as a call sees it."""

    ids: Ids
    later: Later

    def invite(self, request: Request, flow: Flow, hear: Hear, give_up: GiveUp) -> InviteTransaction:
        """Begin an INVITE."""
        ...

    def request(self, request: Request, flow: Flow, hear: Hear, give_up: GiveUp) -> None:
        """Begin any other request."""
        ...

    def keep(self, call_id: str, dialogue: Dialogue) -> None:
        """Hand what comes for this Call-ID to the dialogue."""
        ...

    def forget(self, call_id: str) -> None:
        """Nobody answers for it any more."""
        ...


Answer = Callable[[Response], None]


def via(flow: Flow, branch: str) -> tuple[str, str]:
    """The Via of a request of ours: a fresh branch each time, which nobody outside can guess."""
    host, port = flow.here
    return "Via", f"SIP/2.0/{flow.carrier} {host}:{port};branch={branch};rport"


def branch(ids: Ids) -> str:
    """The identity of a new transaction."""
    return f"z9hG4bK{ids.new().replace('-', '')}"


def contact(flow: Flow) -> tuple[str, str]:
    """Where the other side reaches us within a call."""
    host, port = flow.here
    return "Contact", f"<sip:ringback@{host}:{port};transport={flow.carrier.lower()}>"
