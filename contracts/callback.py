"""What the callback service says: the review of an abandoned call, its attempts to ring back, and how it ended."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.contact import Abandonment, Marker, Sound
from contracts.envelope import Event, Instant, Narrative, Reference, Telephone, Text
from contracts.places import Location
from contracts.registry import event


class Risk(StrEnum):
    """What the review concluded so far, lowest first."""

    NONE_KNOWN = "none_known"
    RAISED = "raised"
    HIGH = "high"


class Outcome(StrEnum):
    """How one attempt to ring ended (DOMAIN sections 3.5 and 11)."""

    SAFE = "safe"
    ANSWERED = "answered"
    NOT_THE_CALLER = "not_the_caller"
    UNDER_DURESS = "under_duress"
    WHISPERED = "whispered"
    VOICEMAIL = "voicemail"
    RANG_OUT = "rang_out"
    ENGAGED = "engaged"
    DECLINED = "declined"
    DEAD_HANDSET = "dead_handset"
    NUMBER_UNKNOWN = "number_unknown"
    NETWORK_FAILURE = "network_failure"
    UNKNOWN = "unknown"


class Escalation(StrEnum):
    """Why a review left the automatic path."""

    GATE_CLOSED = "gate_closed"
    HIGH_RISK = "high_risk"
    DURESS = "duress"
    NO_CONTACT = "no_contact"
    DEADLINE = "deadline"


class Disposition(StrEnum):
    """How a review ended; exactly one for each review."""

    CALLER_SAFE = "caller_safe"
    CALLER_RANG_AGAIN = "caller_rang_again"
    INCIDENT_RESOLVED = "incident_resolved"
    NO_CONTACT_NO_RISK = "no_contact_no_risk"
    DECIDED_BY_SUPERVISOR = "decided_by_supervisor"


class Role(StrEnum):
    """Who owns what was escalated."""

    CALL_HANDLER = "call_handler"
    SUPERVISOR = "supervisor"


class HandBack(StrEnum):
    """Why an item of the worklist is nobody's any more."""

    PUT_BACK = "put_back"
    LOGGED_OFF = "logged_off"
    REVIEW_OVER = "review_over"


@event("callback")
class ReviewOpened(Event):
    """An abandoned call is under review, opened by the fact itself; its deadline and the end of the emergency period are set.

    With `harvest` the call never came here; its caller is rung when its turn comes.
    """

    review: Text
    call: Text
    abandonment: Abandonment
    abandoned_at: Instant
    deadline: Instant
    emergency_period_ends: Instant
    policy: Text
    number: Telephone | None = None
    number_ref: Reference | None = None
    sounds: tuple[Sound, ...] = ()
    markers: tuple[Marker, ...] = ()
    location: Location | None = None
    earlier_calls: int = 0
    harvest: Text | None = None
    attempted_at: tuple[Instant, ...] = ()


@event("callback")
class ReviewAssessed(Event):
    """What is known was weighed: the risk, why, and whether the safety gate lets the telephone ring."""

    review: Text
    risk: Risk
    reasons: tuple[Text, ...]
    gate_open: bool
    policy: Text


@event("callback")
class LocationLearned(Event):
    """The review heard of a place."""

    review: Text
    location: Location


@event("callback")
class AttemptPlanned(Event):
    """The caller will be rung at `due`."""

    review: Text
    attempt: Annotated[int, Field(ge=1)]
    due: Instant


@event("callback")
class AttemptStarted(Event):
    """The intention to dial, recorded before any dialling. `attempt_id` is the identity the telephone network sees."""

    review: Text
    attempt: Annotated[int, Field(ge=1)]
    attempt_id: Text
    number: Telephone
    give_up_at: Instant


@event("callback")
class AttemptEnded(Event):
    """What the telephone, a person, or the clock said about an attempt."""

    review: Text
    attempt: Annotated[int, Field(ge=1)]
    attempt_id: Text
    outcome: Outcome
    spoke_to: Narrative | None = None
    verified_by: Narrative | None = None
    free_to_talk: bool | None = None


@event("callback")
class AttemptCancelled(Event):
    """A planned attempt will not be made."""

    review: Text
    attempt: Annotated[int, Field(ge=1)]
    reason: Text


@event("callback")
class TextStarted(Event):
    """The intention to send a neutral text, recorded before anything is sent; only the safety gate says it."""

    review: Text
    text_id: Text
    number: Telephone
    words: Text
    policy: Text


@event("callback")
class ReviewEscalated(Event):
    """The review was handed to a role. With `deploy` an incident is asked for at the top grade; `breach`: it was late."""

    review: Text
    call: Text
    reason: Escalation
    to: Role
    deploy: bool
    silent_approach: bool
    breach: bool = False
    reasons: tuple[Text, ...] = ()
    location: Location | None = None


@event("callback")
class IncidentLinked(Event):
    """An incident was opened for this review; the review stays open as long as the incident is."""

    review: Text
    incident: Text


@event("callback")
class ReviewClosed(Event):
    """The review is over, with its one disposition."""

    review: Text
    call: Text
    disposition: Disposition
    reason: Narrative
    attempts: int
    by: Text
    breach: bool = False


@event("callback")
class AttemptsLearned(Event):
    """A later list of the carrier names more attempts of the caller. The place in the list stays that of the first."""

    review: Text
    attempted_at: tuple[Instant, ...]


@event("callback")
class TurnGiven(Event):
    """The turn of a harvested review has come: from now on its caller is rung as any other."""

    review: Text


@event("callback")
class TurnsBegun(Event):
    """There are harvested callers to be rung: turns are given, the highest rank first, at the pace of the policy."""

    policy: Text
    next_at: Instant


@event("callback")
class TurnsTaken(Event):
    """Some turns were given; the next are given at `next_at`, or never when nobody waits any more."""

    policy: Text
    reviews: tuple[Text, ...]
    next_at: Instant | None = None


@event("callback")
class ItemTaken(Event):
    """Somebody took a review from the worklist: it is theirs, and by `act_by` they must have shown a sign of life."""

    review: Text
    by: Text
    act_by: Instant
    policy: Text
    taken_over_from: Text | None = None


@event("callback")
class ItemWorked(Event):
    """Whoever has the item did something about it, or said that they are on it."""

    review: Text
    by: Text
    act_by: Instant
    words: Narrative | None = None


@event("callback")
class ItemFellSilent(Event):
    """An alarm: the item was taken, and nothing was heard since. Taking is not acting (West Midlands 2018)."""

    review: Text
    by: Text
    since: Instant


@event("callback")
class ItemHandedBack(Event):
    """The item is nobody's again. After a log-off somebody else must acknowledge it by `acknowledge_by`."""

    review: Text
    by: Text
    reason: HandBack
    acknowledge_by: Instant | None = None
    words: Narrative | None = None


@event("callback")
class HandOverAcknowledged(Event):
    """Somebody knows of what was handed over at log-off."""

    review: Text
    by: Text
    handed_over_by: Text


@event("callback")
class HandOverUnanswered(Event):
    """An alarm: what was handed over at log-off, nobody acknowledged in time."""

    review: Text
    handed_over_by: Text


@event("callback")
class PersonLoggedOff(Event):
    """Somebody left the desk; all they had was handed over, each item to be acknowledged."""

    person: Text
    by: Text
    reviews: tuple[Text, ...]


@event("callback")
class CarrierTold(Event):
    """A carrier told of a call that broke off, so that what was taken can be held against what was acted on.

    `at` is when it broke off by the carrier's clock. Without a `review` by `look_at` it is an orphan.
    """

    carried: Text
    account: Text
    carrier: Text
    number: Telephone | None = None
    number_ref: Reference | None = None
    reference: Text | None = None
    review: Text | None = None
    look_at: Instant | None = None


@event("callback")
class CarriedMatched(Event):
    """The review of a call that a carrier told of was found, or opened after all."""

    carried: Text
    review: Text


@event("callback")
class OrphanFound(Event):
    """An alarm: a carrier told of a call that broke off, and nobody reviews it."""

    carried: Text
    carrier: Text
    called_at: Instant


@event("callback")
class OrphanExplained(Event):
    """A supervisor said why a call that a carrier told of needs no review here."""

    carried: Text
    by: Text
    reason: Narrative


@event("callback")
class AccountTaken(Event):
    """A part of a carrier's list of broken calls was taken in: how many are new, and for how many there was a review."""

    account: Text
    carrier: Text
    told: Annotated[int, Field(ge=0)]
    matched: Annotated[int, Field(ge=0)]
