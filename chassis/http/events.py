"""Watching instead of asking: server-sent events, on FastAPI's own stream with its keep-alive comments.

A route yields what `happening` makes and declares `response_class=EventSourceResponse`; a watcher that lost its connection
comes back with Last-Event-ID, and the route goes on after that position.
"""

import re
from typing import Annotated

from fastapi import Depends, Header
from fastapi.sse import EventSourceResponse, ServerSentEvent
from pydantic import BaseModel

from contracts.refusals import Invalid

__all__ = ["EventSourceResponse", "LastEventId", "happening"]

_POSITION = re.compile(r"0|[1-9]\d{0,14}")


async def _last_event_id(
    last_event_id: Annotated[str | None, Header(description="The id of the last event seen: go on after it.")] = None,
) -> int | None:
    if last_event_id is None or last_event_id == "":
        return None
    if not _POSITION.fullmatch(last_event_id):
        raise Invalid("last-event-id-unreadable", "Send in Last-Event-ID the id of an event of this stream, or leave it out.")
    return int(last_event_id)


LastEventId = Annotated[int | None, Depends(_last_event_id)]
"""A watching route's parameter: the position after which to go on, or None for from now on."""


def happening(position: int, name: str, data: BaseModel) -> ServerSentEvent:
    """One event of a stream: its position is the id a watcher comes back with."""
    return ServerSentEvent(raw_data=data.model_dump_json(), event=name, id=str(position))
