"""What follows from each command to a review: the fact itself, then whatever the review does by itself."""

from datetime import datetime

from contracts.callback.episodes import EmergencyPeriodEnded, LinkedIncidentEnded
from contracts.callback.reviews import Disposition, Escalation, IncidentLinked
from contracts.envelope import Event
from contracts.refusals import NotFound
from services.callback.domain import episode, people, ringing
from services.callback.domain.commands import (
    CheckSample,
    CloseMerged,
    CloseReview,
    EndEmergencyPeriod,
    EndRinging,
    EscalateReview,
    GiveUpWaiting,
    LearnFromEpisode,
    LinkIncident,
    NoteHangUp,
    NoteIncidentClosed,
    NoteIncidentMerged,
    NoteIncidentReopened,
    NoteRangAgain,
    OpenReview,
    PassDeadline,
    RecordOutcome,
    ReopenReview,
    StartAttempt,
)
from services.callback.domain.course import closing, escalation, follow, reopening, silenced
from services.callback.domain.evolve import after
from services.callback.domain.learning import Learn, learn
from services.callback.domain.opening import open_review
from services.callback.domain.review import Review
from services.callback.domain.rules import Rules

Command = (
    OpenReview
    | Learn
    | LearnFromEpisode
    | NoteRangAgain
    | LinkIncident
    | NoteIncidentClosed
    | NoteIncidentReopened
    | NoteIncidentMerged
    | StartAttempt
    | GiveUpWaiting
    | PassDeadline
    | EndEmergencyPeriod
    | EndRinging
    | NoteHangUp
    | RecordOutcome
    | EscalateReview
    | CloseReview
    | ReopenReview
    | CheckSample
    | CloseMerged
)

ASKED = (EndRinging, NoteHangUp, RecordOutcome, EscalateReview, CloseReview, ReopenReview, CheckSample)
"""Commands that are refused when there is no such review; all others are facts about calls that may have none."""


def decide(review: Review | None, command: Command, now: datetime, rules: Rules) -> list[Event]:
    """The fact a command is, and what follows from it by itself."""
    if review is None:
        if isinstance(command, ASKED) or (isinstance(command, NoteRangAgain | LinkIncident) and command.by is not None):
            raise NotFound("review-unknown", "there is no review of this id")
        facts = open_review(command, now, rules) if isinstance(command, OpenReview) else []
    else:
        facts = _facts(review, command, now, rules)
    changed = after(review, facts)
    return facts if changed is None or not facts else [*facts, *follow(changed, now, rules)]


def _facts(review: Review, command: Command, now: datetime, rules: Rules) -> list[Event]:
    match command:
        case OpenReview():
            return []
        case LearnFromEpisode():
            return episode.learn_from_episode(review, command, now, rules)
        case NoteRangAgain():
            return episode.rang_again(review, command, now, rules)
        case CloseMerged():
            return episode.close_merged(review, command, now, rules)
        case LinkIncident():
            return people.link(review, command, now, rules)
        case NoteIncidentClosed():
            return _incident_closed(review, command, now, rules)
        case NoteIncidentReopened():
            return _incident_reopened(review, command, now, rules)
        case NoteIncidentMerged():
            return _incident_merged(review, command, now)
        case StartAttempt() | GiveUpWaiting() | EndRinging() | NoteHangUp() | RecordOutcome():
            return _rung(review, command, now, rules)
        case PassDeadline():
            return _pass_deadline(review, now, rules)
        case EndEmergencyPeriod():
            return _end_emergency_period(review, now)
        case EscalateReview() | CloseReview() | ReopenReview() | CheckSample():
            return _decided(review, command, now, rules)
        case _:
            return learn(review, command, now, rules)


def _rung(
    review: Review, command: StartAttempt | GiveUpWaiting | EndRinging | NoteHangUp | RecordOutcome, now: datetime, rules: Rules
) -> list[Event]:
    match command:
        case StartAttempt():
            return ringing.start(review, command, now, rules)
        case GiveUpWaiting():
            return ringing.give_up(review, now, rules)
        case EndRinging():
            return ringing.end_ringing(review, command, now, rules)
        case NoteHangUp():
            return ringing.hung_up(review, command)
        case RecordOutcome():
            return ringing.record(review, command, now, rules)


def _decided(
    review: Review, command: EscalateReview | CloseReview | ReopenReview | CheckSample, now: datetime, rules: Rules
) -> list[Event]:
    match command:
        case EscalateReview():
            return people.hand_on(review, command, now, rules)
        case CloseReview():
            return people.close(review, command, now, rules)
        case ReopenReview():
            return people.reopen(review, command, now, rules)
        case CheckSample():
            return people.check_sample(review, command, now, rules)


def _incident_closed(review: Review, command: NoteIncidentClosed, now: datetime, rules: Rules) -> list[Event]:
    """The review ends with the last of its incidents: never while one that is linked is open."""
    if not review.open or command.incident not in review.open_incidents:
        return []
    if len(review.open_incidents) > 1:
        return [LinkedIncidentEnded(at=now, review=review.review, incident=command.incident)]
    reason = f"incident {command.incident} is over"
    ended = closing(review, now, Disposition.INCIDENT_RESOLVED, reason, f"policy {review.policy}", rules)
    return [*silenced(review, now, "the incident is over"), ended]


def _incident_reopened(review: Review, command: NoteIncidentReopened, now: datetime, rules: Rules) -> list[Event]:
    """A review never stays closed while its incident is open (the incident's own call comes first: nothing rings again)."""
    if all(linked.incident != command.incident for linked in review.incidents) or command.incident in review.open_incidents:
        return []
    linked = IncidentLinked(at=now, review=review.review, incident=command.incident)
    if review.open:
        return [linked]
    reason = f"incident {command.incident} was opened again"
    return [reopening(review, now, review.review, reason, f"policy {review.policy}", rules, rings=False), linked]


def _incident_merged(review: Review, command: NoteIncidentMerged, now: datetime) -> list[Event]:
    """The review follows its incident into the other record, and stays open as long as that one is."""
    old, new = (command.into, command.incident) if command.again else (command.incident, command.into)
    if not review.open or old not in review.open_incidents or new in review.open_incidents:
        return []
    linked = IncidentLinked(at=now, review=review.review, incident=new)
    return [linked] if command.again else [linked, LinkedIncidentEnded(at=now, review=review.review, incident=old)]


def _pass_deadline(review: Review, now: datetime, rules: Rules) -> list[Event]:
    if not review.open or now < review.deadline or review.escalated(Escalation.DEADLINE):
        return []
    return [escalation(review, now, rules, Escalation.DEADLINE, deploy=False)]


def _end_emergency_period(review: Review, now: datetime) -> list[Event]:
    if not review.open or now < review.emergency_period_ends or review.emergency_period_ended:
        return []
    return [EmergencyPeriodEnded(at=now, review=review.review)]
