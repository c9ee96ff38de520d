"""Response figures over HTTP, and the incidents each of them opens to."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Annotated

import msgspec
from fastapi import APIRouter, Query
from starlette.responses import Response

from chassis.host import Entry, Host
from chassis.http.known_at import KnownAt
from contracts.envelope import Instant
from contracts.refusals import Invalid
from services.dispatch.api.parameters import Reader
from services.dispatch.domain.figures import Measured, measured
from services.dispatch.domain.figures import figures as folded
from services.dispatch.domain.job import Job
from services.dispatch.streams import JOB
from services.dispatch.views.figures import FiguresView, MeasuredView

PAGE = 1000
LONGEST = timedelta(days=366)
Since = Annotated[Instant, Query(alias="from", description="First reported at this instant or later.")]
Until = Annotated[Instant, Query(alias="to", description="First reported before this instant; at most 366 days later.")]


def figures(host: Host) -> APIRouter:
    """Routes of the figures."""
    router = APIRouter(prefix="/figures", tags=["figures"])

    @router.get("/response", response_model=FiguresView)
    def read_response_figures(since: Since, until: Until, known_at: KnownAt, _: Reader) -> Response:
        """How long it took to allocate, travel and attend, by grade: means beside medians, the slowest named."""
        return _json(folded(_reported(host, since, until, known_at)))

    @router.get("/response/incidents", response_model=list[MeasuredView])
    def read_response_incidents(
        since: Since,
        until: Until,
        known_at: KnownAt,
        _: Reader,
        grade: Annotated[str | None, Query(max_length=500, description="Only this grade, as first asked for.")] = None,
    ) -> Response:
        """Every incident behind the figures, the slowest to be attended first and those nobody attended before them."""
        found = [one for job in _reported(host, since, until, known_at) if (one := measured(job)) is not None]
        return _json(sorted((one for one in found if grade in (None, one.grade)), key=_slowest))

    return router


def _slowest(one: Measured) -> tuple[bool, float, str]:
    return one.attend_s is not None, -(one.attend_s or 0.0), one.incident


def _reported(host: Host, since: datetime, until: datetime, known_at: datetime | None) -> Iterator[Job]:
    if not timedelta(0) <= until - since <= LONGEST:
        raise Invalid("period-unreadable", "Ask for a period of at most 366 days, `from` before `to`.")
    first, last = (instant.isoformat(timespec="milliseconds") for instant in (since, until))
    after: Entry | None = Entry(first, "")
    while after is not None:
        entries = host.find("reported", known_at=known_at, after=after, limit=PAGE)
        for entry in entries:
            if entry.value >= last:
                return
            state = host.load(JOB, entry.stream, known_at).state
            if state is not None:
                yield state
        after = entries[-1] if len(entries) == PAGE else None


def _json(found: object) -> Response:
    return Response(msgspec.json.encode(found), media_type="application/json")
