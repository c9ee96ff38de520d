"""Waiting for one of two things, in loops that must also stop."""

import asyncio


async def woken(event: asyncio.Event, stop: asyncio.Event, wait_s: float) -> None:
    """Return when either event is set, at the latest after `wait_s` seconds."""
    if event.is_set() or stop.is_set():
        return
    waits = [asyncio.ensure_future(event.wait()), asyncio.ensure_future(stop.wait())]
    try:
        await asyncio.wait(waits, timeout=wait_s, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


async def pause(stop: asyncio.Event, wait_s: float) -> None:
    """Wait, unless told to stop."""
    await woken(stop, stop, wait_s)
