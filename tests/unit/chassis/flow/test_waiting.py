"""Waiting: a ring wakes at once and is never lost, a stop wakes too, and nobody waits for ever."""

import asyncio

import pytest

from chassis.flow.waiting import Bell, pause

pytestmark = pytest.mark.anyio
LONG_S = 60.0


async def turns(count: int) -> None:
    for _ in range(count):
        await asyncio.sleep(0)


async def test_a_ring_wakes_the_waiting_task_in_the_next_turn() -> None:
    bell = Bell()
    waiting = asyncio.create_task(bell.wait(LONG_S))
    await turns(1)
    bell.ring()
    assert not waiting.done()
    await turns(1)
    assert waiting.done()


async def test_a_ring_while_nobody_waits_is_not_lost() -> None:
    bell = Bell()
    bell.ring()
    async with asyncio.timeout(1):
        await bell.wait(LONG_S)


async def test_a_cleared_ring_is_forgotten_and_the_wait_ends_by_itself() -> None:
    bell = Bell()
    bell.ring()
    bell.clear()
    began = asyncio.get_running_loop().time()
    await bell.wait(0.02)
    assert asyncio.get_running_loop().time() - began >= 0.02


async def test_a_stop_rings() -> None:
    bell, stop = Bell(), asyncio.Event()
    with bell.rung_by(stop):
        waiting = asyncio.create_task(bell.wait(LONG_S))
        await turns(2)
        stop.set()
        async with asyncio.timeout(1):
            await waiting


async def test_a_wait_that_is_cut_off_leaves_the_bell_usable() -> None:
    bell = Bell()
    waiting = asyncio.create_task(bell.wait(LONG_S))
    await turns(1)
    waiting.cancel()
    await asyncio.wait({waiting})
    bell.ring()
    async with asyncio.timeout(1):
        await bell.wait(LONG_S)


async def test_a_pause_ends_by_itself_and_at_a_stop() -> None:
    stop = asyncio.Event()
    await pause(stop, 0.01)
    stop.set()
    async with asyncio.timeout(1):
        await pause(stop, LONG_S)
