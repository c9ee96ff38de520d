"""How a force deploys: whom it sends, how fast units travel, meals, cover, offers, alarms, and what each code means."""

from datetime import datetime, timedelta
from itertools import pairwise
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import msgspec

from contracts.dispatch.deployment import Status

Name = Annotated[str, msgspec.Meta(min_length=1, max_length=80)]
Speed = Annotated[float, msgspec.Meta(gt=0, le=300)]
Seconds = Annotated[float, msgspec.Meta(ge=0, le=7 * 86_400)]
Hours = Annotated[float, msgspec.Meta(ge=0, le=48)]
Share = Annotated[float, msgspec.Meta(gt=0, le=2)]


class Traffic(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """From one local hour until before another, speeds are multiplied by this."""

    since: Annotated[int, msgspec.Meta(ge=0, le=23)]
    until: Annotated[int, msgspec.Meta(ge=1, le=24)]
    factor: Share


class Meal(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Minutes of refreshments in a tour of at least so many hours."""

    hours: Hours
    minutes: Annotated[int, msgspec.Meta(ge=0, le=240)]


class Area(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A part of the force, or of a neighbour's: how many units must be left to send, and roughly where it lies, in degrees."""

    name: Name
    minimum: Annotated[int, msgspec.Meta(ge=0)] = 0
    box: tuple[float, float, float, float] | None = None
    neighbour: bool = False

    def holds(self, latitude: float, longitude: float) -> bool:
        """Whether a point lies in the box (south, west, north, east)."""
        if self.box is None:
            return False
        south, west, north, east = self.box
        return south <= latitude < north and west <= longitude < east

    def middle(self) -> tuple[float, float] | None:
        """The middle of the box."""
        return None if self.box is None else ((self.box[0] + self.box[2]) / 2, (self.box[1] + self.box[3]) / 2)


class Alarm(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Who is told, and how long after the one before, that nobody works for a job of grades up to this rank."""

    rank: Annotated[int, msgspec.Meta(ge=0, le=99)]
    after_s: Annotated[tuple[Annotated[float, msgspec.Meta(gt=0)], ...], msgspec.Meta(min_length=1)]
    roles: Annotated[tuple[Name, ...], msgspec.Meta(min_length=1)]

    def __post_init__(self) -> None:
        if len(self.after_s) != len(self.roles):
            raise ValueError("after_s, roles: as many times as roles")


class Code(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A code and its one meaning."""

    code: Name
    meaning: Annotated[str, msgspec.Meta(min_length=1, max_length=200)]


class Penalties(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What speaks against a unit, in seconds of travel: a unit that much nearer goes before one without."""

    single_crewed_s: Seconds
    meal_due_s: Seconds
    fatigue_s: Seconds
    below_cover_s: Seconds
    border_s: Seconds


class Deployment(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """One version of a force's rules. `auto_assign` False: a person decides, the system only recommends.

    Speeds are km/h along the road; `road_factor` is how much longer the road is than the straight line.
    """

    version: Name
    available: Annotated[tuple[Status, ...], msgspec.Meta(min_length=1)]
    preemptible: tuple[Status, ...]
    urgent_grades: tuple[str, ...]
    urgent_kmh: Speed
    routine_kmh: Speed
    road_factor: Annotated[float, msgspec.Meta(ge=1, le=10)]
    zone: Name
    interrupts_meal_rank: Annotated[int, msgspec.Meta(ge=0, le=99)]
    meals: tuple[Meal, ...]
    meal_from_h: Hours
    meal_until_h: Hours
    fatigue_h: Hours
    longest_tour_h: Hours
    clock_skew_s: Seconds
    contradiction_s: Seconds
    answer_within_s: Annotated[float, msgspec.Meta(gt=0)]
    scene_radius_m: Annotated[float, msgspec.Meta(ge=0)]
    position_lasts_s: Seconds
    weighs: Annotated[int, msgspec.Meta(ge=1, le=5000)]
    penalties: Penalties
    delays: tuple[Code, ...]
    messages: tuple[Code, ...]
    traffic: tuple[Traffic, ...] = ()
    areas: tuple[Area, ...] = ()
    alarms: tuple[Alarm, ...] = ()
    skills: tuple[Name, ...] = ()
    auto_assign: bool = False

    def __post_init__(self) -> None:
        if set(self.available) & set(self.preemptible):
            raise ValueError("preemptible: a status that is available cannot be pre-emptible as well")
        if Status.OFF_DUTY in (*self.available, *self.preemptible):
            raise ValueError("available, preemptible: a unit that is off duty cannot be sent")
        _one_meaning("delays", self.delays)
        _one_meaning("messages", self.messages)
        if {one.code for one in self.messages} != {"12", "13", "14", "15", "16"}:
            raise ValueError("messages: say for each of 12, 13, 14, 15 and 16 what it means")
        if any(one.hours >= other.hours for one, other in pairwise(self.meals)):
            raise ValueError("meals: the shortest tour first")
        if any(one.rank >= other.rank for one, other in pairwise(self.alarms)):
            raise ValueError("alarms: the most urgent rank first")
        try:
            ZoneInfo(self.zone)
        except (ZoneInfoNotFoundError, ValueError):
            raise ValueError("zone: there is no such time zone") from None

    def kmh(self, grade: str) -> float:
        """How fast a unit is expected to come for a grade when the roads are free."""
        return self.urgent_kmh if grade in self.urgent_grades else self.routine_kmh

    def traffic_at(self, instant: datetime) -> float:
        """What the time of day makes of speeds."""
        hour = instant.astimezone(ZoneInfo(self.zone)).hour
        return next((one.factor for one in self.traffic if one.since <= hour < one.until), 1.0)

    def meal_minutes(self, tour: timedelta) -> int:
        """The meal break of a tour by its length."""
        hours = tour / timedelta(hours=1)
        return next((one.minutes for one in reversed(self.meals) if one.hours <= hours), 0)

    def area(self, name: str | None) -> Area | None:
        """The area of a name."""
        return next((area for area in self.areas if area.name == name), None)

    def area_at(self, latitude: float, longitude: float) -> Area | None:
        """The area in which a point lies."""
        return next((area for area in self.areas if area.holds(latitude, longitude)), None)

    def alarm(self, rank: int, level: int) -> tuple[str, timedelta] | None:
        """Whom the n-th alarm about an unresourced job of a rank goes to, and how long after the one before; None: no more."""
        ladder = next((one for one in self.alarms if rank <= one.rank), None)
        if ladder is None or level > len(ladder.roles):
            return None
        return ladder.roles[level - 1], timedelta(seconds=ladder.after_s[level - 1])


def _one_meaning(name: str, codes: tuple[Code, ...]) -> None:
    """A code that can mean two things tells nobody anything (Northumbria, DOMAIN section 9)."""
    for what in ("code", "meaning"):
        said = [getattr(one, what).casefold() for one in codes]
        if len(set(said)) < len(said):
            raise ValueError(f"{name}: two codes have the same {what}")
