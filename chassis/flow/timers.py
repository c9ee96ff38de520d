"""Timers that come due become commands; a timer is a fact about a state, so firing twice decides once."""

from collections.abc import Sequence
from datetime import datetime

from chassis.host import Context, Service, Timer
from chassis.ids import derived
from chassis.store.committer import Desk, Work
from chassis.store.storage import Changes, Storage

PAGE = 200


def due(storage: Storage, now: datetime, beside: int = 0) -> Sequence[Timer]:
    """What is due, oldest first, at most a page beside some that are known."""
    return storage.due(now, PAGE + beside)


def fire(service: Service, timer: Timer) -> Work:
    """The use case of one timer. Returns whether anything was recorded."""
    cause = derived("timer", timer.stream, timer.name, timer.due.isoformat())
    context = Context(cause, actor=f"timer:{timer.name}", correlation=cause)

    def work(desk: Desk) -> bool:
        aggregate = service.aggregate_of(timer.stream)
        transaction = desk.begin(context)
        state = transaction.load(aggregate, timer.stream).state
        if state is None or aggregate.owes(state).get(timer.name) != timer.due:
            desk.write(Changes(obsolete=[timer]))
            return False
        service.handle(transaction, service.on_timer(timer))
        after = transaction.load(aggregate, timer.stream).state
        if after is not None and aggregate.owes(after).get(timer.name) == timer.due:
            raise ValueError(f"timer {timer.name} of {timer.stream} fired and is still owed")
        desk.accept(transaction)
        return True

    return work
