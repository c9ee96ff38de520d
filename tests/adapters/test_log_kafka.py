"""What only a broker can do to us: die, freeze, refuse one partition, share a topic out, have two members of one name."""

import asyncio
import os
import signal
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic

from chassis.errors import LogError, LogUnavailable
from chassis.log.kafka import KafkaLog
from chassis.log.kafka_settings import KafkaSettings
from chassis.log.port import Consumer, Outgoing, Partition, Seek
from cli.local import kafka, process
from cli.local.server import Server
from contracts.topics import Topic

pytestmark = pytest.mark.anyio

LIMIT_S = 60.0


@asynccontextmanager
async def opened(settings: KafkaSettings) -> AsyncIterator[KafkaLog]:
    log = KafkaLog(settings)
    try:
        yield log
    finally:
        await log.close()


@pytest.fixture
def settings(kafka_server: Server) -> KafkaSettings:
    return KafkaSettings(servers=kafka_server.address or "", answer_s=4, request_s=2)


@pytest.fixture
async def log(settings: KafkaSettings) -> AsyncIterator[KafkaLog]:
    async with opened(settings) as log:
        yield log


@pytest.fixture
async def topic(log: KafkaLog) -> Topic:
    topic = Topic(f"t{uuid.uuid4().hex}", 4)
    await log.create([topic])
    return topic


@asynccontextmanager
async def administering(settings: KafkaSettings) -> AsyncIterator[AIOKafkaAdminClient]:
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.servers)
    try:
        await admin.start()
        yield admin
    finally:
        await admin.close()


Join = Callable[..., Awaitable[Consumer]]


@pytest.fixture
async def join(log: KafkaLog, topic: Topic) -> AsyncIterator[Join]:
    """Subscribe to the topic, and close at the end."""
    joined: list[Consumer] = []

    async def member(group: str, name: str = "pod-0", seek: Seek = beginning) -> Consumer:
        joined.append(await log.subscribe(group, name, [topic.name], seek))
        return joined[-1]

    yield member
    for consumer in joined:
        await consumer.close()


@pytest.fixture
def group() -> str:
    return uuid.uuid4().hex


async def beginning(partition: Partition) -> int:
    return 0


def one(topic: Topic, n: int) -> Outgoing:
    return Outgoing(Partition(topic.name, n % topic.partitions), f"call-{n}", (), str(n).encode())


async def everything(log: KafkaLog, topic: Topic) -> dict[int, list[int]]:
    found: dict[int, list[int]] = {}
    for partition, end in (await log.ends(topic.name)).items():
        values = found.setdefault(partition.number, [])
        while len(values) < end:
            values.extend(int(record.value) for record in await log.read(partition, len(values), 500))
    return found


async def publish_until_taken(log: KafkaLog, records: list[Outgoing]) -> None:
    while True:
        try:
            return await log.publish(records)
        except LogUnavailable:
            await asyncio.sleep(0.1)


async def test_nothing_acknowledged_is_lost_when_the_broker_is_killed_in_the_midst(
    log: KafkaLog, topic: Topic, kafka_data: Path
) -> None:
    in_the_midst = asyncio.Event()

    async def publish() -> None:
        for start in range(0, 2000, 20):
            await publish_until_taken(log, [one(topic, n) for n in range(start, start + 20)])
            if start == 500:
                in_the_midst.set()

    publishing = asyncio.create_task(publish())
    await asyncio.wait_for(in_the_midst.wait(), LIMIT_S)
    pid = kafka.status(kafka_data).pid
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    await asyncio.to_thread(kafka.start, kafka_data)
    await asyncio.wait_for(publishing, LIMIT_S)
    for number, values in (await everything(log, topic)).items():
        assert list(dict.fromkeys(values)) == list(range(number, 2000, 4)), "in order, apart from what was sent twice"


async def test_a_frozen_broker_is_named_in_time_and_nothing_is_out_of_order_afterwards(
    log: KafkaLog, topic: Topic, kafka_server: Server
) -> None:
    await log.publish([one(topic, n) for n in range(8)])
    assert kafka_server.pid is not None and kafka_server.address is not None
    os.kill(kafka_server.pid, signal.SIGSTOP)
    try:
        async with asyncio.timeout(20):
            with pytest.raises(LogUnavailable, match=kafka_server.address):
                await log.publish([one(topic, n) for n in range(8, 16)])
    finally:
        os.kill(kafka_server.pid, signal.SIGCONT)
    await publish_until_taken(log, [one(topic, n) for n in range(8, 24)])
    for number, values in (await everything(log, topic)).items():
        assert list(dict.fromkeys(values)) == list(range(number, 24, 4))


async def test_every_call_names_a_broker_that_is_not_there() -> None:
    address = f"127.0.0.1:{process.free_port()}"
    topic = Topic("contact", 4)
    async with opened(KafkaSettings(servers=address, answer_s=2, request_s=1)) as log:
        for attempt in (
            lambda: log.create([topic]),
            lambda: log.publish([one(topic, 1)]),
            lambda: log.read(Partition(topic.name, 0), 0, 1),
            lambda: log.ends(topic.name),
            lambda: log.subscribe("callback", "pod-0", [topic.name], beginning),
        ):
            with pytest.raises(LogUnavailable, match=f"{address}.*check that it runs"):
                await attempt()  # type: ignore[no-untyped-call]


async def test_a_reader_notices_that_the_broker_is_gone_and_goes_on_where_it_was(
    log: KafkaLog, topic: Topic, kafka_data: Path, join: Join, group: str
) -> None:
    await log.publish([one(topic, n) for n in range(8)])
    consumer = await join(group)
    found = await read(consumer, 8)
    await asyncio.to_thread(kafka.stop, kafka_data)
    with pytest.raises(LogUnavailable, match="check that it runs"):
        async with asyncio.timeout(LIMIT_S):
            while True:
                assert await consumer.poll(100, 0.5) == {}
    await asyncio.to_thread(kafka.start, kafka_data)
    await publish_until_taken(log, [one(topic, n) for n in range(8, 16)])
    found += await read(consumer, 8)
    assert sorted(found) == list(range(16))


async def read(consumer: Consumer, enough: int) -> list[int]:
    found: list[int] = []
    async with asyncio.timeout(LIMIT_S):
        while len(found) < enough:
            try:
                batches = await consumer.poll(100, 1)
            except LogUnavailable:
                continue
            found += [int(record.value) for records in batches.values() for record in records]
    return found


async def test_two_members_share_the_partitions_and_one_takes_over_what_the_other_leaves(
    log: KafkaLog, topic: Topic, join: Join, group: str
) -> None:
    stored: dict[Partition, int] = {}

    async def store(partition: Partition) -> int:
        return stored.get(partition, 0)

    async def turn(consumer: Consumer) -> list[int]:
        found = []
        for partition, records in (await consumer.poll(100, 0.2)).items():
            stored[partition] = records[-1].offset + 1
            found += [int(record.value) for record in records]
        return found

    first, second = await join(group, "pod-0", store), await join(group, "pod-1", store)
    async with asyncio.timeout(LIMIT_S):
        while not (len(first.assigned()) == len(second.assigned()) == 2):
            await asyncio.gather(first.poll(1, 0.2), second.poll(1, 0.2))
    assert first.assigned() | second.assigned() == {Partition(topic.name, number) for number in range(4)}
    await log.publish([one(topic, n) for n in range(40)])
    found: list[int] = []
    async with asyncio.timeout(LIMIT_S):
        while len(found) < 40:
            found += await turn(first) + await turn(second)
    await second.close()
    await log.publish([one(topic, n) for n in range(40, 80)])
    async with asyncio.timeout(LIMIT_S):
        while len(found) < 80:
            found += await turn(first)
    assert first.assigned() == {Partition(topic.name, number) for number in range(4)}
    assert sorted(found) == list(range(80)), "every record once: the new owner began where the store says the old one ended"


@pytest.mark.parametrize("settled", [False, True], ids=["joining at once", "joining later"])
async def test_two_members_of_one_name_are_told(join: Join, group: str, settled: bool) -> None:
    twins = [await join(group)]
    async with asyncio.timeout(LIMIT_S):
        while settled and not twins[0].assigned():
            await twins[0].poll(1, 0.2)
        twins.append(await join(group))
        with pytest.raises(LogError, match=r"another process reads for \w+ as pod-0"):
            while True:
                for twin in twins:
                    await twin.poll(1, 0.2)


async def test_what_is_noted_can_be_seen_from_outside(
    log: KafkaLog, topic: Topic, settings: KafkaSettings, join: Join, group: str
) -> None:
    await log.publish([one(topic, n) for n in range(40)])
    consumer = await join(group)
    await read(consumer, 40)
    for number in range(4):
        consumer.note(Partition(topic.name, number), 7 + number)
    await consumer.close()
    async with administering(settings) as admin:
        offsets = await admin.list_consumer_group_offsets(group)
    assert {home.partition: offset.offset for home, offset in offsets.items()} == {0: 7, 1: 8, 2: 9, 3: 10}


async def test_a_partition_that_takes_nothing_holds_up_no_other_and_is_named(
    log: KafkaLog, topic: Topic, settings: KafkaSettings
) -> None:
    gone = Topic(f"gone{uuid.uuid4().hex}", 1)
    await log.create([gone])
    await log.publish([one(gone, 0)])
    async with administering(settings) as admin:
        await admin.delete_topics([gone.name])
    with pytest.raises(LogError, match=gone.name):
        await log.publish([one(gone, 0)] + [one(topic, n) for n in range(8)])
    await log.publish([one(topic, n) for n in range(8, 16)])
    for number, values in (await everything(log, topic)).items():
        assert values == list(range(number, 16, 4))


@pytest.mark.parametrize("size", [5_000, 2_000_000], ids=["by the broker", "by the client"])
async def test_a_record_too_large_is_refused_and_the_next_goes_through(log: KafkaLog, settings: KafkaSettings, size: int) -> None:
    topic = Topic(f"small{uuid.uuid4().hex}", 1)
    async with administering(settings) as admin:
        await admin.create_topics([NewTopic(topic.name, 1, 1, topic_configs={"max.message.bytes": "1000"})])
    await log.create([topic])
    await log.publish([one(topic, 0)])
    with pytest.raises(LogError, match="larger than it takes"):
        await log.publish([Outgoing(Partition(topic.name, 0), "call-1", (), os.urandom(size))])
    await log.publish([one(topic, 1)])
    assert (await everything(log, topic))[0] == [0, 1]
