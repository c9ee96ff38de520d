"""An item of the worklist: who has a review in hand, whether anything was heard of them, and what became of it at log-off."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.callback.worklist import (
    HandBack,
    HandOverAcknowledged,
    HandOverUnanswered,
    ItemFellSilent,
    ItemHandedBack,
    ItemTaken,
    ItemWorked,
)
from contracts.envelope import Event
from services.callback.domain.review import stamp


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One review in people's hands. `taken_by` None: nobody has it."""

    review: str
    policy: str
    taken_by: str | None = None
    taken_at: datetime | None = None
    heard_at: datetime | None = None
    act_by: datetime | None = None
    silent_since: datetime | None = None
    handed_over_by: str | None = None
    handed_over_at: datetime | None = None
    acknowledge_by: datetime | None = None
    unanswered: bool = False

    @property
    def alarm(self) -> bool:
        """Whether a supervisor must look."""
        return self.silent_since is not None or self.unanswered


def owes(item: Item) -> Mapping[str, datetime]:
    """The silence of whoever has it, or of those it was handed over to; an alarm is raised once."""
    if item.act_by is not None and item.silent_since is None:
        return {"silence": item.act_by}
    if item.acknowledge_by is not None and not item.unanswered:
        return {"acknowledgement": item.acknowledge_by}
    return {}


def index(item: Item) -> Iterable[tuple[str, str]]:
    """By whoever has it, those handed over, and those with an alarm, the oldest first."""
    if item.taken_by is not None:
        yield "taken", item.taken_by
    if item.handed_over_at is not None:
        yield "handed-over", stamp(item.handed_over_at)
    since = item.silent_since or (item.handed_over_at if item.unanswered else None)
    if since is not None:
        yield "desk-alarm", stamp(since)


def _taken(item: Item | None, event: ItemTaken) -> Item:
    return Item(event.review, event.policy, taken_by=event.by, taken_at=event.at, heard_at=event.at, act_by=event.act_by)


def _worked(item: Item, event: ItemWorked) -> Item:
    return replace(item, heard_at=event.at, act_by=event.act_by, silent_since=None)


def _silent(item: Item, event: ItemFellSilent) -> Item:
    return replace(item, silent_since=event.since)


def _handed_back(item: Item, event: ItemHandedBack) -> Item:
    if event.reason != HandBack.LOGGED_OFF:
        return Item(item.review, item.policy)
    return Item(
        item.review,
        item.policy,
        handed_over_by=event.by,
        handed_over_at=event.at,
        acknowledge_by=event.acknowledge_by,
    )


def _acknowledged(item: Item, event: HandOverAcknowledged) -> Item:
    return Item(item.review, item.policy)


def _unanswered(item: Item, event: HandOverUnanswered) -> Item:
    return replace(item, unanswered=True)


EVOLVE: dict[type[Event], Callable[[Any, Any], Item]] = {
    ItemTaken: _taken,
    ItemWorked: _worked,
    ItemFellSilent: _silent,
    ItemHandedBack: _handed_back,
    HandOverAcknowledged: _acknowledged,
    HandOverUnanswered: _unanswered,
}
