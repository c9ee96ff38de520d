"""How each event changes a review. An event happened: nothing here refuses or decides."""

from collections.abc import Callable, Sequence
from typing import Any

from msgspec.structs import replace

from contracts.callback.answered_calls import AttemptHungUp
from contracts.callback.episodes import (
    EmergencyPeriodEnded,
    EpisodeJoined,
    LinkedIncidentEnded,
    ReviewMerged,
    ReviewReopened,
    SampleChecked,
)
from contracts.callback.reviews import (
    AttemptCancelled,
    AttemptDeferred,
    AttemptEnded,
    AttemptPlanned,
    AttemptRecalled,
    AttemptStarted,
    IncidentLinked,
    LocationLearned,
    Outcome,
    ReviewAssessed,
    ReviewClosed,
    ReviewEscalated,
    ReviewInformed,
    ReviewOpened,
)
from contracts.callback.turns import AttemptsLearned, TurnGiven
from contracts.envelope import Event
from services.callback.domain.attempt import Attempt
from services.callback.domain.place import kept
from services.callback.domain.review import Escalated, Joined, Linked, Review


def after(review: Review | None, events: Sequence[Event]) -> Review | None:
    """The review once these events have happened."""
    for event in events:
        review = EVOLVE[type(event)](review, event)
    return review


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
        waited_s=event.waited_s,
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


def _informed(review: Review, event: ReviewInformed) -> Review:
    return replace(
        review,
        sounds=(*review.sounds, *event.sounds),
        markers=(*review.markers, *event.markers),
        near=(*review.near, *event.near),
        earlier_contacts=max(review.earlier_contacts, event.earlier_contacts),
        number=event.number or review.number,
        number_ref=event.number_ref or review.number_ref,
    )


def _assessed(review: Review, event: ReviewAssessed) -> Review:
    return replace(review, risk=event.risk, reasons=tuple(event.reasons), gate_open=event.gate_open)


def _located(review: Review, event: LocationLearned) -> Review:
    return replace(review, places=(*review.places, kept(event.at, event.location)))


def _planned(review: Review, event: AttemptPlanned) -> Review:
    return review.with_attempt(Attempt(n=event.attempt, due=event.due))


def _deferred(review: Review, event: AttemptDeferred) -> Review:
    return review.with_attempt(replace(_of(review, event.attempt), due=event.due, deferred=event.reason))


def _started(review: Review, event: AttemptStarted) -> Review:
    return review.with_attempt(
        replace(
            _of(review, event.attempt),
            attempt_id=event.attempt_id,
            started_at=event.at,
            give_up_at=event.give_up_at,
            permit=event.permit,
        )
    )


def _recalled(review: Review, event: AttemptRecalled) -> Review:
    return review.with_attempt(replace(_of(review, event.attempt), recalled=event.reason))


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
            speaker=event.speaker,
            final=event.final or attempt.final,
            q850=event.q850 or attempt.q850,
            past=False,
        )
    )


def _hung_up(review: Review, event: AttemptHungUp) -> Review:
    return review.with_attempt(replace(_of(review, event.attempt), hung_up=event.by, joined=event.joined))


def _cancelled(review: Review, event: AttemptCancelled) -> Review:
    return review.with_attempt(replace(_of(review, event.attempt), cancelled=event.reason))


def _of(review: Review, n: int) -> Attempt:
    return next(attempt for attempt in review.attempts if attempt.n == n)


def _escalated(review: Review, event: ReviewEscalated) -> Review:
    step = Escalated(event.at, event.reason, event.to, event.deploy, event.silent_approach, tuple(event.reasons))
    return replace(review, escalations=(*review.escalations, step), breach=review.breach or event.breach)


def _linked(review: Review, event: IncidentLinked) -> Review:
    others = (linked for linked in review.incidents if linked.incident != event.incident)
    return replace(review, incidents=(*others, Linked(event.incident, event.at)))


def _incident_ended(review: Review, event: LinkedIncidentEnded) -> Review:
    incidents = (replace(one, ended=one.ended or one.incident == event.incident) for one in review.incidents)
    return replace(review, incidents=tuple(incidents))


def _joined(review: Review, event: EpisodeJoined) -> Review:
    """A call that broke off after it was answered stands as what it came to."""
    joined = Joined(event.call, event.at, event.answered, event.credited_s, event.by)
    return replace(review, joined=(*(other for other in review.joined if other.call != event.call), joined))


def _merged(review: Review, event: ReviewMerged) -> Review:
    return replace(review, merged_into=event.into)


def _emergency_period_ended(review: Review, _: EmergencyPeriodEnded) -> Review:
    return replace(review, emergency_period_ended=True)


def _closed(review: Review, event: ReviewClosed) -> Review:
    return replace(
        review,
        closed_at=event.at,
        disposition=event.disposition,
        closing_reason=event.reason,
        closed_by=event.by,
        breach=review.breach or event.breach,
        sampled=event.sampled,
        incidents=tuple(replace(linked, ended=True) for linked in review.incidents),
    )


def _reopened(review: Review, event: ReviewReopened) -> Review:
    return replace(
        review,
        reopened_at=event.at,
        deadline=event.deadline,
        rings=event.rings,
        closed_at=None,
        disposition=None,
        closing_reason=None,
        closed_by=None,
        merged_into=None,
        sampled=False,
        attempts=tuple(replace(attempt, past=True) for attempt in review.attempts),
        escalations=tuple(replace(step, past=True) for step in review.escalations),
        joined=tuple(replace(other, past=True) for other in review.joined),
    )


def _sample_checked(review: Review, event: SampleChecked) -> Review:
    return replace(review, sample_checked_by=event.by)


EVOLVE: dict[type[Event], Callable[[Any, Any], Review]] = {
    ReviewOpened: _opened,
    AttemptsLearned: _attempts_learned,
    TurnGiven: _turn_given,
    ReviewInformed: _informed,
    ReviewAssessed: _assessed,
    LocationLearned: _located,
    AttemptPlanned: _planned,
    AttemptDeferred: _deferred,
    AttemptStarted: _started,
    AttemptRecalled: _recalled,
    AttemptEnded: _ended,
    AttemptHungUp: _hung_up,
    AttemptCancelled: _cancelled,
    ReviewEscalated: _escalated,
    IncidentLinked: _linked,
    LinkedIncidentEnded: _incident_ended,
    EpisodeJoined: _joined,
    ReviewMerged: _merged,
    EmergencyPeriodEnded: _emergency_period_ended,
    ReviewClosed: _closed,
    ReviewReopened: _reopened,
    SampleChecked: _sample_checked,
}
