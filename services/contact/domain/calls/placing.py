"""Places in a queue: one that is kept while the line is free again, and one that a caller who came back had before."""

from contracts.contact.calls import Abandonment, CallAbandoned, Line
from contracts.contact.telephony import PlaceCredited, PlaceKept, PlaceRung
from contracts.envelope import Event
from contracts.refusals import Refused
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import CreditPlace, KeepPlace, MissPlace
from services.contact.domain.calls.set_aside import aside
from services.contact.domain.times import waited_s


def keep(call: Call, fact: KeepPlace, what: str) -> list[Event]:
    """The place stands from the consent on. A 999 caller is never told to hang up, whatever an announcement did."""
    number, number_ref = (call.number, call.number_ref) if fact.number_ref is None else (fact.number, fact.number_ref)
    if call.place_kept_at is not None and call.number_ref == number_ref:
        return []
    if not call.may_keep_place:
        return aside(call, fact, what, "a place is kept only for who waits, and never on 999")
    if number is None or number_ref is None:
        return aside(call, fact, what, "there is no number to ring")
    return [PlaceKept(at=fact.at, call=call.call, number=number, number_ref=number_ref, by=fact.by)]


def miss(call: Call, fact: MissPlace) -> list[Event]:
    """The caller was rung and not reached; after the last ring the call has gone unanswered and is told as that."""
    if call.place_kept_at is None or not call.waiting:
        raise Refused("no-place-kept", "No place is kept for this caller now.")
    rung = PlaceRung(at=fact.at, call=call.call, handler=fact.handler)
    if call.place_rung + 1 < fact.rings_at_most:
        return [rung]
    return [rung, _gone(call, fact)]


def _gone(call: Call, fact: MissPlace) -> CallAbandoned:
    return CallAbandoned(
        at=fact.at,
        call=call.call,
        line=call.line or Line.EMERGENCY,
        abandonment=Abandonment.IN_QUEUE,
        waited_s=waited_s(call.queued_at, call.released_at or fact.at),
        number=call.number,
        number_ref=call.number_ref,
        queue=call.queue,
        sounds=call.sounds,
        channel=call.channel,
        start=call.start,
    )


def credit(call: Call, given: CreditPlace) -> list[Event]:
    """The earliest place of the caller stands, as long as the call waits."""
    if not call.waiting or given.place_at >= (call.place_at or call.queued_at or given.place_at):
        return []
    return [PlaceCredited(at=given.at, call=call.call, place_at=given.place_at, earlier_call=given.earlier_call)]
