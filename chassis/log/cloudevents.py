"""The wire: CloudEvents 1.0 over Kafka, written in binary mode, read in binary and structured mode.

Written by hand because the SDK's reader invents an id and a time where headers are missing; the conformance feature of the
CloudEvents project is the test. Extensions: sequence (position in the source's store), previous (the position before it in
this partition), streamversion, recordedtime, correlationid, causationid, partitionkey, dataclassification, actor, traceparent.
"""

from collections.abc import Mapping
from typing import NamedTuple

import msgspec

from chassis.errors import UnreadableRecord
from chassis.log.port import Headers, Outgoing, Partition, Record
from chassis.store.codec import Head, decode_head, encode
from contracts import registry, topics

REQUIRED = ("id", "source", "specversion", "type")
JSON = "application/json"
STRUCTURED = "application/cloudevents+json"


class CloudEvent(NamedTuple):
    """A parsed message: context attributes by name, and the data's bytes (JSON, unless datacontenttype says otherwise)."""

    attributes: Mapping[str, str]
    data: bytes


class _At(msgspec.Struct):
    at: str


_at = msgspec.json.Decoder(_At)


class Arrived(NamedTuple):
    """A record of one of our services: where it stands in its source, and the bytes the source's store holds."""

    service: str
    stream: str
    version: int
    position: int
    previous: int
    type: str
    state: bytes


def parse(headers: Headers, value: bytes) -> CloudEvent:
    """A Kafka message of either content mode; raises UnreadableRecord with the reason and never the content."""
    plain = {name: _text(name, raw) for name, raw in headers}
    content_type = plain.get("content-type", "")
    if content_type.split(";")[0].strip() == STRUCTURED:
        return _structured(value)
    attributes = {name[3:]: text for name, text in plain.items() if name.startswith("ce_")}
    if content_type:
        attributes["datacontenttype"] = content_type
    return _checked(CloudEvent(attributes, value))


def _structured(value: bytes) -> CloudEvent:
    try:
        message = msgspec.json.decode(value, type=dict[str, msgspec.Raw])
        data = bytes(message.pop("data", b"null"))
        attributes = {name: _attribute(name, bytes(raw)) for name, raw in message.items()}
    except msgspec.MsgspecError as broken:
        raise UnreadableRecord(f"structured content is not a JSON object ({broken})") from None
    return _checked(CloudEvent(attributes, data))


def _attribute(name: str, raw: bytes) -> str:
    value = msgspec.json.decode(raw)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    raise UnreadableRecord(f"attribute {name} is not a string, a number or a boolean")


def _checked(event: CloudEvent) -> CloudEvent:
    missing = [name for name in REQUIRED if not event.attributes.get(name)]
    if missing:
        raise UnreadableRecord(f"required attributes are missing: {', '.join(missing)}")
    if event.attributes["specversion"] != "1.0":
        raise UnreadableRecord("specversion is not 1.0")
    return event


def _text(name: str, raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise UnreadableRecord(f"header {name} is not UTF-8") from None


def outgoing(service: str, stream: str, version: int, position: int, name: str, state: bytes, previous: int) -> Outgoing:
    """The record that carries a stored event."""
    head = decode_head(state)
    data = bytes(head.data)
    attributes = [
        ("ce_specversion", "1.0"),
        ("ce_id", head.id),
        ("ce_source", f"/ringback/{service}"),
        ("ce_type", name),
        ("ce_subject", stream),
        ("ce_time", _at.decode(data).at),
        ("ce_sequence", str(position)),
        ("ce_previous", str(previous)),
        ("ce_streamversion", str(version)),
        ("ce_recordedtime", msgspec.to_builtins(head.recorded)),
        ("ce_correlationid", head.correlation),
        ("ce_causationid", head.cause),
        ("ce_partitionkey", stream),
        ("ce_dataclassification", registry.by_name(name).classification),
        ("ce_actor", head.actor),
        ("content-type", JSON),
    ]
    if head.trace:
        attributes.append(("ce_traceparent", head.trace))
    topic = topics.TOPICS[service]
    return Outgoing(
        Partition(topic.name, topics.partition(stream, topic.partitions)),
        stream,
        tuple((key, text.encode()) for key, text in attributes),
        data,
    )


def arrived(record: Record) -> Arrived:
    """A record of ours, brought back to the form its source stored; raises UnreadableRecord."""
    attributes, data = parse(record.headers, record.value)
    try:
        state = encode(
            Head(
                id=attributes["id"],
                recorded=msgspec.convert(attributes["recordedtime"], type=Head.__annotations__["recorded"]),
                correlation=attributes["correlationid"],
                cause=attributes["causationid"],
                actor=attributes["actor"],
                data=msgspec.Raw(data),
                trace=attributes.get("traceparent"),
            )
        )
        return Arrived(
            attributes["source"].removeprefix("/ringback/"),
            attributes["subject"],
            int(attributes["streamversion"]),
            int(attributes["sequence"]),
            int(attributes["previous"]),
            attributes["type"],
            state,
        )
    except (KeyError, ValueError, msgspec.MsgspecError) as broken:
        raise UnreadableRecord(f"not a record of ours: {type(broken).__name__} {broken}") from None
