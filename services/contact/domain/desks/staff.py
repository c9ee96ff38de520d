"""Which queues a call handler answers, and who moved them: staff go where the calls are (DOMAIN section 4)."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec

from contracts.contact.telephony import HandlerMoved
from contracts.envelope import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class MoveHandler:
    """From now on the handler answers these queues."""

    handler: str
    queues: tuple[str, ...]
    by: str
    reason: str


class Handler(msgspec.Struct, frozen=True):
    """A call handler on a queue, since when, and by whose word."""

    handler: str
    queues: tuple[str, ...]
    since: datetime
    by: str
    reason: str


def index(handler: Handler) -> Iterable[tuple[str, str]]:
    """Everybody who answers a queue."""
    if handler.queues:
        yield "handler", handler.handler


def decide(handler: Handler | None, move: MoveHandler, now: datetime) -> list[Event]:
    """The same queues again are no move."""
    queues = tuple(sorted(set(move.queues)))
    if handler is not None and queues == handler.queues:
        return []
    return [HandlerMoved(at=now, handler=move.handler, queues=queues, by=move.by, reason=move.reason)]


def _moved(_: Handler | None, event: HandlerMoved) -> Handler:
    return Handler(event.handler, tuple(event.queues), event.at, event.by, event.reason)


EVOLVE: dict[type[Event], Callable[[Any, Any], Handler]] = {HandlerMoved: _moved}
