"""The wire: CloudEvents 1.0 over Kafka, written in binary mode, read in binary and structured mode.

Written by hand because the SDK's reader invents an id and a time where headers are missing; the conformance feature of the
CloudEvents project is the test. Extensions: sequence (position in the source's store), previous (the position before it in
this partition), streamversion, recordedtime, correlationid, causationid, partitionkey, dataclassification, actor, traceparent.
"""

import base64
import binascii
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple

import msgspec

from chassis.errors import UnreadableRecord
from chassis.log.port import Headers, Outgoing, Partition, Record
from chassis.store.codec import Head, Recorded, decode_head, encode
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
_any_json = msgspec.json.Decoder(msgspec.Raw)


class Arrived(NamedTuple):
    """A record of one of our services: where it stands in its source, and the bytes the source's store holds."""

    service: str
    stream: str
    version: int
    position: int
    previous: int
    type: str
    state: bytes


class Glance(NamedTuple):
    """What a record says of itself at first sight; enough to pass it by."""

    type: str
    position: int
    previous: int


def glance(record: Record) -> Glance | None:
    """First sight, without reading the rest; None when even that is not there."""
    headers = dict(record.headers)
    try:
        return Glance(headers["ce_type"].decode(), int(headers["ce_sequence"]), int(headers["ce_previous"]))
    except (KeyError, ValueError):
        return None


def parse(headers: Headers, value: bytes) -> CloudEvent:
    """A Kafka message of either content mode; raises UnreadableRecord with the reason and never the content."""
    ours = _our_headers(headers)
    content_type = ours.pop("content-type", "")
    media = _media(content_type)
    if media == STRUCTURED:
        return _structured(value)
    if media.startswith("application/cloudevents"):
        raise UnreadableRecord("this structured format is not read here, only JSON is")
    attributes = {name[3:]: text for name, text in ours.items()}
    if content_type:
        attributes["datacontenttype"] = content_type
    return _checked(CloudEvent(attributes, value))


def _our_headers(headers: Headers) -> dict[str, str]:
    """The headers of the binding; what other tools add beside them is theirs, whatever it holds."""
    found: dict[str, str] = {}
    for name, raw in headers:
        if name != "content-type" and not name.startswith("ce_"):
            continue
        if name in found:
            raise UnreadableRecord(f"header {name} stands there twice")
        found[name] = _text(f"header {name}", raw)
    return found


def _media(content_type: str) -> str:
    return content_type.split(";")[0].strip().lower()


def _is_json(content_type: str) -> bool:
    media = _media(content_type)
    return not media or media.endswith(("/json", "+json"))


def _structured(value: bytes) -> CloudEvent:
    try:
        members = msgspec.json.decode(_text("structured content", value), type=dict[str, msgspec.Raw])
        plain = {name: bytes(raw) for name, raw in members.items() if bytes(raw) != b"null"}
        data, packed = plain.pop("data", None), plain.pop("data_base64", None)
        attributes = {_name(name): _attribute(name, raw) for name, raw in plain.items()}
        if data is not None and packed is not None:
            raise UnreadableRecord("structured content has both data and data_base64")
        if packed is not None:
            data = base64.b64decode(msgspec.json.decode(packed, type=str), validate=True)
        elif data is not None and data.startswith(b'"') and not _is_json(attributes.get("datacontenttype", "")):
            data = msgspec.json.decode(data, type=str).encode()
    except binascii.Error:
        raise UnreadableRecord("data_base64 is not base64") from None
    except (msgspec.MsgspecError, RecursionError) as broken:
        raise UnreadableRecord(f"structured content is not a JSON object ({broken})") from None
    return _checked(CloudEvent(attributes, data or b""))


def _name(name: str) -> str:
    if not (name.isascii() and name.isalnum() and name == name.lower()):
        raise UnreadableRecord("an attribute's name is not of lower-case letters and digits")
    return name


def _attribute(name: str, raw: bytes) -> str:
    value = msgspec.json.decode(raw)
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str | int):
        return str(value)
    raise UnreadableRecord(f"attribute {name} is not a string, an integer or a boolean")


def _checked(event: CloudEvent) -> CloudEvent:
    missing = [name for name in REQUIRED if not event.attributes.get(name)]
    if missing:
        raise UnreadableRecord(f"required attributes are missing: {', '.join(missing)}")
    if event.attributes["specversion"] != "1.0":
        raise UnreadableRecord("specversion is not 1.0")
    return event


def _text(what: str, raw: bytes) -> str:
    try:
        return raw.decode()
    except UnicodeDecodeError:
        raise UnreadableRecord(f"{what} is not UTF-8") from None


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
        ("ce_dataclassification", _classification(name)),
        ("ce_actor", head.actor),
        ("content-type", JSON),
    ]
    if head.trace is not None:
        attributes.append(("ce_traceparent", head.trace))
    topic = topics.TOPICS[service]
    return Outgoing(
        Partition(topic.name, topics.partition(stream, topic.partitions)),
        stream,
        tuple((key, text.encode()) for key, text in attributes),
        data,
    )


@cache
def _classification(name: str) -> str:
    return registry.by_name(name).classification


def arrived(record: Record) -> Arrived:
    """A record of ours, brought back to the form its source stored; raises UnreadableRecord."""
    attributes, data = parse(record.headers, record.value)
    _check_json(attributes.get("datacontenttype", ""), data)
    try:
        state = encode(
            Head(
                id=attributes["id"],
                recorded=msgspec.convert(attributes["recordedtime"], type=Recorded),
                correlation=attributes["correlationid"],
                cause=attributes["causationid"],
                actor=attributes["actor"],
                data=msgspec.Raw(data),
                trace=attributes.get("traceparent"),
            )
        )
        return Arrived(
            _service(attributes["source"], attributes["type"]),
            _stream(attributes["subject"], record.key),
            _count(attributes, "streamversion"),
            _count(attributes, "sequence"),
            _count(attributes, "previous"),
            attributes["type"],
            state,
        )
    except KeyError as missing:
        raise UnreadableRecord(f"not a record of ours: attribute {missing} is missing") from None
    except msgspec.MsgspecError:
        raise UnreadableRecord("not a record of ours: attribute 'recordedtime' is not a time with its zone") from None


def _check_json(content_type: str, data: bytes) -> None:
    """The data becomes a part of the stored form as it is: only one whole JSON value can do so without changing the rest."""
    if not _is_json(content_type):
        raise UnreadableRecord("not a record of ours: the data is not JSON")
    _text("data", data)
    try:
        _any_json.decode(data)
    except (msgspec.MsgspecError, RecursionError) as broken:
        raise UnreadableRecord(f"data is not JSON ({broken})") from None


def _service(source: str, name: str) -> str:
    service = source.removeprefix("/ringback/")
    if service not in topics.TOPICS or source != f"/ringback/{service}" or not name.startswith(f"ringback.{service}."):
        raise UnreadableRecord("not a record of ours: source and type name no service of ours")
    return service


def _stream(subject: str, key: str) -> str:
    if subject != key:
        raise UnreadableRecord("not a record of ours: the key is not the subject")
    return subject


def _count(attributes: Mapping[str, str], name: str) -> int:
    text = attributes[name]
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise UnreadableRecord(f"not a record of ours: attribute {name!r} is not a count")
    return int(text)


def traceparent(record: Record) -> str | None:
    """The trace a record belongs to, if it says so; read without parsing the rest."""
    for name, value in record.headers:
        if name == "ce_traceparent":
            return value.decode("ascii", "ignore")
    return None
