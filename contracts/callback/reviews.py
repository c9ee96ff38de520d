"""What the callback service says: the review of an abandoned call, its attempts to ring back, and how it ended."""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.contact.calls import Abandonment, Marker, Sound
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
    NUMBER_CHANGED = "number_changed"
    NETWORK_FAILURE = "network_failure"
    CANCELLED_ELSEWHERE = "cancelled_elsewhere"
    UNKNOWN = "unknown"


class Speaker(StrEnum):
    """Who spoke when an attempt was answered. Only the caller's own word can establish that the caller is safe."""

    CALLER = "caller"
    SOMEBODY_ELSE = "somebody_else"


class Escalation(StrEnum):
    """Why a review left the automatic path."""

    GATE_CLOSED = "gate_closed"
    HIGH_RISK = "high_risk"
    DURESS = "duress"
    NO_CONTACT = "no_contact"
    DEADLINE = "deadline"
    DECIDED_BY_PERSON = "decided_by_person"


class Disposition(StrEnum):
    """How a review ended; exactly one for each review."""

    CALLER_SAFE = "caller_safe"
    CALLER_RANG_AGAIN = "caller_rang_again"
    INCIDENT_RESOLVED = "incident_resolved"
    NO_CONTACT_NO_RISK = "no_contact_no_risk"
    ONE_EPISODE = "one_episode"
    DECIDED_BY_SUPERVISOR = "decided_by_supervisor"


class Role(StrEnum):
    """Who owns what was escalated."""

    CALL_HANDLER = "call_handler"
    SUPERVISOR = "supervisor"


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
    waited_s: Annotated[float, Field(ge=0, allow_inf_nan=False)] = 0
    harvest: Text | None = None
    attempted_at: tuple[Instant, ...] = ()


@event("callback")
class ReviewInformed(Event):
    """The review learned more: sounds, markers, earlier contacts, the number, open incidents near in place and time.

    Each field holds what is new; `source` says from where, in words without names.
    """

    review: Text
    source: Text
    sounds: tuple[Sound, ...] = ()
    markers: tuple[Marker, ...] = ()
    earlier_contacts: Annotated[int, Field(ge=0)] = 0
    number: Telephone | None = None
    number_ref: Reference | None = None
    near: tuple[Text, ...] = ()
    reasons: tuple[Text, ...] = ()


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
class AttemptDeferred(Event):
    """A planned attempt waits: every trunk is taken, or the number was rung as often as the policy allows in an hour."""

    review: Text
    attempt: Annotated[int, Field(ge=1)]
    due: Instant
    reason: Text


@event("callback")
class AttemptStarted(Event):
    """The intention to dial, recorded before any dialling. `attempt_id` is the identity the telephone network sees.

    Only the safety gate says it; `permit` tells what the gate looked at.
    """

    review: Text
    attempt: Annotated[int, Field(ge=1)]
    attempt_id: Text
    number: Telephone
    give_up_at: Instant
    permit: Text | None = None


@event("callback")
class AttemptRecalled(Event):
    """A telephone that rings is to stop; how the attempt ended is still told."""

    review: Text
    attempt: Annotated[int, Field(ge=1)]
    attempt_id: Text
    reason: Text


@event("callback")
class AttemptEnded(Event):
    """What the telephone, a person, or the clock said about an attempt.

    `final` is the network's last word (a SIP status, or why there is none), `q850` the cause it gave.
    """

    review: Text
    attempt: Annotated[int, Field(ge=1)]
    attempt_id: Text
    outcome: Outcome
    spoke_to: Narrative | None = None
    verified_by: Narrative | None = None
    free_to_talk: bool | None = None
    speaker: Speaker | None = None
    by: Text | None = None
    final: Text | None = None
    q850: int | None = None


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
    sampled: bool = False
