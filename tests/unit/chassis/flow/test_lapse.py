"""Time-lapse: one seed is one history, another seed the same outcome, and nothing is kept that need not be."""

import gc
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from tiny import NOON, PATIENCE, Answer, Queue, Receive, contact, listener

from chassis.clock import VirtualClock
from chassis.flow.lapse import TimeLapse, digest
from chassis.flow.soundness import faults
from chassis.log.memory import MemoryLog
from chassis.log.sqlite import SqliteLog
from chassis.store import transaction
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Changes, Storage
from contracts.contact.calls import CallAbandoned, CallQueued
from contracts.envelope import Envelope, Event
from contracts.topics import TOPICS

SECOND = timedelta(seconds=1)


@dataclass(frozen=True)
class Said:
    """A stimulus."""

    at: datetime
    command: object
    cause: str
    service: str = "contact"
    actor: str = "tester"


@dataclass
class Script:
    """Calls at given seconds, each queued at once; some are answered when they are heard to be queued."""

    happens: Iterable[Said]
    answers: Callable[[Envelope[Event]], Iterable[Said]] = lambda heard: ()

    def stimuli(self) -> Iterator[Said]:
        yield from self.happens

    def heard(self, heard: Envelope[Event]) -> Iterable[Said]:
        return self.answers(heard)


def calls(count: int, every: timedelta = SECOND) -> Iterator[Said]:
    for n in range(count):
        at = NOON + n * every
        yield Said(at, Receive(f"c{n}"), f"r{n}")
        yield Said(at, Queue(f"c{n}"), f"q{n}")


def answered(heard: Envelope[Event]) -> Iterable[Said]:
    """Every second call is answered after ten seconds."""
    if isinstance(heard.event, CallQueued) and int(heard.event.call[1:]) % 2:
        yield Said(heard.event.at + 10 * SECOND, Answer(heard.event.call), f"a{heard.id}")


class Run:
    """A time-lapse of both tiny services, with its stores."""

    def __init__(self, seed: int, folder: Path | None = None) -> None:
        self.rung: list[tuple[str, datetime]] = []
        self.stores: dict[str, Storage] = {
            name: SqliteStorage(folder / f"{name}.sqlite", batch=100) if folder else SqliteStorage(batch=100)
            for name in ("contact", "callback")
        }
        self.log = SqliteLog(folder / "log", durable=False) if folder else MemoryLog()
        self.log.create_now([TOPICS[name] for name in self.stores])
        self.clock = VirtualClock(NOON)
        self.lapse = TimeLapse(lambda _: [contact(), listener({}, self._ring)], self.stores, self.log, self.clock, seed)

    def _ring(self, heard: Envelope[Event]) -> None:
        self.rung.append((heard.stream, self.clock.now()))

    def play(self, script: Script, progress: Callable[[datetime], None] = lambda _: None) -> "Run":
        self.lapse.run(script, progress)
        return self

    def outcome(self) -> set[tuple[str, int, str]]:
        return {
            (event.stream, event.version, event.type) for storage in self.stores.values() for event in storage.page(0, 100_000)
        }

    def close(self) -> None:
        self.log.close_now()
        while self.stores:
            self.stores.popitem()[1].close()


@pytest.fixture
def run() -> Iterator[Callable[..., Run]]:
    runs: list[Run] = []

    def make(seed: int, folder: Path | None = None) -> Run:
        runs.append(Run(seed, folder))
        return runs[-1]

    yield make
    for one in runs:
        one.close()


def test_the_same_seed_is_the_same_history_and_another_seed_has_the_same_outcome(run: Callable[..., Run]) -> None:
    first, second, other = (run(seed).play(Script(calls(60), answered)) for seed in (1, 1, 2))
    assert digest(first.stores) == digest(second.stores)
    assert other.outcome() == first.outcome() and len(first.outcome()) > 200
    assert sorted(other.rung) == sorted(first.rung) and len(first.rung) == 30


def test_a_run_on_files_is_the_run_in_memory(run: Callable[..., Run], tmp_path: Path) -> None:
    on_files = run(1, tmp_path).play(Script(calls(60), answered))
    assert digest(on_files.stores) == digest(run(1).play(Script(calls(60), answered)).stores)


def test_timers_effects_and_answers_happen_at_their_time(run: Callable[..., Run]) -> None:
    one = run(3).play(Script(calls(4), answered))
    assert sorted(one.rung) == [(f"review-c{n}", NOON + n * SECOND + 2 * PATIENCE) for n in (0, 2)]
    ended = {
        event.event.call: event.event.at
        for event in (one.lapse.nodes["contact"].envelope(row) for row in one.stores["contact"].page(0, 100))
        if type(event.event).__name__ in ("CallAnswered", "CallAbandoned")
    }
    assert ended == {
        "c0": NOON + PATIENCE,
        "c1": NOON + 11 * SECOND,
        "c2": NOON + 2 * SECOND + PATIENCE,
        "c3": NOON + 13 * SECOND,
    }


def test_time_never_goes_back_and_no_effect_comes_before_its_cause(run: Callable[..., Run]) -> None:
    instants: list[datetime] = []
    one = run(4).play(Script(calls(30), answered), instants.append)
    assert instants == sorted(instants)
    recorded = {
        name: [one.lapse.nodes[name].envelope(row) for row in storage.page(0, 10_000)] for name, storage in one.stores.items()
    }
    at = {event.id: event.recorded for events in recorded.values() for event in events}
    reactions = [event for event in recorded["callback"] if event.cause in at]
    assert reactions and all(at[event.cause] <= event.recorded for event in reactions)
    for events in recorded.values():
        assert [event.recorded for event in events] == sorted(event.recorded for event in events)


def test_what_somebody_answers_is_done_then_or_later_and_in_the_order_given(run: Callable[..., Run]) -> None:
    def twice(heard: Envelope[Event]) -> Iterable[Said]:
        if isinstance(heard.event, CallAbandoned):
            yield Said(heard.event.at - 5 * SECOND, Queue("late", "one"), "x1")
            yield Said(heard.event.at, Queue("late", "two"), "x2")

    script = [Said(NOON, Receive("c0"), "r"), Said(NOON, Receive("late"), "l"), Said(NOON, Queue("c0"), "q")]
    one = run(5).play(Script(script, twice))
    queued = [
        event.event
        for event in (one.lapse.nodes["contact"].envelope(row) for row in one.stores["contact"].stream("call-late"))
        if isinstance(event.event, CallQueued)
    ]
    assert [(event.queue, event.at) for event in queued] == [("one", NOON + PATIENCE), ("two", NOON + PATIENCE)]


def test_a_refused_stimulus_is_counted_and_the_rest_goes_on(run: Callable[..., Run]) -> None:
    script = [
        Said(NOON, Queue("nobody"), "1"),
        Said(NOON, Receive("a"), "2"),
        Said(NOON, Answer("nobody"), "3"),
        Said(NOON + SECOND, Queue("a"), "4"),
    ]
    one = run(1).play(Script(script))
    assert one.lapse.refusals == Counter({("contact", "no-such-call"): 2})
    assert [event.version for event in one.stores["contact"].stream("call-a")] == [1, 2, 3]


def test_a_timer_whose_decision_changes_nothing_ends_the_run_instead_of_spinning(run: Callable[..., Run]) -> None:
    with pytest.raises(ValueError, match="still owed"):
        run(1).play(Script([Said(NOON, Receive("a"), "1"), Said(NOON, Queue("a", "stubborn"), "2")]))


def test_afterwards_everything_is_heard_noted_and_sound(run: Callable[..., Run]) -> None:
    one = run(6).play(Script(calls(40), answered))
    assert list(faults(contact(), one.stores["contact"])) == list(faults(listener(), one.stores["callback"])) == []
    assert max(one.stores["contact"].relayed().values()) == one.stores["contact"].last_position()
    heard = max(position.position for position in one.stores["callback"].inbox().values())
    assert heard == one.stores["contact"].last_position()
    assert one.stores["callback"].timers() == [] == one.stores["contact"].timers()


@pytest.mark.parametrize("published", [True, False])
def test_a_run_goes_on_where_another_broke_off(run: Callable[..., Run], tmp_path: Path, published: bool) -> None:
    """What the first left unpublished or unheard is dealt with, and what is due."""
    first = run(1, tmp_path)
    for command in (Receive("left"), Queue("left")):
        first.lapse.command("contact", command, f"{command}", "tester")
    if published:
        node = first.lapse.nodes["contact"]
        pending = node.relay.pending()
        first.log.append_now([record for _, record in pending])
        node.relay.published(pending)
        node.storage.append(Changes(relayed=node.relay.note()))
    first.close()
    second = run(1, tmp_path).play(Script([]))
    assert [event.type.split(".")[2] for event in second.stores["callback"].page(0, 10)] == [
        "ReviewAssessed", "ReviewAssessed", "ReviewOpened", "AttemptStarted",
    ]  # fmt: skip
    assert second.rung == [("review-left", NOON + 2 * PATIENCE)]


def objects_during(one: Run, count: int) -> list[int]:
    """How many objects are alive at every quarter of a run, once all that was due has happened."""
    counts: list[int] = []
    quarters = {NOON + n * count * 10 * SECOND / 4 for n in range(1, 5)}

    def look(instant: datetime) -> None:
        if instant in quarters:
            gc.collect()
            counts.append(len(gc.get_objects()))

    one.play(Script(calls(count, 10 * SECOND), answered), look)
    return counts


def test_memory_does_not_grow_with_the_length_of_history(
    run: Callable[..., Run], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Within the bounded number of states that are kept; here it is small, so that the bound is reached early."""
    monkeypatch.setattr(transaction.States.__init__, "__defaults__", (50,))
    counts = objects_during(run(1, tmp_path), 800)
    assert len(counts) >= 3
    assert counts[-1] - counts[0] < 300, f"600 calls more leave objects behind: {counts}"
