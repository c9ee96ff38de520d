"""A stream's events as a reader is given them: what happened, when, when it was recorded, by whom and because of what."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, Any

from fastapi import Query
from pydantic import BaseModel, Field

from contracts.envelope import Envelope, Event

MOST = 500


class Told(BaseModel):
    """One event. `at` is when it happened by its source's clock, `recorded` when it was saved here."""

    version: int
    position: int
    id: str
    type: str
    at: datetime
    recorded: datetime
    actor: str
    cause: str
    correlation: str
    data: dict[str, Any]


class History(BaseModel):
    """Events of a stream in order; `next` is the version to go on after, absent at the end."""

    stream: str
    events: list[Told]
    next: Annotated[int | None, Field(description="Give it as `after` to read on; absent at the end.")] = None


AfterVersion = Annotated[int, Query(alias="after", ge=0, description="Go on after this version.")]
AtMost = Annotated[int, Query(alias="limit", ge=1, le=MOST, description="Events at once.")]


def history(stream: str, events: Sequence[Envelope[Event]], after: int, limit: int) -> History:
    """A page of a stream's events."""
    page = [envelope for envelope in events if envelope.version > after][: limit + 1]
    told = [_told(envelope) for envelope in page[:limit]]
    return History(stream=stream, events=told, next=told[-1].version if len(page) > limit else None)


def _told(envelope: Envelope[Event]) -> Told:
    return Told(
        version=envelope.version,
        position=envelope.position,
        id=envelope.id,
        type=envelope.type,
        at=envelope.event.at,
        recorded=envelope.recorded,
        actor=envelope.actor,
        cause=envelope.cause,
        correlation=envelope.correlation,
        data=envelope.event.model_dump(mode="json", exclude_none=True),
    )
