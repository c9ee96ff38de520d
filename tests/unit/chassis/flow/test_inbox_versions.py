"""A hearer that is older or newer than what it hears: nothing it answers to is missed because of its version."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from chassis.clock import VirtualClock
from chassis.flow.inbox import Inbox, Progress
from chassis.host import Service
from chassis.log.cloudevents import outgoing
from chassis.log.port import Record
from chassis.store import codec
from chassis.store.codec import Head, encode, encode_event
from chassis.store.committer import Committer
from chassis.store.sqlite import SqliteStorage
from contracts import registry, upcasts
from contracts.contact.calls import CallEnded
from contracts.envelope import Envelope, Event, Text

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)


class HandedOn(Event):
    """The first version of a noun."""

    call: Text


class HandedOnTo(Event):
    """The second version of it."""

    call: Text
    handler: Text


@pytest.fixture(autouse=True)
def own_types(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """A noun whose second version is in use; gone after the test."""
    list(registry.all_types())  # what is imported while the tables are replaced would be lost to the tests after this one
    monkeypatch.setattr(registry, "_by_name", dict(registry._by_name))
    monkeypatch.setattr(registry, "_by_model", dict(registry._by_model))
    monkeypatch.setattr(upcasts, "_steps", dict(upcasts._steps))
    registry.event("contact", 1, noun="CallHandedOn")(HandedOn)
    registry.event("contact", 2, noun="CallHandedOn")(HandedOnTo)
    upcasts.register(
        upcasts.Upcast("ringback.contact.CallHandedOn.v1", "ringback.contact.CallHandedOn.v2", lambda old: old | {"handler": "?"})
    )
    yield
    codec.stored_reader.cache_clear()


def hear(event: Event, version: str | None = None) -> tuple[Progress, list[Event]]:
    """One record on the way to a service that answers to the second version of the noun alone."""
    heard: list[Event] = []

    def react(envelope: Envelope[Event]) -> Sequence[Any]:
        heard.append(envelope.event)
        return ()

    def never(*_: Any) -> Any:
        raise AssertionError("nothing was commanded")

    service = Service("callback", (), ("contact",), never, react, never, {}, frozenset({HandedOnTo}))
    storage = SqliteStorage()
    name = registry.of(event).name
    sent = outgoing("contact", "call-1", 1, 7, name, encode(Head("e", NOON, "c", "c", "a", msgspec.Raw(encode_event(event)))), 0)
    headers = tuple((key, version.encode() if version and key == "ce_type" else raw) for key, raw in sent.headers)
    inbox = Inbox(service, storage)
    inbox.begin(sent.partition)
    work = inbox.take(sent.partition, [Record(sent.partition, 0, sent.key, headers, sent.value)])
    result = Committer(storage, VirtualClock(NOON), lambda _: None).commit([work])[0]
    storage.close()
    assert result.error is None
    return inbox.adopt(sent.partition, result.value), heard


def test_a_record_of_an_older_version_is_brought_forward_and_answered() -> None:
    progress, heard = hear(HandedOn(at=NOON, call="1"))
    assert heard == [HandedOnTo(at=NOON, call="1", handler="?")]
    assert progress.parked == 0


def test_a_record_of_a_newer_version_is_parked_and_not_missed() -> None:
    progress, heard = hear(HandedOnTo(at=NOON, call="1", handler="h"), version="ringback.contact.CallHandedOn.v3")
    assert (heard, progress.parked, progress.ignored) == ([], 1, 0)


def test_a_record_of_a_type_that_nothing_answers_to_passes_by() -> None:
    progress, heard = hear(CallEnded(at=NOON, call="1", talked_s=3))
    assert (heard, progress.parked, progress.ignored) == ([], 0, 1)
