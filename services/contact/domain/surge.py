"""Many calls from one cell or about one place, offered as one incident. Each call still stands on its own: none is hidden."""

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.contact.surges import SurgeCallAdded, SurgeDetected, SurgeDismissed, SurgeKind, SurgeTaken
from contracts.envelope import Event
from contracts.places import Point
from contracts.refusals import NotFound, Refused
from services.contact.domain.caller_rules import Surges
from services.contact.domain.calls.call import Call
from services.contact.domain.times import stamp

_METRES_A_DEGREE = 111_195


@dataclass(frozen=True, slots=True, kw_only=True)
class TakeSurge:
    """Somebody makes one incident of it."""

    surge: str
    incident: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DismissSurge:
    """Somebody decides that the calls do not belong together."""

    surge: str
    reason: str
    by: str


class Surge(msgspec.Struct, frozen=True, omit_defaults=True):
    """The calls, and what became of the offer."""

    surge: str
    since: datetime
    kind: SurgeKind
    area: str
    policy: str
    calls: tuple[str, ...]
    last_at: datetime
    incident: str | None = None
    taken_by: str | None = None
    dismissed_by: str | None = None
    dismissed_because: str | None = None

    @property
    def open(self) -> bool:
        """Whether a further call from there still belongs to it."""
        return self.dismissed_by is None


def index(surge: Surge) -> Iterable[tuple[str, str]]:
    """Offered ones by age; all that take further calls by area and by call."""
    if surge.open:
        if surge.incident is None:
            yield "surge-offered", stamp(surge.since)
        yield "surge-area", surge.area
    yield from (("surge-call", call) for call in surge.calls)


def squares(point: Point, close_m: float) -> Iterator[str]:
    """The four overlapping squares, twice as wide as close, that hold a point: who is close shares at least one of them.

    A row of squares lies between two parallels and has one width in degrees of longitude, so that neighbours agree on it.
    """
    row = math.floor(point.latitude * _METRES_A_DEGREE / close_m)
    for band in (row, row - 1):
        parallel = min(89.0, abs(band * close_m / _METRES_A_DEGREE))
        column = math.floor(point.longitude * _METRES_A_DEGREE * math.cos(math.radians(parallel)) / close_m)
        yield f"{band} {column}"
        yield f"{band} {column - 1}"


def detect(surge: str, kind: SurgeKind, area: str, calls: list[Call], now: datetime, rules: Surges, policy: str) -> list[Event]:
    """Enough calls from one area make a surge."""
    if len(calls) < rules.calls:
        return []
    return [SurgeDetected(at=now, surge=surge, kind=kind, area=area, calls=tuple(call.call for call in calls), policy=policy)]


def add(surge: Surge, call: Call, now: datetime) -> list[Event]:
    """One more call, once."""
    return [] if call.call in surge.calls else [SurgeCallAdded(at=now, surge=surge.surge, call=call.call)]


def decide(state: Surge | None, command: TakeSurge | DismissSurge, now: datetime) -> list[Event]:
    """An offer is answered once; the same answer again changes nothing."""
    if state is None:
        raise NotFound("surge-unknown", "there is no surge of this id")
    if isinstance(command, TakeSurge):
        if state.incident == command.incident:
            return []
        _still_offered(state)
        return [SurgeTaken(at=now, surge=state.surge, incident=command.incident, by=command.by)]
    if state.dismissed_by is not None:
        return []
    _still_offered(state)
    return [SurgeDismissed(at=now, surge=state.surge, by=command.by, reason=command.reason)]


def _still_offered(surge: Surge) -> None:
    if surge.incident is not None:
        raise Refused("surge-taken", "the surge is one incident already; go on with the incident")
    if surge.dismissed_by is not None:
        raise Refused("surge-dismissed", "somebody decided that these calls do not belong together; a new surge can still form")


def _detected(_: Surge | None, event: SurgeDetected) -> Surge:
    return Surge(event.surge, event.at, event.kind, event.area, event.policy, tuple(event.calls), event.at)


def _added(surge: Surge, event: SurgeCallAdded) -> Surge:
    return replace(surge, calls=(*surge.calls, event.call), last_at=event.at)


def _taken(surge: Surge, event: SurgeTaken) -> Surge:
    return replace(surge, incident=event.incident, taken_by=event.by)


def _dismissed(surge: Surge, event: SurgeDismissed) -> Surge:
    return replace(surge, dismissed_by=event.by, dismissed_because=event.reason)


EVOLVE: dict[type[Event], Callable[[Any, Any], Surge]] = {
    SurgeDetected: _detected,
    SurgeCallAdded: _added,
    SurgeTaken: _taken,
    SurgeDismissed: _dismissed,
}
