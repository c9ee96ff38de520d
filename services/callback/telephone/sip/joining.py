"""One call-back: the caller is rung, and once there is a voice a call handler is joined to it (RFC 3725, flow IV).

The caller is rung with an offer of no media. The handler is asked for an offer, which goes to the caller in a re-INVITE; the
caller's answer goes back to the handler with the ACK. Nobody's answer has to wait longer than the other's telephone rings.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from contracts.callback.answered_calls import HungUp
from services.callback.telephone.sip.leg import Leg, Listener, Refusal
from services.callback.telephone.sip.outcomes import Verdict, verdict
from services.callback.telephone.sip.rules import SipRules
from services.callback.telephone.sip.transactions.times import Later, Timers
from services.callback.telephone.sip.wire.message import Request, Response

NORMAL = 'Q.850;cause=16;text="Normal call clearing"'
GLARE_S = 3.0
"""Both sides offered at once: the one that began the call comes back after 2.1 to 4 s (RFC 3261 section 14.1)."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How an answered call ended. `joined`: the address of the call handler who was put through, since when."""

    by: HungUp
    joined: str | None = None
    joined_at: datetime | None = None


class Told(Protocol):
    """Who is told of the call."""

    def unanswered(self, found: Verdict) -> None:
        """Nobody answered."""
        ...

    def answered(self, final: str) -> None:
        """Somebody, or something, answered."""
        ...

    def over(self, ending: Ending) -> None:
        """An answered call ended."""
        ...


class Dial(Protocol):
    """Makes the legs of this call."""

    def caller(self, listener: Listener, refused: Refusal | None) -> tuple[Leg, bytes] | None:
        """The leg to the caller and what it offers; after a refusal over another way, or None when there is none left."""
        ...

    def handler(self, listener: Listener) -> tuple[Leg, str] | None:
        """The leg to the next call handler, and who that is."""
        ...


class Call:
    """Follows one attempt from its first INVITE to the last BYE."""

    def __init__(self, dial: Dial, told: Told, rules: SipRules, later: Later, now: Callable[[], datetime]) -> None:
        self._dial, self._told, self._rules, self._now = dial, told, rules, now
        self._timers = Timers(later)
        self._caller: Leg | None = None
        self._handler: Leg | None = None
        self._name = ""
        self._joined_at: datetime | None = None
        self._offered = b""
        self._offering: Leg | None = None
        self._over = False

    def start(self, ring_s: float) -> None:
        """Ring the caller, for so long at most."""
        self._timers.set("ring", ring_s, self.stop)
        self._try(None)

    def stop(self) -> None:
        """Ring no longer. Whoever answers in this moment has answered."""
        if self._caller is not None and not self._caller.up:
            self._caller.cancel()

    @property
    def ringing(self) -> bool:
        """Nobody has answered yet, and the telephone rings."""
        return not self._over and self._caller is not None and not self._caller.up

    def answered(self, leg: Leg, response: Response, crossed: bool) -> None:
        """A side answered."""
        if leg is not self._caller:
            self._handler_answered(leg, response, crossed)
            return
        self._timers.stop()
        leg.acknowledge()
        self._told.answered(str(response.status))
        if crossed:
            self._end(HungUp.TAKEN_BACK)
            return
        self._check_again()
        self._ask_next()

    def refused(self, leg: Leg, refusal: Refusal) -> None:
        """A side was not reached."""
        if leg is self._caller:
            if not self._try(refusal):
                self._timers.stop()
                self._over = True
                self._told.unanswered(verdict(refusal))
        elif leg is self._handler and not self._over:
            self._ask_next()

    def agreed(self, leg: Leg, response: Response) -> None:
        """A side took what it was offered in a re-INVITE: the other side hears the answer, the offer's own side first."""
        asker, self._offering = self._offering, None
        if asker is None or self._over:
            leg.acknowledge()
        elif self._joined_at is None:
            asker.acknowledge(response.body)
            leg.acknowledge()
            self._joined_at = self._now()
            self._timers.set("longest", self._rules.longest_call_s, lambda: self._end(HungUp.TIME_LIMIT))
        else:
            asker.accept(response.body)
            if not asker.wants_answer:
                leg.acknowledge()

    def disagreed(self, leg: Leg, status: int) -> None:
        """A side did not take it. Before anybody was joined there is then no way to talk."""
        asker, self._offering = self._offering, None
        if self._over:
            return
        if status in (408, 481):
            self._end(HungUp.LINE_LOST)
        elif self._joined_at is not None:
            if asker is not None:
                asker.decline(status)
        elif status == 491 and asker is not None:
            self._timers.set("glare", GLARE_S, lambda: self._offer(asker, self._offered))
        else:
            self._end(HungUp.NO_MEDIA)

    def offered(self, leg: Leg, request: Request) -> None:
        """A side wants something else (hold, another codec): the other side decides."""
        other = self._handler if leg is self._caller else self._caller
        if self._over or self._joined_at is None or other is None or self._offering is not None:
            leg.decline(491)
            return
        self._offering = leg
        other.invite(request.body)

    def confirmed(self, leg: Leg, body: bytes) -> None:
        """The answer to an offer that was asked for came with the ACK: it goes on to the side that made it."""
        other = self._handler if leg is self._caller else self._caller
        if other is not None:
            other.acknowledge(body)

    def hung_up(self, leg: Leg, reason: str | None) -> None:
        """A side ended it: so does the other."""
        if leg in (self._caller, self._handler):
            self._end(HungUp.CALLER if leg is self._caller else HungUp.HANDLER)

    def lost(self, leg: Leg) -> None:
        """A side is not there any more."""
        self._end(HungUp.LINE_LOST)

    def _try(self, refusal: Refusal | None) -> bool:
        found = self._dial.caller(self, refusal)
        if found is None:
            return False
        self._caller, offer = found
        self._caller.invite(offer)
        return True

    def _ask_next(self) -> None:
        self._timers.stop("handler")
        found = self._dial.handler(self)
        if found is None:
            self._end(HungUp.NOBODY_JOINED)
            return
        self._handler, self._name = found
        self._timers.set("handler", self._rules.handler_ring_s, self._handler.cancel)
        self._handler.invite()

    def _handler_answered(self, leg: Leg, response: Response, crossed: bool) -> None:
        if crossed or self._over:
            leg.hang_up(NORMAL)
            if not self._over:
                self._ask_next()
            return
        self._timers.stop("handler")
        self._offered = response.body
        self._offer(leg, response.body)

    def _offer(self, asker: Leg, body: bytes) -> None:
        assert self._caller is not None
        self._offering = asker
        self._caller.invite(body)

    def _check_again(self) -> None:
        self._timers.set("check", self._rules.check_call_every_s, self._check)

    def _check(self) -> None:
        for leg in (self._caller, self._handler):
            if leg is not None and leg.up:
                leg.check()
        self._check_again()

    def _end(self, by: HungUp) -> None:
        if self._over:
            return
        self._over = True
        self._timers.stop()
        for leg in (self._caller, self._handler):
            if leg is not None:
                leg.hang_up(NORMAL)
        self._told.over(Ending(by, self._name if self._joined_at else None, self._joined_at))
