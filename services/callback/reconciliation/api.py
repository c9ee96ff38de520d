"""Reconciliation over HTTP: carriers tell of calls that broke off; hours are compared; orphans are listed and explained."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, Field
from starlette.responses import Response

from chassis.host import Context, Entry, Host, Loaded
from chassis.http.auth import requires
from chassis.http.bodies import Body
from chassis.http.commands import command, respond
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from chassis.http.principal import Principal, Role
from contracts.envelope import Instant, Telephone
from contracts.refusals import Invalid
from services.callback.reconciliation.application import ACCOUNT, CARRIED, account_stream
from services.callback.reconciliation.carried import Account, Carried, CarriedCall, ExplainOrphan, TellCarried
from services.callback.reconciliation.hours import tally
from services.callback.streams import REVIEW

LONGEST = timedelta(days=31)
PAGE = 1000
Name = Annotated[str, Field(min_length=1, max_length=100)]
AccountId = Annotated[str, Path(pattern=r"^[\w.-]{1,100}$", description="Your name for the list, the same for all its parts.")]
CarriedId = Annotated[str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="As `carried` in a view.")]
Teller = Annotated[Context, command(Role.SERVICE, Role.OPERATOR, Role.SUPERVISOR)]
Supervisor = Annotated[Context, command(Role.SUPERVISOR)]
Reader = Annotated[Principal, requires(Role.CALL_HANDLER, Role.SUPERVISOR, Role.SERVICE, Role.OPERATOR)]


class CallBody(Body):
    """One call as the carrier tells it: when it broke off, by the carrier's clock, and the number as it is written there."""

    at: Instant
    number: Telephone | None = None
    reference: Annotated[str, Field(max_length=100)] = ""


class CallsBody(Body):
    """A part of a carrier's list of calls that broke off."""

    carrier: Name
    calls: Annotated[tuple[CallBody, ...], Field(max_length=200)]


class ExplainBody(Body):
    """Why there is no review and need be none."""

    reason: Annotated[str, Field(min_length=1, max_length=300)]


class AccountView(BaseModel):
    """What was taken in of a list so far: calls told, and for how many of them there was a review at once."""

    account: str
    carrier: str
    told: int
    matched: int


class CarriedView(BaseModel):
    """A call a carrier told of. `orphan_since`: the alarm that nobody reviews it."""

    carried: str
    account: str
    carrier: str
    called_at: datetime
    number: str | None = None
    reference: str | None = None
    review: str | None = None
    look_at: datetime | None = None
    orphan_since: datetime | None = None
    explained_by: str | None = None
    explanation: str | None = None


class HourView(BaseModel):
    """One hour: calls that broke off in it, those whose review is over and those whose review is open."""

    hour: datetime
    calls: int
    reviewed: int
    open: int


def routers(host: Host) -> Sequence[APIRouter]:
    """All routes of reconciliation."""
    return (_telling(host), _reads(host))


def _telling(host: Host) -> APIRouter:
    router = APIRouter(prefix="/reconciliation", tags=["reconciliation"])

    def taken(loaded: Loaded[Account]) -> Response:
        state = loaded.state
        assert state is not None
        return respond(loaded, AccountView(account=state.account, carrier=state.carrier, told=state.told, matched=state.matched))

    @router.post("/accounts/{account}/calls", response_model=AccountView)
    async def tell_carried_calls(account: AccountId, body: CallsBody, context: Teller) -> Response:
        """Tell of calls that broke off. Each that is not under review within the policy's time, a minute at most, is an alarm."""
        calls = tuple(CarriedCall(at=call.at, number=call.number, reference=call.reference) for call in body.calls)
        return taken(await host.run(TellCarried(account=account, carrier=body.carrier, calls=calls), context))

    @router.get("/accounts/{account}", response_model=AccountView)
    def read_account(account: AccountId, _: Reader) -> Response:
        """What was taken in of a list."""
        return taken(host.load(ACCOUNT, account_stream(account)))

    @router.post("/orphans/{carried}/explain", response_model=CarriedView)
    async def explain_orphan(carried: CarriedId, body: ExplainBody, context: Supervisor) -> Response:
        """Say why a call needs no review here. The alarm ends, and who said so stays on record."""
        loaded = await host.run(ExplainOrphan(carried=carried, by=context.actor, reason=body.reason), context)
        assert loaded.state is not None
        return respond(loaded, _view(loaded.state))

    return router


def _reads(host: Host) -> APIRouter:
    router = APIRouter(prefix="/reconciliation", tags=["reconciliation"])

    def listed(page: Paging, index: str, known_at: datetime | None) -> Listing[CarriedView]:
        found = page.read(host, index, known_at=known_at)
        states = (host.load(CARRIED, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[_view(state) for state in states if state is not None], next=found.next)

    @router.get("/orphans")
    def list_orphans(page: Paging, known_at: KnownAt, _: Reader) -> Listing[CarriedView]:
        """Alarms: calls that carriers told of and that nobody reviews, the oldest first."""
        return listed(page, "orphan", known_at)

    @router.get("/unmatched")
    def list_unmatched(page: Paging, known_at: KnownAt, _: Reader) -> Listing[CarriedView]:
        """Calls that carriers told of and that are not under review, whether they are alarms yet or not, the oldest first."""
        return listed(page, "unmatched", known_at)

    @router.get("/hours")
    def read_hours(
        known_at: KnownAt,
        _: Reader,
        begin: Annotated[datetime, Query(alias="from", description="RFC 3339 with a zone.")],
        end: Annotated[datetime, Query(alias="to", description="RFC 3339 with a zone; at most 31 days after `from`.")],
    ) -> list[HourView]:
        """How many calls broke off in each hour, and how many of them are reviewed or open: a carrier counts the same."""
        if begin.tzinfo is None or end.tzinfo is None or not timedelta(0) < end - begin <= LONGEST:
            raise Invalid("hours-unreadable", "Send from and to with a zone, from before to, at most 31 days apart.")

        def page(after: tuple[str, str]) -> Sequence[Entry]:
            return host.find("hour", known_at=known_at, after=Entry(*after), limit=PAGE)

        hours = tally(page, lambda stream: host.load(REVIEW, stream, known_at).state, begin, end)
        return [HourView(hour=one.hour, calls=one.calls, reviewed=one.reviewed, open=one.open) for one in hours]

    return router


def _view(state: Carried) -> CarriedView:
    return CarriedView(
        carried=state.carried,
        account=state.account,
        carrier=state.carrier,
        called_at=state.called_at,
        number=state.number,
        reference=state.reference,
        review=state.review,
        look_at=state.look_at,
        orphan_since=state.orphan_since,
        explained_by=state.explained_by,
        explanation=state.explanation,
    )
