"""The loop that fires timers: one that cannot be obeyed keeps no other waiting and burns no processor."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from stage import until
from tiny import NOON, PATIENCE, Queue, Receive, contact

from chassis.clock import VirtualClock
from chassis.errors import StoreUnavailable
from chassis.flow import timekeeping, timers
from chassis.flow.live import LiveHost
from chassis.flow.timekeeping import Timekeeping
from chassis.host import Context, Service
from chassis.metrics import Metrics
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Changes

pytestmark = pytest.mark.anyio


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(NOON)


@pytest.fixture
def asked() -> list[str]:
    """The stream of every timer that fired, in order."""
    return []


@pytest.fixture
async def host(clock: VirtualClock, asked: list[str]) -> AsyncIterator[LiveHost]:
    service: Service = contact()
    on_timer = service.on_timer
    object.__setattr__(service, "on_timer", lambda timer: (asked.append(timer.stream), on_timer(timer))[1])
    host = LiveHost(service, SqliteStorage(), clock, Metrics("contact", "0"))
    yield host
    host.close()


async def do(host: LiveHost, *commands: object) -> None:
    for command in commands:
        cause = f"{command}"
        await host.run(command, Context(cause, "tester", cause))


async def running(host: LiveHost) -> tuple[asyncio.Task[None], asyncio.Event]:
    stop = asyncio.Event()
    return asyncio.create_task(Timekeeping(host).run(stop, lambda: None)), stop


async def test_a_timer_set_while_the_loop_runs_fires(host: LiveHost, clock: VirtualClock, asked: list[str]) -> None:
    loop, stop = await running(host)
    await do(host, Receive("a"), Queue("a"))
    clock.move_by(PATIENCE)
    await until(lambda: not host.storage.timers())
    stop.set()
    await loop
    assert asked == ["call-a"]


async def test_a_timer_that_changes_nothing_neither_spins_nor_holds_up_the_others(
    host: LiveHost, clock: VirtualClock, asked: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """More of them than a page holds, and all older than the one that can be obeyed."""
    monkeypatch.setattr(timers, "PAGE", 3)
    stubborn = [f"s{n}" for n in range(8)]
    for call in stubborn:
        await do(host, Receive(call), Queue(call, "stubborn"))
    clock.move_by(PATIENCE)
    await do(host, Receive("a"), Queue("a"))
    clock.move_by(PATIENCE)
    began = asyncio.get_running_loop().time()
    loop, stop = await running(host)
    await until(lambda: "call-a" in asked)
    await until(lambda: len(asked) > 2 * len(stubborn))
    stop.set()
    await loop
    seconds = asyncio.get_running_loop().time() - began
    rounds = 1 + seconds / timekeeping.AFTER_FAILURE_S
    assert all(asked.count(f"call-{call}") <= rounds for call in stubborn)
    assert asked.count("call-a") == 1
    assert len(host.storage.timers()) == len(stubborn)


async def test_readiness_comes_back_by_itself_after_a_commit_that_failed(host: LiveHost, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody sends a command to a service that is not ready: it must find out by itself that the disk has room again."""
    append = host.storage.append

    def full(changes: Changes) -> int:
        raise StoreUnavailable("The disk is full.")

    monkeypatch.setattr(host.storage, "append", full)
    loop, stop = await running(host)
    with pytest.raises(StoreUnavailable):
        await do(host, Receive("a"))
    assert host.ready() == ["The disk is full."]
    monkeypatch.setattr(host.storage, "append", append)
    await until(lambda: not host.ready())
    stop.set()
    await loop
    assert host.storage.last_position() == 0
