"""The markers on one number: placed with author, evidence and a date to look again; lifted with a reason; all kept."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from msgspec.structs import replace

from contracts.contact import Marker, MarkerLifted, MarkerPlaced
from contracts.envelope import Event, Reference, Telephone
from contracts.refusals import NotFound


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceMarker:
    """Warn about a number. `number` is what a person typed; the use case turns it into `number_ref`."""

    marker: Marker
    author: str
    evidence: str
    review_by: datetime
    number: Telephone
    number_ref: Reference = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiftMarker:
    """Take a warning off again."""

    marker: Marker
    author: str
    reason: str
    number: Telephone
    number_ref: Reference = ""


class Warned(msgspec.Struct, frozen=True):
    """A marker that stands."""

    marker: Marker
    author: str
    evidence: str
    review_by: datetime
    placed_at: datetime


class Caller(msgspec.Struct, frozen=True):
    """A number, by its reference, and the warnings about it."""

    number_ref: str
    warnings: tuple[Warned, ...] = ()

    def standing(self, marker: Marker) -> Warned | None:
        """The warning of this kind, if there is one."""
        return next((warning for warning in self.warnings if warning.marker is marker), None)


def decide(caller: Caller | None, command: PlaceMarker | LiftMarker, now: datetime) -> list[Event]:
    """Placing the same marker with the same words again changes nothing; lifting one that does not stand is refused."""
    standing = None if caller is None else caller.standing(command.marker)
    if isinstance(command, PlaceMarker):
        return _place(standing, command, now)
    if standing is None:
        raise NotFound("marker-not-placed", f"no {command.marker} marker stands on this number")
    return [
        MarkerLifted(at=now, number_ref=command.number_ref, marker=command.marker, author=command.author, reason=command.reason)
    ]


def _place(standing: Warned | None, command: PlaceMarker, now: datetime) -> list[Event]:
    if standing is not None and (standing.evidence, standing.review_by) == (command.evidence, command.review_by):
        return []
    return [
        MarkerPlaced(
            at=now,
            number_ref=command.number_ref,
            marker=command.marker,
            author=command.author,
            evidence=command.evidence,
            review_by=command.review_by,
        )
    ]


def _without(caller: Caller | None, marker: Marker) -> tuple[Warned, ...]:
    return () if caller is None else tuple(warning for warning in caller.warnings if warning.marker is not marker)


def _placed(caller: Caller | None, event: MarkerPlaced) -> Caller:
    warning = Warned(event.marker, event.author, event.evidence, event.review_by, event.at)
    return Caller(event.number_ref, (*_without(caller, event.marker), warning))


def _lifted(caller: Caller, event: MarkerLifted) -> Caller:
    return replace(caller, warnings=_without(caller, event.marker))


EVOLVE: dict[type[Event], Callable[[Any, Any], Caller]] = {MarkerPlaced: _placed, MarkerLifted: _lifted}
