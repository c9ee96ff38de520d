"""What the dispatch service says of offers: a crew is asked before it is sent, and what became of that."""

from enum import StrEnum

from contracts.envelope import Event, Instant, Narrative, Text
from contracts.registry import event


class Answer(StrEnum):
    """What became of an offer: the crew's answer, no answer in time, or the room took it back."""

    ACCEPTED = "accepted"
    DECLINED = "declined"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"


@event("dispatch")
class AssignmentOffered(Event):
    """A crew was asked whether it can go; it answers by `answer_by`."""

    unit: Text
    offer: Text
    incident: Text
    job: Text
    by: Text
    answer_by: Instant
    reasons: tuple[Text, ...] = ()


@event("dispatch")
class OfferAnswered(Event):
    """What became of an offer, and why."""

    unit: Text
    offer: Text
    incident: Text
    job: Text
    answer: Answer
    by: Text
    reason: Narrative | None = None


@event("dispatch")
class JobUnitOffered(Event):
    """The job's own record that a crew was asked."""

    job: Text
    incident: Text
    unit: Text
    offer: Text
    by: Text


@event("dispatch")
class JobOfferAnswered(Event):
    """The job's own record of the answer: who was considered, and why it was not that one."""

    job: Text
    incident: Text
    unit: Text
    offer: Text
    answer: Answer
    reason: Narrative | None = None
