"""Which way each leg of one call-back goes: over which trunk, after which refusals, and to which call handler."""

from collections.abc import Callable, Iterator

from chassis.ids import Ids
from contracts.callback.reviews import Outcome
from services.callback.domain.gate import Permit
from services.callback.telephone.sip.credentials import Credentials
from services.callback.telephone.sip.dialog import Dialog
from services.callback.telephone.sip.leg import Leg, Listener, Refusal
from services.callback.telephone.sip.line import Line
from services.callback.telephone.sip.outcomes import verdict
from services.callback.telephone.sip.reach import Reach
from services.callback.telephone.sip.rules import Redirects
from services.callback.telephone.sip.transactions.client import Silence
from services.callback.telephone.sip.transactions.flow import Flow
from services.callback.telephone.sip.trunks import Trunk, Trunks
from services.callback.telephone.sip.wire import sdp
from services.callback.telephone.sip.wire.address import Address, BadAddress, inner
from services.callback.telephone.sip.wire.message import Header, Response

PRIORITY = ("Priority", "psap-callback")
"""Keeps features of the network, like barring and forwarding, out of the way (RFC 7090)."""
REDIRECTS_AT_MOST = 5


class Dialling:
    """Implements `Dial` for one permit. The attempt's id is the Call-ID of whatever reaches the caller, however it goes."""

    def __init__(
        self, permit: Permit, line: Line, trunks: Trunks, reach: Reach, flow: Callable[[Address], Flow], redirects: Redirects
    ) -> None:
        self._permit, self._line, self._trunks, self._reach = permit, line, trunks, reach
        self._flow, self._redirects = flow, redirects
        self._tag = _tag(line.ids)
        self._tried: list[str] = []
        self._followed = 0
        self._trunk: Trunk | None = None
        self._dialog: Dialog | None = None
        self._handlers = self._each_handler()

    def caller(self, listener: Listener, refused: Refusal | None) -> tuple[Leg, bytes] | None:
        """The leg to the caller. Only where nobody can have heard the call, or it was refused, is it made over another trunk."""
        elsewhere = None if refused is None else self._elsewhere(refused)
        if elsewhere is None and not self._choose(refused):
            return None
        trunk = self._trunk
        if trunk is None:
            return None
        target = elsewhere or trunk.at(self._permit.number)
        number = self._dialog.sequence if self._dialog is not None else 0
        self._dialog = self._new(trunk.flow, self._permit.attempt_id, target, trunk.credentials, number, (PRIORITY,))
        return Leg(self._line, self._dialog, listener), sdp.no_media(trunk.flow.here[0].strip("[]"), self._permit.attempt)

    def handler(self, listener: Listener) -> tuple[Leg, str] | None:
        """The leg to the next call handler."""
        found = next(self._handlers, None)
        if found is None:
            return None
        dialog, name = found
        return Leg(self._line, dialog, listener), name

    def _choose(self, refused: Refusal | None) -> bool:
        """The trunk to go over next; False when this call is over."""
        if refused is not None:
            assert self._trunk is not None
            self._note(self._trunk, refused)
            if refused.cancelled or verdict(refused).outcome is not Outcome.NETWORK_FAILURE:
                return False
            if refused.final is Silence.TIMEOUT:
                return False  # it may have arrived: to ring again is for the review to decide
        self._trunk = self._trunks.best(self._tried)
        if self._trunk is not None:
            self._tried.append(self._trunk.name)
        return self._trunk is not None

    @staticmethod
    def _note(trunk: Trunk, refused: Refusal) -> None:
        if isinstance(refused.final, Silence) and not refused.heard:
            trunk.works(False, refused.final.name.lower())
        elif isinstance(refused.final, Response) and refused.final.status == 503:
            trunk.works(False, "503")

    def _elsewhere(self, refused: Refusal) -> str | None:
        """Where a redirection leads, if the policy lets us follow it: never to a number the gate was not asked about."""
        final = refused.final
        if not isinstance(final, Response) or final.status not in (301, 302) or refused.cancelled:
            return None
        self._followed += 1
        if self._redirects is Redirects.NEVER or self._followed > REDIRECTS_AT_MOST:
            return None
        for said in final.each("Contact"):
            try:
                found = inner(said)
            except BadAddress:
                continue
            if found.user == self._permit.number:
                return found.text
        return None

    def _each_handler(self) -> Iterator[tuple[Dialog, str]]:
        about = ("Subject", f"call-back of review {self._permit.review}")
        for n, handler in enumerate(self._reach.handlers, start=1):
            call_id = f"{self._permit.attempt_id}-handler-{n}"
            if isinstance(handler, Address):
                credentials = Credentials(self._reach.account, self._line.ids)
                yield self._new(self._flow(handler), call_id, handler.text, credentials, 0, (about,)), handler.text
            elif (trunk := self._trunk) is not None:
                yield self._new(trunk.flow, call_id, trunk.at(handler), trunk.credentials, 0, (about,)), handler

    def _new(
        self, flow: Flow, call_id: str, target: str, credentials: Credentials, number: int, more: tuple[Header, ...]
    ) -> Dialog:
        host, port = flow.here
        sender = f"<sip:{self._reach.identity}@{host}:{port}>;tag={self._tag}"
        return Dialog(flow, call_id, sender, f"<{target}>", target, credentials, sequence=number, more=more)


def _tag(ids: Ids) -> str:
    return ids.new().replace("-", "")[:16]
