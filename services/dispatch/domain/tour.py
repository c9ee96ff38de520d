"""An officer and a vehicle are on one live tour: each has a stream of its own, and its key lets one booking through.

The numbers are typed by people: what differs in case and spaces alone is the same officer and the same vehicle.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, NamedTuple

import msgspec

from contracts.dispatch.crews import OfficerBookedOff, OfficerBookedOn, VehicleBookedOff, VehicleBookedOn
from contracts.dispatch.deployment import UnitBookedOff, UnitBookedOn
from contracts.envelope import Event
from contracts.refusals import Invalid, Refused
from services.dispatch.domain.unit import Unit

_SIGNS = re.compile(r"[\W_]+")


class Tour(msgspec.Struct, frozen=True):
    """With which unit an officer or a vehicle is out; None: with none."""

    unit: str | None


class Member(NamedTuple):
    """Who or what a unit takes out: an officer or a vehicle, as it was named."""

    kind: str
    name: str

    @property
    def stream(self) -> str:
        """The stream of all its tours, for example `officer-1201`. Raises Invalid for a name without a letter or a digit.

        Signs tell officers apart (1-201 is not 12-01) and vehicles never (KX19 ABC is KX19ABC).
        """
        between = "-" if self.kind == "officer" else ""
        key = _SIGNS.sub(between, unicodedata.normalize("NFKC", self.name).upper()).strip("-")
        if not key:
            raise Invalid(f"{self.kind}-unreadable", f"The {self.kind} is named without a letter or a digit.", ("its number",))
        return f"{self.kind}-{key}"


def booked(event: UnitBookedOn) -> Iterator[Member]:
    """Whom and what a booking takes out."""
    yield from (Member("officer", one.officer) for one in event.officers)
    if event.vehicle is not None:
        yield Member("vehicle", event.vehicle)


def changes(before: Unit | None, events: Sequence[Event]) -> Iterator[tuple[Member, bool, datetime]]:
    """Who joins (true) and who leaves a unit with what was decided on it, and when."""
    for event in events:
        if isinstance(event, UnitBookedOn):
            yield from ((member, True, event.at) for member in booked(event))
        elif isinstance(event, UnitBookedOff) and before is not None:
            yield from ((Member("officer", officer), False, event.at) for officer in before.officers)
            if before.vehicle is not None:
                yield Member("vehicle", before.vehicle), False, event.at


def decide(state: Tour | None, member: Member, unit: str, joins: bool, at: datetime) -> list[Event]:
    """The end of a tour with this unit, or its beginning; raises Refused while it is out with another."""
    out_with = None if state is None else state.unit
    if not joins:
        return [_OFF[member.kind](member.name, unit, at)] if out_with == unit else []
    if out_with == unit:
        return []
    if out_with is not None:
        allowed = (f"book off {out_with}", f"another {member.kind}")
        raise Refused(f"{member.kind}-on-duty", f"The {member.kind} is on duty with {out_with}.", allowed)
    return [_ON[member.kind](member.name, unit, at)]


_ON: Mapping[str, Callable[[str, str, datetime], Event]] = {
    "officer": lambda name, unit, at: OfficerBookedOn(at=at, officer=name, unit=unit),
    "vehicle": lambda name, unit, at: VehicleBookedOn(at=at, vehicle=name, unit=unit),
}
_OFF: Mapping[str, Callable[[str, str, datetime], Event]] = {
    "officer": lambda name, unit, at: OfficerBookedOff(at=at, officer=name, unit=unit),
    "vehicle": lambda name, unit, at: VehicleBookedOff(at=at, vehicle=name, unit=unit),
}
EVOLVE: Mapping[type[Event], Callable[[Any, Any], Tour]] = {
    OfficerBookedOn: lambda state, event: Tour(event.unit),
    OfficerBookedOff: lambda state, event: Tour(None),
    VehicleBookedOn: lambda state, event: Tour(event.unit),
    VehicleBookedOff: lambda state, event: Tour(None),
}
