"""What contact says where many call at once: that they are offered as one incident, and what people made of that."""

from enum import StrEnum

from contracts.envelope import Event, Narrative, Reference, Text
from contracts.registry import event


class SurgeKind(StrEnum):
    """What the calls of a surge have in common."""

    CELL = "cell"
    ADDRESS = "address"
    PLACE = "place"


@event("contact")
class SurgeDetected(Event):
    """Many calls came from one cell or about one place: they are offered as one incident, and each still stands on its own."""

    surge: Text
    kind: SurgeKind
    area: Reference
    calls: tuple[Text, ...]
    policy: Text


@event("contact")
class SurgeCallAdded(Event):
    """One more call from there."""

    surge: Text
    call: Text


@event("contact")
class SurgeTaken(Event):
    """Somebody took the surge as one incident; calls that follow are still added to it."""

    surge: Text
    incident: Text
    by: Text


@event("contact")
class SurgeDismissed(Event):
    """Somebody decided that these calls do not belong together."""

    surge: Text
    by: Text
    reason: Narrative
