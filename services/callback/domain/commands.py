"""What can be asked of a review: by facts heard, by timers, by the telephone and by people."""

from dataclasses import dataclass
from datetime import datetime

from contracts.callback import Outcome, Role
from contracts.contact import Abandonment, Marker, Sound
from contracts.envelope import Reference, Telephone
from contracts.places import Location


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReview:
    """A 999 call broke off. A review has the id of its call, so there can be one at most.

    With `harvest` a carrier's list told of it: the use case says until when it must be over.
    """

    review: str
    abandonment: Abandonment
    abandoned_at: datetime
    number: Telephone | None = None
    number_ref: Reference | None = None
    sounds: tuple[Sound, ...] = ()
    markers: tuple[Marker, ...] = ()
    location: Location | None = None
    earlier_calls: int = 0
    harvest: str | None = None
    attempted_at: tuple[datetime, ...] = ()
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnLocation:
    """There is one more estimate of where the caller is."""

    review: str
    at: datetime
    location: Location


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnMarker:
    """Somebody put a marker on a number; every open review of it is concerned."""

    number_ref: Reference
    marker: Marker


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRangAgain:
    """The caller was answered in another call."""

    review: str
    answered_call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkIncident:
    """An incident was opened for the review."""

    review: str
    incident: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteIncidentClosed:
    """An incident is over; the review it was opened for, if any, is concerned."""

    incident: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAttempt:
    """The planned attempt is due. The use case gives it its identity, the one the telephone network sees."""

    review: str
    attempt_id: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpWaiting:
    """Nobody said in time how an attempt ended, or what was established in it."""

    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassDeadline:
    """The review should have been over by now."""

    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRinging:
    """The telephone says how an attempt ended. It never says that somebody is safe."""

    review: str
    attempt_id: str
    outcome: Outcome
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOutcome:
    """A call handler says how an attempt ended, or what was established with whoever answered it."""

    review: str
    attempt: int
    outcome: Outcome
    spoke_to: str | None = None
    verified_by: str | None = None
    free_to_talk: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EscalateReview:
    """A person hands the review on, with or without asking for an incident at the top grade."""

    review: str
    by: str
    reason: str
    to: Role = Role.SUPERVISOR
    deploy: bool = False
    silent_approach: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseReview:
    """A supervisor ends the review."""

    review: str
    by: str
    reason: str


Heard = LearnLocation | NoteRangAgain | LinkIncident
Due = StartAttempt | GiveUpWaiting | PassDeadline
Asked = RecordOutcome | EscalateReview | CloseReview
