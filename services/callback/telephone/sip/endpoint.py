"""Our end of every trunk: each message goes to the transaction or the call it belongs to, and strangers get their answer."""

from collections.abc import Callable
from functools import partial

import structlog

from chassis.ids import Ids
from services.callback.telephone.sip.credentials import Credentials
from services.callback.telephone.sip.dialog import Dialog
from services.callback.telephone.sip.line import ALLOW, Dialogue, branch
from services.callback.telephone.sip.transactions.client import (
    GiveUp,
    Hear,
    InviteTransaction,
    RequestTransaction,
    Silence,
)
from services.callback.telephone.sip.transactions.flow import Flow
from services.callback.telephone.sip.transactions.server import ServerTransaction
from services.callback.telephone.sip.transactions.times import LIMIT, Later
from services.callback.telephone.sip.wire.message import Message, Request, Response, answer

MOST_ASKED = 10_000
"""More requests of others than this at once are an attack: what comes beyond is dropped, and counted."""

Key = tuple[str, ...]


class Endpoint:
    """Implements `Line`. `dropped` is told why something was thrown away."""

    def __init__(self, later: Later, ids: Ids, dropped: Callable[[str], None]) -> None:
        self.later = later
        self.ids = ids
        self._dropped = dropped
        self._sent: dict[Key, InviteTransaction | RequestTransaction] = {}
        self._asked: dict[Key, ServerTransaction] = {}
        self._dialogues: dict[str, Dialogue] = {}
        self._let_go_already: set[str] = set()

    def invite(self, request: Request, flow: Flow, hear: Hear, give_up: GiveUp) -> InviteTransaction:
        """Begin an INVITE."""
        key = (request.branch, "INVITE")
        begun = InviteTransaction(request, flow, self.later, hear, give_up, partial(self._sent.pop, key, None))
        self._sent[key] = begun
        begun.start()
        return begun

    def request(self, request: Request, flow: Flow, hear: Hear, give_up: GiveUp) -> None:
        """Begin any other request."""
        key = (request.branch, request.method)
        begun = RequestTransaction(request, flow, self.later, hear, give_up, partial(self._sent.pop, key, None))
        self._sent[key] = begun
        begun.start()

    def keep(self, call_id: str, dialogue: Dialogue) -> None:
        """Hand what comes for this Call-ID to the dialogue."""
        self._dialogues[call_id] = dialogue

    def forget(self, call_id: str) -> None:
        """Nobody answers for it any more."""
        self._dialogues.pop(call_id, None)

    def receive(self, message: Message, flow: Flow) -> None:
        """A message that came over a flow."""
        if isinstance(message, Response):
            self._response(message, flow)
        elif isinstance(message, Request) and message.method == "ACK":
            self._ack(message)
        elif isinstance(message, Request):
            self._request(message, flow)

    def _response(self, response: Response, flow: Flow) -> None:
        _, method = response.sequence
        if (begun := self._sent.get((response.branch, method))) is not None:
            begun.receive(response)
        elif method == "INVITE" and 200 <= response.status < 300 and _ours(response, flow):
            self._let_go(response, flow)
        else:
            self._dropped("no such request")

    def _let_go(self, response: Response, flow: Flow) -> None:
        """A telephone that a process before this one rang was answered now: it is told at once that nobody is there."""
        number, _ = response.sequence
        sender = response.require("From")
        dialog = Dialog(flow, response.call_id, sender, "", "", Credentials(None, self.ids), sequence=number)
        dialog.learn(response)
        invite = Request(headers=(("CSeq", f"{number} INVITE"),), method="INVITE", uri=dialog.target)
        flow.send(dialog.ack(invite, branch(self.ids), b"", ()), _nothing)
        if self._first(response.call_id):
            bye = dialog.bye(branch(self.ids), ("Reason", 'Q.850;cause=41;text="Temporary failure"'))
            self.request(bye, flow, _heard, _unheard)
            structlog.get_logger().warning("an answer to a call of before the start was let go", id=response.call_id)

    def _first(self, call_id: str) -> bool:
        """Whether this was not let go yet; remembered as long as the answer may repeat itself."""
        if call_id in self._let_go_already:
            return False
        self._let_go_already.add(call_id)
        self.later(LIMIT, partial(self._let_go_already.discard, call_id))
        return True

    def _ack(self, request: Request) -> None:
        if (begun := self._asked.get(_key(request, "INVITE"))) is not None:
            begun.acknowledged()
        dialogue = self._dialogues.get(request.call_id)
        if dialogue is not None and dialogue.owns(request):
            dialogue.acknowledged(request)

    def _request(self, request: Request, flow: Flow) -> None:
        key = _key(request, request.method)
        if (begun := self._asked.get(key)) is not None:
            begun.repeated()
            return
        if len(self._asked) >= MOST_ASKED:
            self._dropped("too many at once")
            return
        self._asked[key] = asked = ServerTransaction(request, flow, self.later, partial(self._asked.pop, key, None))
        dialogue = self._dialogues.get(request.call_id)
        if request.method == "CANCEL":
            self._cancel(request, asked)
        elif dialogue is not None and dialogue.owns(request):
            dialogue.asked(request, asked)
        else:
            asked.answer(self._to_a_stranger(request))

    def _cancel(self, request: Request, asked: ServerTransaction) -> None:
        """A re-INVITE may be taken back as long as it is not answered."""
        found = self._asked.get(_key(request, "INVITE"))
        asked.answer(answer(request, 200 if found else 481, tag=self.ids.new()[:8]))
        if found is not None:
            found.answer(answer(found.request, 487))

    def _to_a_stranger(self, request: Request) -> Response:
        """Outside any call of ours: we say that we are here, and take no calls."""
        tag = self.ids.new()[:8]
        if request.to_tag:
            return answer(request, 481)
        if request.method == "OPTIONS":
            return answer(request, 200, tag, (ALLOW,))
        if request.method == "INVITE":
            return answer(request, 403, tag)
        return answer(request, 405, tag, (ALLOW,))


def _ours(response: Response, flow: Flow) -> bool:
    """Whether the answered request went out under our address."""
    host, port = flow.here
    _, _, rest = response.require("Via").partition(" ")
    return rest.partition(";")[0].strip() == f"{host}:{port}"


def _key(request: Request, method: str) -> Key:
    """What tells requests apart (section 17.2.3): branch and sender; for peers of before RFC 3261 the call and its number."""
    sender = request.require("Via").partition(";")[0]
    number, _ = request.sequence
    if request.branch.startswith("z9hG4bK"):
        return request.branch, sender, method
    return sender, request.call_id, request.from_tag, str(number), method


def _heard(response: Response) -> None:
    """Nothing hangs on it."""


def _unheard(why: Silence) -> None:
    """Nothing hangs on it."""


def _nothing() -> None:
    """The answer will be repeated."""
