"""What passes between control rooms and agencies: the offer of an incident, its answer, its end; and who took on a concern.

A transfer's message carries what the functions of MAIT (multi-agency incident transfer) carry: create, update, closure and
acknowledgement, in JSON. The same message is the event here and the record on the topic between two installations.
"""

from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.envelope import Event, Instant, Narrative, Text, Value
from contracts.incident.incidents import Vulnerability
from contracts.places import Location
from contracts.registry import event


class Function(StrEnum):
    """What a message between two control rooms is for."""

    CREATE = "create"
    ACKNOWLEDGE = "acknowledge"
    ACCEPT = "accept"
    REFUSE = "refuse"
    UPDATE = "update"
    COMPLETE = "complete"
    CLOSURE = "closure"


class TransferMessage(Value):
    """One message of the protocol. `message` is its identity: a message heard twice is one message."""

    message: Text
    transfer: Text
    function: Function
    sender: Text
    receiver: Text
    sent_at: Instant
    reference: Text
    reported_at: Instant | None = None
    opening_code: Text | None = None
    grade: Text | None = None
    vulnerability: Vulnerability | None = None
    silent_approach: bool = False
    summary: Narrative | None = None
    location: Location | None = None
    answer_by: Instant | None = None
    reason: Narrative | None = None
    closing_code: Text | None = None


@event("incident")
class TransferSent(Event):
    """A message left for another force or agency. Who carries it there reads it here."""

    incident: Text
    message: TransferMessage


@event("incident")
class TransferHeard(Event):
    """A message of another force or agency arrived."""

    incident: Text
    message: TransferMessage


@event("incident")
class TransferTimedOut(Event):
    """No answer came in time: the incident is still ours, an escalation follows, and a late answer is still heard."""

    incident: Text
    transfer: Text
    waiting_for: Text


@event("incident")
class ThresholdDecided(Event):
    """Right Care Right Person: whether the police must go, decided by a person, and why."""

    incident: Text
    number: Annotated[int, Field(ge=1)]
    by: Text
    police_attend: bool
    reasons: tuple[Text, ...]
    words: Narrative | None = None


@event("incident")
class ConcernHanded(Event):
    """The concern was put to the agency whose it is. Until it accepts, the incident is ours and its promise runs."""

    incident: Text
    number: Annotated[int, Field(ge=1)]
    agency: Text
    by: Text
    answer_by: Instant
    contact: Narrative | None = None


@event("incident")
class ConcernAnswered(Event):
    """The agency accepted or refused."""

    incident: Text
    number: Annotated[int, Field(ge=1)]
    agency: Text
    accepted: bool
    by: Text
    reason: Narrative | None = None


@event("incident")
class ConcernUnanswered(Event):
    """The agency did not answer in time; an escalation follows, and the concern is still ours."""

    incident: Text
    number: Annotated[int, Field(ge=1)]
    agency: Text
