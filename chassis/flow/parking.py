"""Bringing parked records back: all of a key in order, looked at first, then for good."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from chassis.flow.inbox import react, reason
from chassis.host import Service
from chassis.log.cloudevents import arrived
from chassis.log.port import Record
from chassis.store.committer import Desk, outcome
from chassis.store.storage import Changes, ParkedRecord
from contracts.refusals import NotFound


@dataclass(frozen=True, slots=True)
class Redriven:
    """What redriving a key did, or would do: events by stream and type, records dealt with, and what still fails."""

    topic: str
    key: str
    events: tuple[tuple[str, str], ...]
    records: int
    remaining: int
    failure: str | None


def redrive(service: Service, topic: str, key: str, preview: bool) -> Callable[[Desk], Redriven]:
    """The use case; with `preview` nothing is kept. Records are dealt with in order up to the first that still fails."""

    def work(desk: Desk) -> Redriven:
        parked = desk.parked(topic, key)
        if not parked:
            raise NotFound("not-parked", f"Nothing of {topic} is parked under this key.")
        stage = desk.rehearsal() if preview else desk
        before = len(stage.planned())
        done, failure = _through(service, parked, stage)
        stage.write(Changes(unparked=list(parked[:done])))
        events = tuple((event.stream, event.type) for event in stage.planned()[before:])
        return Redriven(topic, key, events, done, len(parked) - done, failure)

    return work


def _through(service: Service, parked: Sequence[ParkedRecord], desk: Desk) -> tuple[int, str | None]:
    for n, record in enumerate(parked):
        result = outcome(partial(_again, service, record, desk))
        if result.error is not None:
            return n, reason(result.error)
    return len(parked), None


def _again(service: Service, record: ParkedRecord, desk: Desk) -> bool:
    return react(service, arrived(Record(record.partition, record.offset, record.key, record.headers, record.value)), desk)
