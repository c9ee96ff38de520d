"""Whatever event is recorded, the topic carries it so that the hearer has the very bytes the source has stored."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import jsonschema
import msgspec
import pytest
from exploring import tried
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from chassis.log.cloudevents import Arrived, arrived, outgoing, parse
from chassis.log.port import Outgoing, Record
from chassis.store.codec import Head, encode, encode_event, reader, validated
from cli.contract_files import samples
from cli.contract_files.schemas import schema
from contracts import registry
from contracts.envelope import Event
from contracts.registry import EventType

Draw = Callable[[type[Event]], st.SearchStrategy[Event]]
TYPES = list(registry.all_types())
every_type = pytest.mark.parametrize("entry", TYPES, ids=[entry.name for entry in TYPES])
thorough = tried(25, suppress_health_check=[HealthCheck.too_slow])

words = st.text(max_size=12)
heads = st.builds(
    lambda **fields: fields,
    id=st.uuids().map(str),
    recorded=st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)),
    correlation=words,
    cause=words,
    actor=words,
    trace=st.none() | words,
)
counts = st.integers(1, 10**15)


def kept(event: Event, head: dict[str, Any]) -> bytes:
    """The stored form of an event."""
    return encode(Head(data=msgspec.Raw(encode_event(event)), **head))


def as_record(sent: Outgoing) -> Record:
    return Record(sent.partition, 0, sent.key, sent.headers, sent.value)


@every_type
def test_what_arrives_is_what_was_stored(entry: EventType, events_of: Draw) -> None:
    @thorough
    @given(events_of(entry.model), heads, words, counts, counts, counts)
    def check(event: Event, head: dict[str, Any], stream: str, version: int, position: int, previous: int) -> None:
        state = kept(event, head)
        came = arrived(as_record(outgoing(entry.service, stream, version, position, entry.name, state, previous)))
        assert came == Arrived(entry.service, stream, version, position, previous, entry.name, state)
        assert validated(entry.name, encode_event(event)) == event

    check()


@every_type
def test_the_store_reads_the_same_values_as_the_contract(entry: EventType, events_of: Draw) -> None:
    @thorough
    @given(events_of(entry.model), heads)
    def check(event: Event, head: dict[str, Any]) -> None:
        model, read = reader(entry.name)
        assert model is entry.model
        assert samples.same_fields(event, read(kept(event, head)))

    check()


@every_type
def test_every_event_keeps_its_published_schema(entry: EventType, events_of: Draw) -> None:
    judge = jsonschema.Draft202012Validator(schema(entry), format_checker=jsonschema.FormatChecker())

    @thorough
    @given(events_of(entry.model))
    def check(event: Event) -> None:
        judge.validate(json.loads(encode_event(event)))

    check()


@every_type
def test_every_event_is_a_cloudevent_by_the_projects_own_schema(entry: EventType, vectors: Path) -> None:
    message = samples.as_record(samples.record(entry))
    binary = parse(message.headers, message.value)
    structured = {**binary.attributes, "data": json.loads(message.value)}
    jsonschema.Draft7Validator(json.loads((vectors / "cloudevents.schema.json").read_text())).validate(structured)
    again = parse((("content-type", b"application/cloudevents+json"),), json.dumps(structured).encode())
    assert again.attributes == binary.attributes and json.loads(again.data) == json.loads(binary.data)
