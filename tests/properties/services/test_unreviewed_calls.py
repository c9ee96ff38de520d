"""Exactly one alarm for a call whose review was not seen in time, none for any other, in whatever order things are heard.

Contact, callback and incident stand on real stores and one log. The latter two hear when the test lets them, topic by topic.
The judge counts by hand when incident heard of a call and of its review.
"""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

from exploring import tried
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule
from stage import Station

from chassis.clock import VirtualClock
from chassis.flow.rebuild import differences, rebuild
from chassis.flow.soundness import faults
from chassis.log.memory import MemoryLog
from chassis.store.codec import envelope
from chassis.store.sqlite import SqliteStorage
from chassis.world import World
from cli.composition import reference, wiring
from contracts.callback.reviews import ReviewOpened
from contracts.contact.calls import CallAbandoned, Line
from contracts.envelope import Event
from contracts.incident.backlog import EscalationRaised
from contracts.incident.unreviewed import CallUnreviewed
from services.contact.domain.calls.facts import HangUp, PresentCall

START = datetime(2026, 6, 5, 12, tzinfo=UTC)
PERIOD = timedelta(seconds=45)
CALLS = ("c1", "c2", "c3")


def _never(*_: object) -> None:
    raise AssertionError("nothing outside is touched")


class Watch(RuleBasedStateMachine):
    """Three services of which two may be deaf for any time."""

    def __init__(self) -> None:
        super().__init__()
        self.clock, self.log = VirtualClock(START), MemoryLog()
        world = World("kent", reference, _never, _never, self.clock, telephone="none")
        self.stores = {name: SqliteStorage() for name in ("contact", "callback", "incident")}
        self.at = {
            name: Station(wiring(name).build(world), storage, self.log, self.clock) for name, storage in self.stores.items()
        }
        self.called: dict[str, datetime] = {}
        self.reviewed: dict[str, datetime] = {}
        self.read = {"contact": 0, "callback": 0}

    @rule(call=st.sampled_from(CALLS), line=st.sampled_from([Line.EMERGENCY, Line.EMERGENCY, Line.NON_EMERGENCY]))
    def breaks_off(self, call: str, line: Line) -> None:
        now, number = self.clock.now(), "07700 900123"
        contact = self.at["contact"]
        contact.do(PresentCall(call=call, at=now, switch="bt", line=line, number=number))
        contact.do(HangUp(call=call, at=now, number=number, line=line))
        contact.publish()

    @rule()
    def callback_hears(self) -> None:
        self.at["callback"].listen()
        self.at["callback"].publish()

    @rule(topic=st.sampled_from(["contact", "callback"]))
    def incident_hears(self, topic: str) -> None:
        incident = self.at["incident"]
        for one in incident.offsets:
            records = self.log.read_now(one, incident.offsets[one], 500) if one.topic == f"{topic}.events" else ()
            if records:
                incident.take(one, records)
                incident.offsets[one] = records[-1].offset + 1
        self._note(topic)

    @rule(seconds=st.sampled_from([1, 13, 31, 46, 200]))
    def time_passes(self, seconds: int) -> None:
        until = self.clock.now() + timedelta(seconds=seconds)
        while (due := self.stores["incident"].next_due()) is not None and due <= until:
            self.clock.move_to(due)
            for result in self.at["incident"].tick():
                assert result.error is None, result.error
        self.clock.move_to(until)
        self._judge()

    def teardown(self) -> None:
        try:
            self.time_passes(200)
            self._rebuild()
        finally:
            for storage in self.stores.values():
                storage.close()

    def _note(self, topic: str) -> None:
        """By hand, from what stands on the other's record: published means heard now."""
        for stored in self.stores[topic].page(self.read[topic], 1000):
            self.read[topic] = stored.position
            event: Event = envelope(topic, stored.stream, stored.version, stored.position, stored.type, stored.state).event
            if isinstance(event, CallAbandoned) and event.line == Line.EMERGENCY:
                self.called.setdefault(event.call, self.clock.now())
            if isinstance(event, ReviewOpened):
                self.reviewed.setdefault(event.call, self.clock.now())

    def _judge(self) -> None:
        now = self.clock.now()
        late = {call for call, heard in self.called.items() if heard + PERIOD <= min(self.reviewed.get(call, now), now)}
        assert self._said(CallUnreviewed) == Counter(late), f"heard {self.called}, reviewed {self.reviewed}, at {now}"
        assert set(self._said(EscalationRaised)) - {None} == late, "an incident of a review has a ladder of its own"

    def _said(self, kind: type[Event]) -> Counter[str | None]:
        stored = self.stores["incident"].page(0, 10_000)
        events = (envelope("incident", one.stream, one.version, one.position, one.type, one.state).event for one in stored)
        return Counter(event.call for event in events if isinstance(event, kind))  # type: ignore[attr-defined]

    def _rebuild(self) -> None:
        incident = self.at["incident"]
        incident.listen()
        incident.settle()
        incident.publish()
        assert list(faults(incident.service, self.stores["incident"])) == []
        fresh = SqliteStorage()
        later = VirtualClock(self.clock.now() + timedelta(days=30))
        found = asyncio.run(rebuild(incident.service, fresh, self.log, later))
        assert (found.decided, found.parked) == (0, 0)
        assert differences(self.stores["incident"], fresh) == []
        fresh.close()


Watch.TestCase.settings = tried(60, stateful_step_count=20, suppress_health_check=[HealthCheck.too_slow])
TestWatch = Watch.TestCase
