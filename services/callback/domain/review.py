"""The review of one abandoned call: what is known, what was tried, who has it now, and what it still owes."""

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.callback import (
    AttemptCancelled,
    AttemptEnded,
    AttemptPlanned,
    AttemptsLearned,
    AttemptStarted,
    Disposition,
    Escalation,
    IncidentLinked,
    LocationLearned,
    Outcome,
    ReviewAssessed,
    ReviewClosed,
    ReviewEscalated,
    ReviewOpened,
    Risk,
    Role,
    TurnGiven,
)
from contracts.contact import Abandonment, Marker, Sound
from contracts.envelope import Event
from services.callback.domain.place import Place, kept, usable
from services.callback.domain.rules import Rules


class Attempt(msgspec.Struct, frozen=True, omit_defaults=True):
    """One attempt to ring: planned, then cancelled, or started and ended. Started is said before anything is dialled."""

    n: int
    due: datetime
    cancelled: str | None = None
    attempt_id: str | None = None
    started_at: datetime | None = None
    give_up_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    spoke_to: str | None = None
    verified_by: str | None = None

    @property
    def planned(self) -> bool:
        """Still to be made."""
        return self.started_at is None and self.cancelled is None

    @property
    def ringing(self) -> bool:
        """Started, and nobody said yet how it ended."""
        return self.started_at is not None and self.outcome is None

    @property
    def talking(self) -> bool:
        """Somebody answered, and a call handler has yet to say what was established."""
        return self.outcome is Outcome.ANSWERED

    @property
    def settled(self) -> bool:
        """How it ended is known and will not change."""
        return self.outcome not in (None, Outcome.ANSWERED, Outcome.UNKNOWN)

    def silent_until(self, rules: Rules) -> datetime | None:
        """When the silence about it is given up, if it is silent."""
        if self.ringing and self.give_up_at is not None:
            return self.give_up_at + rules.give_up_after
        if self.talking and self.answered_at is not None:
            return self.answered_at + rules.talk_limit
        return None


class Escalated(msgspec.Struct, frozen=True, omit_defaults=True):
    """That the review was handed to a role, and why."""

    at: datetime
    reason: Escalation
    to: Role
    deploy: bool
    silent_approach: bool
    reasons: tuple[str, ...] = ()


class Linked(msgspec.Struct, frozen=True):
    """An incident opened for the review."""

    incident: str
    at: datetime


class Review(msgspec.Struct, frozen=True, omit_defaults=True):
    """A review has the id of the call it is about."""

    review: str
    policy: str
    opened_at: datetime
    abandoned_at: datetime
    abandonment: Abandonment
    deadline: datetime
    emergency_period_ends: datetime
    number: str | None = None
    number_ref: str | None = None
    sounds: tuple[Sound, ...] = ()
    markers: tuple[Marker, ...] = ()
    earlier_calls: int = 0
    risk: Risk = Risk.NONE_KNOWN
    reasons: tuple[str, ...] = ()
    gate_open: bool = True
    places: tuple[Place, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    escalations: tuple[Escalated, ...] = ()
    incidents: tuple[Linked, ...] = ()
    closed_at: datetime | None = None
    disposition: Disposition | None = None
    closing_reason: str | None = None
    closed_by: str | None = None
    breach: bool = False
    harvest: str | None = None
    attempted_at: tuple[datetime, ...] = ()
    turn_at: datetime | None = None

    @property
    def open(self) -> bool:
        """No disposition yet."""
        return self.closed_at is None

    @property
    def planned(self) -> Attempt | None:
        """The attempt that is still to be made; there is one at most."""
        return next((attempt for attempt in self.attempts if attempt.planned), None)

    @property
    def deployed(self) -> bool:
        """An incident was asked for, or there is one: the review ends with it, or by a person."""
        return bool(self.incidents) or any(step.deploy for step in self.escalations)

    def escalated(self, *reasons: Escalation) -> bool:
        """Whether it was handed on for one of these reasons."""
        return any(step.reason in reasons for step in self.escalations)

    def with_attempt(self, attempt: Attempt) -> "Review":
        """The review with one attempt put in its place."""
        others = (other for other in self.attempts if other.n != attempt.n)
        return replace(self, attempts=tuple(sorted((*others, attempt), key=lambda attempt: attempt.n)))

    def attempt(self, n: int) -> Attempt | None:
        """The attempt of this number."""
        return next((attempt for attempt in self.attempts if attempt.n == n), None)

    def place(self, rules: Rules) -> Place | None:
        """The newest place somebody can be sent to, else the newest estimate at all."""
        best = [place for place in self.places if usable(place, rules.usable_radius_m)]
        return max(best or self.places, key=lambda place: place.at, default=None)


def owes(review: Review, rules: Rules) -> Mapping[str, datetime]:
    """Timers: the planned attempt, the silence about a started one (also when the review is over), the deadline."""
    timers: dict[str, datetime] = {}
    silences = [until for attempt in review.attempts if (until := attempt.silent_until(rules)) is not None]
    if silences:
        timers["unknown"] = min(silences)
    if review.open and review.planned is not None:
        timers["attempt"] = review.planned.due
    if review.open and not review.escalated(Escalation.DEADLINE):
        timers["deadline"] = review.deadline
    return timers


def index(review: Review) -> Iterable[tuple[str, str]]:
    """Open reviews by deadline, those people have by the same, and those of a number or of an incident."""
    if not review.open:
        return
    yield "open", stamp(review.deadline)
    if review.escalations:
        yield "escalated", stamp(review.deadline)
    if review.number_ref is not None:
        yield "number", review.number_ref
    yield from (("incident", linked.incident) for linked in review.incidents)


def stamp(at: datetime) -> str:
    """An instant as text, in UTC, that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def _opened(_: Review | None, event: ReviewOpened) -> Review:
    return Review(
        review=event.review,
        policy=event.policy,
        opened_at=event.at,
        abandoned_at=event.abandoned_at,
        abandonment=event.abandonment,
        deadline=event.deadline,
        emergency_period_ends=event.emergency_period_ends,
        number=event.number,
        number_ref=event.number_ref,
        sounds=tuple(event.sounds),
        markers=tuple(event.markers),
        earlier_calls=event.earlier_calls,
        harvest=event.harvest,
        attempted_at=tuple(event.attempted_at),
        places=() if event.location is None else (kept(event.abandoned_at, event.location),),
    )


def _attempts_learned(review: Review, event: AttemptsLearned) -> Review:
    return replace(review, attempted_at=tuple(sorted({*review.attempted_at, *event.attempted_at})))


def _turn_given(review: Review, event: TurnGiven) -> Review:
    return replace(review, turn_at=event.at)


def _assessed(review: Review, event: ReviewAssessed) -> Review:
    return replace(review, risk=event.risk, reasons=tuple(event.reasons), gate_open=event.gate_open)


def _located(review: Review, event: LocationLearned) -> Review:
    return replace(review, places=(*review.places, kept(event.at, event.location)))


def _planned(review: Review, event: AttemptPlanned) -> Review:
    return review.with_attempt(Attempt(n=event.attempt, due=event.due))


def _started(review: Review, event: AttemptStarted) -> Review:
    return review.with_attempt(
        replace(_of(review, event.attempt), attempt_id=event.attempt_id, started_at=event.at, give_up_at=event.give_up_at)
    )


def _ended(review: Review, event: AttemptEnded) -> Review:
    attempt = _of(review, event.attempt)
    return review.with_attempt(
        replace(
            attempt,
            ended_at=event.at,
            outcome=event.outcome,
            answered_at=event.at if event.outcome is Outcome.ANSWERED else attempt.answered_at,
            spoke_to=event.spoke_to,
            verified_by=event.verified_by,
        )
    )


def _cancelled(review: Review, event: AttemptCancelled) -> Review:
    return review.with_attempt(replace(_of(review, event.attempt), cancelled=event.reason))


def _of(review: Review, n: int) -> Attempt:
    return next(attempt for attempt in review.attempts if attempt.n == n)


def _escalated(review: Review, event: ReviewEscalated) -> Review:
    step = Escalated(event.at, event.reason, event.to, event.deploy, event.silent_approach, tuple(event.reasons))
    return replace(review, escalations=(*review.escalations, step), breach=review.breach or event.breach)


def _linked(review: Review, event: IncidentLinked) -> Review:
    return replace(review, incidents=(*review.incidents, Linked(event.incident, event.at)))


def _closed(review: Review, event: ReviewClosed) -> Review:
    return replace(
        review,
        closed_at=event.at,
        disposition=event.disposition,
        closing_reason=event.reason,
        closed_by=event.by,
        breach=review.breach or event.breach,
    )


EVOLVE: dict[type[Event], Callable[[Any, Any], Review]] = {
    ReviewOpened: _opened,
    ReviewAssessed: _assessed,
    AttemptsLearned: _attempts_learned,
    TurnGiven: _turn_given,
    LocationLearned: _located,
    AttemptPlanned: _planned,
    AttemptStarted: _started,
    AttemptEnded: _ended,
    AttemptCancelled: _cancelled,
    ReviewEscalated: _escalated,
    IncidentLinked: _linked,
    ReviewClosed: _closed,
}
