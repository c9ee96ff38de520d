"""The review of one abandoned call: what is known, what was tried, who has it now, and what it still owes."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime

import msgspec
from msgspec.structs import replace

from contracts.callback.reviews import Disposition, Escalation, Outcome, Risk, Role
from contracts.contact.calls import Abandonment, Marker, Sound
from services.callback.domain.attempt import Attempt
from services.callback.domain.place import Place, cell, usable
from services.callback.domain.rules import Rules


class Escalated(msgspec.Struct, frozen=True, omit_defaults=True):
    """That the review was handed to a role, and why. `past`: before the review was opened again."""

    at: datetime
    reason: Escalation
    to: Role
    deploy: bool
    silent_approach: bool
    reasons: tuple[str, ...] = ()
    past: bool = False


class Linked(msgspec.Struct, frozen=True, omit_defaults=True):
    """An incident opened for the review, or found to be about the same."""

    incident: str
    at: datetime
    ended: bool = False


class Joined(msgspec.Struct, frozen=True, omit_defaults=True):
    """Another call of the same caller: the calls are one episode. `past`: before the review was opened again."""

    call: str
    at: datetime
    answered: bool
    credited_s: float
    by: str | None = None
    past: bool = False


class Review(msgspec.Struct, frozen=True, omit_defaults=True):
    """A review has the id of the call it is about. `merged_into` names the review of the episode that goes on in its place."""

    review: str
    policy: str
    opened_at: datetime
    abandoned_at: datetime
    abandonment: Abandonment
    deadline: datetime
    emergency_period_ends: datetime
    number: str | None = None
    number_ref: str | None = None
    waited_s: float = 0
    sounds: tuple[Sound, ...] = ()
    markers: tuple[Marker, ...] = ()
    near: tuple[str, ...] = ()
    earlier_calls: int = 0
    earlier_contacts: int = 0
    risk: Risk = Risk.NONE_KNOWN
    reasons: tuple[str, ...] = ()
    gate_open: bool = True
    places: tuple[Place, ...] = ()
    attempts: tuple[Attempt, ...] = ()
    escalations: tuple[Escalated, ...] = ()
    incidents: tuple[Linked, ...] = ()
    joined: tuple[Joined, ...] = ()
    merged_into: str | None = None
    emergency_period_ended: bool = False
    reopened_at: datetime | None = None
    rings: bool = True
    closed_at: datetime | None = None
    disposition: Disposition | None = None
    closing_reason: str | None = None
    closed_by: str | None = None
    breach: bool = False
    sampled: bool = False
    sample_checked_by: str | None = None
    harvest: str | None = None
    attempted_at: tuple[datetime, ...] = ()
    turn_at: datetime | None = None

    @property
    def open(self) -> bool:
        """No disposition stands."""
        return self.closed_at is None

    @property
    def since(self) -> datetime:
        """When work on it began, or began again."""
        return self.reopened_at or self.turn_at or self.opened_at

    @property
    def planned(self) -> Attempt | None:
        """The attempt that is still to be made; there is one at most."""
        return next((attempt for attempt in self.attempts if attempt.planned), None)

    @property
    def deployed(self) -> bool:
        """An incident was asked for, or there is one: the review ends with it, or by a person."""
        return bool(self.open_incidents) or any(step.deploy and not step.past for step in self.escalations)

    @property
    def open_incidents(self) -> tuple[str, ...]:
        """The linked incidents that are not over: as long as there is one, the review stays open."""
        return tuple(linked.incident for linked in self.incidents if not linked.ended)

    @property
    def with_people(self) -> bool:
        """Somebody has it: it was handed on, or an incident was opened for it."""
        return bool(self.open_incidents) or any(not step.past for step in self.escalations)

    @property
    def answered_elsewhere(self) -> bool:
        """The caller was answered in another call since work on it began."""
        return any(other.answered and not other.past for other in self.joined)

    @property
    def safe(self) -> Attempt | None:
        """The attempt in which the caller was found to be safe."""
        return next((attempt for attempt in self.attempts if attempt.outcome is Outcome.SAFE and not attempt.past), None)

    def escalated(self, *reasons: Escalation) -> bool:
        """Whether it was handed on for one of these reasons."""
        return any(step.reason in reasons and not step.past for step in self.escalations)

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
    """Timers: the planned attempt, the silence about a started one (also when the review is over), the deadline, the
    end of the emergency period. Of the last two only the next is set, so that a short review costs one timer.
    """
    timers: dict[str, datetime] = {}
    silences = [until for attempt in review.attempts if (until := attempt.silent_until(rules)) is not None]
    if silences:
        timers["unknown"] = min(silences)
    if not review.open:
        return timers
    if review.planned is not None:
        timers["attempt"] = review.planned.due
    ends = []
    if not review.escalated(Escalation.DEADLINE):
        ends.append((review.deadline, "deadline"))
    if not review.emergency_period_ended:
        ends.append((review.emergency_period_ends, "emergency"))
    if ends:
        due, name = min(ends)
        timers[name] = due
    return timers


LINE_TAKEN = ("line", "taken")
"""Where reviews stand whose telephone rings or talks."""

LINE_WANTED = ("line", "wanted")
"""Where reviews stand whose attempt was put off."""


PLACED = "review-place"
"""Under which index open reviews stand by the squares of the map their places lie in."""


def index(review: Review) -> Iterable[tuple[str, str]]:
    """Open reviews by deadline, those people have by the same, and those of a number, an episode or an incident.

    Also when it is over: the hours in which the number was rung or the review ended, its incidents, and a sample to look at.
    """
    if review.number_ref is not None:
        moments = (review.closed_at, *(attempt.started_at for attempt in review.attempts))
        yield from {("number-hour", hour(review.number_ref, at)) for at in moments if at is not None}
    yield from (("incident", linked.incident) for linked in review.incidents)
    if any(attempt.ringing or (attempt.talking and attempt.hung_up is None) for attempt in review.attempts):
        yield LINE_TAKEN
    if review.closed_at is not None:
        if review.sampled and review.sample_checked_by is None:
            yield "sample", stamp(review.closed_at)
        return
    if review.planned is not None and review.planned.deferred is not None:
        yield LINE_WANTED
    yield "open", stamp(review.deadline)
    if review.with_people:
        yield "escalated", stamp(review.deadline)
    if review.number_ref is not None:
        yield "number", review.number_ref
    if review.merged_into is not None:
        yield "episode", review.merged_into
    yield from {(PLACED, square) for place in review.places if (square := cell(place)) is not None}


def stamp(at: datetime) -> str:
    """An instant as text, in UTC, that sorts by time."""
    return at.astimezone(UTC).isoformat(timespec="microseconds").removesuffix("+00:00") + "Z"


def hour(number_ref: str, at: datetime) -> str:
    """Where something that happened to a number in an hour is found."""
    return f"{number_ref} {at.astimezone(UTC):%Y-%m-%dT%H}"
