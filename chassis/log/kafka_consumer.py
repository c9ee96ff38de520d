"""A member of a Kafka group: the group shares the partitions out, the service's own store says where to begin."""

import asyncio
import logging
from collections.abc import Coroutine, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, ConsumerRecord, TopicPartition
from aiokafka.errors import KafkaError

from chassis.errors import LogError
from chassis.log.kafka_link import FORBIDDEN, asking, connection, let_go, named
from chassis.log.kafka_reader import record_of
from chassis.log.kafka_settings import KafkaSettings
from chassis.log.port import Partition, Record, Seek

PULSE_S = 2.0
"""Between two proofs of life: polling does not notice that the brokers are gone, it only finds nothing."""
NOTE_S = 1.0
"""Between two commits for outside eyes."""
LOOK_S = 0.1
"""The longest wait for records before looking whether the assignment changed; also the brokers' longest wait in a fetch, so
that one from before a seek does not hold up the one after it."""

_log = logging.getLogger(__name__)


class _Changes(ConsumerRebalanceListener):  # type: ignore[misc]
    """Counts rebalances and does nothing else: aiokafka swallows whatever a listener raises."""

    def __init__(self) -> None:
        self.count = 0

    def on_partitions_revoked(self, revoked: object) -> None:
        self.count += 1

    def on_partitions_assigned(self, assigned: object) -> None:
        self.count += 1


class KafkaConsumer:
    """Survives outages, rebalances and errors of the client it holds: after an error the next poll joins anew."""

    def __init__(self, settings: KafkaSettings, group: str, member: str, topics: Sequence[str], seek: Seek) -> None:
        self._settings = settings
        self._group = group
        self._member = member
        self._topics = tuple(topics)
        self._seek = seek
        self._client: AIOKafkaConsumer | None = None
        self._changes = _Changes()
        self._settled = -1
        self._identity = (-1, "")
        self._next: dict[Partition, int] = {}
        self._homes: frozenset[TopicPartition] = frozenset()
        self._notes: dict[Partition, int] = {}
        self._silent: LogError | None = None
        self._closed = False
        self._beside: list[asyncio.Task[None]] = []

    async def open(self) -> None:
        """Connect, and begin to join."""
        await self._joined()
        self._beside = [asyncio.create_task(self._feel_the_pulse()), asyncio.create_task(self._pass_notes_on())]

    async def poll(self, limit: int, wait_s: float) -> Mapping[Partition, Sequence[Record]]:
        """The next records, at most `limit` of all partitions together."""
        for task in self._beside:
            if task.done():
                task.result()
        await asyncio.sleep(0)  # a reader that is never short of records must still let others run
        loop = asyncio.get_running_loop()
        until = loop.time() + wait_s
        while True:
            client = await self._joined()
            await self._settle(client)
            found = await self._accept(client, await self._fetch(client, limit, min(LOOK_S, max(0.0, until - loop.time()))))
            if not found and self._silent is not None:
                raise type(self._silent)(str(self._silent))
            if found or loop.time() >= until:
                return found

    def assigned(self) -> frozenset[Partition]:
        """The partitions read now."""
        return frozenset(self._next)

    def seek(self, partition: Partition, offset: int) -> None:
        """Read this partition from `offset` on; nothing happens when it is another member's by now."""
        home = TopicPartition(*partition)
        if self._client is not None and partition in self._next and home in self._client.assignment():
            self._client.seek(home, offset)
            self._client.resume(home)
            self._next[partition] = offset

    def pause(self, partition: Partition) -> None:
        """Stop reading a partition until it is sought again."""
        home = TopicPartition(*partition)
        if self._client is not None and home in self._client.assignment():
            self._client.pause(home)

    def note(self, partition: Partition, offset: int) -> None:
        """Commit, some time soon."""
        self._notes[partition] = offset

    async def close(self) -> None:
        """Stop reading. The group waits a session for this member to come back, then shares its partitions out."""
        self._closed = True
        for task in self._beside:
            task.cancel()
        await asyncio.gather(*self._beside, return_exceptions=True)
        self._beside = []
        if self._client is not None:
            if self._silent is None:
                await self._commit(self._client)
            await self._leave(self._client)

    async def _joined(self) -> AIOKafkaConsumer:
        if self._closed:
            raise LogError("this consumer was closed; subscribe again")
        if self._client is None:
            async with asking(self._settings, f"reading {', '.join(self._topics)}"):
                self._client = await self._join()
        return self._client

    async def _join(self) -> AIOKafkaConsumer:
        session = round(self._settings.session_s * 1000)
        given = connection(self._settings, f"{self._group}-{self._member}")
        client = AIOKafkaConsumer(
            **given | {"request_timeout_ms": session + given["request_timeout_ms"]},  # joining may last a session
            group_id=self._group,
            group_instance_id=self._member,
            session_timeout_ms=session,
            heartbeat_interval_ms=session // 3,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            fetch_max_wait_ms=round(LOOK_S * 1000),
        )
        try:
            await client.start()
        except BaseException:
            await let_go(client.stop(), self._settings.request_s)
            raise
        self._changes.count += 1
        client.subscribe(self._topics, listener=self._changes)
        return client

    async def _settle(self, client: AIOKafkaConsumer) -> None:
        """Seek everything after a change of the assignment, and again if it changed meanwhile."""
        while True:
            change = self._changes.count
            homes = client.assignment()
            if change == self._settled and homes == self._homes:
                return
            assigned = _partitions(homes)
            await self._refuse_twin(client)
            starts = {partition: await self._seek(partition) for partition in sorted(assigned)}
            if change == self._changes.count and homes == client.assignment():
                for partition, offset in starts.items():
                    client.seek(TopicPartition(*partition), offset)
                    client.resume(TopicPartition(*partition))
                self._next, self._settled, self._homes = starts, change, homes
                self._notes = {partition: offset for partition, offset in self._notes.items() if partition in starts}

    async def _refuse_twin(self, client: AIOKafkaConsumer) -> None:
        """A static member that had to join again though the group did not change was put out by another of its name.

        aiokafka tells nobody and joins again, putting the other out in turn, for ever; hence the private names.
        """
        generation, member = client._coordinator.generation, client._coordinator.member_id
        if generation > 0:
            known, self._identity = self._identity, (generation, member)
            if known[0] == generation and known[1] != member:
                await self._leave(client)
                raise self._twin()

    def _twin(self) -> LogError:
        return LogError(f"another process reads for {self._group} as {self._member}: each needs a name of its own")

    async def _fetch(
        self, client: AIOKafkaConsumer, limit: int, wait_s: float
    ) -> Mapping[TopicPartition, Sequence[ConsumerRecord]]:
        batches: Mapping[TopicPartition, Sequence[ConsumerRecord]] = {}
        try:
            async with asyncio.timeout(wait_s + LOOK_S):
                batches = await client.getmany(timeout_ms=round(wait_s * 1000), max_records=limit)
        except TimeoutError:
            pass  # a rebalance is going on, which getmany waits for without end
        except KafkaError as error:
            raise await self._broken(client, error) from error
        return batches

    async def _accept(
        self, client: AIOKafkaConsumer, batches: Mapping[TopicPartition, Sequence[ConsumerRecord]]
    ) -> dict[Partition, Sequence[Record]]:
        """Only what continues where we are: a client that was just assigned a partition begins where it likes."""
        found: dict[Partition, Sequence[Record]] = {}
        for home, messages in batches.items():
            partition = Partition(*home)
            if self._next.get(partition) == messages[0].offset:
                found[partition] = [record_of(message) for message in messages]
                self._next[partition] = messages[-1].offset + 1
            elif partition in self._next:
                await self._return_to(client, partition, self._next[partition])
        return found

    async def _return_to(self, client: AIOKafkaConsumer, partition: Partition, offset: int) -> None:
        home = TopicPartition(*partition)
        async with asking(self._settings, f"reading {partition.topic}/{partition.number}"):
            begins = (await client.beginning_offsets([home]))[home]
            ends = (await client.end_offsets([home]))[home]
        if home in client.assignment():
            client.seek(home, offset)
        if not begins <= offset <= ends:
            raise LogError(
                f"{partition.topic}/{partition.number} is to be read from {offset}, but it holds {begins} to {ends}: "
                "this is another log than the one read before"
            )

    async def _broken(self, client: AIOKafkaConsumer, error: KafkaError) -> LogError:
        if not isinstance(error, FORBIDDEN):
            await self._leave(client)
        if "UnknownError" in str(error):  # what aiokafka makes of the broker's FENCED_INSTANCE_ID
            return self._twin()
        return named(self._settings, f"reading {', '.join(self._topics)}", error)

    async def _leave(self, client: AIOKafkaConsumer) -> None:
        self._client = None
        self._next = {}
        self._homes = frozenset()
        self._identity = (-1, "")
        await let_go(client.stop(), self._settings.request_s)

    async def _feel_the_pulse(self) -> None:
        while True:
            await asyncio.sleep(PULSE_S)
            if self._client is not None:
                try:
                    async with asking(self._settings, f"reading {', '.join(self._topics)}"):
                        await _alive(self._client)
                    self._silent = None
                except LogError as silent:
                    self._silent = silent

    async def _pass_notes_on(self) -> None:
        while True:
            await asyncio.sleep(NOTE_S)
            if self._client is not None:
                await self._commit(self._client)

    async def _commit(self, client: AIOKafkaConsumer) -> None:
        notes, self._notes = self._notes, {}
        mine = {TopicPartition(*partition): offset for partition, offset in notes.items() if partition in self._next}
        try:
            async with asyncio.timeout(self._settings.request_s):
                if mine:
                    await client.commit(mine)
        except (KafkaError, OSError) as error:
            _log.info("positions were not passed on to the group %s: %r", self._group, error)
            self._notes = notes | self._notes


def _partitions(homes: Iterable[TopicPartition]) -> frozenset[Partition]:
    return frozenset(Partition(*home) for home in homes)


def _alive(client: AIOKafkaConsumer) -> Coroutine[Any, Any, object]:
    assigned = client.assignment()
    return client.end_offsets(assigned) if assigned else client.topics()  # type: ignore[no-any-return]
