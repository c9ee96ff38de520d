"""Events to bytes and back: validated by pydantic on the way in from outside, read by msgspec where we wrote them.

The stored form is the JSON of a head and, raw, the event's own JSON: what the topic carries is cut out, never re-encoded,
so a store rebuilt from the topic is equal byte for byte. The reader of stored bytes is a msgspec structure made from the
pydantic model, field by field: one definition, read four times faster (docs/adr/0003).
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Generic, TypeVar, Union, get_args, get_origin

import msgspec
from pydantic import AwareDatetime, ValidationError

from chassis.errors import UnreadableRecord
from contracts import registry, upcasts
from contracts.envelope import Envelope, Event, Value

T = TypeVar("T")

Recorded = Annotated[datetime, msgspec.Meta(tz=True)]
"""When an event was saved; never without its zone."""


class Head(msgspec.Struct, frozen=True, omit_defaults=True):
    """The stored form of an event."""

    id: str
    recorded: Recorded
    correlation: str
    cause: str
    actor: str
    data: msgspec.Raw
    trace: str | None = None


_encoder = msgspec.json.Encoder()
_head_decoder = msgspec.json.Decoder(Head)


def encode_event(event: Event) -> bytes:
    """The event's own JSON: fields without a value left out."""
    return event.__pydantic_serializer__.to_json(event, exclude_none=True)


def encode(head: Head) -> bytes:
    """The stored form."""
    return _encoder.encode(head)


def decode_head(state: bytes) -> Head:
    """The head of a stored event, its data still raw."""
    return _head_decoder.decode(state)


@cache
def twin(model: type[Value]) -> type[msgspec.Struct]:
    """The msgspec structure with the fields of a pydantic model."""
    fields: list[tuple[str, Any] | tuple[str, Any, Any]] = []
    for name, field in model.model_fields.items():
        kind = _twin_type(field.annotation)
        fields.append((name, kind) if field.is_required() else (name, kind, field.get_default(call_default_factory=True)))
    fields.sort(key=len)
    return msgspec.defstruct(model.__name__, fields, frozen=True, kw_only=True, gc=False)


def _twin_type(annotation: Any) -> Any:
    if isinstance(annotation, type) and issubclass(annotation, Value):
        return twin(annotation)
    if annotation is AwareDatetime:
        return datetime
    origin, parts = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _twin_type(parts[0])
    if origin in (Union, UnionType):
        return Union[tuple(_twin_type(part) for part in parts)]  # noqa: UP007
    if origin is not None:
        return origin[tuple(part if part is Ellipsis else _twin_type(part) for part in parts)]
    return annotation


class Fields(msgspec.Struct, Generic[T], gc=False):
    """A stored event as read: its fields under `data`."""

    data: T


@cache
def stored_reader(name: str) -> tuple[type[Event], Callable[[bytes], Fields[Any]]]:
    """For a stored type name: the event class it is read as now, and the function that reads stored bytes."""
    if upcasts.needed(name):
        return _upcasting_reader(name)
    model = registry.by_name(name).model
    return model, msgspec.json.Decoder(Fields[twin(model)]).decode  # type: ignore[misc]


def reader(name: str) -> tuple[type[Event], Callable[[bytes], Any]]:
    """The same, down to the fields themselves."""
    model, read = stored_reader(name)
    return model, lambda state: read(state).data


def _upcasting_reader(name: str) -> tuple[type[Event], Callable[[bytes], Fields[Any]]]:
    model = registry.by_name(upcasts.newest(name)).model

    def read(state: bytes) -> Fields[Any]:
        data = msgspec.json.decode(_head_decoder.decode(state).data)
        return Fields(msgspec.convert(upcasts.current(name, data)[1], twin(model)))

    return model, read


def validated(name: str, data: bytes) -> Event:
    """An event from outside, checked against its contract; raises UnreadableRecord without quoting the content.

    Read by the reader of stored bytes too: pydantic alone takes texts for numbers and counts of seconds for times, and what
    was let in once but cannot be read back would stop its stream for ever.
    """
    try:
        event = _read_twice(name, data)
        if upcasts.needed(name):
            newest, plain = upcasts.current(name, msgspec.json.decode(data))
            event = _read_twice(newest, msgspec.json.encode(plain))
        return event
    except registry.UnknownEventType as unknown:
        raise UnreadableRecord(str(unknown)) from None
    except (msgspec.DecodeError, RecursionError) as broken:
        raise UnreadableRecord(f"{name} does not keep its contract ({broken})") from None
    except ValidationError as invalid:
        reasons = "; ".join(
            f"{'.'.join(map(str, error['loc'])) or 'body'}: {error['type']}"
            for error in invalid.errors(include_input=False, include_url=False, include_context=False)[:5]
        )
        raise UnreadableRecord(f"{name} does not keep its contract ({reasons})") from None


def _read_twice(name: str, data: bytes) -> Event:
    model = registry.by_name(name).model
    event = model.model_validate_json(data)
    msgspec.json.decode(data, type=twin(model))
    return event


def envelope(service: str, stream: str, version: int, position: int, name: str, state: bytes) -> Envelope[Event]:
    """A stored event in full."""
    head = decode_head(state)
    return Envelope(
        id=head.id,
        service=service,
        stream=stream,
        version=version,
        position=position,
        type=name,
        recorded=head.recorded,
        correlation=head.correlation,
        cause=head.cause,
        actor=head.actor,
        event=validated(name, bytes(head.data)),
        trace=head.trace,
    )
