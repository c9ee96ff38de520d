"""Where open incidents are: a call that breaks off near one, and soon after, is looked at beside it."""

from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from math import asin, cos, radians, sin, sqrt
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.callback.memory import SceneCleared, SceneNoted
from contracts.envelope import Event
from services.callback.domain.commands import NoteIncidentClosed, NoteIncidentReopened, NoteScene
from services.callback.domain.place import CELL_DEGREES, Place, cell, kept, square, told
from services.callback.domain.rules import Rules

_EARTH_M = 6_371_000


class Scene(msgspec.Struct, frozen=True, omit_defaults=True):
    """One incident with a place."""

    incident: str
    opening_code: str
    place: Place
    open: bool = True


def index(scene: Scene) -> Iterable[tuple[str, str]]:
    """Open ones by the square of the map they lie in."""
    if scene.open and (lies_in := cell(scene.place)) is not None:
        yield "scene", lies_in


def decide(scene: Scene | None, command: NoteScene | NoteIncidentClosed | NoteIncidentReopened, now: datetime) -> list[Event]:
    """Noted once, cleared when the incident is over, noted again when it is worked on again."""
    match command:
        case NoteScene() if scene is None:
            return [
                SceneNoted(at=command.at, incident=command.incident, location=command.location, opening_code=command.opening_code)
            ]
        case NoteIncidentClosed() if scene is not None and scene.open:
            return [SceneCleared(at=now, incident=command.incident)]
        case NoteIncidentReopened() if scene is not None and not scene.open:
            return [
                SceneNoted(
                    at=scene.place.at, incident=scene.incident, location=told(scene.place), opening_code=scene.opening_code
                )
            ]
        case _:
            return []


def cells(place: Place, rules: Rules) -> Iterator[str]:
    """The squares in which something near a place can lie."""
    if place.latitude is None or place.longitude is None:
        return
    north = rules.near_m / 111_000
    east = north / max(cos(radians(place.latitude)), 0.01)
    yield from sorted({square(place.latitude + up, place.longitude + right) for up in _steps(north) for right in _steps(east)})


def near(scene: Scene, place: Place, at: datetime, rules: Rules) -> bool:
    """Whether an incident is near enough in place and time to a call that broke off then."""
    metres = _metres(scene.place, place)
    earlier_s = (at - scene.place.at).total_seconds()
    return scene.open and metres is not None and metres <= rules.near_m and abs(earlier_s) <= rules.near_within_s


def _steps(reach: float) -> Iterator[float]:
    steps = int(reach / CELL_DEGREES) + 1
    yield from (reach * n / steps for n in range(-steps, steps + 1))


def _metres(one: Place, other: Place) -> float | None:
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    up, right = radians(other.latitude - one.latitude), radians(other.longitude - one.longitude)
    part = sin(up / 2) ** 2 + cos(radians(one.latitude)) * cos(radians(other.latitude)) * sin(right / 2) ** 2
    return 2 * _EARTH_M * asin(sqrt(part))


def _noted(_: Scene | None, event: SceneNoted) -> Scene:
    return Scene(event.incident, event.opening_code, kept(event.at, event.location))


def _cleared(scene: Scene, _: SceneCleared) -> Scene:
    return replace(scene, open=False)


EVOLVE: dict[type[Event], Callable[[Any, Any], Scene]] = {SceneNoted: _noted, SceneCleared: _cleared}
