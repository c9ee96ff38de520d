"""Whatever befalls between two commands (crashes, resends, two owners, rubbish), the stores end as on a day without trouble."""

from collections.abc import Callable, Sequence
from contextlib import suppress
from random import Random

from exploring import tried
from hypothesis import given
from hypothesis import strategies as st
from stage import Station
from tiny import NOON, PATIENCE, Answer, Queue, Receive, contact, listener

from chassis.clock import VirtualClock
from chassis.errors import StaleOwner
from chassis.flow.inbox import Limits
from chassis.flow.relay import Relay
from chassis.flow.soundness import faults
from chassis.log.memory import MemoryLog
from chassis.log.port import Outgoing, Partition
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Changes, Storage
from contracts.refusals import Refused
from contracts.topics import PARTITIONS

CALLS = ("a", "b", "c", "d")
COMMANDS = st.one_of(
    st.builds(Receive, st.sampled_from(CALLS)),
    st.builds(Queue, st.sampled_from(CALLS), st.sampled_from(("999", "101", "broken"))),
    st.builds(Answer, st.sampled_from(CALLS)),
    st.just("wait"),
)
TROUBLES = (
    "publish",
    "publish one",
    "publish and crash",
    "resend all",
    "old relay",
    "note",
    "repeat a record",
    "listen",
    "listen a little",
    "listen and crash",
    "two owners",
    "crash contact",
    "crash callback",
    "settle",
    "say it again",
    "redrive",
    "rubbish",
)
DAYS = st.lists(st.tuples(COMMANDS, st.lists(st.sampled_from(TROUBLES), max_size=4)), min_size=1, max_size=14)


class World:
    """Both services, and what can befall them between two steps of the day."""

    def __init__(self, seed: int) -> None:
        self.random = Random(seed)
        self.log = MemoryLog()
        self.clock = VirtualClock(NOON)
        self.broken: dict[str, Exception] = {"broken": ValueError()}
        self.stores = SqliteStorage(), SqliteStorage()
        self.contact = Station(contact(), self.stores[0], self.log, self.clock, Limits(quiet_records=3))
        self.old = self.contact.relay
        self.callback = Station(listener(self.broken), self.stores[1], self.log, self.clock, Limits(quiet_records=3))
        self.said: list[tuple[object, str]] = []

    def say(self, command: object, cause: str) -> None:
        """One step of the day: a command with an idempotency key, or a minute that passes."""
        if command == "wait":
            self.drain()
            self.clock.move_by(PATIENCE)
            self.contact.tick()
            self.callback.tick()
            self.drain()
            return
        with suppress(Refused):
            self.contact.do(command, cause=cause, body=cause)
            self.said.append((command, cause))

    def drain(self) -> None:
        """All that was recorded is heard."""
        while self.contact.publish():
            pass
        while any(progress.handled for progress in self.callback.listen()):
            pass
        assert self.callback.inbox.stopped() == {}

    def end(self) -> None:
        """The trouble is over: what is broken is mended, what is parked is redriven."""
        self.broken.clear()
        self.drain()
        for key in self.callback.storage.parked_keys():
            with suppress(Refused):
                self.callback.redrive(key.key)
        self.callback.settle()

    def befalls(self, trouble: str) -> None:
        getattr(self, trouble.replace(" ", "_"))()

    def publish_one(self) -> None:
        self.contact.publish(1)

    def publish(self) -> None:
        self.contact.publish(self.random.randrange(1, 5))

    def publish_and_crash(self) -> None:
        self.log.append_now([record for _, record in self.contact.relay.pending()[: self.random.randrange(4)]])
        self.crash_contact()

    def resend_all(self) -> None:
        self.contact.commit(lambda desk: desk.write(Changes(relayed=dict.fromkeys(range(PARTITIONS), 0))))
        self.crash_contact()

    def old_relay(self) -> None:
        """A relay that thinks it still leads publishes what it has, from where it was."""
        pending = self.old.pending()[:3]
        self.log.append_now([record for _, record in pending])
        self.old.published(pending)

    def note(self) -> None:
        relay: Relay = self.random.choice((self.contact.relay, self.old))
        positions = relay.note()
        self.contact.commit(lambda desk: desk.write(Changes(relayed=positions)))

    def repeat_a_record(self) -> None:
        some = [record for n in range(PARTITIONS) for record in self.log.read_now(Partition("contact.events", n), 0, 100)]
        if some:
            again = self.random.choice(some)
            self.log.append_now([Outgoing(again.partition, again.key, again.headers, again.value)])

    def listen(self) -> None:
        self.callback.listen()

    def listen_a_little(self) -> None:
        self.callback.listen(self.random.randrange(1, 3))

    def listen_and_crash(self) -> None:
        """Durable, but the process died before it knew."""
        for one, offset in self.callback.offsets.items():
            records = self.log.read_now(one, offset, self.random.randrange(1, 4))
            self.callback.committer.commit([self.callback.inbox.take(one, records)])
        self.crash_callback()

    def two_owners(self) -> None:
        other = self.callback.again()
        for station in (other, self.callback, other):
            with suppress(StaleOwner):
                station.listen(self.random.randrange(1, 4))
        self.crash_callback()

    def crash_contact(self) -> None:
        self.old = self.contact.relay
        self.contact = self.contact.again()

    def crash_callback(self) -> None:
        self.callback = self.callback.again()

    def settle(self) -> None:
        self.callback.settle()

    def say_it_again(self) -> None:
        if self.said:
            command, cause = self.random.choice(self.said)
            self.contact.do(command, cause=cause, body=cause)

    def redrive(self) -> None:
        for key in self.callback.storage.parked_keys():
            self.callback.redrive(key.key, preview=self.random.random() < 0.5)

    def rubbish(self) -> None:
        """A stranger's record in our topic."""
        number = self.random.randrange(PARTITIONS)
        self.log.append_now([Outgoing(Partition("contact.events", number), "stranger", (("x", b"\xff"),), b"{")])

    def close(self) -> None:
        for storage in self.stores:
            storage.close()


def streams(storage: Storage) -> dict[str, list[tuple[int, str, bytes]]]:
    """Every stream, byte for byte; how the streams interleave is free."""
    found: dict[str, list[tuple[int, str, bytes]]] = {}
    for event in storage.page(0, 10_000):
        found.setdefault(event.stream, []).append((event.version, event.type, event.state))
    return found


def picture(world: World) -> list[object]:
    contact_, callback = world.stores
    assert list(faults(contact(), contact_)) == list(faults(listener(), callback)) == []
    heard = {one: position.position for one, position in callback.inbox().items()}
    parked = [key.key for key in callback.parked_keys() if key.key != "stranger"]
    beside = [(storage.timers(), storage.entries(("", "", ""), 1000)) for storage in world.stores]
    return [list(contact_.page(0, 10_000)), streams(callback), heard, parked, beside]


def played(day: Sequence[tuple[object, Sequence[str]]], seed: int, trouble: Callable[[World, str], None]) -> list[object]:
    world = World(seed)
    try:
        for n, (command, troubles) in enumerate(day):
            world.say(command, f"cause {n}")
            for one in troubles:
                trouble(world, one)
        world.end()
        return picture(world)
    finally:
        world.close()


@tried(150)
@given(DAYS, st.integers(0, 2**32))
def test_no_trouble_changes_what_is_recorded(day: list[tuple[object, list[str]]], seed: int) -> None:
    calm = played(day, seed, lambda world, trouble: None)
    assert played(day, seed, World.befalls) == calm


def test_the_troubles_do_happen() -> None:
    """A day on which each of them befalls busy services, so that the property above is not true of nothing."""
    day: list[tuple[object, list[str]]] = [(Receive("a"), list(TROUBLES)), (Queue("a", "broken"), list(TROUBLES))]
    day += [(Queue("a", "101"), list(TROUBLES)), ("wait", list(TROUBLES)), (Receive("b"), list(TROUBLES))]
    assert played(day, 1, World.befalls) == played(day, 1, lambda world, trouble: None)
