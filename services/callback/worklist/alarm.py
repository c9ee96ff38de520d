"""The alarm of an item: a role is told and must acknowledge, or the next one is; at the top it stands until somebody answers."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.callback.alarms import AlarmAcknowledged, AlarmClimbed, AlarmRepeated, ItemUntaken
from contracts.callback.worklist import HandOverUnanswered, ItemFellSilent
from contracts.envelope import Event
from contracts.refusals import Invalid, Refused
from services.callback.domain.desk_rules import DeskRules, Step
from services.callback.domain.review import stamp
from services.callback.worklist.commands import AcknowledgeAlarm

CLIMB, AGAIN = "climb", "again"


class Kind(StrEnum):
    """What is wrong with an item."""

    SILENT = "silent"
    UNANSWERED = "unanswered"
    UNTAKEN = "untaken"


class Alarm(msgspec.Struct, frozen=True, omit_defaults=True):
    """What is wrong since when, and who has to answer. Neither time set: it stands at the top of its ladder."""

    kind: Kind
    since: datetime
    raised_at: datetime
    ladder: tuple[Step, ...]
    rung: int = 1
    acknowledge_by: datetime | None = None
    acknowledged_by: str | None = None
    again_at: datetime | None = None

    @property
    def role(self) -> str:
        """Who is told now."""
        return self.ladder[self.rung - 1].role

    @property
    def may_answer(self) -> tuple[str, ...]:
        """The role that is told, and those above it."""
        return tuple(step.role for step in self.ladder[self.rung - 1 :])

    @property
    def order(self) -> str:
        """Those at the top first, then by when they climb, then those that somebody acknowledged."""
        if self.again_at is not None:
            return f"2 {stamp(self.again_at)}"
        return "0" if self.acknowledge_by is None else f"1 {stamp(self.acknowledge_by)}"

    def owes(self) -> Mapping[str, datetime]:
        """When it climbs, or is raised again."""
        timers = {CLIMB: self.acknowledge_by, AGAIN: self.again_at}
        return {name: due for name, due in timers.items() if due is not None}


def raised(rules: DeskRules, reached: int, now: datetime) -> Mapping[str, Any]:
    """What every alarm says of its ladder. It does not begin again below where an earlier one of the item stood."""
    rung = min(max(reached, 1), len(rules.ladder))
    step = rules.ladder[rung - 1]
    return {
        "role": step.role,
        "rung": rung,
        "ladder": tuple(step.role for step in rules.ladder),
        "acknowledge_within_s": tuple(step.acknowledge_within_s for step in rules.ladder),
        "acknowledge_by": _after(now, step),
        "policy": rules.version,
    }


def acknowledge(alarm: Alarm | None, command: AcknowledgeAlarm, now: datetime, rules: DeskRules) -> list[Event]:
    """By the role that was told, or one above it, with what will be done."""
    if alarm is None:
        raise Refused("no-alarm", "nothing is wrong with this item", ("GET /worklist/alarms",))
    if alarm.acknowledged_by == command.by:
        return []
    if alarm.acknowledged_by is not None:
        raise Refused("acknowledged-already", f"{alarm.acknowledged_by} acknowledged it", ("take the item",))
    if not command.plan.strip():
        raise Invalid("plan-needed", "acknowledging is no action: say what will be done")
    if command.role not in alarm.may_answer:
        raise Refused("role-too-low", f"it stands with the {alarm.role}", alarm.may_answer)
    again_at = now + timedelta(seconds=rules.again_after_s)
    return [
        AlarmAcknowledged(at=now, review=command.review, by=command.by, role=command.role, plan=command.plan, again_at=again_at)
    ]


def climb(alarm: Alarm | None, review: str, now: datetime) -> list[Event]:
    """To the next role; the last one has its time too."""
    if alarm is None or alarm.acknowledge_by is None or now < alarm.acknowledge_by:
        return []
    top = alarm.rung == len(alarm.ladder)
    rung = alarm.rung if top else alarm.rung + 1
    step = alarm.ladder[rung - 1]
    by = None if top else _after(now, step)
    return [AlarmClimbed(at=now, review=review, previous=alarm.role, role=step.role, rung=rung, acknowledge_by=by)]


def repeat(alarm: Alarm | None, review: str, now: datetime) -> list[Event]:
    """Somebody acknowledged it, and it stands all the same."""
    if alarm is None or alarm.again_at is None or alarm.acknowledged_by is None or now < alarm.again_at:
        return []
    return [
        AlarmRepeated(
            at=now,
            review=review,
            acknowledged_by=alarm.acknowledged_by,
            role=alarm.role,
            rung=alarm.rung,
            acknowledge_by=_after(now, alarm.ladder[alarm.rung - 1]),
        )
    ]


def on_raised(kind: Kind, since: datetime, event: ItemFellSilent | HandOverUnanswered | ItemUntaken) -> Alarm:
    """The alarm as it was raised."""
    steps = zip(event.ladder, event.acknowledge_within_s, strict=True)
    ladder = tuple(Step(role=role, acknowledge_within_s=seconds) for role, seconds in steps)
    return Alarm(kind, since, event.at, ladder, event.rung, event.acknowledge_by)


def on_climbed(alarm: Alarm, event: AlarmClimbed) -> Alarm:
    """It stands one step higher, or at the top."""
    return replace(alarm, rung=event.rung, acknowledge_by=event.acknowledge_by)


def on_acknowledged(alarm: Alarm, event: AlarmAcknowledged) -> Alarm:
    """It climbs no more; whoever was high enough to answer is told again when nothing follows."""
    rung = next(n for n, step in enumerate(alarm.ladder, 1) if step.role == event.role)
    return replace(alarm, rung=rung, acknowledged_by=event.by, acknowledge_by=None, again_at=event.again_at)


def on_repeated(alarm: Alarm, event: AlarmRepeated) -> Alarm:
    """It climbs again from there."""
    return replace(alarm, acknowledged_by=None, acknowledge_by=event.acknowledge_by, again_at=None)


def _after(now: datetime, step: Step) -> datetime:
    return now + timedelta(seconds=step.acknowledge_within_s)
