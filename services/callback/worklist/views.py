"""The worklist as people read it: what to do first, why it stands there, and who has it."""

from datetime import datetime

from pydantic import BaseModel

from contracts.callback.reviews import Risk
from services.callback.domain.review import Review
from services.callback.views import Next, next_step
from services.callback.worklist.item import Item
from services.callback.worklist.person import Person
from services.callback.worklist.rank import rank, reasons


class ItemView(BaseModel):
    """A review on the worklist. `why` says in words why it stands where it stands; `in_line_since` is the caller's place."""

    review: str
    why: tuple[str, ...]
    risk: Risk
    in_line_since: datetime
    deadline: datetime
    next: Next
    attempts: int
    number: str | None = None
    taken_by: str | None = None
    taken_at: datetime | None = None
    heard_at: datetime | None = None
    act_by: datetime | None = None
    silent_since: datetime | None = None
    handed_over_by: str | None = None
    acknowledge_by: datetime | None = None
    alarm: str | None = None


class LogOffView(BaseModel):
    """What somebody left, and what went back to the list with that, to be acknowledged by somebody else."""

    person: str
    left_at: datetime
    by: str
    handed_over: tuple[str, ...]


def item(review: Review, held: Item | None) -> ItemView:
    """One item. The number is shown to those who may ring it: nobody rings past the gate."""
    return ItemView(
        review=review.review,
        why=reasons(review),
        risk=review.risk,
        in_line_since=rank(review).place,
        deadline=review.deadline,
        next=next_step(review),
        attempts=sum(attempt.started_at is not None for attempt in review.attempts),
        number=review.number if review.gate_open else None,
        taken_by=None if held is None else held.taken_by,
        taken_at=None if held is None else held.taken_at,
        heard_at=None if held is None else held.heard_at,
        act_by=None if held is None else held.act_by,
        silent_since=None if held is None else held.silent_since,
        handed_over_by=None if held is None else held.handed_over_by,
        acknowledge_by=None if held is None else held.acknowledge_by,
        alarm=None if held is None else _alarm(held),
    )


def log_off(person: Person) -> LogOffView:
    """A person's last log-off."""
    return LogOffView(person=person.person, left_at=person.left_at, by=person.by, handed_over=person.handed_over)


def _alarm(held: Item) -> str | None:
    if held.silent_since is not None:
        return f"{held.taken_by} has it, and nothing was heard since {held.silent_since:%H:%M:%S} UTC: somebody take it over"
    if held.unanswered:
        return f"{held.handed_over_by} handed it over, and nobody acknowledged it: somebody take it"
    return None
