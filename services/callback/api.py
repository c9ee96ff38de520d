"""The callback service over HTTP: the worklist of reviews, one review and its history, and what people decide about it."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, Field
from starlette.responses import Response

from chassis.host import Context, Host, Loaded
from chassis.http.auth import requires
from chassis.http.bodies import Body
from chassis.http.commands import command, respond
from chassis.http.history import AfterVersion, AtMost, History, history
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from chassis.http.principal import Principal
from chassis.http.principal import Role as Bearer
from contracts.callback.reviews import Outcome, Role, Speaker
from services.callback import views
from services.callback.domain.commands import (
    CheckSample,
    CloseReview,
    EscalateReview,
    LinkIncident,
    NoteRangAgain,
    RecordOutcome,
    ReopenReview,
)
from services.callback.domain.review import Review
from services.callback.streams import REVIEW, review_stream
from services.callback.views import ReviewRow, ReviewView

Words = Annotated[str, Field(min_length=1, max_length=300)]
Short = Annotated[str, Field(min_length=1, max_length=100)]
ReviewId = Annotated[
    str, Path(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$", description="As `review` in a view: the id of its call.")
]
AttemptNumber = Annotated[int, Path(ge=1, le=999)]

ROOM = (Bearer.CALL_HANDLER, Bearer.SUPERVISOR)
Reader = Annotated[Principal, requires(*ROOM, Bearer.DISPATCHER, Bearer.SERVICE)]
InRoom = Annotated[Context, command(*ROOM)]
Supervisor = Annotated[Context, command(Bearer.SUPERVISOR)]


class OutcomeBody(Body):
    """How an attempt ended, or what was established.

    Safe needs the caller's own word (`speaker` is `caller`), who spoke, how that was verified, and that they were free to talk.
    """

    outcome: Outcome
    speaker: Speaker | None = None
    spoke_to: Short | None = None
    verified_by: Short | None = None
    free_to_talk: bool | None = None


class EscalateBody(Body):
    """To whom the review goes, why, and whether an incident is asked for at the top grade."""

    reason: Words
    to: Role = Role.SUPERVISOR
    deploy: bool = False
    silent_approach: bool = False


class CloseBody(Body):
    """Why the review ends."""

    reason: Words


class ReopenBody(Body):
    """Why the review is not over, the call that showed it, and whether the caller is rung again as far as that is safe."""

    reason: Words
    call: Short | None = None
    ring: bool = False


class RangAgainBody(Body):
    """The call in which the same caller was answered, from whatever number, and when."""

    call: Short
    at: AwareDatetime | None = None


class LinkBody(Body):
    """An open incident that is about the same."""

    incident: Short


class SampleBody(Body):
    """Whether the supervisor agrees with how the review ended, and why. Without agreement it is opened again."""

    agreed: bool
    reason: Words


def routers(host: Host) -> Sequence[APIRouter]:
    """All routes of the service."""
    return (_decisions(host), _episodes(host), _reads(host))


def _told(loaded: Loaded[Review]) -> Response:
    assert loaded.state is not None
    return respond(loaded, views.review(loaded.state))


def _decisions(host: Host) -> APIRouter:
    router = APIRouter(prefix="/reviews/{review}", tags=["reviews"])

    @router.post("/attempts/{attempt}/outcome", response_model=ReviewView)
    async def record_outcome(review: ReviewId, attempt: AttemptNumber, body: OutcomeBody, context: InRoom) -> Response:
        """Record how an attempt ended, or what was established with whoever answered it."""
        record = RecordOutcome(
            review=review,
            attempt=attempt,
            outcome=body.outcome,
            spoke_to=body.spoke_to,
            verified_by=body.verified_by,
            free_to_talk=body.free_to_talk,
            speaker=body.speaker,
            by=context.actor,
        )
        return _told(await host.run(record, context))

    @router.post("/escalate", response_model=ReviewView)
    async def escalate_review(review: ReviewId, body: EscalateBody, context: InRoom) -> Response:
        """Hand the review to a role, with or without asking for an incident. Ringing goes on unless the gate is shut."""
        handed = EscalateReview(
            review=review,
            by=context.actor,
            reason=body.reason,
            to=body.to,
            deploy=body.deploy,
            silent_approach=body.silent_approach,
        )
        return _told(await host.run(handed, context))

    @router.post("/close", response_model=ReviewView)
    async def close_review(review: ReviewId, body: CloseBody, context: Supervisor) -> Response:
        """End the review by a supervisor's decision. Refused as long as its incident is open."""
        return _told(await host.run(CloseReview(review=review, by=context.actor, reason=body.reason), context))

    return router


def _episodes(host: Host) -> APIRouter:
    router = APIRouter(prefix="/reviews/{review}", tags=["reviews"])

    @router.post("/reopen", response_model=ReviewView)
    async def reopen_review(review: ReviewId, body: ReopenBody, context: InRoom) -> Response:
        """Open a review again that is over. A supervisor has it from then on."""
        again = ReopenReview(review=review, by=context.actor, reason=body.reason, call=body.call, ring=body.ring)
        return _told(await host.run(again, context))

    @router.post("/rang-again", response_model=ReviewView)
    async def note_rang_again(review: ReviewId, body: RangAgainBody, context: InRoom) -> Response:
        """Say that the caller was answered in another call, also from another number: the ring-back is called off."""
        note = NoteRangAgain(review=review, answered_call=body.call, at=body.at, by=context.actor)
        return _told(await host.run(note, context))

    @router.post("/incidents", response_model=ReviewView)
    async def link_incident(review: ReviewId, body: LinkBody, context: InRoom) -> Response:
        """Say that an incident is about the same: the review stays open as long as it is."""
        link = LinkIncident(review=review, incident=body.incident, by=context.actor)
        return _told(await host.run(link, context))

    @router.post("/sample", response_model=ReviewView)
    async def check_sample(review: ReviewId, body: SampleBody, context: Supervisor) -> Response:
        """Look at a review that the policy ended by itself and that was drawn as a sample."""
        checked = CheckSample(review=review, by=context.actor, agreed=body.agreed, reason=body.reason)
        return _told(await host.run(checked, context))

    return router


def _reads(host: Host) -> APIRouter:
    router = APIRouter(prefix="/reviews", tags=["reviews"])

    @router.get("")
    def list_reviews(
        page: Paging,
        known_at: KnownAt,
        _: Reader,
        escalated: Annotated[bool, Query(description="Only those that people have.")] = False,
        sample: Annotated[
            bool, Query(description="Instead: those that are over and wait for a supervisor's second look.")
        ] = False,
    ) -> Listing[ReviewRow]:
        """Open reviews, the nearest deadline first."""
        found = page.read(host, "sample" if sample else "escalated" if escalated else "open", known_at=known_at)
        states = (host.load(REVIEW, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[views.row(state) for state in states if state is not None], next=found.next)

    @router.get("/{review}", response_model=ReviewView)
    def read_review(review: ReviewId, known_at: KnownAt, _: Reader) -> Response:
        """One review, now or as it was known."""
        return _told(host.load(REVIEW, review_stream(review), known_at))

    @router.get("/{review}/history")
    def read_review_history(
        review: ReviewId, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200
    ) -> History:
        """Every event of one review, in order."""
        stream = review_stream(review)
        return history(stream, host.history(stream, known_at), after, limit)

    return router
