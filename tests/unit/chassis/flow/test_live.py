"""Two services in real time, on the embedded log: what is recorded is heard, once, and rings once."""

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from stage import Station, home, until
from tiny import NOON, PATIENCE, REVIEW, Answer, Queue, Receive, contact, listener

from chassis.clock import VirtualClock
from chassis.errors import StoreRefused
from chassis.flow.listening import Listening
from chassis.flow.live import LiveHost
from chassis.flow.outbox import Outbox
from chassis.flow.timekeeping import Timekeeping
from chassis.host import Context, Service
from chassis.log.memory import MemoryLog
from chassis.log.port import Outgoing
from chassis.log.sqlite import SqliteLog
from chassis.metrics import Metrics
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Changes
from chassis.tracing import Tracing
from contracts.envelope import Envelope, Event
from contracts.refusals import NotFound
from contracts.topics import TOPICS

pytestmark = pytest.mark.anyio
HERE = home("call-a")


class Running:
    """One service with its loops, as a process has it."""

    def __init__(self, service: Service, path: Path, log: Any, clock: VirtualClock) -> None:
        self.host = LiveHost(service, SqliteStorage(path), clock, Metrics(service.name, "0"))
        self.outbox = Outbox(self.host, log)
        self.listening = Listening(self.host, log, "pod-0", Tracing(service.name, "0", "pod-0", 0.0, None))
        self._stop = asyncio.Event()
        self._loops = [
            asyncio.create_task(loop.run(self._stop, lambda: None))
            for loop in (self.outbox, self.listening, Timekeeping(self.host))
        ]

    async def do(self, *commands: Any) -> None:
        for command in commands:
            cause = f"{command}"
            await self.host.run(command, Context(cause, "tester", cause))

    async def relaying(self) -> None:
        """Wait for the relay's loop to end, which it does by failing; the process is then stopped."""
        try:
            async with asyncio.timeout(20):
                await self._loops[0]
        finally:
            self._stop.set()
            await asyncio.gather(*self._loops[1:])
            self.host.close()

    async def stop(self) -> None:
        self._stop.set()
        await asyncio.gather(*self._loops)
        self.host.close()

    async def die(self) -> None:
        """As a kill would leave it: nothing is noted, nothing is finished."""
        for loop in self._loops:
            loop.cancel()
        ended = await asyncio.gather(*self._loops, return_exceptions=True)
        self.host.close()
        failed = [how for how in ended if isinstance(how, Exception)]
        if failed:
            raise failed[0]

    def heard(self, call: str = "a") -> tuple[str, ...]:
        try:
            state = self.host.load(REVIEW, f"review-{call}").state
        except NotFound:
            return ()
        return state.heard if state else ()


class Room:
    """Where services run: a folder, a log in it, a clock, and a telephone that keeps a list."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = SqliteLog(folder / "log")
        self.clock = VirtualClock(NOON)
        self.rung: list[str] = []
        self.abandoned: list[str] = []
        self._on: list[Running] = []

    def desk(self, said: Callable[[Envelope[Event]], None] | None = None) -> Running:
        return self._start(contact(said or (lambda heard: self.abandoned.append(heard.stream))), "contact")

    def listener(self, broken: dict[str, Exception] | None = None) -> Running:
        return self._start(listener(broken, lambda heard: self.rung.append(heard.stream)), "callback")

    def _start(self, service: Service, name: str) -> Running:
        self._on.append(Running(service, self.folder / f"{name}.sqlite", self.log, self.clock))
        return self._on[-1]

    async def restart(self, running: Running, kill: bool = True) -> Running:
        await (running.die() if kill else running.stop())
        self._on.remove(running)
        return self._start(running.host.service, running.host.service.name)

    def forget(self, running: Running) -> None:
        """It was stopped by the test."""
        self._on.remove(running)

    async def close(self) -> None:
        for running in self._on:
            await running.die()
        await self.log.close()


@pytest.fixture
async def room(tmp_path: Path) -> AsyncIterator[Room]:
    room = Room(tmp_path)
    yield room
    await room.close()


async def test_what_one_service_records_another_hears_and_acts_on_once(room: Room) -> None:
    desk, hears = room.desk(), room.listener()
    await desk.do(Receive("a"), Queue("a"))
    await until(lambda: hears.heard() == ("received", "999"))
    room.clock.move_by(PATIENCE)
    await until(lambda: hears.heard()[-1] == "abandoned")
    assert room.abandoned == ["call-a"] and room.rung == []
    room.clock.move_by(PATIENCE)
    await until(lambda: room.rung == ["review-a"])
    assert hears.host.storage.timers() == []


@pytest.mark.parametrize("kill", [True, False])
async def test_a_restart_performs_no_effect_again_and_loses_nothing(room: Room, kill: bool) -> None:
    desk, hears = room.desk(), room.listener()
    await desk.do(Receive("a"), Queue("a"))
    room.clock.move_by(PATIENCE)
    await until(lambda: hears.heard() == ("received", "999", "abandoned"))
    room.clock.move_by(PATIENCE)
    await until(lambda: room.rung == ["review-a"])
    desk, hears = await room.restart(desk, kill), await room.restart(hears, kill)
    await desk.do(Receive("b"))
    await until(lambda: hears.heard("b") == ("received",))
    assert room.rung == ["review-a"] and room.abandoned == ["call-a"]
    assert hears.heard() == ("received", "999", "abandoned")


async def test_what_was_recorded_before_a_crash_and_not_published_goes_out_after_it(room: Room) -> None:
    storage = SqliteStorage(room.folder / "contact.sqlite")
    alone = Station(contact(), storage, MemoryLog(), room.clock)
    alone.do(Receive("a"))
    alone.do(Queue("a"))
    storage.close()
    room.desk()
    hears = room.listener()
    await until(lambda: hears.heard() == ("received", "999"))
    assert room.abandoned == []


async def test_an_effect_that_fails_does_not_cost_the_others_of_its_commit(room: Room) -> None:
    told: list[str] = []
    trouble: list[str] = []
    asyncio.get_running_loop().set_exception_handler(lambda _, context: trouble.append(type(context["exception"]).__name__))

    def ring(heard: Envelope[Event]) -> None:
        told.append(heard.stream)
        if len(told) == 1:
            raise OSError("the line is dead")

    desk = room.desk(ring)
    for call in "abc":
        await desk.do(Receive(call), Queue(call))
    room.clock.move_by(PATIENCE)
    await until(lambda: len(told) == 3)
    assert trouble == ["OSError"] and sorted(told) == ["call-a", "call-b", "call-c"]


async def test_services_started_on_an_empty_log_in_any_order_find_each_other(room: Room) -> None:
    hears = room.listener()
    desk = room.desk()
    await desk.do(Receive("a"))
    await until(lambda: hears.heard() == ("received",))


async def test_positions_heard_without_effect_are_kept_at_the_end(room: Room) -> None:
    desk, hears = room.desk(), room.listener()
    await desk.do(Receive("a"), Answer("a"))
    await until(lambda: place(hears) == 2)
    await hears.stop()
    room.forget(hears)
    storage = SqliteStorage(room.folder / "callback.sqlite")
    assert storage.inbox()[HERE].position == 2
    storage.close()


async def test_a_hole_stops_the_partition_says_so_and_heals_when_the_record_is_there(room: Room) -> None:
    desk, hears = room.desk(), room.listener()
    await desk.do(Receive("a"))
    await until(lambda: hears.heard() == ("received",))
    await _lose_next(room, desk, Queue("a", "999"))
    await desk.do(Queue("a", "101"))
    await until(lambda: HERE in hears.host.inbox.stopped())
    assert hears.heard() == ("received",)
    await _send_all_again(room, desk)
    await until(lambda: hears.heard() == ("received", "999", "101"))
    await until(lambda: hears.host.inbox.stopped() == {})


async def test_an_unreadable_record_last_in_the_log_does_not_deafen_a_restarted_service(room: Room) -> None:
    desk, hears = room.desk(), room.listener()
    await desk.do(Receive("a"))
    await until(lambda: hears.heard() == ("received",))
    good = (await room.log.read(HERE, 0, 1))[0]
    number = dict(good.headers) | {"ce_sequence": b"2", "ce_previous": b"1"}
    await _publish(room, Outgoing(HERE, "call-broken", tuple(number.items()), b"{"))
    await until(lambda: len(hears.host.storage.parked_keys()) == 1)
    await hears.stop()
    room.forget(hears)
    hears = room.listener()
    number |= {"ce_sequence": b"3", "ce_previous": b"2", "ce_id": b"x"}
    await _publish(room, Outgoing(HERE, "call-a", tuple(number.items()), good.value))
    await until(lambda: hears.heard() == ("received", "received"))
    assert len(hears.host.storage.parked_keys()) == 1


async def test_a_log_that_was_made_anew_is_read_from_its_beginning_and_nothing_is_heard_twice(room: Room) -> None:
    desk, hears = room.desk(), room.listener()
    await desk.do(Receive("a"), Queue("a"), Receive("b"))
    await until(lambda: hears.heard() == ("received", "999") and hears.heard("b") == ("received",))
    for running in (desk, hears):
        await running.stop()
        room.forget(running)
    await room.log.close()
    room.log = SqliteLog(room.folder / "another log")
    _forget_cursor(room)
    await room.log.create([TOPICS["contact"]])
    stranger = Outgoing(HERE, "call-x", (("ce_id", b"1"),), b"{}")
    await _publish(room, stranger)
    desk, hears = room.desk(), room.listener()
    await desk.do(Queue("a", "101"))
    await until(lambda: hears.heard() == ("received", "999", "101"))
    assert hears.heard("b") == ("received",)


@pytest.mark.parametrize("more", [0, 1, 2])
async def test_an_old_copy_of_a_store_publishes_nothing(room: Room, more: int) -> None:
    """What it would say under positions that are taken, everybody would drop. It may have caught up in number by then."""
    desk, hears = room.desk(), room.listener()
    await desk.do(Receive("a"))
    await until(lambda: hears.heard() == ("received",))
    await desk.stop()
    room.forget(desk)
    copy = (room.folder / "contact.sqlite").read_bytes()
    desk = room.desk()
    await desk.do(Queue("a"))
    await until(lambda: hears.heard() == ("received", "999"))
    await desk.stop()
    room.forget(desk)
    (room.folder / "contact.sqlite").write_bytes(copy)
    old = SqliteStorage(room.folder / "contact.sqlite")
    alone = Station(contact(), old, MemoryLog(), room.clock)
    for n in range(more):
        alone.do(Queue("a", f"10{n}"))
    old.close()
    desk = room.desk()
    with pytest.raises(StoreRefused, match="another event at position 2 than the store, which is an old copy"):
        await desk.relaying()
    room.forget(desk)
    assert await room.log.read(HERE, 2, 10) == []


async def test_of_two_owners_of_a_partition_both_go_on_and_nothing_is_heard_twice(room: Room) -> None:
    desk = room.desk()
    one, other = room.listener(), room.listener()
    for n in range(30):
        await desk.do(Receive(f"c{n}"), Queue(f"c{n}", "999"))
    await until(lambda: all(one.heard(f"c{n}") == ("received", "999") for n in range(30)))
    assert other.host.storage.last_position() == 60
    await desk.do(Queue("c0", "101"))
    await until(lambda: one.heard("c0") == ("received", "999", "101"))


async def test_of_two_owners_who_heard_only_what_concerns_nobody_one_steps_back(room: Room) -> None:
    desk = room.desk()
    one, other = room.listener(), room.listener()
    await desk.do(Receive("a"))
    await until(lambda: all(place(owner) == 1 for owner in (one, other)))
    await desk.do(Answer("a"))
    await until(lambda: all(place(owner) == 2 and owner.host.inbox.settle() is None for owner in (one, other)))
    assert one.host.storage.inbox()[HERE].position == 2


def place(running: Running) -> int:
    """How far it has read the partition of these tests."""
    try:
        return running.host.inbox.position(HERE)
    except KeyError:
        return 0


def _forget_cursor(room: Room) -> None:
    storage = SqliteStorage(room.folder / "contact.sqlite")
    storage.append(Changes(relayed=dict.fromkeys(range(12), 0)))
    storage.close()


async def _send_all_again(room: Room, desk: Running) -> None:
    """What an operator does about a hole in the log."""
    await desk.stop()
    room.forget(desk)
    _forget_cursor(room)
    room.desk()


async def _publish(room: Room, *records: Outgoing) -> None:
    await room.log.publish(list(records))


async def _lose_next(room: Room, desk: Running, command: object) -> Outgoing:
    """The log loses the record that this command leads to."""
    await until(lambda: desk.outbox.relay.position == desk.host.storage.last_position())
    lost: list[Outgoing] = []
    publish = room.log.publish

    async def losing(records: Sequence[Outgoing]) -> None:
        lost.extend(record for record in records if record.partition == HERE)
        await publish([record for record in records if record.partition != HERE])

    room.log.publish = losing  # type: ignore[method-assign]
    await desk.do(command)
    await until(lambda: bool(lost))
    room.log.publish = publish  # type: ignore[method-assign]
    return lost[0]
