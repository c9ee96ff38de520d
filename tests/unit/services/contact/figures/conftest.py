"""Calls written by hand, fact by fact, as a store gives them back."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta

import pytest

from contracts.contact.calls import (
    Abandonment,
    CallAbandoned,
    CallAnswered,
    CallEnded,
    CallerRangAgain,
    CallQueued,
    CallReceived,
    Line,
)
from contracts.envelope import Event
from services.contact.figures.call_facts import Told

NOON = datetime(2017, 6, 5, 11, tzinfo=UTC)

Calls = Callable[..., list[Told]]


def at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def received(call: str, when: float, line: Line = Line.EMERGENCY, number_ref: str | None = None) -> CallReceived:
    return CallReceived(at=at(when), call=call, line=line, switch="bt", number_ref=number_ref)


def queued(call: str, when: float, queue: str = "999") -> CallQueued:
    return CallQueued(at=at(when), call=call, queue=queue)


def answered(call: str, when: float, left: float | None = None) -> CallAnswered:
    return CallAnswered(at=at(when), call=call, handler="h", left_queue_at=None if left is None else at(left))


def ended(call: str, when: float) -> CallEnded:
    return CallEnded(at=at(when), call=call, talked_s=0)


def gone(
    call: str,
    when: float,
    kind: Abandonment = Abandonment.IN_QUEUE,
    line: Line = Line.EMERGENCY,
    number_ref: str | None = None,
) -> CallAbandoned:
    return CallAbandoned(at=at(when), call=call, line=line, abandonment=kind, waited_s=0, number_ref=number_ref)


def rang_again(call: str, when: float) -> CallerRangAgain:
    return CallerRangAgain(at=at(when), call=call, answered_call="other")


def told(events: Sequence[Event]) -> list[Told]:
    """Events with the version each has on its own call's stream."""
    versions: dict[str, int] = {}
    found = []
    for event in events:
        stream = f"call-{event.call}"  # type: ignore[attr-defined]
        versions[stream] = versions.get(stream, 0) + 1
        found.append(Told(stream, versions[stream], type(event), event))
    return found


@pytest.fixture
def afternoon() -> list[Event]:
    """Six calls: two answered, four that broke off, each in another way."""
    return [
        *(received("quick", 0), queued("quick", 2), answered("quick", 9, left=10), ended("quick", 60)),
        *(received("slow", 100), queued("slow", 104), answered("slow", 170), ended("slow", 300)),
        *(received("short", 400, number_ref="n1"), queued("short", 401), gone("short", 404, number_ref="n1")),
        *(received("long", 500, number_ref="n1"), queued("long", 501), gone("long", 590, number_ref="n1")),
        rang_again("long", 700),
        *(received("lost", 800), queued("lost", 801), answered("lost", 805)),
        gone("lost", 830, Abandonment.LOST_AFTER_ANSWER),
        gone("operator", 900, Abandonment.BEFORE_PRESENTED),
        *(received("other-line", 950, Line.NON_EMERGENCY), gone("other-line", 960, line=Line.NON_EMERGENCY)),
        received("open", 970),
    ]
