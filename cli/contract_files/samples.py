"""Golden records: for each type one whole message as it stood on the wire, which every later release must still read."""

import json
from datetime import UTC, datetime, timedelta
from enum import Enum
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

import msgspec
from pydantic import AwareDatetime

from chassis.errors import UnreadableRecord
from chassis.ids import derived, event_id
from chassis.log.cloudevents import arrived, outgoing
from chassis.log.port import Outgoing, Partition, Record
from chassis.store.codec import Head, encode, encode_event, envelope, reader, validated
from cli.contract_files.folder import Json
from contracts import registry
from contracts.envelope import Event, Value
from contracts.registry import EventType

NIGHT = datetime(2026, 3, 14, 22, 15, 30, 250000, UTC)
MINUTES = {
    "due": 2,
    "give_up_at": 3,
    "allocate_by": 5,
    "deadline": 15,
    "attend_by": 15,
    "emergency_period_ends": 60,
    "review_by": 43200,
}
WORDS = {
    "abandonment": "in_queue",
    "actor": "telephony:switch-1",
    "address": "17 Mill Lane, as the caller said it",
    "author": "supervisor:s-204",
    "by": "handler:h-117",
    "callsign": "KM41",
    "closing_code": "C07",
    "evidence": "earlier incidents at the address",
    "fact": "answered",
    "force": "kent",
    "grade": "immediate",
    "handler": "h-117",
    "line": "999",
    "number": "+447700900123",
    "opening_code": "abandoned-call",
    "outside_reference": "2026-0314-0042",
    "override": "supervisor:s-204",
    "policy": "default-2026-01",
    "previous": "priority",
    "queue": "999-main",
    "rationale": "the caller is now known to be alone",
    "reason": "spoken to and found well",
    "skill": "taser",
    "source": "handset",
    "spoke_to": "the caller",
    "summary": "A caller on +44 1632 960456 heard a neighbour shout for help.",
    "switch": "switch-1",
    "unit": "km41",
    "verified_by": "name and date of birth",
}
NUMBERS = {
    "latitude": 51.2787,
    "longitude": 0.5217,
    "radius_m": 30.5,
    "confidence": 0.68,
    "waited_s": 12.5,
    "talked_s": 184.25,
    "units": 2,
}
KINDS = {"number_ref": "caller", "subject": "caller", "message": "handset"}
IDENTITIES = ("call", "answered_call", "review", "incident", "job", "assignment", "attempt_id", "origin_id", "overlap")


def record(entry: EventType) -> Json:
    """A plausible message of a type, with every field filled in, the same each time."""
    event = entry.model.model_validate_json(json.dumps(_fields(entry.model)))
    data = encode_event(event)
    kind, identity = next((name, value) for name, value in json.loads(data).items() if name != "at")
    stream = f"{KINDS.get(kind, kind)}-{identity}"
    cause = derived("sample", entry.name)
    head = Head(
        id=event_id(cause, 0),
        recorded=NIGHT + timedelta(milliseconds=40),
        correlation=derived("sample", entry.service),
        cause=cause,
        actor=WORDS["actor"],
        data=msgspec.Raw(data),
        trace="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
    )
    return _as_json(outgoing(entry.service, stream, 3, 1047, entry.name, encode(head), 1031))


def _fields(model: type[Value]) -> Json:
    return {name: _value(name, field.annotation) for name, field in model.model_fields.items()}


def _value(name: str, annotation: Any) -> Any:
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated or origin in (Union, UnionType):
        return _value(name, parts[0])
    if origin is tuple:
        return [_value(name.removesuffix("s"), parts[0])]
    if annotation in (datetime, AwareDatetime):
        return (NIGHT + timedelta(minutes=MINUTES.get(name, 0))).isoformat().replace("+00:00", "Z")
    if isinstance(annotation, type) and issubclass(annotation, Value):
        return _fields(annotation)
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return next((choice for choice in annotation if choice.value == WORDS.get(name)), list(annotation)[-1]).value
    if annotation is bool:
        return True
    return _text(name) if annotation is str else NUMBERS.get(name, 1)


def _text(name: str) -> str:
    if name in IDENTITIES:
        return derived("sample", name)
    return "hmac-" + derived("sample", name) if name.endswith("_ref") else WORDS.get(name, name.replace("_", " "))


def _as_json(sent: Outgoing) -> Json:
    return {
        "topic": sent.partition.topic,
        "partition": sent.partition.number,
        "key": sent.key,
        "headers": {name: raw.decode() for name, raw in sent.headers},
        "data": json.loads(sent.value),
    }


def text(sample: Json) -> str:
    """The file of a sample: members in the order of the wire, because the data's bytes count."""
    return json.dumps(sample, indent=2, ensure_ascii=False) + "\n"


def as_record(sample: Json) -> Record:
    """The Kafka record that a sample shows."""
    headers = tuple((name, value.encode()) for name, value in sample["headers"].items())
    return Record(Partition(sample["topic"], sample["partition"]), 0, sample["key"], headers, _bytes(sample["data"]))


def _bytes(data: Json) -> bytes:
    return json.dumps(data, separators=(",", ":"), ensure_ascii=False).encode()


def faults(name: str, sample: Json) -> list[str]:
    """Why today's code no longer reads a golden record as it was written; empty when it does."""
    sent = as_record(sample)
    try:
        came = arrived(sent)
        validated(name, sent.value)
        heard = envelope(came.service, came.stream, came.version, came.position, came.type, came.state).event
    except UnreadableRecord as unreadable:
        return [f"{name}: its golden record can no longer be read: {unreadable}"]
    found = []
    if came.type != name:
        found.append(f"{name}: its golden record is of the type {came.type}")
    if _written_again(name, sent.value) != sent.value:
        found.append(f"{name}: its golden record is written with other bytes now: a field or the order of fields changed")
    if not same_fields(heard, reader(name)[1](came.state)):
        found.append(f"{name}: the store's reader and the contract read different values from its golden record")
    again = outgoing(came.service, came.stream, came.version, came.position, name, came.state, came.previous)
    if _promised(again.headers) != _promised(sent.headers) or again.partition != sent.partition:
        found.append(f"{name}: its golden record would be sent with other headers or to another partition now")
    return found


def _written_again(name: str, data: bytes) -> bytes:
    """The data read by the type's own model and written with the fields it came with; later fields are not there yet."""
    event = registry.by_name(name).model.model_validate_json(data)
    return event.__pydantic_serializer__.to_json(event, exclude_unset=True)


def _promised(headers: tuple[tuple[str, bytes], ...]) -> dict[str, bytes]:
    return {name: raw for name, raw in headers if name != "ce_dataclassification"}


def same_fields(event: Event | Value, fields: msgspec.Struct) -> bool:
    """Whether an event and its twin from the store hold the same values."""
    return bool(_plain(event) == _plain(fields))


def _plain(value: Any) -> Any:
    if isinstance(value, Value):
        return {name: _plain(getattr(value, name)) for name in type(value).model_fields}
    if isinstance(value, msgspec.Struct):
        return {name: _plain(getattr(value, name)) for name in value.__struct_fields__}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
