"""An empty service and the topics give the same store again, and nobody is rung."""

from dataclasses import replace
from datetime import timedelta

import pytest
from stage import Station, Stores, home
from tiny import NOON, PATIENCE, Answer, Queue, Receive, contact, listener

from chassis.clock import VirtualClock
from chassis.errors import Hole, StoreRefused, UnreadableRecord
from chassis.flow.rebuild import Rebuilt, differences, rebuild
from chassis.flow.soundness import faults
from chassis.log.memory import MemoryLog
from chassis.log.port import Outgoing, Partition, Record
from chassis.store.storage import Changes, InboxMove, InboxPosition, LookupChange, Storage
from contracts.topics import PARTITIONS, TOPICS

pytestmark = pytest.mark.anyio
LATER = VirtualClock(NOON + timedelta(days=30))


class Day:
    """A day of calls through both services, with all that can go wrong on the way."""

    def __init__(self, stores: Stores) -> None:
        self.stores = stores
        self.rung: list[str] = []
        self.broken: dict[str, Exception] = {"broken": ValueError()}
        self.clock = VirtualClock(NOON)
        self.log = MemoryLog()
        self.desk = Station(contact(), stores("contact"), self.log, self.clock)
        self.hears = Station(self.listening(), stores("callback"), self.log, self.clock)

    def listening(self) -> object:
        return listener(self.broken, lambda heard: self.rung.append(heard.stream))

    def happens(self, *commands: object) -> None:
        for command in commands:
            self.desk.do(command)
        self.turn()

    def turn(self) -> None:
        self.desk.publish()
        self.hears.listen()
        self.hears.publish()

    def later(self, step: timedelta) -> None:
        self.clock.move_by(step)
        for _ in range(2):
            self.desk.tick()
            self.hears.tick()
            self.turn()

    def restart(self) -> None:
        """Without its cursor: all is sent again."""
        self.desk.commit(lambda at: at.write(Changes(relayed=dict.fromkeys(range(PARTITIONS), 0))))
        self.desk, self.hears = self.desk.again(), self.hears.again()

    def end(self) -> None:
        self.turn()
        self.hears.settle()

    async def rebuilt(self, name: str = "callback", into: str = "rebuilt") -> tuple[Rebuilt, Storage]:
        service = contact() if name == "contact" else self.listening()
        storage = self.stores(into)
        return await rebuild(service, storage, self.log, LATER), storage  # type: ignore[arg-type]


@pytest.fixture
def day(stores: Stores) -> Day:
    return Day(stores)


def busy(day: Day) -> None:
    for n in range(8):
        day.happens(Receive(f"c{n}"), Queue(f"c{n}", "999"))
    day.happens(*(Queue("c0", f"queue {n}") for n in range(9)), Answer("c1"), Answer("c2"))
    day.restart()
    day.later(PATIENCE)
    day.happens(Receive("d0"), Queue("d0"))
    day.later(PATIENCE / 2)
    day.restart()
    day.happens(Receive("d1"), Queue("d1"), Answer("d0"))


def parked(storage: Storage) -> list[tuple[str, str, list[int]]]:
    return [
        (key.topic, key.key, [record.offset for record in storage.parked(key.topic, key.key)]) for key in storage.parked_keys()
    ]


@pytest.mark.parametrize("name", ["contact", "callback"])
async def test_a_rebuilt_store_is_equal_byte_for_byte_though_records_were_sent_twice(day: Day, name: str) -> None:
    busy(day)
    day.end()
    original = (day.desk if name == "contact" else day.hears).storage
    rebuilt, storage = await day.rebuilt(name)
    assert differences(original, storage) == []
    assert list(faults(contact() if name == "contact" else listener(), storage)) == []
    assert rebuilt.events == original.last_position() > 20 and rebuilt.decided == 0
    assert len(original.timers()) > 0 and len(original.entries(("", "", ""), 100)) > 0


async def test_a_rebuild_rings_nobody(day: Day) -> None:
    busy(day)
    day.later(PATIENCE)
    day.end()
    day.rung.clear()
    _, storage = await day.rebuilt()
    assert any("AttemptStarted" in event.type for event in storage.page(0, 1000))
    assert day.rung == []


async def test_a_rebuilt_service_goes_on_where_the_lost_one_was(day: Day) -> None:
    """The two go on side by side on the same topic, and stay equal."""
    busy(day)
    day.end()
    _, storage = await day.rebuilt()
    again = Station(listener(), storage, day.log, day.clock)
    day.happens(Receive("e"), Queue("e"), Queue("d1", "101"))
    again.listen()
    assert differences(day.hears.storage, storage) == []
    day.clock.move_by(PATIENCE)
    assert again.tick() == day.hears.tick() != []
    assert differences(day.hears.storage, storage) == []


async def test_what_was_parked_waits_in_the_rebuilt_store_too(day: Day) -> None:
    """Records before the last one that was obeyed: those after it are simply heard again."""
    day.happens(Receive("a"), Queue("a", "broken"), Queue("a", "999"), Receive("b"), Queue("b", "999"))
    for n in range(40):
        day.happens(Receive(f"c{n}"))
    day.end()
    assert parked(day.hears.storage) == [("contact.events", "call-a", [1, 2])]
    rebuilt, storage = await day.rebuilt()
    assert parked(storage) == parked(day.hears.storage) and rebuilt.parked == 2
    assert differences(day.hears.storage, storage) == []
    day.broken.clear()
    _, mended = await day.rebuilt(into="mended")
    assert parked(mended) == parked(day.hears.storage), "code that could obey it now must not: it would decide out of its time"
    for kept in (day.hears.storage, mended):
        Station(listener(), kept, day.log, day.clock).redrive("call-a")
    assert differences(day.hears.storage, mended) == []


async def test_what_was_redriven_does_not_wait_again(day: Day) -> None:
    day.happens(Receive("a"), Queue("a", "broken"), Queue("a", "999"))
    day.broken.clear()
    day.hears.redrive("call-a")
    day.happens(*(Receive(f"c{n}") for n in range(30)))
    day.end()
    rebuilt, storage = await day.rebuilt()
    assert parked(storage) == [] and rebuilt.parked == 0
    assert differences(day.hears.storage, storage) == []


async def test_what_somebody_threw_away_does_not_wait_again_once_its_key_went_on(day: Day) -> None:
    day.happens(Receive("a"), Queue("a", "broken"))
    (thrown,) = day.hears.storage.parked("contact.events", "call-a")
    day.hears.storage.append(Changes(unparked=[thrown]))
    day.happens(Queue("a", "999"), *(Receive(f"c{n}") for n in range(30)))
    day.end()
    _, storage = await day.rebuilt()
    assert parked(storage) == parked(day.hears.storage) == []
    assert differences(day.hears.storage, storage) == []


@pytest.mark.parametrize("headers", [True, False])
async def test_unreadable_records_wait_in_the_rebuilt_store_too(day: Day, headers: bool) -> None:
    day.happens(Receive("a"))
    (good,) = day.log.read_now(home("call-a"), 0, 1)
    broken = dict(good.headers) | {"ce_sequence": b"2", "ce_previous": b"1"} if headers else {}
    day.log.append_now([Outgoing(home("call-a"), "call-a", tuple(broken.items()), b"{")])
    if headers:
        day.desk.storage.restore([], [], Changes())
        day.desk.do(Queue("a", "lost"))
        day.desk.relay.published(day.desk.relay.pending())
    day.hears.listen()
    day.happens(Queue("a", "999"), *(Receive(f"c{n}") for n in range(30)))
    day.end()
    assert parked(day.hears.storage) == [("contact.events", "call-a", [1, 2])]
    _, storage = await day.rebuilt()
    assert parked(storage) == parked(day.hears.storage)
    assert differences(day.hears.storage, storage) == []


async def test_what_the_lost_service_had_not_heard_yet_is_heard_now(day: Day) -> None:
    day.happens(Receive("a"), Queue("a"))
    day.desk.do(Receive("b"))
    day.desk.publish()
    rebuilt, storage = await day.rebuilt()
    assert rebuilt.decided == 1
    day.hears.listen()
    assert [event.stream for event in storage.page(0, 10)] == [event.stream for event in day.hears.storage.page(0, 10)]
    assert storage.inbox().keys() == day.hears.storage.inbox().keys()


@pytest.mark.parametrize("command", [Queue("a", "999"), Answer("a")])
async def test_a_request_sent_again_after_a_rebuild_is_answered_as_before(day: Day, command: object) -> None:
    """Decided on the present state, the one would be recorded again and the other refused."""
    day.happens(Receive("a"), Queue("a", "1"))
    first = day.desk.do(command, cause="key", body="b")
    day.happens(*(Queue("a", "2"), Queue("a", "3"))) if isinstance(command, Queue) else day.turn()
    _, storage = await day.rebuilt("contact")
    again = Station(contact(), storage, day.log, day.clock)
    assert again.do(command, cause="key", body="b") == first
    assert differences(day.desk.storage, storage) == []


async def test_a_rebuild_is_not_stopped_by_many_parked_keys(day: Day) -> None:
    calls = [f"c{n}" for n in range(110)]
    day.desk.committer.commit([day.desk.work(Receive(call)) for call in calls])
    day.desk.committer.commit([day.desk.work(Queue(call, "broken")) for call in calls])
    day.turn()
    _, storage = await day.rebuilt()
    assert len(storage.parked_keys()) == 110


@pytest.mark.parametrize("lost", [1, 2, 4])
async def test_a_hole_in_the_own_topic_is_named(day: Day, lost: int) -> None:
    day.happens(Receive("a"), Receive("b"), Queue("a"), Queue("a", "101"), Queue("a", "102"), Receive("c"))
    without = MemoryLog()
    without.create_now(list(TOPICS.values()))
    for n in range(PARTITIONS):
        for record in day.log.read_now(Partition("contact.events", n), 0, 100):
            if dict(record.headers)["ce_sequence"] != b"%d" % lost:
                without.append_now([_outgoing(record)])
    day.log = without
    with pytest.raises(Hole, match=rf"contact\.events.*({lost} is missing|follows position {lost - 1} is missing)"):
        await day.rebuilt("contact")


async def test_a_hole_before_the_very_last_event_is_named_too(day: Day) -> None:
    """Nothing else in the topic comes after it, by which it would be missed."""
    day.happens(Receive("a"), Queue("a"), Queue("a", "101"))
    records = [_outgoing(record) for record in day.log.read_now(home("call-a"), 0, 10)]
    day.log = MemoryLog()
    day.log.create_now(list(TOPICS.values()))
    day.log.append_now([records[0], records[2]])
    with pytest.raises(Hole, match="follows position 1 is missing; the last one there is 3"):
        await day.rebuilt("contact")


async def test_a_hole_that_was_filled_by_sending_again_is_none(day: Day) -> None:
    day.happens(Receive("a"), Queue("a"), Queue("a", "101"))
    records = [_outgoing(record) for record in day.log.read_now(home("call-a"), 0, 10)]
    day.log = MemoryLog()
    day.log.create_now(list(TOPICS.values()))
    day.log.append_now([records[0], records[2], *records])
    _, storage = await day.rebuilt("contact")
    assert differences(day.desk.storage, storage) == []


async def test_rubbish_in_the_own_topic_is_passed_over_but_a_broken_record_of_our_own_is_not(day: Day) -> None:
    day.happens(Receive("a"))
    here = home("call-a")
    day.log.append_now([Outgoing(here, "x", (), b"rubbish")])
    _, storage = await day.rebuilt("contact")
    assert differences(day.desk.storage, storage) == []
    (good, *_) = day.log.read_now(here, 0, 1)
    headers = tuple((dict(good.headers) | {"ce_sequence": b"2", "ce_previous": b"1"}).items())
    day.log.append_now([Outgoing(here, "call-a", headers, b"{")])
    with pytest.raises(UnreadableRecord):
        await day.rebuilt("contact", into="broken")


@pytest.mark.parametrize(
    "written",
    [
        lambda storage: Station(contact(), storage, MemoryLog(), LATER).do(Receive("x")),
        lambda storage: storage.append(Changes(inbox=[InboxMove(home("call-a"), 0, InboxPosition(1, 0))])),
    ],
)
async def test_a_store_that_is_not_empty_is_refused_and_left_as_it_is(day: Day, written: object) -> None:
    busy(day)
    storage = day.stores("rebuilt")
    written(storage)  # type: ignore[operator]
    before = list(storage.page(0, 100))
    with pytest.raises(StoreRefused, match="not empty"):
        await day.rebuilt()
    assert list(storage.page(0, 100)) == before


async def test_every_kind_of_difference_is_told(day: Day) -> None:
    busy(day)
    day.end()
    _, storage = await day.rebuilt()
    original = day.hears.storage
    storage.append(Changes(timers={("review-x", "ring"): NOON}))
    [timers] = differences(original, storage)
    assert timers.startswith("the open timers differ") and "RINGBACK_POLICY" in timers
    storage.append(Changes(timers={("review-x", "ring"): None}, lookups=[LookupChange(True, "waiting", "x", "review-x", NOON)]))
    assert differences(original, storage) == ["the index entries differ"]
    storage.append(Changes(lookups=[LookupChange(False, "waiting", "x", "review-x", NOON)]))
    here = next(iter(original.inbox()))
    at = original.inbox()[here]
    storage.append(Changes(inbox=[InboxMove(here, at.position, InboxPosition(at.position + 1, at.offset))]))
    assert differences(original, storage) == []
    assert differences(storage, original) == [
        f"{here.topic}/{here.number}: heard to position {at.position} instead of {at.position + 1}"
    ]
    storage.append(Changes(inbox=[InboxMove(here, at.position + 1, at)]))
    assert differences(original, storage) == []
    last = original.last_position()
    Station(listener(), original, day.log, LATER).tick()
    assert differences(original, storage)[0] == f"events differ from position {last + 1} on"


def _outgoing(record: Record) -> Outgoing:
    return Outgoing(record.partition, record.key, record.headers, replace(record).value)
