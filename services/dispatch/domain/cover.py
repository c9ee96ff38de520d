"""Cover: how many units can be sent from each area, whether that is enough, and who could stand by where it is not."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.dispatch.tours import CoverGapClosed, CoverGapOpened
from contracts.envelope import Event
from services.dispatch.domain.deployment import Area, Deployment
from services.dispatch.domain.travel import Where, distance_m
from services.dispatch.domain.unit import Unit


class Cover(msgspec.Struct, frozen=True, omit_defaults=True):
    """The cover of one area, as it was last known to change between enough and too little."""

    area: str
    available: int
    minimum: int
    gap: bool = False


class Move(msgspec.Struct, frozen=True):
    """A unit that could stand by in an area, from one that can spare it."""

    unit: str
    callsign: str
    leaves: str
    distance_m: float | None


def decide(state: Cover | None, area: Area, available: int, now: Any) -> list[Event]:
    """A gap opens once and closes once."""
    gap = state is not None and state.gap
    short = available < area.minimum
    if short and not gap:
        return [CoverGapOpened(at=now, area=area.name, available=available, minimum=area.minimum)]
    if gap and not short:
        return [CoverGapClosed(at=now, area=area.name, available=available, minimum=area.minimum)]
    return []


def standby_moves(area: Area, free: Sequence[Unit], counted: Mapping[str, Cover], rules: Deployment) -> list[Move]:
    """The nearest units of areas that keep their minimum without them; most to spare first where nobody is near."""
    middle = area.middle()
    moves = []
    for unit in free:
        own = unit.covers()
        cover = counted.get(own or "")
        if own == area.name or cover is None or cover.available <= cover.minimum:
            continue
        moves.append(Move(unit.unit, unit.callsign, cover.area, _metres(unit, middle)))
    return sorted(moves, key=lambda move: (move.distance_m is None, move.distance_m or 0.0, move.unit))


def _metres(unit: Unit, middle: Where | None) -> float | None:
    if middle is None or unit.latitude is None or unit.longitude is None:
        return None
    return round(distance_m((unit.latitude, unit.longitude), middle), 1)


EVOLVE: Mapping[type[Event], Callable[[Any, Any], Cover]] = {
    CoverGapOpened: lambda state, event: Cover(event.area, event.available, event.minimum, True),
    CoverGapClosed: lambda state, event: replace(state, available=event.available, minimum=event.minimum, gap=False),
}


def index(state: Cover) -> list[tuple[str, str]]:
    """The areas with a gap."""
    return [("gap", state.area)] if state.gap else []
