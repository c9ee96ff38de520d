"""The log between services, as the rest of the chassis sees it: ordered records in partitions, kept for ever."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from contracts.topics import Topic

Headers = tuple[tuple[str, bytes], ...]


class Partition(NamedTuple):
    """One partition of one topic."""

    topic: str
    number: int


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A record to publish."""

    partition: Partition
    key: str
    headers: Headers
    value: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """A record as the log keeps it; `offset` counts within the partition from 0 and is meaningful in this log only."""

    partition: Partition
    offset: int
    key: str
    headers: Headers
    value: bytes


Seek = Callable[[Partition], Awaitable[int]]
"""Where to begin in a partition that was just assigned: the offset after the last record the service's own store has."""


class Consumer(Protocol):
    """A reader in a group: the group shares the partitions out; the positions that count are not the group's."""

    async def poll(self, limit: int, wait_s: float) -> Mapping[Partition, Sequence[Record]]:
        """The next records of the partitions assigned, in order; empty after `wait_s` without any.

        Newly assigned partitions are sought first, with the `Seek` given at subscription. Raises LogUnavailable.
        """
        ...

    def assigned(self) -> frozenset[Partition]:
        """The partitions this member reads now."""
        ...

    def seek(self, partition: Partition, offset: int) -> None:
        """Read this partition from `offset` on, from the next poll."""
        ...

    def pause(self, partition: Partition) -> None:
        """Stop reading a partition until it is sought again."""
        ...

    def note(self, partition: Partition, offset: int) -> None:
        """Tell outside eyes (lag exporters) that everything before `offset` is dealt with. Never waits, never fails."""
        ...

    async def close(self) -> None:
        """Leave the group. Bounded in time."""
        ...


class Log(Protocol):
    """A log. Every method is bounded in time and raises LogUnavailable when the log does not answer."""

    async def create(self, topics: Sequence[Topic]) -> None:
        """Make the topics that do not exist yet; refuses (LogError) one that exists with another partition count."""
        ...

    async def publish(self, records: Sequence[Outgoing]) -> None:
        """Append in the given order within each partition; durable when it returns. A retry may append twice."""
        ...

    async def subscribe(self, group: str, member: str, topics: Sequence[str], seek: Seek) -> Consumer:
        """Join a group; `member` is a stable name (the pod's), so that a restart within the session moves nothing."""
        ...

    async def read(self, partition: Partition, offset: int, limit: int) -> Sequence[Record]:
        """Records from `offset` on, outside any group: for rebuild, tail and reconciliation. Empty at the end."""
        ...

    async def ends(self, topic: str) -> Mapping[Partition, int]:
        """The offset after the last record of each partition."""
        ...

    async def close(self) -> None:
        """Let go. Bounded in time."""
        ...
