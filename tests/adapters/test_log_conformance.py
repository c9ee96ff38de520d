"""One suite for every log: what the relay, the inbox and a rebuild rely on, in memory, on SQLite and on Apache Kafka."""

import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from chassis.errors import LogError
from chassis.log.kafka import KafkaLog
from chassis.log.kafka_settings import KafkaSettings
from chassis.log.memory import MemoryLog
from chassis.log.port import Consumer, Headers, Log, Outgoing, Partition, Record, Seek
from chassis.log.sqlite import SqliteLog
from contracts.topics import Topic

pytestmark = pytest.mark.anyio

WAIT_S = 30.0
HEADERS: Headers = (("ce_id", b"1"), ("ce_id", b"again"), ("empty", b""), ("any", bytes(range(256))), ("ümlaut", b"x"))


@dataclass
class Logs:
    """Handles on one log, each as another process would have it."""

    make: Callable[[], Log]
    opened: list[Log] = field(default_factory=list)
    consumers: list[Consumer] = field(default_factory=list)

    def open(self) -> Log:
        self.opened.append(self.make())
        return self.opened[-1]

    async def topic(self, partitions: int = 3) -> Topic:
        topic = Topic(f"t{uuid.uuid4().hex}", partitions)
        await self.open().create([topic])
        return topic

    async def subscribe(self, topic: Topic, seek: Seek | None = None, group: str | None = None) -> Consumer:
        name = group or uuid.uuid4().hex
        consumer = await self.open().subscribe(name, "pod-0", [topic.name], seek or beginning)
        self.consumers.append(consumer)
        return consumer


@pytest.fixture(params=["memory", "sqlite", "kafka"])
async def logs(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Logs]:
    memory = MemoryLog()
    make: Callable[[], Log]
    match request.param:
        case "memory":
            make = lambda: memory  # noqa: E731
        case "sqlite":
            make = lambda: SqliteLog(tmp_path / "log")  # noqa: E731
        case _:
            settings = KafkaSettings(servers=request.getfixturevalue("kafka_server").address)
            make = lambda: KafkaLog(settings)  # noqa: E731
    logs = Logs(make)
    yield logs
    for consumer in logs.consumers:
        await consumer.close()
    for log in logs.opened:
        await log.close()


async def beginning(partition: Partition) -> int:
    return 0


def at(topic: Topic, number: int) -> Partition:
    return Partition(topic.name, number)


def numbered(partition: Partition, numbers: range) -> list[Outgoing]:
    return [Outgoing(partition, f"call-{n}", (("n", str(n).encode()),), f"event {n}".encode()) for n in numbers]


def values(records: Sequence[Record]) -> list[str]:
    return [record.value.decode() for record in records]


def events(numbers: range) -> list[str]:
    return [f"event {n}" for n in numbers]


async def collect(consumer: Consumer, enough: int, limit: int = 100) -> dict[Partition, list[Record]]:
    """Poll until `enough` records have come, or fail."""
    found: dict[Partition, list[Record]] = {}
    seen = 0
    while seen < enough:
        batches = await consumer.poll(limit, WAIT_S)
        assert batches, f"only {seen} of {enough} records came"
        assert sum(map(len, batches.values())) <= limit
        for partition, records in batches.items():
            found.setdefault(partition, []).extend(records)
            seen += len(records)
    return found


async def test_a_record_comes_back_exactly(logs: Logs) -> None:
    topic = await logs.topic()
    home = at(topic, 1)
    sent = [Outgoing(home, "call-ünïcode", HEADERS, bytes(range(256)) * 40), Outgoing(home, "call-2", (), b"{}")]
    await logs.open().publish(sent)
    expected = [Record(home, n, record.key, record.headers, record.value) for n, record in enumerate(sent)]
    assert list(await logs.open().read(home, 0, 10)) == expected
    assert await collect(await logs.subscribe(topic), 2) == {home: expected}


async def test_order_is_kept_within_each_partition_over_many_calls(logs: Logs) -> None:
    topic = await logs.topic()
    log = logs.open()
    for start in range(0, 300, 10):
        mixed = [record for n in range(start, start + 10) for record in numbered(at(topic, n % 3), range(n, n + 1))]
        await log.publish(mixed)
    found = await collect(await logs.subscribe(topic), 300)
    for number in range(3):
        records = found[at(topic, number)]
        assert values(records) == events(range(number, 300, 3))
        assert [record.offset for record in records] == list(range(100))


async def test_published_is_there_for_others_before_anything_is_closed(logs: Logs) -> None:
    topic = await logs.topic()
    await logs.open().publish(numbered(at(topic, 0), range(5)))
    assert values(await logs.open().read(at(topic, 0), 0, 10)) == events(range(5))


async def test_a_poll_returns_no_more_than_its_limit_and_loses_nothing(logs: Logs) -> None:
    topic = await logs.topic()
    await logs.open().publish([record for number in range(3) for record in numbered(at(topic, number), range(25))])
    found = await collect(await logs.subscribe(topic), 75, limit=10)
    assert all(values(records) == events(range(25)) for records in found.values())


async def test_a_busy_partition_does_not_keep_the_others_waiting(logs: Logs) -> None:
    topic = await logs.topic(2)
    much = [Outgoing(at(topic, 0), f"call-{n}", (), os.urandom(1000)) for n in range(4000)]
    await logs.open().publish(much + numbered(at(topic, 1), range(1)))
    consumer = await logs.subscribe(topic)
    polls = [await consumer.poll(100, WAIT_S) for _ in range(20)]
    assert any(at(topic, 1) in batches for batches in polls)


async def test_a_poll_without_records_ends_empty(logs: Logs) -> None:
    consumer = await logs.subscribe(await logs.topic())
    assert await consumer.poll(10, 0.05) == {}


async def test_what_is_published_while_a_poll_waits_ends_the_wait(logs: Logs) -> None:
    topic = await logs.topic()
    consumer = await logs.subscribe(topic)
    log = logs.open()
    await log.publish(numbered(at(topic, 0), range(1)))
    await collect(consumer, 1)
    await log.publish(numbered(at(topic, 2), range(1)))
    assert await collect(consumer, 1) == {at(topic, 2): list(await log.read(at(topic, 2), 0, 1))}


async def test_reading_begins_where_the_own_store_says_and_not_where_the_group_says(logs: Logs) -> None:
    topic = await logs.topic()
    await logs.open().publish([record for number in range(3) for record in numbered(at(topic, number), range(20))])
    first = await logs.subscribe(topic, group="g")
    await collect(first, 60)
    for number in range(3):
        first.note(at(topic, number), 20)
    await first.close()

    async def stored(partition: Partition) -> int:
        return 10 + partition.number

    second = await logs.subscribe(topic, stored, group="g")
    found = await collect(second, 27)
    assert {partition.number: values(records) for partition, records in found.items()} == {
        number: events(range(10 + number, 20)) for number in range(3)
    }
    assert second.assigned() == {at(topic, number) for number in range(3)}


async def test_a_partition_can_be_read_again_from_anywhere(logs: Logs) -> None:
    topic = await logs.topic()
    await logs.open().publish(numbered(at(topic, 0), range(10)))
    consumer = await logs.subscribe(topic)
    await collect(consumer, 10)
    consumer.seek(at(topic, 0), 4)
    assert values((await collect(consumer, 6))[at(topic, 0)]) == events(range(4, 10))


async def test_a_paused_partition_rests_until_it_is_sought(logs: Logs) -> None:
    topic = await logs.topic(2)
    consumer = await logs.subscribe(topic)
    log = logs.open()
    await log.publish(numbered(at(topic, 0), range(3)) + numbered(at(topic, 1), range(3)))
    await collect(consumer, 6)
    consumer.pause(at(topic, 0))
    await log.publish(numbered(at(topic, 0), range(3, 6)) + numbered(at(topic, 1), range(3, 6)))
    found = await collect(consumer, 3)
    assert set(found) == {at(topic, 1)}
    assert await consumer.poll(10, 0.5) == {}
    consumer.seek(at(topic, 0), 2)
    assert values((await collect(consumer, 4))[at(topic, 0)]) == events(range(2, 6))


async def test_ends_and_pages(logs: Logs) -> None:
    topic = await logs.topic()
    log = logs.open()
    await log.publish(numbered(at(topic, 1), range(25)))
    assert await log.ends(topic.name) == {at(topic, 0): 0, at(topic, 1): 25, at(topic, 2): 0}
    read: list[Record] = []
    while page := await log.read(at(topic, 1), len(read), 10):
        assert len(page) <= 10
        read.extend(page)
    assert values(read) == events(range(25))
    assert list(await log.read(at(topic, 0), 0, 10)) == []


async def test_pages_of_several_partitions_can_be_read_in_turn(logs: Logs) -> None:
    topic = await logs.topic(2)
    log = logs.open()
    await log.publish(numbered(at(topic, 0), range(10)) + numbered(at(topic, 1), range(10)))
    for start in (0, 5):
        for number in range(2):
            assert values(await log.read(at(topic, number), start, 5)) == events(range(start, start + 5))


async def test_making_a_topic_again_changes_nothing_but_another_partition_count_is_refused(logs: Logs) -> None:
    topic = await logs.topic(3)
    log = logs.open()
    await log.publish(numbered(at(topic, 0), range(1)))
    await log.create([topic])
    assert (await log.ends(topic.name))[at(topic, 0)] == 1
    with pytest.raises(LogError, match="has 3 partitions here, not 4"):
        await logs.open().create([Topic(topic.service, 4)])


async def test_a_topic_made_after_subscribing_is_read(logs: Logs) -> None:
    topic = Topic(f"late{uuid.uuid4().hex}", 2)
    consumer = await logs.subscribe(topic)
    assert await consumer.poll(10, 0.05) == {}
    log = logs.open()
    await log.create([topic])
    await log.publish(numbered(at(topic, 1), range(3)))
    assert values((await collect(consumer, 3))[at(topic, 1)]) == events(range(3))


@pytest.mark.parametrize("number", [0, 7])
async def test_what_does_not_exist_is_named(logs: Logs, number: int) -> None:
    topic = await logs.topic(3) if number else Topic("nowhere", 3)
    log = logs.open()
    reason = "partitions 0 to 2, not 7" if number else "nowhere"
    attempts: list[Callable[[], Awaitable[object]]] = [
        lambda: log.publish(numbered(at(topic, number), range(1))),
        lambda: log.read(at(topic, number), 0, 1),
    ]
    if not number:
        attempts.append(lambda: log.ends(topic.name))
    for attempt in attempts:
        with pytest.raises(LogError, match=reason):
            await attempt()


async def test_a_position_beyond_the_end_is_refused_in_plain_words(logs: Logs) -> None:
    topic = await logs.topic(1)
    await logs.open().publish(numbered(at(topic, 0), range(3)))

    async def of_another_log(partition: Partition) -> int:
        return 50

    consumer = await logs.subscribe(topic, of_another_log)
    with pytest.raises(LogError, match="another log than the one read before"):
        await collect(consumer, 1)


async def test_a_closed_consumer_reads_no_more(logs: Logs) -> None:
    consumer = await logs.subscribe(await logs.topic())
    await consumer.close()
    with pytest.raises(LogError, match="closed"):
        await consumer.poll(1, 0)
