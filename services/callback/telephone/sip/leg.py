"""One side of a call-back: its INVITE with everything that can come of it, then its dialog until somebody hangs up."""

from dataclasses import dataclass
from typing import Protocol

from services.callback.telephone.sip.credentials import TRIES
from services.callback.telephone.sip.dialog import Dialog
from services.callback.telephone.sip.line import ALLOW, Line, branch, contact
from services.callback.telephone.sip.transactions.client import InviteTransaction, Silence
from services.callback.telephone.sip.transactions.server import ServerTransaction
from services.callback.telephone.sip.transactions.times import LIMIT, Timers
from services.callback.telephone.sip.wire import sdp
from services.callback.telephone.sip.wire.message import Header, Request, Response, answer, param


@dataclass(frozen=True, slots=True)
class Refusal:
    """No 2xx came: what came instead. `heard`: a provisional answer did; `cancelled`: we had taken the call back."""

    final: Response | Silence
    heard: bool
    cancelled: bool


class Listener(Protocol):
    """Whom a leg tells."""

    def answered(self, leg: "Leg", response: Response, crossed: bool) -> None:
        """The first 2xx: it has no ACK yet. `crossed`: we had taken the call back meanwhile."""
        ...

    def refused(self, leg: "Leg", refusal: Refusal) -> None:
        """The INVITE is over without an answer."""
        ...

    def agreed(self, leg: "Leg", response: Response) -> None:
        """The 2xx of a re-INVITE of ours: it has no ACK yet."""
        ...

    def disagreed(self, leg: "Leg", status: int) -> None:
        """A re-INVITE of ours was refused, or (408) not answered."""
        ...

    def offered(self, leg: "Leg", request: Request) -> None:
        """A re-INVITE of the other side, to be answered with `accept` or `decline`."""
        ...

    def confirmed(self, leg: "Leg", body: bytes) -> None:
        """The answer to an offer we made in `accept`, to a re-INVITE that had none."""
        ...

    def hung_up(self, leg: "Leg", reason: str | None) -> None:
        """The other side ended it; `reason` is what its BYE says."""
        ...

    def lost(self, leg: "Leg") -> None:
        """The other side does not know the call any more, or says nothing at all."""
        ...


class Leg:
    """One Call-ID of ours. It lives until both sides know that it is over."""

    def __init__(self, line: Line, dialog: Dialog, listener: Listener) -> None:
        self._line, self._dialog, self._listener = line, dialog, listener
        self._timers = Timers(line.later)
        self._tries = 0
        self._heard = self._cancelled = self._taken_back = self._pending = self._over = False
        self._invite: InviteTransaction | None = None
        self._asked: Request | None = None
        self._unacknowledged: Response | None = None
        self._acks: dict[int, Request] = {}
        self._offer: ServerTransaction | None = None

    @property
    def up(self) -> bool:
        """Answered, and not over."""
        return self._dialog.tag is not None and not self._over

    def invite(self, body: bytes = b"") -> None:
        """Call, or when the call is up offer something else; without a body the other side is asked for an offer."""
        self._line.keep(self._dialog.call_id, self)
        request = self._dialog.invite(branch(self._line.ids), body, _content(body))
        self._asked, self._pending = request, True
        self._invite = self._line.invite(request, self._dialog.flow, lambda response: self._hear(request, response), self._silent)

    def cancel(self) -> None:
        """Take the call back; a request to that effect goes out once somebody said they are at it, and never before."""
        if not self._cancelled and self._dialog.tag is None:
            self._cancelled = True
            self._say_cancel()

    def acknowledge(self, body: bytes = b"") -> None:
        """Take note of the 2xx, perhaps with the answer to the offer it made."""
        if self._unacknowledged is None or self._asked is None:
            return
        self._unacknowledged = None
        number, _ = self._asked.sequence
        self._acks[number] = self._dialog.ack(self._asked, branch(self._line.ids), body, _content(body))
        self._again(number)

    def hang_up(self, reason: str) -> None:
        """End it, in whatever state it is."""
        if self._over:
            return
        if self._dialog.tag is None:
            self.cancel()
            return
        if self._unacknowledged is not None:
            self.acknowledge(b"" if self._asked is None or self._asked.body else sdp.refused(self._unacknowledged.body))
        self._over = True
        self._bye(("Reason", reason), 0)

    def accept(self, body: bytes) -> None:
        """Agree to what the other side offered."""
        self._reply(200, (contact(self._dialog.flow), ALLOW, *_content(body)), body)

    def decline(self, status: int) -> None:
        """Leave things as they are."""
        self._reply(status, (), b"")

    @property
    def wants_answer(self) -> bool:
        """The other side asked for an offer: its answer comes with the ACK."""
        return self._offer is not None and not self._offer.request.body

    def check(self) -> None:
        """Ask whether the other side still knows the call."""

        def heard(response: Response) -> None:
            if response.status in (408, 481) and not self._over:
                self._listener.lost(self)

        question = self._dialog.options(branch(self._line.ids))
        self._line.request(question, self._dialog.flow, heard, lambda _: None if self._over else self._listener.lost(self))

    def owns(self, request: Request) -> bool:
        """Whether a request belongs to this dialog."""
        ours = (self._dialog.tag, param(self._dialog.sender, "tag"))
        return self._dialog.tag is not None and (request.from_tag, request.to_tag) == ours

    def asked(self, request: Request, transaction: ServerTransaction) -> None:
        """A request of the other side within the dialog."""
        number, _ = request.sequence
        if number <= self._dialog.theirs:
            transaction.answer(answer(request, 500))
            return
        self._dialog.theirs = number
        match request.method:
            case "BYE":
                transaction.answer(answer(request, 200))
                over = self._over
                self._end()
                if not over:
                    self._listener.hung_up(self, request.get("Reason"))
            case "INVITE":
                self._consider(request, transaction)
            case "OPTIONS":
                transaction.answer(answer(request, 200, more=(ALLOW,)))
            case _:
                transaction.answer(answer(request, 405, more=(ALLOW,)))

    def acknowledged(self, request: Request) -> None:
        """The other side took note of our answer to its re-INVITE."""
        offer = self._offer
        if offer is not None and offer.request.sequence[0] == request.sequence[0]:
            offer.acknowledged()
            wanted, self._offer = self.wants_answer, None
            if wanted:
                self._listener.confirmed(self, request.body)

    def _consider(self, request: Request, transaction: ServerTransaction) -> None:
        """One offer at a time: while one of either side is open, the other side is asked to come back (section 14.2)."""
        if self._over or self._pending or self._unacknowledged is not None or self._offer is not None:
            transaction.answer(answer(request, 491))
            return
        self._offer = transaction
        self._dialog.aim(request.get("Contact"))
        self._listener.offered(self, request)

    def _reply(self, status: int, more: tuple[Header, ...], body: bytes) -> None:
        if self._offer is not None:
            self._offer.answer(answer(self._offer.request, status, more=more, body=body))
            if status >= 300:
                self._offer = None

    def _hear(self, request: Request, response: Response) -> None:
        """What comes of an INVITE of ours, the first or a later one."""
        if not response.final:
            self._heard = True
            if self._cancelled:
                self._say_cancel()
        elif response.status < 300:
            self._accepted(request, response)
        elif self._may_try_again(request, response):
            self.invite(request.body)
        elif self._dialog.tag is not None:
            self._pending = False
            self._listener.disagreed(self, response.status)
        else:
            self._end()
            self._listener.refused(self, Refusal(response, self._heard, self._cancelled))

    def _may_try_again(self, request: Request, response: Response) -> bool:
        if response.status not in (401, 407) or self._cancelled or self._over:
            return False
        self._tries += 1
        return self._tries <= TRIES and self._dialog.credentials.learn(response, request)

    def _accepted(self, request: Request, response: Response) -> None:
        if self._dialog.tag is not None and response.to_tag != self._dialog.tag:
            self._end_fork(request, response)
        elif request is not self._asked or not self._pending:
            self._again(request.sequence[0])
        else:
            self._timers.stop()
            self._tries, self._pending, self._unacknowledged = 0, False, response
            self._tell(response)

    def _tell(self, response: Response) -> None:
        if self._dialog.tag is not None:
            self._dialog.aim(response.get("Contact"))
            self._listener.agreed(self, response)
        else:
            self._dialog.learn(response)
            self._listener.answered(self, response, self._cancelled)

    def _again(self, number: int) -> None:
        """The same 2xx came again: its ACK was lost, or is not said yet."""
        if (ack := self._acks.get(number)) is not None:
            self._dialog.flow.send(ack, _nothing)

    def _end_fork(self, request: Request, response: Response) -> None:
        """A second telephone answered the same INVITE: it is let go at once."""
        own = self._dialog
        other = Dialog(own.flow, own.call_id, own.sender, own.to, own.target, own.credentials, sequence=own.sequence)
        other.learn(response)
        own.flow.send(other.ack(request, branch(self._line.ids), b"", ()), _nothing)
        bye = other.bye(branch(self._line.ids), ("Reason", 'SIP;cause=200;text="Call completed elsewhere"'))
        self._line.request(bye, own.flow, _heard, _unheard)

    def _say_cancel(self) -> None:
        invite = self._invite
        if invite is None or not invite.proceeding or self._taken_back:
            return
        self._taken_back = True
        self._line.request(self._dialog.cancel(invite.request), self._dialog.flow, _heard, _unheard)
        self._timers.set("cancelled", LIMIT, invite.abandon)

    def _silent(self, why: Silence) -> None:
        self._pending = False
        if self._dialog.tag is not None:
            self._listener.disagreed(self, 408)
            return
        self._end()
        self._listener.refused(self, Refusal(why, self._heard, self._cancelled))

    def _bye(self, reason: Header, tries: int) -> None:
        bye = self._dialog.bye(branch(self._line.ids), reason)

        def heard(response: Response) -> None:
            if tries < TRIES and self._dialog.credentials.learn(response, bye):
                self._bye(reason, tries + 1)
            else:
                self._end()

        self._line.request(bye, self._dialog.flow, heard, lambda _: self._end())

    def _end(self) -> None:
        self._over = True
        self._timers.stop()
        self._line.forget(self._dialog.call_id)


def _content(body: bytes) -> tuple[Header, ...]:
    return (sdp.CONTENT,) if body else ()


def _heard(response: Response) -> None:
    """Whatever it says, the INVITE's own final answer is what counts."""


def _unheard(why: Silence) -> None:
    """Nobody is there to hear it."""


def _nothing() -> None:
    """Its answer will be repeated, and it with that."""
