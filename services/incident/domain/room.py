"""How a control room sees to it that nothing is left lying: the rules a force sets, as its policy gives them."""

from collections.abc import Mapping
from datetime import UTC, datetime, time, timedelta
from typing import Annotated, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from contracts.incident.incidents import Vulnerability
from contracts.incident.records import Level
from services.incident.domain.standard import Minutes, Name, Step

Rank = Annotated[int, msgspec.Meta(ge=1, le=90)]


class ThriveLine(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A heading that stands at a level, or above it, asks for a rank at least so urgent."""

    heading: Literal["threat", "harm", "risk", "investigation", "vulnerability", "engagement"]
    level: Level
    rank: Rank


class ThriveRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an assessment suggests."""

    otherwise_rank: Rank
    lines: tuple[ThriveLine, ...]


class Likeness(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What may be the same thing."""

    within_min: Minutes
    within_m: Annotated[int, msgspec.Meta(gt=0, le=1000)]
    words_alike: Annotated[float, msgspec.Meta(gt=0, le=1)]


class RoomRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of a control room's rules. Minutes everywhere; times of shift changes by the wall clock of the zone."""

    version: Name
    zone: Name
    shift_changes: Annotated[tuple[str, ...], msgspec.Meta(min_length=1)]
    downgrade_roles: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]
    near_breach_min: Minutes
    silence_min: Minutes
    handover_within_min: Minutes
    inform_caller_within_min: Minutes
    review_within_min: Minutes
    draft_within_min: Minutes
    ladder: Annotated[tuple[Step, ...], msgspec.Meta(min_length=1)]
    transfer_acknowledge_within_min: Minutes
    transfer_answer_within_min: Minutes
    concern_answer_within_min: Minutes
    agencies: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]
    threshold: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]
    recontact_after_min: Mapping[Vulnerability, Minutes]
    weights: Mapping[Vulnerability, Annotated[int, msgspec.Meta(ge=1)]]
    thrive: ThriveRules
    likeness: Likeness

    def __post_init__(self) -> None:
        try:
            ZoneInfo(self.zone)
            self._changes()
        except (ValueError, ZoneInfoNotFoundError) as wrong:
            raise ValueError(f"zone and shift_changes: {wrong}") from None
        if set(self.weights) != set(Vulnerability):
            raise ValueError(f"weights: one for each of {', '.join(Vulnerability)}")

    def day(self, instant: datetime) -> str:
        """The local date of an instant: days of 23 and 25 hours begin and end by the wall clock like all others."""
        return instant.astimezone(ZoneInfo(self.zone)).date().isoformat()

    def next_shift_change(self, after: datetime) -> datetime:
        """The next change of shifts. A wall time that a spring night leaves out happens an hour later, once."""
        zone = ZoneInfo(self.zone)
        today = after.astimezone(zone).date()
        days = (today, today + timedelta(days=1), today + timedelta(days=2))
        changes = (datetime.combine(day, change, zone).astimezone(UTC) for day in days for change in self._changes())
        return min(change for change in changes if change > after)

    def recontact_by(self, level: Vulnerability, since: datetime) -> datetime | None:
        """When a victim who waits is spoken to again; None where the policy asks for nothing."""
        minutes = self.recontact_after_min.get(level)
        return None if minutes is None else since + timedelta(minutes=minutes)

    def _changes(self) -> tuple[time, ...]:
        return tuple(time.fromisoformat(change) for change in self.shift_changes)


def after(start: datetime, minutes: int) -> datetime:
    """An instant so many minutes later."""
    return start + timedelta(minutes=minutes)
