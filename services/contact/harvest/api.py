"""Carriers' lists over HTTP: failed attempts are told caller by caller, in parts, and told again as often as need be."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path
from pydantic import BaseModel, Field
from starlette.responses import Response

from chassis.host import Context, Host, Loaded
from chassis.http.auth import requires
from chassis.http.bodies import Body
from chassis.http.commands import command, respond
from chassis.http.principal import Principal, Role
from contracts.envelope import Instant, Telephone
from services.contact.domain.harvest import FailedCaller, Harvest, HarvestCallers
from services.contact.harvest.application import HARVEST, harvest_stream

Name = Annotated[str, Field(min_length=1, max_length=100)]
HarvestId = Annotated[str, Path(pattern=r"^[\w.-]{1,100}$", description="Your name for the list, the same for all its parts.")]
Taker = Annotated[Context, command(Role.SERVICE, Role.OPERATOR, Role.SUPERVISOR)]
Reader = Annotated[Principal, requires(Role.CALL_HANDLER, Role.SUPERVISOR, Role.SERVICE, Role.OPERATOR)]


class CallerBody(Body):
    """One caller: the number as the carrier has it, and when each attempt failed. `reference` tells apart who has no number."""

    number: Telephone | None = None
    attempted_at: Annotated[tuple[Instant, ...], Field(min_length=1, max_length=1000)]
    reference: Annotated[str, Field(max_length=100)] = ""


class CallersBody(Body):
    """A part of a carrier's list."""

    carrier: Name
    callers: Annotated[tuple[CallerBody, ...], Field(max_length=200)]


class HarvestView(BaseModel):
    """What was taken in of a list so far.

    `opened`: callers who had no call here and have one now, each with a review of its own. `extended`: callers of an earlier
    list with further attempts. `answered_since`: of those opened, who got through meanwhile and will not be rung.
    """

    harvest: str
    carrier: str
    callers: int
    attempts: int
    opened: int
    extended: int
    answered_since: int


def routers(host: Host) -> Sequence[APIRouter]:
    """All routes of harvests."""
    router = APIRouter(prefix="/harvests/{harvest}", tags=["harvests"])

    @router.post("/callers", response_model=HarvestView)
    async def harvest_callers(harvest: HarvestId, body: CallersBody, context: Taker) -> Response:
        """Take in callers whose attempts never came here. Each becomes one broken call, once, however often it is told."""
        callers = tuple(
            FailedCaller(number=caller.number, attempted_at=caller.attempted_at, reference=caller.reference)
            for caller in body.callers
        )
        return _told(await host.run(HarvestCallers(harvest=harvest, carrier=body.carrier, callers=callers), context))

    @router.get("", response_model=HarvestView)
    def read_harvest(harvest: HarvestId, _: Reader) -> Response:
        """What was taken in of a list."""
        return _told(host.load(HARVEST, harvest_stream(harvest)))

    return (router,)


def _told(loaded: Loaded[Harvest]) -> Response:
    state = loaded.state
    assert state is not None
    view = HarvestView(
        harvest=state.harvest,
        carrier=state.carrier,
        callers=state.callers,
        attempts=state.attempts,
        opened=state.opened,
        extended=state.extended,
        answered_since=state.answered_since,
    )
    return respond(loaded, view)
