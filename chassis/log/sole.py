"""The reader of an embedded log: the only member of its group, so every partition of its topics is its own."""

import asyncio
from collections.abc import Mapping, Sequence

from chassis.errors import LogError
from chassis.log.embedded import EmbeddedLog
from chassis.log.port import Partition, Record, Seek

INTERVAL_S = 0.005
"""Between two looks at an idle log; one look costs a few microseconds a topic."""


class SoleConsumer:
    """Reads all partitions in turn, so that a busy one does not starve the others."""

    def __init__(self, log: EmbeddedLog, topics: Sequence[str], seek: Seek) -> None:
        self._log = log
        self._topics = tuple(topics)
        self._seek = seek
        self._marks: dict[str, int] = {}
        self._next: dict[Partition, int] = {}
        self._waiting: dict[Partition, None] = {}
        self._paused: set[Partition] = set()
        self._closed = False

    async def poll(self, limit: int, wait_s: float) -> Mapping[Partition, Sequence[Record]]:
        """The next records, at most `limit` of all partitions together."""
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        await asyncio.sleep(0)  # a reader that is never short of records must still let others run
        while True:
            await self._look()
            if found := self._take(limit):
                return found
            left = until - loop.time()
            if left <= 0:
                return {}
            await asyncio.sleep(min(INTERVAL_S, left))

    def assigned(self) -> frozenset[Partition]:
        """Every partition of the topics that exist by now."""
        return frozenset(self._next)

    def seek(self, partition: Partition, offset: int) -> None:
        """Read this partition from `offset` on."""
        if partition in self._next:
            self._next[partition] = offset
            self._paused.discard(partition)
            self._waiting[partition] = None

    def pause(self, partition: Partition) -> None:
        """Stop reading a partition until it is sought again."""
        self._paused.add(partition)

    def note(self, partition: Partition, offset: int) -> None:
        """Nothing to do: an embedded log has no outside eyes."""

    async def close(self) -> None:
        """Stop reading."""
        self._closed = True

    async def _look(self) -> None:
        if self._closed:
            raise LogError("this consumer was closed; subscribe again")
        for topic in self._topics:
            mark = self._log.mark_now(topic)
            if mark is None or mark == self._marks.get(topic):
                continue
            for partition, end in self._log.ends_now(topic).items():
                if partition not in self._next:
                    self._next[partition] = await self._seek(partition)
                if end != self._next[partition]:
                    self._waiting[partition] = None
            self._marks[topic] = mark

    def _take(self, limit: int) -> dict[Partition, Sequence[Record]]:
        found: dict[Partition, Sequence[Record]] = {}
        for partition in [waiting for waiting in self._waiting if waiting not in self._paused]:
            if limit <= 0:
                break
            del self._waiting[partition]
            records = self._log.read_now(partition, self._next[partition], limit)
            if not records:
                self._refuse_beyond_the_end(partition)
                continue
            self._next[partition] = records[-1].offset + 1
            self._waiting[partition] = None
            found[partition] = records
            limit -= len(records)
        return found

    def _refuse_beyond_the_end(self, partition: Partition) -> None:
        end = self._log.ends_now(partition.topic)[partition]
        if self._next[partition] > end:
            raise LogError(
                f"{partition.topic}/{partition.number} is to be read from {self._next[partition]}, but it ends at {end}: "
                "this is another log than the one read before"
            )
