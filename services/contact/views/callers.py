"""What is on record about a number, a person or an address, as people read it: who said so, how they know, and until when."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from enum import StrEnum

from pydantic import BaseModel

from contracts.contact.callers import SubjectKind
from contracts.contact.calls import Marker
from services.contact.domain.callers.association import RELIABILITY
from services.contact.domain.callers.caller import Caller, Link, Warned


class Axis(StrEnum):
    """What a marker speaks of. The two say nothing about each other, and neither lowers what is done."""

    RELIABILITY = "reliability"
    RISK = "risk"


class MarkerView(BaseModel):
    """A marker that stands. `review_overdue`: the day to look at it again has passed; it stands all the same."""

    marker: Marker
    axis: Axis
    author: str
    evidence: str
    placed_at: datetime
    review_by: datetime
    review_overdue: bool | None = None


class LinkView(BaseModel):
    """What belongs to it, and who says so."""

    kind: SubjectKind
    name: str
    author: str
    evidence: str
    since: datetime


class CallerView(BaseModel):
    """A number, a person or an address, by its reference."""

    ref: str
    kind: SubjectKind
    markers: tuple[MarkerView, ...]
    belongs_with: tuple[LinkView, ...] = ()


class DueMarker(BaseModel):
    """A marker whose day of review has passed. It stands until a person lifts it."""

    ref: str
    kind: SubjectKind
    marker: MarkerView


def caller(state: Caller) -> CallerView:
    """The markers that stand, and what belongs together."""
    return CallerView(
        ref=state.ref,
        kind=state.kind,
        markers=tuple(marker(warned) for warned in state.warnings),
        belongs_with=tuple(link(one) for one in state.links),
    )


def marker(warned: Warned, now: datetime | None = None) -> MarkerView:
    """One marker; with the time, also whether somebody should have looked at it."""
    return MarkerView(
        marker=warned.marker,
        axis=Axis.RELIABILITY if warned.marker in RELIABILITY else Axis.RISK,
        author=warned.author,
        evidence=warned.evidence,
        placed_at=warned.placed_at,
        review_by=warned.review_by,
        review_overdue=None if now is None else warned.review_by <= now,
    )


def link(one: Link) -> LinkView:
    """One association."""
    return LinkView(kind=one.kind, name=one.text, author=one.author, evidence=one.evidence, since=one.since)


def due(state: Caller, kinds: Iterable[Marker], now: datetime) -> Iterator[DueMarker]:
    """Those of these markers whose day of review has passed."""
    for kind in kinds:
        warned = state.standing(kind)
        if warned is not None and warned.review_by <= now:
            yield DueMarker(ref=state.ref, kind=state.kind, marker=marker(warned, now))
