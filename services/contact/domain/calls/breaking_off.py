"""How a call comes to its end: by an ordinary word, by breaking off, or with its place kept; and what a late fact changes."""

from datetime import datetime

from contracts.contact.calls import Abandonment, CallAbandoned, CallEnded, CallReclassified, Line, Sound, SoundsHeard
from contracts.contact.telephony import LineReleased
from contracts.envelope import Event
from services.contact.domain.calls.abandonment import Broken, abandonment
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import CallFact, EndCall, HangUp, MayBreak
from services.contact.domain.calls.folding import folded
from services.contact.domain.calls.learning import number_of
from services.contact.domain.calls.set_aside import aside
from services.contact.domain.place import best, told
from services.contact.domain.times import stamp, talked_s, waited_s


def break_off(call: Call, fact: HangUp, what: str) -> list[Event]:
    """The caller is gone."""
    if _of_kept_place(call, fact.at):
        return [*_release(call, fact, what), *_besides(call, fact)]
    if call.abandoned_at is not None:
        return _again(call, call.abandoned_at, fact, what)
    sounds = _sounds(call, fact)
    kind = abandonment(_broken(call, fact.at, sounds, fact.welfare_established, in_stage_1=fact.in_stage_1))
    if kind is None:
        return [*end(call, fact, what), *_besides(call, fact)]
    return [abandoned(call, fact, kind, fact.welfare_established, sounds)]


def _of_kept_place(call: Call, at: datetime) -> bool:
    """Whether an end at this time is only that of the line: its caller has agreed to be rung back and was not yet reached."""
    if call.place_kept_at is None or at == call.released_at:
        return call.place_kept_at is not None
    if call.abandoned_at is not None or call.ended_at is not None:
        return False
    return call.answered_at is None or at < call.answered_at


def _release(call: Call, fact: HangUp | EndCall, what: str) -> list[Event]:
    """The line is free and the place stands. The first word on it stands too: never is it taken for the end of the ring back."""
    if call.released_at is None:
        return [LineReleased(at=fact.at, call=call.call)]
    if fact.at == call.released_at:
        return []
    return aside(call, fact, what, f"its place is kept, its line was free at {stamp(call.released_at)}", call.released_at)


def _again(call: Call, gone_at: datetime, fact: HangUp, what: str) -> list[Event]:
    """A second word on the break: its time does not stand, what it brings besides does."""
    said = [] if fact.at in (gone_at, call.ended_at) else aside(call, fact, what, f"it broke off at {stamp(gone_at)}", gone_at)
    return [*said, *_besides(call, fact)]


def _besides(call: Call, fact: HangUp) -> list[Event]:
    """What it brings besides its time."""
    return [*_number(call, fact), *_heard(call, fact)]


def _number(call: Call, fact: HangUp) -> list[Event]:
    return [] if call.number_ref is not None else number_of(call, fact, fact.teller or "telephony")


def end(call: Call, fact: EndCall | HangUp, what: str) -> list[Event]:
    """An answered call is over. The line cleared after the caller had gone is nothing new."""
    if _of_kept_place(call, fact.at):
        return _release(call, fact, what)
    hung_up = isinstance(fact, HangUp)
    if call.over_at is None:
        welfare = fact.welfare_established if isinstance(fact, HangUp) else None
        talked = talked_s(call.answered_at, fact.at)
        return [CallEnded(at=fact.at, call=call.call, talked_s=talked, hung_up=hung_up, welfare_established=welfare)]
    if call.ended_at in (None, fact.at) or call.abandoned_at is not None or (call.hung_up and not hung_up):
        return []
    return aside(call, fact, what, f"it ended at {stamp(call.ended_at)}", call.ended_at)


def abandoned(call: Call, fact: MayBreak, kind: Abandonment, welfare: bool | None, sounds: tuple[Sound, ...]) -> CallAbandoned:
    """All that is known at this moment goes with it: a review needs it at once."""
    gone_at = fact.at if isinstance(fact, HangUp) else call.ended_at or fact.at
    place = best(call.places)
    return CallAbandoned(
        at=gone_at,
        call=call.call,
        line=call.line or fact.line or Line.EMERGENCY,
        abandonment=kind,
        waited_s=_waited(call, gone_at),
        number=call.number if call.number_ref else fact.number or call.number,
        number_ref=call.number_ref or fact.number_ref,
        queue=call.queue,
        sounds=sounds,
        markers=fact.markers,
        location=None if place is None else told(place),
        earlier_calls=fact.earlier_calls,
        channel=call.channel,
        start=call.start,
        welfare_established=welfare,
    )


def seen_better(call: Call, said: list[Event], fact: CallFact) -> list[Event]:
    """What a fact that came after the end shows about the end: its class, or that the call had broken off after all."""
    if call.over_at is None or any(isinstance(event, CallAbandoned) for event in said):
        return []
    after = folded(call, said)
    gone_at = after.abandoned_at
    if gone_at is None:
        return _broke_off_after_all(after, fact)
    in_stage_1 = after.abandonment is Abandonment.BEFORE_PRESENTED or (isinstance(fact, HangUp) and fact.in_stage_1)
    broken = _broken(after, gone_at, after.sounds, after.welfare, in_stage_1=in_stage_1)
    kind = abandonment(broken) or Abandonment.LOST_AFTER_ANSWER
    if kind is after.abandonment:
        return []
    return [CallReclassified(at=fact.at, call=call.call, abandonment=kind, waited_s=_waited(after, gone_at), queue=after.queue)]


def _broke_off_after_all(call: Call, fact: CallFact) -> list[Event]:
    """The caller had hung up as after an ordinary talk, and then somebody heard, or recognised, that it was none."""
    if not (call.hung_up and isinstance(fact, MayBreak) and call.ended_at is not None):
        return []
    kind = abandonment(_broken(call, call.ended_at, call.sounds, call.welfare))
    return [] if kind is None else [abandoned(call, fact, kind, call.welfare, call.sounds)]


def _broken(
    call: Call, gone_at: datetime, sounds: tuple[Sound, ...], welfare: bool | None, *, in_stage_1: bool = False
) -> Broken:
    """As far as anybody said: with no answer known the caller went unanswered, and one told late takes nothing back."""
    return Broken(
        presented=call.presented_at is not None,
        in_stage_1=in_stage_1,
        queued=call.queued_at is not None,
        answered=_answered(call, gone_at),
        sounds=sounds,
        welfare=welfare,
        start=call.start,
    )


def _answered(call: Call, gone_at: datetime) -> bool:
    return call.answered_at is not None and call.answered_at <= gone_at


def _waited(call: Call, gone_at: datetime) -> float:
    left_at = (call.left_queue_at or call.answered_at or gone_at) if _answered(call, gone_at) else gone_at
    return waited_s(call.queued_at, left_at)


def _sounds(call: Call, gone: HangUp) -> tuple[Sound, ...]:
    return (*call.sounds, *(sound for sound in gone.sounds if sound not in call.sounds))


def _heard(call: Call, fact: HangUp) -> list[Event]:
    if set(fact.sounds) <= set(call.sounds):
        return []
    return [SoundsHeard(at=fact.at, call=call.call, sounds=fact.sounds, listener=fact.teller or "telephony")]
