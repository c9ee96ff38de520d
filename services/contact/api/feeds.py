"""The feeds: a sign of life when there is nothing to tell, which feed is silent, and one that goes out of service."""

from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import Response

from chassis.host import Host, Loaded
from chassis.http.bodies import Body
from chassis.http.commands import respond
from chassis.http.history import AfterVersion, AtMost, History, history
from chassis.http.known_at import KnownAt
from chassis.http.paging import Listing, Paging
from services.contact.api.access import Feeds, Operator, Reader, Words
from services.contact.domain.desks.feed import Feed, HearFeed, RetireFeed
from services.contact.streams import FEED, feed_stream
from services.contact.views import feeds
from services.contact.views.feeds import FeedView

FeedName = Annotated[str, Path(min_length=1, max_length=100, description="As `switch` or `told_by` in a fact.")]
OnlySilent = Annotated[bool, Query(description="Only those that are silent now: the alarms that stand.")]


class RetireBody(Body):
    """Why a feed goes out of service."""

    reason: Words


def router(host: Host) -> APIRouter:
    """The routes of feeds."""
    routes = APIRouter(prefix="/feeds", tags=["feeds"])

    @routes.post("/{feed}/alive", response_model=FeedView)
    async def give_sign_of_life(feed: FeedName, context: Feeds) -> Response:
        """Say that the feed is there though nothing happens. Any fact it tells says so too."""
        return _told(await host.run(HearFeed(feed=feed), context))

    @routes.post("/{feed}/retire", response_model=FeedView)
    async def retire_feed(feed: FeedName, body: RetireBody, context: Operator) -> Response:
        """Take a feed out of service: its silence is no alarm until it speaks again."""
        return _told(await host.run(RetireFeed(feed=feed, by=context.actor, reason=body.reason), context))

    @routes.get("")
    def list_feeds(page: Paging, known_at: KnownAt, _: Reader, silent: OnlySilent = False) -> Listing[FeedView]:
        """Every feed that was ever heard, by name."""
        found = page.read(host, "feed-silent" if silent else "feed", known_at=known_at)
        states = (host.load(FEED, entry.stream, known_at).state for entry in found.entries)
        return Listing(items=[feeds.feed(state) for state in states if state is not None], next=found.next)

    @routes.get("/{feed}", response_model=FeedView)
    def read_feed(feed: FeedName, known_at: KnownAt, _: Reader) -> Response:
        """One feed, now or as it was known."""
        return _told(host.load(FEED, feed_stream(feed), known_at))

    @routes.get("/{feed}/history")
    def read_feed_history(feed: FeedName, known_at: KnownAt, _: Reader, after: AfterVersion = 0, limit: AtMost = 200) -> History:
        """When a feed was noted, fell silent, and spoke again."""
        stream = feed_stream(feed)
        return history(stream, host.history(stream, known_at), after, limit)

    return routes


def _told(loaded: Loaded[Feed]) -> Response:
    assert loaded.state is not None
    return respond(loaded, feeds.feed(loaded.state))
