"""What every event has in common, whoever says it: when it happened, when it was saved, what caused it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Generic, TypeVar

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field


def _to_utc(value: datetime) -> datetime:
    try:
        return value.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the years 1 to 9999 in UTC") from None


Instant = Annotated[AwareDatetime, AfterValidator(_to_utc)]
"""A point in time with its zone, kept in UTC; on the wire RFC 3339."""


@dataclass(frozen=True, slots=True)
class Personal:
    """Marks a field that holds personal data; the category decides how long and from whom it is kept.

    The marker is what sealing, erasure, exports and log scrubbing look for: a field without it is public inside the force.
    """

    category: str


def personal(category: str, max_length: int) -> tuple[Personal, object]:
    """The annotations of one personal text: the marker, and the JSON Schema keyword `x-personal`."""
    return Personal(category), Field(max_length=max_length, json_schema_extra={"x-personal": category})


_TELEPHONE = personal("telephone", 40)
_ADDRESS = personal("address", 500)
_NARRATIVE = personal("narrative", 4000)

Telephone = Annotated[str, _TELEPHONE[0], _TELEPHONE[1]]
"""A caller's number: E.164 where it could be read, else as the switch gave it."""
Address = Annotated[str, _ADDRESS[0], _ADDRESS[1]]
"""A place in words, as somebody said it. Never computed from an estimate."""
Narrative = Annotated[str, _NARRATIVE[0], _NARRATIVE[1]]
"""Free text about people."""

Reference = Annotated[str, Field(max_length=80)]
"""A keyed reference (HMAC) to a personal value: equal values match, and nobody without the key can go back."""

Text = Annotated[str, Field(min_length=1, max_length=500)]
"""A short text that holds no personal data."""


class Value(BaseModel):
    """A frozen part of an event. Unknown fields are ignored: the content model is open, so writers may add."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class Event(Value):
    """A fact, named in the past tense. `at` is when it happened by its source's clock (ARCHITECTURE: two times)."""

    at: Instant


E_co = TypeVar("E_co", bound=Event, covariant=True)


@dataclass(frozen=True, slots=True)
class Envelope(Generic[E_co]):
    """An event as the store keeps it and the topic carries it.

    `position` counts the events of the whole service from 1, `version` those of the stream from 1.
    `id` is uuid5 of `cause` and a counter, so the same cause can never be recorded twice.
    """

    id: str
    service: str
    stream: str
    version: int
    position: int
    type: str
    recorded: datetime
    correlation: str
    cause: str
    actor: str
    event: E_co
    trace: str | None = None
