"""What the incident service says of abandoned 999 calls that somebody else must review: expected, seen, or missing."""

from typing import Annotated

from pydantic import Field

from contracts.contact.calls import Abandonment, Marker, Sound
from contracts.envelope import Event, Instant, Narrative, Telephone, Text
from contracts.places import Location
from contracts.registry import event


@event("incident")
class ReviewExpected(Event):
    """A 999 call broke off (`at`): its review must be seen to be open by `expect_by`. Not said when it was seen before."""

    call: Text
    expect_by: Instant
    policy: Text
    abandonment: Abandonment
    number: Telephone | None = None
    location: Location | None = None
    sounds: tuple[Sound, ...] = ()
    markers: tuple[Marker, ...] = ()


@event("incident")
class ReviewSeen(Event):
    """The review of an abandoned call is open since `at`. Said after an alarm too: that there was one stands.

    `incident` is the one opened for the call while nobody reviewed it; from now on the two belong together.
    """

    call: Text
    incident: Annotated[Text | None, Field(description="Left out: none was opened before the review was.")] = None


@event("incident")
class CallUnreviewed(Event):
    """An alarm: nobody reviews an abandoned 999 call, as far as can be seen from here. An escalation follows."""

    call: Text
    broke_off_at: Instant
    number: Telephone | None = None
    location: Location | None = None


@event("incident")
class UnreviewedExplained(Event):
    """A supervisor said why a call that nobody reviews needs no review. The alarm is over, and stays on record."""

    call: Text
    by: Text
    reason: Narrative
