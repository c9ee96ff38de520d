"""What both sides of a call agreed on: tags, sequence numbers, where to send what comes next (RFC 3261 section 12)."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from services.callback.telephone.sip.credentials import Credentials
from services.callback.telephone.sip.line import AGENT, ALLOW, FORWARDS, contact, via
from services.callback.telephone.sip.transactions.flow import Flow
from services.callback.telephone.sip.wire.address import BadAddress, inner
from services.callback.telephone.sip.wire.message import Header, Request, Response


@dataclass(slots=True)
class Dialog:
    """One dialog of ours: we called. `tag` is the other side's, empty for one of before RFC 3261, once it has answered."""

    flow: Flow
    call_id: str
    sender: str
    to: str
    target: str
    credentials: Credentials
    routes: tuple[str, ...] = ()
    sequence: int = 0
    theirs: int = -1
    tag: str | None = None
    more: tuple[Header, ...] = field(default=())

    def invite(self, fresh: str, body: bytes, content: Iterable[Header]) -> Request:
        """The next INVITE; `fresh` is its branch."""
        return self._next("INVITE", fresh, (contact(self.flow), ALLOW, *self.more, *content), body)

    def bye(self, fresh: str, reason: Header) -> Request:
        """The end."""
        return self._next("BYE", fresh, (reason,))

    def options(self, fresh: str) -> Request:
        """Are you still there?"""
        return self._next("OPTIONS", fresh, ())

    def cancel(self, invite: Request) -> Request:
        """Takes an INVITE back: it carries that one's own branch and number, and is never challenged."""
        number, _ = invite.sequence
        kept = ("via", "max-forwards", "route", "from", "to", "call-id")
        headers = tuple(header for header in invite.headers if header[0].lower() in kept)
        return Request(headers=(*headers, ("CSeq", f"{number} CANCEL")), method="CANCEL", uri=invite.uri)

    def ack(self, invite: Request, fresh: str, body: bytes, content: Iterable[Header]) -> Request:
        """Takes note of a 2xx, with the proofs of its INVITE."""
        number, _ = invite.sequence
        proofs = tuple(header for header in invite.headers if header[0].lower().endswith("authorization"))
        return self._request("ACK", number, fresh, (*proofs, *content), body)

    def learn(self, answered: Response) -> None:
        """The other side answered with a 2xx: from now on the dialog stands."""
        self.to = answered.require("To")
        self.tag = answered.to_tag
        self.routes = tuple(reversed(list(answered.each("Record-Route"))))
        self.aim(answered.get("Contact"))

    def aim(self, said: str | None) -> None:
        """The other side says where it is reached now; what is no address changes nothing."""
        try:
            self.target = inner(said or "").text
        except BadAddress:
            return

    def _next(self, method: str, fresh: str, more: Iterable[Header], body: bytes = b"") -> Request:
        self.sequence += 1
        return self._request(method, self.sequence, fresh, (*self.credentials.proofs(method, self.target), *more), body)

    def _request(self, method: str, number: int, fresh: str, more: Iterable[Header], body: bytes) -> Request:
        routes = tuple(("Route", route) for route in self.routes)
        headers = (via(self.flow, fresh), FORWARDS, *routes, ("From", self.sender), ("To", self.to), ("Call-ID", self.call_id))
        return Request(
            headers=(*headers, ("CSeq", f"{number} {method}"), AGENT, *more), body=body, method=method, uri=self.target
        )
