"""A telephone exchange in one thread: time that moves by hand, flows that only note what was sent, and a call across them."""

import heapq
import itertools
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from random import Random

from pydantic import SecretStr

from chassis.ids import DrawnIds
from chassis.sip_settings import Sip
from contracts.callback.reviews import AttemptStarted
from services.callback.domain import gate
from services.callback.policy import sip
from services.callback.telephone.sip.dialling import Dialling
from services.callback.telephone.sip.endpoint import Endpoint
from services.callback.telephone.sip.joining import Call, Ending
from services.callback.telephone.sip.outcomes import Verdict
from services.callback.telephone.sip.reach import Reach, reach
from services.callback.telephone.sip.rules import Redirects, SipRules
from services.callback.telephone.sip.trunks import Trunk, Trunks
from services.callback.telephone.sip.wire.address import Address, Carrier
from services.callback.telephone.sip.wire.message import Header, Message, Request, Response, answer, encoded
from services.callback.telephone.sip.wire.parsing import parsed

START = datetime(2017, 6, 1, 12, tzinfo=UTC)
NUMBER = "+447700900123"
OFFER = b"v=0\r\no=handler 7 7 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 50000 RTP/AVP 8\r\n"
TAKEN = b"v=0\r\no=caller 1 2 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\nm=audio 40000 RTP/AVP 8\r\n"
EMPTY = b"v=0\r\no=caller 1 1 IN IP4 127.0.0.1\r\ns=-\r\nt=0 0\r\n"
RINGING: tuple[Header, ...] = (("Contact", "<sip:other@127.0.0.1:9>"),)


class Time:
    """Moves when told."""

    def __init__(self) -> None:
        self.at = 0.0
        self._waiting: list[tuple[float, int, Handle]] = []
        self._order = itertools.count()

    def later(self, seconds: float, act: Callable[[], None]) -> "Handle":
        handle = Handle(act)
        heapq.heappush(self._waiting, (self.at + seconds, next(self._order), handle))
        return handle

    def pass_by(self, seconds: float) -> None:
        until = self.at + seconds
        while self._waiting and self._waiting[0][0] <= until:
            self.at, _, handle = heapq.heappop(self._waiting)
            handle.act()
        self.at = until


class Handle:
    def __init__(self, act: Callable[[], None]) -> None:
        self.act = act

    def cancel(self) -> None:
        self.act = _nothing


def _nothing() -> None:
    pass


@dataclass
class Wire:
    """A flow. `sent` are the times and messages that went out, each through the parser; `down` loses and says so."""

    time: Time
    carrier: Carrier = Carrier.UDP
    down: bool = False
    here: tuple[str, int] = ("127.0.0.1", 5070)
    sent: list[tuple[float, Message]] = field(default_factory=list)

    def send(self, message: Message, failed: Callable[[], None]) -> None:
        if self.down:
            self.time.later(0, failed)
            return
        self.sent.append((self.time.at, parsed(encoded(message))))

    def requests(self, method: str) -> list[Request]:
        return [message for _, message in self.sent if isinstance(message, Request) and message.method == method]

    def responses(self) -> list[Response]:
        return [message for _, message in self.sent if isinstance(message, Response)]

    def times(self, method: str) -> list[float]:
        return [at for at, message in self.sent if isinstance(message, Request) and message.method == method]


class Told:
    """What was said of a call."""

    def __init__(self) -> None:
        self.said: list[Verdict | Ending | str] = []

    def unanswered(self, found: Verdict) -> None:
        self.said.append(found)

    def answered(self, final: str) -> None:
        self.said.append(final)

    def over(self, ending: Ending) -> None:
        self.said.append(ending)


@cache
def _reach(trunks: int, handlers: int, password: str | None) -> Reach:
    addresses = tuple(f"sip:handler@127.0.0.{n + 2}" for n in range(handlers))
    secret = None if password is None else SecretStr(password)
    ways = tuple(f"127.0.0.1:{6000 + n}" for n in range(trunks))
    return reach(Sip(ways, addresses, "ringback", None if password is None else "us", secret))


class Exchange:
    """A call-back of one number over these trunks, and the other ends of it. `handler` is the flow to the first handler."""

    def __init__(
        self,
        carrier: Carrier = Carrier.UDP,
        trunks: int = 1,
        handlers: int = 1,
        password: str | None = None,
        redirects: Redirects = Redirects.SAME_NUMBER,
    ) -> None:
        self.time, self.told, self.dropped = Time(), Told(), list[str]()
        self.ids = DrawnIds(Random(1))
        self.endpoint = Endpoint(self.time.later, self.ids, self.dropped.append)
        self.wires = [Wire(self.time, carrier) for _ in range(trunks)]
        self.handlers = [Wire(self.time, carrier) for _ in range(handlers)]
        self.rules: SipRules = sip.load().at(START)
        where = _reach(trunks, handlers, password)
        made = [Trunk(at, wire, where.account, self.ids) for at, wire in zip(where.trunks, self.wires, strict=True)]
        self.trunks = Trunks(made, self.endpoint, lambda: (self.rules.check_trunk_every_s, self.rules.trunk_answers_within_s))
        self.made = made
        started = AttemptStarted(
            at=START, review="r", attempt=1, attempt_id="attempt-1", number=NUMBER, give_up_at=START + timedelta(seconds=30)
        )
        dial = Dialling(gate.permit(started), self.endpoint, self.trunks, where, self._handler, redirects)
        self.call = Call(dial, self.told, self.rules, self.time.later, lambda: START + timedelta(seconds=self.time.at))

    def _handler(self, address: Address) -> Wire:
        return self.handlers[int(address.host.rpartition(".")[2]) - 2]

    @property
    def wire(self) -> Wire:
        return self.wires[0]

    @property
    def handler(self) -> Wire:
        return self.handlers[0]

    def ring(self) -> Request:
        """Begin; the INVITE."""
        self.call.start(30)
        return self.wire.requests("INVITE")[-1]

    def reply(self, request: Request, status: int, wire: Wire, tag: str = "theirs", body: bytes = b"", *more: Header) -> None:
        """The other end of a wire answers."""
        content = (("Content-Type", "application/sdp"),) if body else ()
        said = answer(request, status, tag, (*RINGING, *more, *content), body)
        self.endpoint.receive(parsed(encoded(said)), wire)

    def answered(self) -> Request:
        """The caller answers; the INVITE to the handler."""
        invite = self.ring()
        self.reply(invite, 180, self.wire)
        self.reply(invite, 200, self.wire, body=EMPTY)
        return self.handler.requests("INVITE")[-1]

    def joined(self) -> None:
        """Both talk."""
        self.reply(self.answered(), 200, self.handler, "theirs-too", OFFER)
        self.reply(self.wire.requests("INVITE")[-1], 200, self.wire, body=TAKEN)

    def ask(self, wire: Wire, method: str, number: int, body: bytes = b"", branch: str = "") -> Request:
        """The other end of a wire asks something within its dialog."""
        theirs = wire.requests("INVITE")[-1]
        tag = "theirs" if wire in self.wires else "theirs-too"
        headers = (
            ("Via", f"SIP/2.0/{wire.carrier} 127.0.0.1:9;branch={branch or f'z9hG4bK{method}{number}{tag}'}"),
            ("From", f"{theirs.require('To').partition(';tag=')[0]};tag={tag}"),
            ("To", theirs.require("From")),
            ("Call-ID", theirs.call_id),
            ("CSeq", f"{number} {method}"),
            *((("Content-Type", "application/sdp"),) if body else ()),
        )
        request = Request(headers=headers, body=body, method=method, uri="sip:ringback@127.0.0.1:5070")
        self.endpoint.receive(parsed(encoded(request)), wire)
        return request
