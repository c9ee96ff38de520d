"""The one thread that writes: whoever waits when it is free shares the next commit."""

import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from contextlib import suppress
from time import perf_counter, sleep
from typing import Any, Protocol

from chassis.errors import StoreUnavailable
from chassis.store.committer import Committer, Result, Work

MOST = 256
SHARED = 4
"""When so many shared a commit lately, and fewer wait now, more are on their way: the next commit waits `GATHER_S` for them."""
GATHER_S = 0.002


class Done(Protocol):
    """Where a result goes: a future of threads, or one of the event loop that `resolve` runs on."""

    def cancelled(self) -> bool: ...
    def set_result(self, result: Any, /) -> None: ...
    def set_exception(self, exception: BaseException, /) -> None: ...


_Waiting = tuple[Work, Done]
"""A use case, and where its result goes."""


class Writer:
    """Group commit, from any thread.

    `resolve` is how results are handed out: called once a commit with a function to run where the waiters live.
    `measured` is told of each commit: use cases, seconds.
    """

    def __init__(
        self,
        committer: Committer,
        resolve: Callable[[Callable[[], None]], None] = lambda deliver: deliver(),
        measured: Callable[[int, float], None] = lambda works, seconds: None,
    ) -> None:
        self._committer = committer
        self._resolve = resolve
        self._measured = measured
        self._queue: queue.SimpleQueue[_Waiting | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._run, name="writer", daemon=True)
        self._expected = 0
        self._closed = False
        self._thread.start()

    def submit(self, work: Work, done: Done) -> None:
        """Queue a use case; `done` is resolved when its work is durable or has failed. Raises StoreUnavailable once closed."""
        if self._closed:
            raise StoreUnavailable("the store is closed: this process is about to stop")
        self._queue.put((work, done))

    def run(self, work: Work) -> Any:
        """Queue a use case and wait for it: for threads that may wait."""
        done: Future[Any] = Future()
        self.submit(work, done)
        return done.result()

    def waiting(self) -> int:
        """How many use cases are queued."""
        return self._queue.qsize()

    def close(self) -> None:
        """Finish what is queued, then end."""
        self._closed = True
        self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        while True:
            batch, last = self._collect()
            if batch:
                self._commit(batch)
            if last:
                return

    def _collect(self) -> tuple[list[_Waiting], bool]:
        """All who wait, and whether they are the last. Where commits are shared, also those who are about to come."""
        batch = [self._queue.get()]
        self._drain(batch)
        if SHARED <= self._expected > len(batch) and batch[-1] is not None:
            sleep(GATHER_S)
            self._drain(batch)
        self._expected = max(len(batch), self._expected * 3 // 4)
        waiting = [one for one in batch if one is not None]
        return waiting, len(waiting) < len(batch)

    def _drain(self, batch: list[_Waiting | None]) -> None:
        with suppress(queue.Empty):
            while len(batch) < MOST:
                batch.append(self._queue.get_nowait())

    def _commit(self, batch: Sequence[_Waiting]) -> None:
        began = perf_counter()
        results = self._committer.commit([work for work, _ in batch])
        self._measured(len(batch), perf_counter() - began)
        self._resolve(lambda: _hand_out(batch, results))


def _hand_out(batch: Sequence[_Waiting], results: Sequence[Result]) -> None:
    for (_, done), (value, error) in zip(batch, results, strict=True):
        if done.cancelled():
            continue
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(value)
