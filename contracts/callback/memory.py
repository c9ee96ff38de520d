"""What the callback service keeps in mind for calls it has not heard of yet: markers on numbers, places of open incidents."""

from contracts.contact.calls import Marker
from contracts.envelope import Event, Reference, Text
from contracts.places import Location
from contracts.registry import event


@event("callback")
class NumberMarked(Event):
    """Callback keeps in mind that a marker stands on a number, for a call from it that it has not heard of yet."""

    number_ref: Reference
    marker: Marker


@event("callback")
class NumberUnmarked(Event):
    """The marker no longer stands; reviews that are open keep it."""

    number_ref: Reference
    marker: Marker


@event("callback")
class SceneNoted(Event):
    """Callback keeps in mind where an open incident is, so that a broken call near it is seen beside it."""

    incident: Text
    location: Location
    opening_code: Text


@event("callback")
class SceneCleared(Event):
    """The incident is over."""

    incident: Text
