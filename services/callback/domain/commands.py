"""What can be asked of a review: by facts heard, by timers, by the telephone and by people."""

from dataclasses import dataclass
from datetime import datetime

from contracts.callback.answered_calls import HungUp
from contracts.callback.reviews import Outcome, Risk, Role, Speaker
from contracts.contact.calls import Abandonment, Marker, Sound
from contracts.envelope import Reference, Telephone
from contracts.places import Location
from services.callback.domain.place import Place


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenReview:
    """A 999 call broke off. A review has the id of its call, so there can be one at most.

    The use case adds what callback knows by itself: `near` open incidents, the review of the same caller that this one goes on
    `into`, and whether it is the second silent call within the policy's few minutes. With `harvest` a carrier's list told of
    it, and the use case says until when it must be over.
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
    waited_s: float = 0
    near: tuple[str, ...] = ()
    into: str | None = None
    silent_repeat: bool = False
    harvest: str | None = None
    attempted_at: tuple[datetime, ...] = ()
    deadline: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnLocation:
    """There is one more estimate of where the caller is. The use case adds the open incidents `near` it."""

    review: str
    at: datetime
    location: Location
    near: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnSounds:
    """Somebody listened to the line, or to its recording."""

    review: str
    sounds: tuple[Sound, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnNumber:
    """The number of the call came later. The use case adds the markers that stand on it, and the review of the same number
    that this one goes on `into`.
    """

    review: str
    number: Telephone
    number_ref: Reference
    source: str
    markers: tuple[Marker, ...] = ()
    into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnNear:
    """An incident was opened near where the call may have come from."""

    review: str
    incident: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnCaller:
    """More is known about who called."""

    review: str
    markers: tuple[Marker, ...] = ()
    earlier_contacts: int = 0
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnFromEpisode:
    """What another review of the same caller knows bears on this one. `joins`: its call is new to this review."""

    review: str
    call: str
    risk: Risk
    reasons: tuple[str, ...]
    gate_open: bool
    sounds: tuple[Sound, ...] = ()
    markers: tuple[Marker, ...] = ()
    places: tuple[Place, ...] = ()
    joins: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnMarker:
    """Somebody put a marker on a number: it is kept in mind, and every open review of the number is concerned."""

    number_ref: Reference
    marker: Marker


@dataclass(frozen=True, slots=True, kw_only=True)
class ForgetMarker:
    """A marker was taken off a number; reviews that are open keep it."""

    number_ref: Reference
    marker: Marker


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteRangAgain:
    """The caller was answered in another call, from whatever number; without a time: now. `by`: a person says so."""

    review: str
    answered_call: str
    at: datetime | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkIncident:
    """An incident was opened for the review, or a person found that it is about the same. `by`: that person."""

    review: str
    incident: str
    at: datetime | None = None
    by: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteIncidentClosed:
    """An incident is over; the reviews it was linked to, if any, are concerned."""

    incident: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteIncidentReopened:
    """A closed incident is worked on again; a review that ended with it is open as long as it is."""

    incident: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteIncidentMerged:
    """An incident is worked on under another one, or (`again`) on its own once more."""

    incident: str
    into: str
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteScene:
    """An incident was opened at a place; it is kept in mind for broken calls near it."""

    incident: str
    at: datetime
    location: Location
    opening_code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class StartAttempt:
    """The planned attempt is due. The use case gives it its identity, the one the telephone network sees, and says how many
    lines are taken, how many attempts wait for one, and when the number was rung lately.
    """

    review: str
    attempt_id: str = ""
    lines_taken: int = 0
    waiting: int = 0
    rung_at: tuple[datetime, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class GiveUpWaiting:
    """Nobody said in time how an attempt ended, or what was established in it."""

    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassDeadline:
    """The review should have been over by now."""

    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndEmergencyPeriod:
    """Data about the call can no longer be asked for urgently."""

    review: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EndRinging:
    """The telephone says how an attempt ended. It never says that somebody is safe."""

    review: str
    attempt_id: str
    outcome: Outcome
    at: datetime
    final: str | None = None
    q850: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteHangUp:
    """The telephone says how an answered call ended, and which call handler was joined to it, if any."""

    review: str
    attempt_id: str
    by: HungUp
    at: datetime
    joined: str | None = None
    joined_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordOutcome:
    """A call handler says how an attempt ended, or what was established with whoever answered it."""

    review: str
    attempt: int
    outcome: Outcome
    spoke_to: str | None = None
    verified_by: str | None = None
    free_to_talk: bool | None = None
    speaker: Speaker | None = None
    by: str | None = None


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


@dataclass(frozen=True, slots=True, kw_only=True)
class ReopenReview:
    """A person says that a review which is over is not. With `ring` the caller is rung again as far as that is safe."""

    review: str
    by: str
    reason: str
    call: str | None = None
    ring: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckSample:
    """A supervisor looked at a review drawn as a sample; one they do not agree with is opened again."""

    review: str
    by: str
    agreed: bool
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CloseMerged:
    """The review this one goes on in is over."""

    review: str
    into: str
    reason: str
