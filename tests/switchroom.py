"""The contact service on a store, told facts as switches tell them; its timers fire as the clock is moved."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from typing import Any

from stage import Station

from chassis.clock import VirtualClock
from chassis.flow.reads import Reads
from chassis.host import Loaded
from chassis.log.memory import MemoryLog
from chassis.references import Keyer
from chassis.store.sqlite import SqliteStorage
from chassis.store.storage import Storage
from chassis.world import World
from contracts.contact.calls import Line
from services.contact.domain.calls.call import Call
from services.contact.domain.calls.facts import AnswerCall, EndCall, HangUp, KeepPlace, PresentCall, QueueCall
from services.contact.domain.desks.feed import Feed
from services.contact.streams import CALL, FEED, call_id, call_stream, feed_stream
from services.contact.wiring import build


@contextmanager
def switchroom(start: datetime) -> Iterator["Switchroom"]:
    """A service on a store in memory."""
    storage = SqliteStorage()
    yield Switchroom(storage, start)
    storage.close()


def _never(*_: object) -> None:
    raise AssertionError("contact needs nothing of the outside")


class Switchroom:
    """One force's contact service. Commands answer the state after them; `at` moves the clock and fires what is due."""

    def __init__(self, storage: Storage, start: datetime) -> None:
        self.clock = VirtualClock(start)
        world = World("kent", Keyer(b"a key of tests, nothing else").reference, _never, _never, self.clock)
        self.station = Station(build(world), storage, MemoryLog(), self.clock)
        self.reads = Reads("contact", storage)

    def restarted(self) -> None:
        """The process was killed and is started again on its store."""
        self.station = self.station.again()

    def at(self, instant: datetime) -> None:
        """Wait until an instant; alarms fire when they are due, not later."""
        while (due := self.station.storage.next_due()) is not None and due <= instant:
            self.clock.move_to(due)
            for result in self.station.tick():
                assert result.error is None, result.error
        self.clock.move_to(instant)

    def wait(self, seconds: float) -> None:
        """Wait so long."""
        self.at(self.clock.now() + timedelta(seconds=seconds))

    def do(self, command: Any) -> Loaded[Any]:
        """Obey one command."""
        return self.station.do(command)

    def presented(
        self, call: str, number: str | None = None, line: Line = Line.EMERGENCY, switch: str = "bt-1", **more: Any
    ) -> Loaded[Call]:
        """A switch presents a call now."""
        now = more.pop("at", self.clock.now())
        return self.do(
            PresentCall(call=call_id("s", call), at=now, switch=switch, teller=switch, line=line, number=number, **more)
        )

    def queued(self, call: str, queue: str = "999", at: datetime | None = None) -> Loaded[Call]:
        """The call joins a queue."""
        return self.do(QueueCall(call=call_id("s", call), at=at or self.clock.now(), queue=queue, teller="bt-1"))

    def answered(self, call: str, handler: str = "h7", at: datetime | None = None) -> Loaded[Call]:
        """A handler picks up."""
        return self.do(AnswerCall(call=call_id("s", call), at=at or self.clock.now(), handler=handler, teller="bt-1"))

    def gone(self, call: str, at: datetime | None = None, **more: Any) -> Loaded[Call]:
        """The caller is gone."""
        return self.do(HangUp(call=call_id("s", call), at=at or self.clock.now(), teller="bt-1", **more))

    def ended(self, call: str, at: datetime | None = None) -> Loaded[Call]:
        """An answered call is over."""
        return self.do(EndCall(call=call_id("s", call), at=at or self.clock.now(), teller="bt-1"))

    def keeps_place(self, call: str, number: str | None = None) -> Loaded[Call]:
        """The caller agrees to be rung back in turn."""
        return self.do(KeepPlace(call=call_id("s", call), at=self.clock.now(), number=number, by="announcement"))

    def call(self, call: str) -> Call:
        """A call as it is known now."""
        state = self.reads.load(CALL, call_stream(call_id("s", call))).state
        assert state is not None
        return state

    def order(self) -> list[str]:
        """Who is answered next, in order: the streams of the waiting calls."""
        return [entry.stream for entry in self.reads.find("waiting", limit=1_000_000)]

    def turns(self, *calls: str) -> list[str]:
        """The same by the names these calls were told under."""
        names = {call_stream(call_id("s", call)): call for call in calls}
        return [names[stream] for stream in self.order()]

    def feed(self, name: str) -> Feed:
        """A feed as it is known now."""
        state = self.reads.load(FEED, feed_stream(name)).state
        assert state is not None
        return state

    def silent(self) -> list[str]:
        """The feeds that are silent now."""
        return [entry.value for entry in self.reads.find("feed-silent")]

    def kinds(self, stream: str) -> list[str]:
        """What was said on a stream, in order."""
        return [event.type.split(".")[2] for event in self.station.storage.stream(stream)]
