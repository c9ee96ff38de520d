"""The feeds as people read them: when each was heard, and which is silent."""

from datetime import datetime

from pydantic import BaseModel

from services.contact.domain.desks.feed import Feed


class FeedView(BaseModel):
    """One switch or feed. `heard_at` is noted once in a while, as the policy says; `silent_since` while the alarm stands."""

    feed: str
    status: str
    heard_at: datetime
    silent_since: datetime | None = None


def feed(state: Feed) -> FeedView:
    """One feed."""
    return FeedView(feed=state.feed, status=_status(state), heard_at=state.heard_at, silent_since=state.silent_since)


def _status(state: Feed) -> str:
    if not state.watched:
        return "retired"
    return "heard" if state.silent_since is None else "silent"
