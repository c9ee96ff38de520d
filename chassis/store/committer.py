"""Several use cases, one database transaction: collect, write, and tell each of them what became of it.

Decisions are taken inside the one writer of a process, so a process never conflicts with itself; when another process
appended first, the use cases run again, each on its own, on fresh states.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.clock import Clock
from chassis.errors import DuplicateEvent, StaleOwner, StoreError, VersionConflict
from chassis.host import Context
from chassis.store.storage import Changes, NewEvent, Storage, StoredEvent
from chassis.store.transaction import Batch, LiveTransaction, States
from contracts.refusals import Refused

Work = Callable[["Desk"], Any]
"""A use case: runs on a desk, records there, returns its result; what it raises is its result too."""

Committed = Callable[[Sequence[StoredEvent]], None]

ATTEMPTS = 5


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one use case."""

    value: Any = None
    error: Exception | None = None


class Desk:
    """Where a use case works: it opens transactions on the batch and accepts those that succeed."""

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
        self._committed = committed

    def commit(self, works: Sequence[Work]) -> list[Result]:
        """Run all and write once. A result holds the value or the error of each, after the write."""
        try:
            return self._together(works, retried=False)
        except (VersionConflict, DuplicateEvent, StaleOwner):
            return [self._alone(work) for work in works]
        except StoreError as error:
            return [Result(error=error) for _ in works]

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
        batch = Batch(self.storage, self._states)
        results = [self._run(work, Desk(batch, self._clock, retried)) for work in works]
        if batch.changes:
            try:
                last = self.storage.append(batch.changes)
            except StoreError:
                self._states.forget(list(batch.touched))
                raise
            self._states.keep(batch.states)
            if batch.changes.events:
                self._committed(
                    [StoredEvent(last + n, e.stream, e.version, e.type, e.state) for n, e in enumerate(batch.changes.events, 1)]
                )
        return results

    def _run(self, work: Work, desk: Desk) -> Result:
        try:
            return Result(work(desk))
        except Refused as refused:
            return Result(error=refused)
        except DEFECTS as defect:
            return Result(error=defect)


DEFECTS = (LookupError, ValueError, TypeError, AttributeError, ArithmeticError, AssertionError, RecursionError)
"""What a defect in a use case looks like: it costs this one use case, never the batch it shares."""
