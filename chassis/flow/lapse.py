"""Time-lapse: all services in one thread on a virtual clock that jumps to the next thing that happens.

The same use cases, stores, relay, inbox and timers as in real time; only what waits is replaced. The order in which services
get their turn is drawn from a seed, so one seed is one history.
"""

import hashlib
import heapq
import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Any, NamedTuple, Protocol

from chassis.clock import VirtualClock
from chassis.errors import StoreError
from chassis.flow import timers
from chassis.flow.commands import obey
from chassis.flow.inbox import Inbox
from chassis.flow.relay import Relay
from chassis.host import Context, Service
from chassis.log.embedded import EmbeddedLog
from chassis.log.port import Partition
from chassis.store.codec import envelope
from chassis.store.committer import Committer, Desk, Work
from chassis.store.storage import Changes, Storage, StoredEvent
from contracts import registry
from contracts.envelope import Envelope, Event
from contracts.refusals import Refused
from contracts.topics import TOPICS


class Stimulus(Protocol):
    """Something the world does: a command to a service at a time, with an identity of its own."""

    @property
    def at(self) -> datetime: ...
    @property
    def service(self) -> str: ...
    @property
    def command(self) -> object: ...
    @property
    def cause(self) -> str: ...
    @property
    def actor(self) -> str: ...


class Script(Protocol):
    """The world outside: what happens by itself, and how people answer what services say."""

    def stimuli(self) -> Iterator[Stimulus]:
        """What happens by itself, in order of time."""
        ...

    def heard(self, heard: Envelope[Event]) -> Iterable[Stimulus]:
        """How somebody answers a published event, at that time or later."""
        ...


class _Next(NamedTuple):
    at: datetime
    order: int
    act: Callable[[], None]


class Node:
    """One service in time-lapse: its store, and the plumbing in front of and behind it."""

    def __init__(self, service: Service, storage: Storage, clock: VirtualClock) -> None:
        self.service = service
        self.storage = storage
        self.relay = Relay(service.name, storage)
        self.inbox = Inbox(service, storage)
        self.fresh: list[StoredEvent] = []
        self.waiting: dict[Partition, int] = {}
        self.offsets: dict[Partition, int] = {}
        self.next_due = storage.next_due()
        self._committer = Committer(storage, clock, self.fresh.extend)
        self._effects = {registry.of(model).name: effect for model, effect in service.effects.items()}
        self._effects_from = storage.last_position()
        for name in service.hears:
            for number in range(TOPICS[name].partitions):
                partition = Partition(TOPICS[name].name, number)
                self.offsets[partition] = self.inbox.begin(partition)

    def commit(self, work: Work) -> Any:
        """Run one use case; raises what it raised."""
        result = self._committer.commit([work])[0]
        self.next_due = self.storage.next_due()
        if result.error is not None:
            raise result.error
        return result.value

    def act(self) -> None:
        """Perform the outside effects of what was just recorded."""
        for event in self.fresh:
            effect = self._effects.get(event.type)
            if effect is not None and event.position > self._effects_from:
                self._effects_from = event.position
                effect(self.envelope(event))

    def envelope(self, event: StoredEvent) -> Envelope[Event]:
        """A stored event in full."""
        return envelope(self.service.name, event.stream, event.version, event.position, event.type, event.state)


class TimeLapse:
    """The engine. `after` is the scheduler that simulated adapters (a telephone) use."""

    def __init__(
        self,
        services: Callable[["TimeLapse"], Sequence[Service]],
        stores: Mapping[str, Storage],
        log: EmbeddedLog,
        clock: VirtualClock,
        seed: int,
    ) -> None:
        self.clock = clock
        self._log = log
        self._random = Random(seed)
        self.refusals: Counter[tuple[str, str]] = Counter()
        """How often a service said no to the script, by service and code."""
        self._later: list[_Next] = []
        self._order = itertools.count()
        self.nodes = {service.name: Node(service, stores[service.name], clock) for service in services(self)}
        for node in self.nodes.values():
            node.waiting = {one: 0 for one, offset in node.offsets.items() if log.read_now(one, offset, 1)}
        self._listeners = {
            TOPICS[name].name: [node for node in self.nodes.values() if name in node.service.hears] for name in self.nodes
        }

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        """Do something after a delay in virtual time."""
        self.at(self.clock.now() + timedelta(seconds=seconds), act)

    def at(self, instant: datetime, act: Callable[[], None]) -> None:
        """Do something at an instant; a past one means now."""
        heapq.heappush(self._later, _Next(max(instant, self.clock.now()), next(self._order), act))

    def command(self, service: str, command: object, cause: str, actor: str) -> None:
        """Give a service a command as an adapter does; raises Refused."""
        node = self.nodes[service]
        node.commit(obey(node.service, command, Context(cause, actor, cause)))

    def run(self, script: Script, progress: Callable[[datetime], None] = lambda _: None) -> None:
        """Until the script has nothing more to say and no timer is open."""
        self._script = script
        self._left_over()
        stimuli = script.stimuli()
        upcoming = next(stimuli, None)
        while True:
            instant = self._next_instant(upcoming)
            if instant is None:
                break
            self.clock.move_to(instant)
            while upcoming is not None and upcoming.at <= self.clock.now():
                self._stimulate(upcoming)
                upcoming = next(stimuli, None)
            self._due()
            self._quiesce()
            progress(instant)
        self._finish()

    def _left_over(self) -> None:
        """What an earlier run on these stores did not come to publish or hear."""
        for node in self.nodes.values():
            self._publish(node)
        self._quiesce()

    def _next_instant(self, upcoming: Stimulus | None) -> datetime | None:
        candidates = [node.next_due for node in self.nodes.values() if node.next_due is not None]
        if upcoming is not None:
            candidates.append(upcoming.at)
        if self._later:
            candidates.append(self._later[0].at)
        return min(candidates, default=None)

    def _stimulate(self, stimulus: Stimulus) -> None:
        try:
            self.command(stimulus.service, stimulus.command, stimulus.cause, stimulus.actor)
        except Refused as refusal:
            self.refusals[stimulus.service, refusal.code] += 1

    def _due(self) -> None:
        while self._later and self._later[0].at <= self.clock.now():
            heapq.heappop(self._later).act()
        for node in self.nodes.values():
            while node.next_due is not None and node.next_due <= self.clock.now():
                for timer in timers.due(node.storage, self.clock.now()):
                    node.commit(timers.fire(node.service, timer))

    def _quiesce(self) -> None:
        while True:
            busy = [node for node in self.nodes.values() if node.fresh or node.waiting]
            if not busy:
                return
            node = busy[0] if len(busy) == 1 else self._random.choice(busy)
            if node.fresh:
                self._publish(node)
            else:
                self._listen(node)

    def _publish(self, node: Node) -> None:
        node.act()
        while True:
            pending = node.relay.pending(node.fresh)
            if not pending:
                break
            self._log.append_now([record for _, record in pending])
            node.relay.published(pending)
            for event, record in pending:
                for listener in self._listeners[record.partition.topic]:
                    if listener.inbox.heeds(event.type):  # what passes by is read with the next record that does not
                        listener.waiting[record.partition] = event.position
                for answer in self._script.heard(node.envelope(event)):
                    self.at(answer.at, partial(self._stimulate, answer))
        node.fresh.clear()

    def _listen(self, node: Node) -> None:
        partition = min(node.waiting)
        del node.waiting[partition]
        records = self._log.read_now(partition, node.offsets[partition], 500)
        if not records:
            return
        node.offsets[partition] = records[-1].offset + 1
        if len(records) == 500:
            node.waiting[partition] = 0
        progress = node.inbox.adopt(partition, node.commit(node.inbox.take(partition, records)))
        if progress.hole is not None:
            raise StoreError(f"{node.service.name}: {progress.hole}")

    def _finish(self) -> None:
        for node in self.nodes.values():
            node.waiting = dict.fromkeys(node.offsets, 0)
        self._quiesce()
        for node in self.nodes.values():
            settle = node.inbox.settle()
            if settle is not None:
                node.inbox.settled(node.commit(settle))
            positions = node.relay.note()
            if positions:
                node.commit(partial(Desk.write, changes=Changes(relayed=positions)))
            node.storage.flush()


def digest(stores: Mapping[str, Storage]) -> str:
    """SHA-256 over every event of every service, in order: one history, one digest."""
    sha = hashlib.sha256()
    for name in sorted(stores):
        position = 0
        while events := stores[name].page(position, 1000):
            for event in events:
                sha.update(f"{name}\x1f{event.position}\x1f{event.stream}\x1f{event.version}\x1f{event.type}\x1f".encode())
                sha.update(event.state)
            position = events[-1].position
    return sha.hexdigest()
