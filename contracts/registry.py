"""One table of all event types, by the stable name that is stored for ever: renaming a class or a file changes nothing."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, TypeVar, get_args

from pydantic import TypeAdapter

import contracts
from contracts.envelope import Event, Personal, Value

E = TypeVar("E", bound=type[Event])


@dataclass(frozen=True, slots=True)
class EventType:
    """A registered event: `name` is service.Event.vN, the CloudEvents type and the stored topic alike."""

    service: str
    noun: str
    version: int
    model: type[Event]

    @property
    def name(self) -> str:
        """The stable name, for example `ringback.contact.CallAbandoned.v1`."""
        return f"ringback.{self.service}.{self.noun}.v{self.version}"

    @property
    def classification(self) -> str:
        """`personal` when any field, however deep, holds personal data; else `internal`."""
        return "personal" if personal_fields(self.model) else "internal"


class UnknownEventType(LookupError):
    """No event of this name is registered: the writer is newer than the reader, or the record is foreign."""


_by_name: dict[str, EventType] = {}
_by_model: dict[type[Event], EventType] = {}


def event(service: str, version: int = 1, noun: str | None = None) -> Callable[[E], E]:
    """Register the decorated model under its class name, or under `noun` where two versions of one noun share a file.

    Registering a name twice is a programming error.
    """

    def register(model: E) -> E:
        entry = EventType(service, noun or model.__name__, version, model)
        if entry.name in _by_name:
            raise ValueError(f"{entry.name} is registered twice")
        _by_name[entry.name] = entry
        _by_model[model] = entry
        return model

    return register


def by_name(name: str) -> EventType:
    """The type registered under a stored name; raises UnknownEventType."""
    if name not in _by_name:
        _import_all()
    try:
        return _by_name[name]
    except KeyError:
        raise UnknownEventType(f"no event type is registered as {name!r}") from None


def family(name: str) -> str:
    """What all versions of a noun have in common: the stored name without its version."""
    return name.rpartition(".v")[0]


def of(event: Event | type[Event]) -> EventType:
    """The registration of an event or of its class."""
    return _by_model[event if isinstance(event, type) else type(event)]


def all_types() -> Iterator[EventType]:
    """Every registered type, by name."""
    _import_all()
    return iter(sorted(_by_name.values(), key=lambda entry: entry.name))


@cache
def _import_all() -> None:
    """A reader of a whole log meets types whose modules nobody imported yet: any module here may hold some."""
    for module in walk_packages(contracts.__path__, "contracts."):
        import_module(module.name)


def personal_fields(model: type[Value]) -> dict[str, Personal]:
    """Dotted paths of the fields that hold personal data, with their markers; what lies in a list has the path of the list."""
    found: dict[str, Personal] = {}
    for name, field in model.model_fields.items():
        for path, marker in _markers(field.annotation, field.metadata):
            found[f"{name}{path}"] = marker
    return found


def _markers(annotation: Any, metadata: list[Any]) -> Iterator[tuple[str, Personal]]:
    yield from (("", item) for item in metadata if isinstance(item, Personal))
    if isinstance(annotation, type) and issubclass(annotation, Value):
        yield from ((f".{path}", marker) for path, marker in personal_fields(annotation).items())
    for part in get_args(annotation):
        if isinstance(part, Personal):
            yield "", part
        else:
            yield from _markers(part, [])


def adapter(entry: EventType) -> TypeAdapter[Event]:
    """A validating reader for one type, for records that come from outside."""
    return TypeAdapter(entry.model)
