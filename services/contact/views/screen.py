"""The call handler's screen: the call and everything known about its caller, in one answer, each with who says so."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from pydantic import BaseModel

from contracts.contact.calls import Abandonment, Channel, Line, Marker
from services.contact.domain.callers.association import Reached
from services.contact.domain.calls.call import Call
from services.contact.domain.desks.contact import Contact
from services.contact.domain.place import best
from services.contact.views.callers import LinkView, MarkerView, link, marker
from services.contact.views.calls import CallView, Estimate, call, estimate, status
from services.contact.views.surges import SurgeView


class KnownMarker(MarkerView):
    """A marker that bears on the caller; `on` says by which way, for example a person associated with the number."""

    on: str


class Belongs(BaseModel):
    """Somebody or something that belongs to the caller, and by which way."""

    by: str
    ref: str
    association: LinkView


class EarlierContact(BaseModel):
    """Another contact of the caller, a call or not. `review`: it broke off on 999, and is reviewed under this id."""

    by: str
    at: datetime
    status: str
    call: str | None = None
    contact: str | None = None
    channel: Channel | None = None
    line: Line | None = None
    abandonment: Abandonment | None = None
    answered_again_in: str | None = None
    review: str | None = None


class ScreenView(BaseModel):
    """One call and its caller. `repeats` counts other contacts within the window before; `whereabouts` is the best estimate."""

    call: CallView
    whereabouts: Estimate | None
    risk: tuple[KnownMarker, ...]
    reliability: tuple[KnownMarker, ...]
    markers_matched: tuple[Marker, ...]
    belongs: tuple[Belongs, ...]
    earlier: tuple[EarlierContact, ...]
    earlier_beyond: bool
    repeats: int
    reviews: tuple[str, ...]
    surges: tuple[SurgeView, ...]


def screen(
    state: Call,
    found: Iterable[Reached],
    earlier: Iterable[tuple[str, Call | Contact]],
    beyond: bool,
    surges: Iterable[SurgeView],
    window: timedelta,
    now: datetime,
) -> ScreenView:
    """Everything together. `earlier` pairs each other contact with the way by which it is the caller's."""
    found = list(found)
    contacts = sorted((contact(words, other) for words, other in earlier), key=lambda one: one.at, reverse=True)
    place = best(state.places)
    known = [
        KnownMarker(on=one.words, **vars(marker(warned, now))) for one in found if one.caller for warned in one.caller.warnings
    ]
    return ScreenView(
        call=call(state),
        whereabouts=None if place is None else estimate(place),
        risk=tuple(one for one in known if one.axis == "risk"),
        reliability=tuple(one for one in known if one.axis == "reliability"),
        markers_matched=state.markers,
        belongs=tuple(Belongs(by=one.words, ref=one.ref, association=link(one.link)) for one in found if one.link is not None),
        earlier=tuple(contacts),
        earlier_beyond=beyond,
        repeats=sum(timedelta(0) <= state.since - one.at <= window for one in contacts),
        reviews=tuple(one.review for one in contacts if one.review is not None and one.answered_again_in is None),
        surges=tuple(surges),
    )


def contact(words: str, other: Call | Contact) -> EarlierContact:
    """Another contact of the caller, whatever its channel."""
    if isinstance(other, Contact):
        return EarlierContact(
            by=words,
            at=other.received_at,
            status=other.outcome or ("waiting" if other.taken_at is None else "taken"),
            contact=other.contact,
            channel=other.channel,
        )
    reviewed = other.abandoned_at is not None and other.line in (None, Line.EMERGENCY)
    return EarlierContact(
        by=words,
        at=other.since,
        status=status(other),
        call=other.call,
        channel=other.channel,
        line=other.line,
        abandonment=other.abandonment,
        answered_again_in=other.rang_again,
        review=other.call if reviewed else None,
    )
