"""Reads contact's stored events the cheap way: down to the fields, as figures need them, and not one thing more."""

from collections.abc import Iterator, Sequence

from chassis.store.codec import reader
from chassis.store.storage import Storage, StoredEvent
from services.contact.figures.call_facts import CallFacts, Told, of_stream
from services.contact.figures.counting import Counting
from services.contact.figures.tally import Tally

PAGE = 1000
_CALLS = "call-"


def count(storage: Storage, tallies: Sequence[Tally]) -> None:
    """Count every call of contact's store into every tally, in one pass."""
    counting = Counting(tallies, lambda stream: [_told(event) for event in storage.stream(stream)])
    position = 0
    while events := storage.page(position, PAGE):
        for event in events:
            if event.stream.startswith(_CALLS):
                counting.feed(_told(event))
        position = events[-1].position
    counting.finish()


def calls(storage: Storage) -> Iterator[CallFacts]:
    """Every call, in the order of their streams, each read whole."""
    after = _CALLS
    while streams := storage.streams(after, PAGE):
        for stream in streams:
            if not stream.startswith(_CALLS):
                return
            facts = of_stream(_told(event) for event in storage.stream(stream))
            if facts is not None:
                yield facts
        after = streams[-1]


def _told(event: StoredEvent) -> Told:
    kind, read = reader(event.type)
    return Told(event.stream, event.version, kind, read(event.state))
