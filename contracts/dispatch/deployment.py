"""What the dispatch service says: units on duty and their statuses, who was sent where, and when each was free again."""

from enum import IntEnum, StrEnum
from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Personal, Text, Value
from contracts.incident.incidents import Rank
from contracts.places import Location, Point
from contracts.registry import event


class Status(IntEnum):
    """Radio status codes that are states (DOMAIN section 7); 12 and above are messages."""

    EMERGENCY_BUTTON = 0
    ON_DUTY = 1
    ON_PATROL = 2
    AT_STATION = 3
    REFRESHMENTS = 4
    EN_ROUTE = 5
    AT_SCENE = 6
    COMMITTED_DEPLOYABLE = 7
    COMMITTED = 8
    ESCORT = 9
    COURT = 10
    OFF_DUTY = 11


class Release(StrEnum):
    """Why an assignment ended."""

    CLEARED = "cleared"
    STOOD_DOWN = "stood_down"
    DIVERTED = "diverted"
    NEVER_CLEARED = "never_cleared"


class Skill(Value):
    """What an officer is trained for, and until when; without an end it does not expire."""

    name: Text
    expires: Instant | None = None


class Officer(Value):
    """A member of a crew, by the number on the shoulder."""

    officer: Text
    skills: tuple[Skill, ...] = ()


class MessageCode(IntEnum):
    """Radio codes that are messages and no states; what each says is the force's own policy (DOMAIN section 7)."""

    MESSAGE_12 = 12
    MESSAGE_13 = 13
    MESSAGE_14 = 14
    MESSAGE_15 = 15
    MESSAGE_16 = 16


@event("dispatch")
class UnitBookedOn(Event):
    """A unit began a tour of duty under its callsign, which is a role for that tour and no person.

    `skills` are those of the unit whoever crews it; those of `officers` come with them and may expire. `meal_minutes` are owed
    between `meal_from` and `meal_until`, by the policy in force when the tour began.
    """

    unit: Text
    callsign: Text
    skills: tuple[Text, ...] = ()
    crew: Annotated[int, Field(ge=0)] = 2
    point: Point | None = None
    officers: tuple[Officer, ...] = ()
    vehicle: Text | None = None
    area: Text | None = None
    tour_ends: Instant | None = None
    meal_minutes: Annotated[int, Field(ge=0)] = 0
    meal_from: Instant | None = None
    meal_until: Instant | None = None


@event("dispatch")
class UnitStatusReported(Event):
    """A status, from the officer's device or set by a controller. `at` is the device's time.

    `contradicts` says what on record it does not agree with; it is kept all the same.
    """

    unit: Text
    status: Status
    source: Text
    incident: Text | None = None
    point: Point | None = None
    contradicts: Text | None = None


@event("dispatch")
class UnitMessageSent(Event):
    """A radio code that is a message: it changes no status. `meaning` is the code's one meaning under that policy."""

    unit: Text
    code: MessageCode
    meaning: Text
    policy: Text
    source: Text


@event("dispatch")
class AtSceneInferred(Event):
    """Nobody said "at scene", and yet the unit must have been there by `at`. It stays an inference, whatever is said later."""

    unit: Text
    assignment: Text
    incident: Text
    job: Text
    basis: Text


@event("dispatch")
class EmergencyPressed(Event):
    """An officer pressed the emergency button: an incident at the top grade opens at once."""

    unit: Text
    press: Text
    point: Annotated[Point, Personal("position"), Field(json_schema_extra={"x-personal": "position"})] | None = None
    incident: Text | None = None


@event("dispatch")
class JobRequested(Event):
    """Dispatch took on a request for units; a later one for the same job stands in place of the earlier."""

    job: Text
    incident: Text
    units: Annotated[int, Field(ge=1)]
    grade: Text
    rank: Rank = 99
    reported_at: Instant | None = None
    skills: tuple[Text, ...] = ()
    location: Location | None = None
    silent_approach: bool = False
    attend_by: Instant | None = None
    outside: bool = False
    alarm_at: Instant | None = None


@event("dispatch")
class JobRegraded(Event):
    """The incident was graded anew: the job's place in the queue and its promise follow."""

    job: Text
    incident: Text
    grade: Text
    rank: Rank = 99
    attend_by: Instant | None = None
    alarm_at: Instant | None = None


@event("dispatch")
class UnitAssigned(Event):
    """A unit was sent. `overlaps` names incidents it still held when an outside source said so; inside it stays empty.

    `point` is where the unit was taken to be, as the decision saw it.
    """

    unit: Text
    assignment: Text
    incident: Text
    job: Text
    by: Text
    reasons: tuple[Text, ...] = ()
    override: Text | None = None
    overlaps: tuple[Text, ...] = ()
    point: Point | None = None


@event("dispatch")
class JobUnitAdded(Event):
    """The job's own record that one of the units it asked for is on its way. `on_view`: the unit came upon it itself."""

    job: Text
    incident: Text
    unit: Text
    assignment: Text
    override: Text | None = None
    by: Text | None = None
    on_view: bool = False


@event("dispatch")
class JobUnitArrived(Event):
    """The job's own record that a unit was on scene at that time; `inferred`: nobody said so, and `basis` says from what."""

    job: Text
    incident: Text
    unit: Text
    assignment: Text
    inferred: bool = False
    basis: Text | None = None


@event("dispatch")
class AssignmentEnded(Event):
    """The unit no longer holds the incident. `reached` tells whether it was ever on scene."""

    unit: Text
    assignment: Text
    incident: Text
    job: Text
    release: Release
    reached: bool


@event("dispatch")
class JobUnitRemoved(Event):
    """The job's own record that a unit no longer works for it."""

    job: Text
    incident: Text
    unit: Text
    assignment: Text
    release: Release
    alarm_at: Instant | None = None


@event("dispatch")
class JobClosed(Event):
    """No more units are wanted."""

    job: Text
    incident: Text
    reason: Text


@event("dispatch")
class UnitBookedOff(Event):
    """The tour of duty is over. `meal_owed_s`: what is owed of the meal break."""

    unit: Text
    callsign: Text
    meal_owed_s: Annotated[int, Field(ge=0)] = 0
