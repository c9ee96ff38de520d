"""Units over HTTP: they book on, report, answer offers, stand by elsewhere and book off; and are read."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter
from pydantic import Field
from starlette.responses import Response

from chassis.host import Host, Loaded
from chassis.http.bodies import Body
from chassis.http.commands import respond
from chassis.http.history import AfterVersion, AtMost, History, history
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from contracts.dispatch.deployment import MessageCode, Officer, Skill, Status
from contracts.dispatch.offers import Answer
from contracts.envelope import Instant
from contracts.places import Point
from services.dispatch.api.parameters import Callsign, Dispatcher, Radio, Reader, Reasons, UnitId, Words
from services.dispatch.domain.commands import AnswerOffer, BookOff, BookOn, OrderStandby, ReportStatus, SendMessage
from services.dispatch.domain.unit import Unit
from services.dispatch.streams import UNIT
from services.dispatch.views import units as views
from services.dispatch.views.units import UnitView


class SkillBody(Body):
    """What an officer is trained for, and until when."""

    name: Words
    expires: Instant | None = None


class OfficerBody(Body):
    """A member of the crew, by the number on the shoulder."""

    officer: Words
    skills: Annotated[tuple[SkillBody, ...], Field(max_length=40)] = ()


class BookOnBody(Body):
    """A unit begins a tour of duty. With `officers` the crew is as many as they are; with `tour_ends` its meal is watched."""

    callsign: Callsign
    skills: Reasons = ()
    crew: Annotated[int, Field(ge=0, le=20)] = 2
    point: Point | None = None
    at: Instant | None = None
    officers: Annotated[tuple[OfficerBody, ...], Field(max_length=20)] = ()
    vehicle: Words | None = None
    area: Words | None = None
    tour_ends: Instant | None = None


class StatusBody(Body):
    """A status, with the device's own time."""

    status: Status
    at: Annotated[Instant | None, Field(description="The device's time; left out: now.")] = None
    incident: Annotated[Words | None, Field(description="Left out: the one the unit is on.")] = None
    point: Point | None = None


class MessageBody(Body):
    """A radio code that is a message."""

    code: MessageCode
    at: Instant | None = None


class AnswerBody(Body):
    """What became of an offer."""

    offer: Words
    answer: Literal["accepted", "declined", "withdrawn"]
    reason: Words | None = None


class StandbyBody(Body):
    """Where to stand by, and why."""

    area: Words
    reason: Words


class BookOffBody(Body):
    """The end of a tour of duty."""

    at: Instant | None = None


def answered(loaded: Loaded[Unit], *, status: int = 200, location: str | None = None) -> Response:
    """A unit with its version."""
    assert loaded.state is not None
    return respond(loaded, views.unit(loaded.state), status=status, location=location)


def booking(body: BookOnBody) -> BookOn:
    """The command of a request."""
    officers = tuple(
        Officer(officer=one.officer, skills=tuple(Skill(name=skill.name, expires=skill.expires) for skill in one.skills))
        for one in body.officers
    )
    return BookOn(body.callsign, body.skills, body.crew, body.point, body.at, officers, body.vehicle, body.area, body.tour_ends)


def tours(host: Host) -> APIRouter:
    """Beginning and end of a tour, and standby in it."""
    router = APIRouter(prefix="/units", tags=["units"])

    @router.post("", response_model=UnitView, status_code=201)
    async def book_on(body: BookOnBody, context: Dispatcher) -> Response:
        """Begin a tour of duty under a callsign, which is a role for that tour."""
        loaded = await host.run(booking(body), context)
        return answered(loaded, status=201, location=f"/units/{loaded.stream}")

    @router.post("/{unit}/standby", response_model=UnitView)
    async def order_standby(unit: UnitId, body: StandbyBody, context: Dispatcher) -> Response:
        """Move a free unit to cover another area, until it is sent somewhere."""
        return answered(await host.run(OrderStandby(unit, body.area, context.actor, body.reason), context))

    @router.post("/{unit}/off", response_model=UnitView)
    async def book_off(unit: UnitId, body: BookOffBody, context: Dispatcher) -> Response:
        """End the tour of duty; refused while an assignment is live."""
        return answered(await host.run(BookOff(unit, body.at), context))

    return router


def reports(host: Host) -> APIRouter:
    """What comes over the radio."""
    router = APIRouter(prefix="/units", tags=["units"])

    @router.post("/{unit}/status", response_model=UnitView)
    async def report_status(unit: UnitId, body: StatusBody, context: Radio) -> Response:
        """Report a status. One with an older device time is recorded and overrides nothing.

        Status 0 is the emergency button: it is never refused, and an incident opens at the top grade.
        """
        report = ReportStatus(unit, body.status, context.actor, body.at, body.incident, body.point)
        return answered(await host.run(report, context))

    @router.post("/{unit}/message", response_model=UnitView)
    async def send_message(unit: UnitId, body: MessageBody, context: Radio) -> Response:
        """Send a radio code from 12 to 16: it is recorded with its meaning and changes no status."""
        return answered(await host.run(SendMessage(unit, body.code, context.actor, body.at), context))

    @router.post("/{unit}/offer", response_model=UnitView)
    async def answer_offer(unit: UnitId, body: AnswerBody, context: Radio) -> Response:
        """Accept or decline what the unit was offered, or take the offer back. Accepted, it is an assignment."""
        answer = AnswerOffer(unit, body.offer, Answer(body.answer), context.actor, body.reason)
        return answered(await host.run(answer, context))

    return router


def reads(host: Host) -> APIRouter:
    """Units as they are and were."""
    router = APIRouter(prefix="/units", tags=["units"])

    @router.get("")
    def list_units(page: Paging, known_at: KnownAt, _: Reader) -> Listing[UnitView]:
        """Units on duty, by callsign."""
        found = page.read(host, "on_duty", known_at=known_at)
        states = (_state(host, entry.stream, known_at) for entry in found.entries)
        return Listing(items=[views.unit(state) for state in states if state is not None], next=found.next)

    @router.get("/{unit}", response_model=UnitView)
    def read_unit(unit: UnitId, known_at: KnownAt, _: Reader) -> Response:
        """One unit, now or as it was known."""
        return answered(host.load(UNIT, unit, known_at))

    @router.get("/{unit}/history")
    def read_unit_history(unit: UnitId, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200) -> History:
        """Every event of one unit, in order."""
        return history(unit, host.history(unit, known_at), after, limit)

    return router


def _state(host: Host, stream: str, known_at: datetime | None) -> Unit | None:
    return host.load(UNIT, stream, known_at).state
