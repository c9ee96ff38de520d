"""A log within the process's reach: the same log asked without waiting, because time-lapse runs everything in one thread."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from chassis.log.port import Log, Outgoing, Partition, Record
from contracts.topics import Topic


class EmbeddedLog(Log, Protocol):
    """A log that answers at once, with no server between. The asynchronous methods of `Log` do the same.

    Its groups have one member: whoever subscribes reads every partition, and nothing is shared out or handed over. Two
    processes of one service need Kafka; if they are started all the same, the inbox's compare-and-set stops one of them.
    """

    def create_now(self, topics: Sequence[Topic]) -> None:
        """`create`, at once."""
        ...

    def append_now(self, records: Sequence[Outgoing]) -> None:
        """`publish`, at once."""
        ...

    def read_now(self, partition: Partition, offset: int, limit: int) -> Sequence[Record]:
        """`read`, at once: what this object has appended is there, flushed or not."""
        ...

    def ends_now(self, topic: str) -> Mapping[Partition, int]:
        """`ends`, at once."""
        ...

    def mark_now(self, topic: str) -> int | None:
        """A number that is another one after anybody appended to the topic; None: there is no such topic yet. Very cheap."""
        ...

    def flush_now(self) -> None:
        """Make durable what has been appended."""
        ...

    def close_now(self) -> None:
        """Flush and let go."""
        ...
