"""What the dispatch service says of officers and vehicles: on which unit's tour each of them is, so that nobody is on two."""

from contracts.envelope import Event, Text
from contracts.registry import event


@event("dispatch")
class OfficerBookedOn(Event):
    """An officer began a tour of duty with a unit: until it ends no other unit can book them on."""

    officer: Text
    unit: Text


@event("dispatch")
class OfficerBookedOff(Event):
    """An officer's tour of duty with a unit is over."""

    officer: Text
    unit: Text


@event("dispatch")
class VehicleBookedOn(Event):
    """A vehicle went out with a unit: until that tour ends no other unit can take it."""

    vehicle: Text
    unit: Text


@event("dispatch")
class VehicleBookedOff(Event):
    """A vehicle is back from a unit's tour of duty."""

    vehicle: Text
    unit: Text
