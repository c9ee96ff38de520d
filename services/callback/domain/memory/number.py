"""The markers that stand on a number: heard before a call of it breaks off, they must not be missed when it does."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.callback.memory import NumberMarked, NumberUnmarked
from contracts.contact.calls import Marker
from contracts.envelope import Event
from services.callback.domain.commands import ForgetMarker, LearnMarker


class Number(msgspec.Struct, frozen=True, omit_defaults=True):
    """A number by its reference, and what stands on it."""

    number_ref: str
    markers: tuple[Marker, ...] = ()


def decide(number: Number | None, command: LearnMarker | ForgetMarker, at: datetime) -> list[Event]:
    """A marker that stands already, or does not stand any more, is no news."""
    stands = number is not None and command.marker in number.markers
    if isinstance(command, LearnMarker):
        return [] if stands else [NumberMarked(at=at, number_ref=command.number_ref, marker=command.marker)]
    return [NumberUnmarked(at=at, number_ref=command.number_ref, marker=command.marker)] if stands else []


def _marked(number: Number | None, event: NumberMarked) -> Number:
    known = number or Number(event.number_ref)
    return replace(known, markers=(*known.markers, event.marker))


def _unmarked(number: Number, event: NumberUnmarked) -> Number:
    return replace(number, markers=tuple(marker for marker in number.markers if marker != event.marker))


EVOLVE: dict[type[Event], Callable[[Any, Any], Number]] = {NumberMarked: _marked, NumberUnmarked: _unmarked}
