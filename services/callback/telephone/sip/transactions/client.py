"""Requests of ours until they are answered: repeated while the network may have lost them, and never sent twice otherwise."""

from collections.abc import Callable
from enum import Enum, auto

from services.callback.telephone.sip.transactions.flow import Flow
from services.callback.telephone.sip.transactions.times import LIMIT, T1, T2, T4, Later, Timers
from services.callback.telephone.sip.wire.message import Request, Response


class Silence(Enum):
    """Why no final answer comes."""

    UNSENT = auto()
    """The transport could not send it: nobody has seen the request."""
    TIMEOUT = auto()
    """Nobody answered in time: it may have arrived."""


class _State(Enum):
    CALLING = auto()
    PROCEEDING = auto()
    COMPLETED = auto()
    ACCEPTED = auto()
    OVER = auto()


Hear = Callable[[Response], None]
Over = Callable[[], object]
GiveUp = Callable[[Silence], None]


class InviteTransaction:
    """One INVITE (RFC 3261 section 17.1.1 with RFC 6026): timers A and B while calling, D after a refusal, M after a 2xx.

    `hear` gets provisional answers, one refusal, and every 2xx, also repeated ones: each wants its ACK from whoever asked.
    """

    def __init__(self, request: Request, flow: Flow, later: Later, hear: Hear, give_up: GiveUp, over: Over) -> None:
        self.request = request
        self._flow = flow
        self._timers = Timers(later)
        self._hear, self._give_up, self._over = hear, give_up, over
        self._state = _State.CALLING
        self._ack: Request | None = None

    def start(self) -> None:
        """Send it."""
        self._timers.set("B", LIMIT, self._silent)
        self._send(T1)

    @property
    def proceeding(self) -> bool:
        """Somebody said they are at it: a CANCEL makes sense now and not before."""
        return self._state is _State.PROCEEDING

    def receive(self, response: Response) -> None:
        """An answer that carries our branch."""
        match self._state:
            case _State.CALLING | _State.PROCEEDING:
                self._proceed(response)
            case _State.COMPLETED if response.status >= 300:
                self._acknowledge()
            case _State.ACCEPTED if 200 <= response.status < 300:
                self._hear(response)
            case _:
                pass

    def abandon(self) -> None:
        """Forget it without another word: a cancelled request that nobody ended."""
        if self._state in (_State.CALLING, _State.PROCEEDING):
            self._fail(Silence.TIMEOUT)

    def _send(self, pause: float) -> None:
        self._flow.send(self.request, self._unsent)
        if not self._flow.carrier.reliable and self._state is _State.CALLING:
            self._timers.set("A", pause, lambda: self._send(2 * pause))

    def _proceed(self, response: Response) -> None:
        self._timers.stop("A", "B")
        if not response.final:
            self._state = _State.PROCEEDING
        elif response.status < 300:
            self._state = _State.ACCEPTED
            self._timers.set("M", LIMIT, self._end)
        else:
            self._state = _State.COMPLETED
            self._ack = _refusal_acknowledged(self.request, response)
            self._acknowledge()
            self._timers.set("D", 0 if self._flow.carrier.reliable else LIMIT, self._end)
        self._hear(response)

    def _acknowledge(self) -> None:
        assert self._ack is not None
        self._flow.send(self._ack, _nothing)

    def _unsent(self) -> None:
        if self._state is _State.CALLING:
            self._fail(Silence.UNSENT)

    def _silent(self) -> None:
        self._fail(Silence.TIMEOUT)

    def _fail(self, why: Silence) -> None:
        self._end()
        self._give_up(why)

    def _end(self) -> None:
        self._state = _State.OVER
        self._timers.stop()
        self._over()


class RequestTransaction:
    """Any other request (section 17.1.2): timers E, which never grows beyond T2, F, and K."""

    def __init__(self, request: Request, flow: Flow, later: Later, hear: Hear, give_up: GiveUp, over: Over) -> None:
        self.request = request
        self._flow = flow
        self._timers = Timers(later)
        self._hear, self._give_up, self._over = hear, give_up, over
        self._state = _State.CALLING

    def start(self) -> None:
        """Send it."""
        self._timers.set("F", LIMIT, lambda: self._fail(Silence.TIMEOUT))
        self._send(T1)

    def receive(self, response: Response) -> None:
        """An answer that carries our branch."""
        if self._state not in (_State.CALLING, _State.PROCEEDING):
            return
        if not response.final:
            self._state = _State.PROCEEDING
            return
        self._state = _State.COMPLETED
        self._timers.stop()
        self._timers.set("K", 0 if self._flow.carrier.reliable else T4, self._end)
        self._hear(response)

    def _send(self, pause: float) -> None:
        self._flow.send(self.request, self._unsent)
        if not self._flow.carrier.reliable:
            self._timers.set("E", pause, lambda: self._send(T2 if self._state is _State.PROCEEDING else min(2 * pause, T2)))

    def _unsent(self) -> None:
        if self._state in (_State.CALLING, _State.PROCEEDING):
            self._fail(Silence.UNSENT)

    def _fail(self, why: Silence) -> None:
        self._end()
        self._give_up(why)

    def _end(self) -> None:
        self._state = _State.OVER
        self._timers.stop()
        self._over()


def _refusal_acknowledged(invite: Request, response: Response) -> Request:
    """The ACK of a 3xx to 6xx: it belongs to the INVITE's own transaction, and proves what that proved."""
    kept = ("max-forwards", "from", "call-id", "route", "authorization", "proxy-authorization")
    headers = [header for header in invite.headers if header[0].lower() in kept]
    via = ("Via", invite.require("Via"))
    number, _ = invite.sequence
    return Request(
        headers=(via, *headers, ("To", response.require("To")), ("CSeq", f"{number} ACK")), method="ACK", uri=invite.uri
    )


def _nothing() -> None:
    """What cannot be sent again is not missed: the other side repeats its answer, and we ours."""
