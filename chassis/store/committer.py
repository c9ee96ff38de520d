"""Several use cases, one database transaction: collect, write, and tell each of them what became of it.

Decisions are taken inside the one writer of a process, so a process never conflicts with itself; when another process
appended first, the use cases run again, each on its own, on fresh states. What was decided without writing to the stream
it was decided on (a refusal, nothing to do) meets no version check, so it is held against the end of the log instead.
"""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from chassis.clock import Clock
from chassis.errors import DuplicateEvent, StaleOwner, StoreError, StoreRefused, StoreUnavailable, VersionConflict
from chassis.host import Context
from chassis.store.storage import Changes, CommandOutcome, NewEvent, ParkedRecord, Storage, StoredEvent
from chassis.store.transaction import Batch, LiveTransaction, States

Work = Callable[["Desk"], Any]
"""A use case: runs on a desk, records there, returns its result; what it raises is its result too."""

Committed = Callable[[Sequence[StoredEvent]], None]

ATTEMPTS = 5
PAGE = 1000


class Result(NamedTuple):
    """What became of one use case."""

    value: Any = None
    error: Exception | None = None


class Desk:
    """Where use cases work: they open transactions on the batch, and those that succeed are accepted."""

    def __init__(self, batch: Batch, clock: Clock, retried: bool) -> None:
        self._batch = batch
        self._clock = clock
        self.retried = retried
        """Whether this is a second run after a conflict: the cause may have been recorded meanwhile."""
        self.storage = batch.storage

    def begin(self, context: Context) -> LiveTransaction:
        """A transaction on someone's behalf, at the present moment."""
        return LiveTransaction(self._batch, context, self._clock.now())

    def now(self) -> datetime:
        """The present moment."""
        return self._clock.now()

    def rehearsal(self) -> "Desk":
        """A desk whose batch is never written: to see what would happen."""
        return Desk(Batch(self.storage, self._batch.known), self._clock, retried=False)

    def planned(self) -> Sequence[NewEvent]:
        """What the batch would append so far."""
        return self._batch.changes.events

    def command(self, cause: str) -> CommandOutcome | None:
        """What a command led to; raises DuplicateEvent while its first sending is in this very batch, so that it runs again."""
        if cause in self._batch.changes.commands:
            raise DuplicateEvent("this command is being obeyed")
        return self.storage.command(cause)

    def parked(self, topic: str, key: str) -> Sequence[ParkedRecord]:
        """What is parked under a key, in order, as the batch will leave it so far."""
        changes = self._batch.changes
        records = {record.offset: record for record in self.storage.parked(topic, key)}
        records |= {new.offset: new for new in changes.parked if (new.partition.topic, new.key) == (topic, key)}
        for gone in changes.unparked:
            if (gone.partition.topic, gone.key) == (topic, key):
                records.pop(gone.offset, None)
        return [records[offset] for offset in sorted(records)]

    def accept(self, transaction: LiveTransaction) -> None:
        """Keep what it recorded."""
        self._batch.accept(transaction)

    def write(self, changes: Changes) -> None:
        """Keep changes that belong to no stream: positions, parked records."""
        self._batch.changes.add(changes)


class Committer:
    """Runs use cases and writes what they recorded. Called by one thread."""

    def __init__(self, storage: Storage, clock: Clock, committed: Committed) -> None:
        self.storage = storage
        self._clock = clock
        self._states = States(storage)
        self._seen = storage.last_position()
        self._committed = committed

    def commit(self, works: Sequence[Work]) -> list[Result]:
        """Run all and write once. A result holds the value or the error of each, after the write."""
        try:
            return self._together(works, retried=False)
        except (StoreUnavailable, StoreRefused) as error:
            return [Result(error=error) for _ in works]
        except StoreError:
            return [self._alone(work) for work in works]

    def _alone(self, work: Work) -> Result:
        for _ in range(ATTEMPTS):
            try:
                return self._together([work], retried=True)[0]
            except StaleOwner as stale:
                return Result(error=stale)
            except (VersionConflict, DuplicateEvent) as conflict:
                lost: StoreError = conflict
            except StoreError as error:
                return Result(error=error)
        return Result(error=lost)

    def _together(self, works: Sequence[Work], retried: bool) -> list[Result]:
        batch, results = self._decided(works, retried)
        if batch.changes:
            try:
                last = self.storage.append(batch.changes)
            except StoreError:
                self._states.forget(batch.touched)
                raise
            events = batch.changes.events
            if events:
                if last != self._seen:
                    self._catch_up(last)
                self._seen = last + len(events)
                self._committed([StoredEvent(last + n, e.stream, e.version, e.type, e.state) for n, e in enumerate(events, 1)])
            self._states.keep(batch.states)
        return results

    def _decided(self, works: Sequence[Work], retried: bool) -> tuple[Batch, list[Result]]:
        assumes = not retried
        while True:
            batch = Batch(self.storage, self._states, assumes)
            desk = Desk(batch, self._clock, retried)
            results = [outcome(work, desk) for work in works]
            if batch.assumed and self.storage.existing(batch.assumed):
                assumes = False
                continue
            only_read = batch.touched - batch.states.keys()
            if not only_read or not only_read & self._catch_up(self.storage.last_position()):
                return batch, results

    def _catch_up(self, last: int) -> set[str]:
        """Forget what other processes moved on from, up to a position; returns those streams."""
        moved: set[str] = set()
        while self._seen < last and (events := self.storage.page(self._seen, min(PAGE, last - self._seen))):
            moved |= {event.stream for event in events}
            self._seen = events[-1].position
        self._states.forget(moved)
        return moved


def outcome(act: Callable[..., Any], *given: Any) -> Result:
    """What became of code that decides: a defect in it, whatever it is, costs its own use case and never those beside it.

    Errors of the store are nobody's own, and are raised.
    """
    try:
        return Result(act(*given))
    except StoreError:
        raise
    except Exception as error:  # noqa: BLE001  it is this use case's result, and whoever asked for it is told
        return Result(error=error)
