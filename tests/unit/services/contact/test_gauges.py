"""Alarms that stand are gauges: 0 when all is well, never absent."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.clock import VirtualClock
from chassis.flow.gauges import watch
from chassis.flow.listening import Listening
from chassis.flow.live import LiveHost
from chassis.flow.outbox import Outbox
from chassis.host import Context
from chassis.log.memory import MemoryLog
from chassis.metrics import Metrics
from chassis.references import Keyer
from chassis.store.sqlite import SqliteStorage
from chassis.tracing import Tracing
from chassis.world import World
from contracts.contact.calls import Channel, Line
from contracts.contact.contacts import Stage
from services.contact.domain.calls.facts import HangUp
from services.contact.domain.desks.contacting import NoteOverdue, ReceiveContact
from services.contact.domain.desks.feed import HearFeed, NoteSilence
from services.contact.domain.desks.promise import NoteBroken
from services.contact.wiring import build

pytestmark = pytest.mark.anyio
T = datetime(2026, 6, 1, 12, tzinfo=UTC)


def never(*_: object) -> None:
    raise AssertionError("contact needs nothing of the outside")


def value(metrics: Metrics, name: str) -> float:
    found = re.search(rf"^{name} (\S+)$", metrics.render().decode(), re.MULTILINE)
    assert found, f"{name} is absent"
    return float(found[1])


async def test_feeds_contacts_and_promises_that_need_somebody_are_counted() -> None:
    clock, metrics, log = VirtualClock(T), Metrics("contact", "0"), MemoryLog()
    service = build(World("kent", Keyer(b"tests").reference, never, never, clock))
    host = LiveHost(service, SqliteStorage(), clock, metrics)
    watch(host, Outbox(host, log), Listening(host, log, "pod-0", Tracing("contact", "0", "pod-0", 0.0, None)))

    async def do(command: Any) -> None:
        cause = f"{command} at {clock.now()}"
        await host.run(command, Context(cause, "tester", cause))

    names = ("ringback_feeds_silent", "ringback_contacts_overdue", "ringback_promises_broken")
    assert [value(metrics, name) for name in names] == [0, 0, 0]
    for feed in ("bt-1", "bt-2"):
        await do(HearFeed(feed=feed))
    await do(ReceiveContact(contact="c", at=T, channel=Channel.TEXT_999, source="sms"))
    await do(HangUp(call="h", at=T, line=Line.HELPLINE))
    clock.move_by(timedelta(days=9))
    for alarm in (
        NoteSilence(feed="bt-1"),
        NoteSilence(feed="bt-2"),
        NoteOverdue(contact="c", waits_for=Stage.TAKING),
        NoteBroken(promise="h"),
    ):
        await do(alarm)
    assert [value(metrics, name) for name in names] == [2, 1, 1]
    await do(HearFeed(feed="bt-2"))
    assert value(metrics, "ringback_feeds_silent") == 1
    host.close()
