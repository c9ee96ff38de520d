"""An item of the worklist: who has a review in hand, whether anything was heard of them, and what became of it at log-off."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.callback.alarms import AlarmAcknowledged, AlarmClimbed, AlarmRepeated, ItemUntaken, ItemWaits
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
from services.callback.worklist import alarm as alarms
from services.callback.worklist.alarm import Alarm, Kind


class Item(msgspec.Struct, frozen=True, omit_defaults=True):
    """One review in people's hands. `reached`: how high its alarms climbed since anybody worked."""

    review: str
    policy: str
    taken_by: str | None = None
    taken_at: datetime | None = None
    heard_at: datetime | None = None
    act_by: datetime | None = None
    handed_over_by: str | None = None
    handed_over_at: datetime | None = None
    acknowledge_by: datetime | None = None
    waits_since: datetime | None = None
    take_by: datetime | None = None
    alarm: Alarm | None = None
    reached: int = 1

    @property
    def silent(self) -> bool:
        """Whether whoever has it fell silent: anybody may take it over."""
        return self.alarm is not None and self.alarm.kind is Kind.SILENT

    @property
    def idle(self) -> bool:
        """Nobody has it, and nobody is waited for."""
        return self.taken_by is None and self.handed_over_by is None and self.waits_since is None


def owes(item: Item) -> Mapping[str, datetime]:
    """The next step of an alarm; else the silence of whoever has it, of those it was handed over to, or of everybody."""
    if item.alarm is not None:
        return item.alarm.owes()
    timers = {"silence": item.act_by, "acknowledgement": item.acknowledge_by, "taking": item.take_by}
    return {name: due for name, due in timers.items() if due is not None}


def index(item: Item) -> Iterable[tuple[str, str]]:
    """By whoever has it, those handed over, and those with an alarm: at the top of the ladder first, then by when they climb."""
    if item.taken_by is not None:
        yield "taken", item.taken_by
    if item.handed_over_at is not None:
        yield "handed-over", stamp(item.handed_over_at)
    if item.alarm is not None:
        yield "desk-alarm", item.alarm.order


def _taken(item: Item | None, event: ItemTaken) -> Item:
    reached = 1 if item is None else item.reached
    return Item(event.review, event.policy, event.by, taken_at=event.at, heard_at=event.at, act_by=event.act_by, reached=reached)


def _worked(item: Item, event: ItemWorked) -> Item:
    return replace(item, heard_at=event.at, act_by=event.act_by, alarm=None, reached=1)


def _silent(item: Item, event: ItemFellSilent) -> Item:
    return _alarmed(item, alarms.on_raised(Kind.SILENT, event.since, event))


def _handed_back(item: Item, event: ItemHandedBack) -> Item:
    if event.reason in (HandBack.REVIEW_OVER, HandBack.OTHERS_HAVE_IT):
        return Item(item.review, item.policy)
    back = Item(item.review, item.policy, reached=item.reached)
    if event.reason != HandBack.LOGGED_OFF:
        return back
    return replace(back, handed_over_by=event.by, handed_over_at=event.at, acknowledge_by=event.acknowledge_by)


def _acknowledged(item: Item, event: HandOverAcknowledged) -> Item:
    return Item(item.review, item.policy, reached=item.reached)


def _unanswered(item: Item, event: HandOverUnanswered) -> Item:
    return _alarmed(item, alarms.on_raised(Kind.UNANSWERED, item.handed_over_at or event.at, event))


def _waits(item: Item | None, event: ItemWaits) -> Item:
    reached = 1 if item is None else item.reached
    return Item(event.review, event.policy, waits_since=event.at, take_by=event.take_by, reached=reached)


def _untaken(item: Item, event: ItemUntaken) -> Item:
    return _alarmed(item, alarms.on_raised(Kind.UNTAKEN, event.since, event))


def _alarmed(item: Item, alarm: Alarm | None) -> Item:
    return replace(item, alarm=alarm, reached=item.reached if alarm is None else max(item.reached, alarm.rung))


def _follows(step: Callable[[Alarm, Any], Alarm]) -> Callable[[Item, Any], Item]:
    return lambda item, event: item if item.alarm is None else _alarmed(item, step(item.alarm, event))


EVOLVE: dict[type[Event], Callable[[Any, Any], Item]] = {
    ItemTaken: _taken,
    ItemWorked: _worked,
    ItemFellSilent: _silent,
    ItemHandedBack: _handed_back,
    HandOverAcknowledged: _acknowledged,
    HandOverUnanswered: _unanswered,
    ItemWaits: _waits,
    ItemUntaken: _untaken,
    AlarmClimbed: _follows(alarms.on_climbed),
    AlarmAcknowledged: _follows(alarms.on_acknowledged),
    AlarmRepeated: _follows(alarms.on_repeated),
}
