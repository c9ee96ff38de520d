"""Four processes, Apache Kafka, PostgreSQL, and all of them killed: still one review and one end for every abandoned call."""

import asyncio
import json
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from journeys import books
from journeys.caller import Caller, calling
from journeys.fleet import Fleet
from journeys.operator import ringback
from journeys.plan import PlannedCall, plan
from journeys.room import Room
from journeys.trouble import schedule, strike

from chassis.clock import SystemClock
from chassis.http.principal import Role
from cli.local import kafka
from services.contact.streams import call_id

CALLS, ABANDONED, PER_SECOND, KILLS, SEED = 2000, 300, 40.0, 2, 3
END_WITHIN_S = 90.0
LOOK_S = 1.0
DIALLING = "dialling"
"""What the callback service says in its log when it dials: the only trace of that outside of the events."""


@pytest.mark.anyio
async def test_every_abandoned_call_has_one_review_and_one_end_whatever_is_killed(
    fleet: Callable[..., Fleet], database: str, kafka_folder: Path
) -> None:
    broker = await asyncio.to_thread(kafka.start, kafka_folder)
    policy = str(Path(__file__).with_name("policy"))
    services = fleet(store=database, log=f"kafka://{broker.address}", settings={"RINGBACK_POLICY": policy})
    calls = plan(SEED, CALLS, ABANDONED, PER_SECOND)
    services.start()
    await asyncio.to_thread(services.await_ready)
    await _live_through(services, calls, kafka_folder, database)

    with books.opened(database) as stores:
        _nothing_acknowledged_is_lost(calls, books.kinds(stores["contact"], "call-"))
        reviews = books.kinds(stores["callback"], "review-")
    assert len(reviews) == ABANDONED
    odd = {
        stream: kinds
        for stream, kinds in reviews.items()
        if not kinds["ReviewOpened"] == kinds["ReviewClosed"] - kinds["ReviewReopened"] == 1
    }
    assert not odd, "one review, and one end for each time it was opened"
    _nobody_is_rung_twice(services, sum(kinds["AttemptStarted"] for kinds in reviews.values()))

    verified = ringback("verify", "--postgres", database, "--policy", policy, "--complete")
    assert verified.code == 0, verified.out + verified.err
    assert set(services.stop().values()) == {0}
    for name in ("callback", "contact", "incident", "dispatch"):
        source = ("--kafka", str(broker.address), "--postgres", database, "--policy", policy)
        rebuilt = ringback("rebuild", name, "--from-log", *source, "--json")
        assert rebuilt.code == 0, rebuilt.out + rebuilt.err
        assert json.loads(rebuilt.out)["decided_anew"] == 0
        assert DIALLING not in rebuilt.out + rebuilt.err


async def _live_through(services: Fleet, calls: list[PlannedCall], broker: Path, database: str) -> None:
    over = asyncio.Event()
    deaths = schedule(SEED, KILLS, CALLS / PER_SECOND)
    async with (
        calling(services, "switchboard", Role.SERVICE) as switchboard,
        calling(services, "handler-1", Role.CALL_HANDLER) as handler,
        calling(services, "sergeant-1", Role.SUPERVISOR) as supervisor,
        calling(services, "dispatcher-1", Role.DISPATCHER) as dispatcher,
    ):
        room = Room(handler, supervisor, dispatcher, over)
        await room.book_on()
        working = asyncio.create_task(room.work())
        await asyncio.gather(strike(services, broker, deaths), *(_live(switchboard, call) for call in calls))
        assert set(services.starts.values()) == {KILLS + 1}
        with books.opened(database) as stores:
            await _until_all_is_over(stores, working)
            over.set()
            await working
            await _forget_the_telephone(services, stores)
        print(f"recorded {room.recorded}, decided {room.decided}, resolved {room.resolved}; sent again {switchboard.sent_again}")


async def _forget_the_telephone(services: Fleet, stores: books.Stores) -> None:
    """Callers still talk whose reviews are over long since: a new process knows nothing of them, and all becomes quiet."""
    services.terminate("callback")
    assert await asyncio.to_thread(services.ended, "callback") == 0
    services.start("callback")
    await asyncio.to_thread(services.await_ready, "callback")
    await _until_all_is_over(stores)


async def _live(switchboard: Caller, call: PlannedCall) -> None:
    """One call, as its switch tells it: in order of the plan, each fact until it is acknowledged."""
    await asyncio.sleep(call.begins_s)
    began = SystemClock().now()
    for fact in call.facts:
        at = began + timedelta(seconds=fact.after_s)
        await asyncio.sleep(max(0.0, (at - SystemClock().now()).total_seconds()))
        for _ in range(fact.times):
            await switchboard.tell({"switch": call.switch, "call": call.call, "at": at.isoformat(), **fact.what})


async def _until_all_is_over(stores: books.Stores, working: "asyncio.Task[None] | None" = None) -> None:
    """Wait for the last disposition, until everybody has heard everything, and nobody recorded anything between two looks."""
    reasons, before = [""], dict[str, int]()
    try:
        async with asyncio.timeout(END_WITHIN_S):
            while reasons and not (working and working.done()):
                await asyncio.sleep(LOOK_S)
                reasons, before = await asyncio.to_thread(_still, stores, before)
    except TimeoutError:
        raise AssertionError(f"not over after {END_WITHIN_S} s, {len(reasons)}:\n" + "\n".join(reasons[:20])) from None


def _still(stores: books.Stores, before: dict[str, int]) -> tuple[list[str], dict[str, int]]:
    """What is not over yet, and how far every store is."""
    now = {name: store.last_position() for name, store in stores.items()}
    moved = [f"{name} still records: {last}" for name, last in now.items() if last != before.get(name)]
    return books.unfinished(stores) or books.behind(stores) or moved, now


def _nothing_acknowledged_is_lost(calls: list[PlannedCall], stored: dict[str, Counter[str]]) -> None:
    told = {f"call-{call_id(call.switch, call.call)}": call.kinds for call in calls}
    assert stored.keys() == told.keys()
    lost = {stream: kinds - stored[stream].keys() for stream, kinds in told.items() if kinds - stored[stream].keys()}
    assert not lost
    twice = {stream: stored[stream] for stream, kinds in told.items() if any(stored[stream][kind] > 1 for kind in kinds)}
    assert not twice


def _nobody_is_rung_twice(services: Fleet, started: int) -> None:
    """Attempts whose process died between recording and dialling were not dialled at all; none was dialled twice."""
    rings = Counter(_rings(services))
    assert rings and max(rings.values()) == 1
    assert len(rings) <= started


def _rings(services: Fleet) -> Iterator[str]:
    return (str(line["id"]) for line in services.lines("callback") if line["event"] == DIALLING)
