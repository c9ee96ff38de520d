"""All ways to reach us as people read them: a call is one kind of contact; and what was promised to whom nobody answered."""

from datetime import datetime

from pydantic import BaseModel

from contracts.contact.calls import Channel, Line
from contracts.contact.contacts import ContactOutcome, Stage
from services.contact.domain.calls.call import Call
from services.contact.domain.desks.contact import Contact
from services.contact.domain.desks.promise import Promise
from services.contact.views.calls import status as call_status


class ContactView(BaseModel):
    """One contact. `kind` is `call` for what telephony tells of; all of a call is at `/calls/{id}`."""

    contact: str
    kind: str
    channel: Channel
    status: str
    at: datetime
    source: str | None = None
    number: str | None = None
    name: str | None = None
    words: tuple[str, ...] = ()
    handler: str | None = None
    taken_at: datetime | None = None
    waits_for: Stage | None = None
    overdue: bool = False
    outcome: ContactOutcome | None = None
    closed_at: datetime | None = None
    incident: str | None = None
    passed_to: str | None = None


class PromiseView(BaseModel):
    """A call that is owed: `promise` is the id of the helpline call that nobody answered."""

    promise: str
    owner: str
    made_at: datetime
    due: datetime
    nation: str
    number: str | None = None
    tries: int
    broken: bool
    kept_at: datetime | None = None
    kept_by: str | None = None
    answered_call: str | None = None


def contact(state: Contact) -> ContactView:
    """A contact that is no call."""
    return ContactView(
        contact=state.contact,
        kind="contact",
        channel=state.channel,
        status=_status(state),
        at=state.received_at,
        source=state.source,
        number=state.number,
        name=state.name,
        words=state.words,
        handler=state.handler,
        taken_at=state.taken_at,
        waits_for=state.waits_for,
        overdue=state.waits_for in state.overdue,
        outcome=state.outcome,
        closed_at=state.closed_at,
        incident=state.incident,
        passed_to=state.passed_to,
    )


def of_call(state: Call) -> ContactView:
    """A call, as a contact among others."""
    return ContactView(
        contact=state.call,
        kind="call",
        channel=state.channel or Channel(state.line or Line.EMERGENCY),
        status=call_status(state),
        at=state.since,
        source=state.switch,
        number=state.number,
        handler=state.handler,
        taken_at=state.answered_at,
        closed_at=state.over_at,
    )


def promise(state: Promise) -> PromiseView:
    """One promise."""
    return PromiseView(
        promise=state.promise,
        owner=state.owner,
        made_at=state.made_at,
        due=state.due,
        nation=state.nation,
        number=state.number,
        tries=state.tries,
        broken=state.broken,
        kept_at=state.kept_at,
        kept_by=state.kept_by,
        answered_call=state.answered_call,
    )


def _status(state: Contact) -> str:
    if state.outcome is not None:
        return "closed"
    return "received" if state.taken_at is None else "taken"
