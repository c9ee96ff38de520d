"""The queues are read: who waits, and since when."""

from collections.abc import Iterator
from datetime import datetime

from fastapi import APIRouter

from chassis.host import Entry, Host
from chassis.http.known_at import KnownAt
from services.contact import views
from services.contact.api.access import Reader
from services.contact.views import QueueView


def router(host: Host) -> APIRouter:
    """The reads of queues."""
    routes = APIRouter(tags=["calls"])

    @routes.get("/queues")
    def list_queues(known_at: KnownAt, _: Reader) -> list[QueueView]:
        """The queues that have callers in them, and since when the first of each waits."""
        return views.queues(entry.value for entry in _waiting(host, known_at))

    return routes


def _waiting(host: Host, known_at: datetime | None) -> Iterator[Entry]:
    after: Entry | None = None
    while page := host.find("waiting", known_at=known_at, after=after, limit=500):
        yield from page
        after = page[-1]
