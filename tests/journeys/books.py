"""What the stores of a fleet say when looked at from outside: who is behind, what is still open, what every call came to."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from chassis.log.port import Partition
from chassis.store.postgres import PostgresStorage
from chassis.store.storage import Storage
from contracts.topics import HEARS, SERVICES, TOPICS, partition

PAGE = 1000
Stores = Mapping[str, Storage]


@contextmanager
def opened(dsn: str) -> Iterator[Stores]:
    """The stores of all services in a PostgreSQL."""
    stores = {name: PostgresStorage(dsn, name) for name in SERVICES}
    try:
        yield stores
    finally:
        for store in stores.values():
            store.close()


def kinds(store: Storage, prefix: str = "") -> dict[str, Counter[str]]:
    """How often each kind of event stands in each stream."""
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for stream, kind, _ in _events(store):
        if stream.startswith(prefix):
            found[stream][kind] += 1
    return found


def unfinished(stores: Stores) -> list[str]:
    """Reviews without a disposition, each with what became of it so far."""
    waiting = stores["callback"].find("open", None, None, None, PAGE)
    return [f"{entry.stream}: {' '.join(kind for kind in _story(stores['callback'], entry.stream))}" for entry in waiting]


def behind(stores: Stores) -> list[str]:
    """Who has not heard everything yet, in words."""
    ends = {name: _ends(store) for name, store in stores.items()}
    found = []
    for name, store in stores.items():
        positions = store.inbox()
        for heard in HEARS[name]:
            for number, end in ends[heard].items():
                seen = positions.get(Partition(TOPICS[heard].name, number))
                if seen is None or seen.position < end:
                    found.append(f"{name} heard {heard} {number} up to {seen and seen.position} of {end}")
    return found


def _ends(store: Storage) -> dict[int, int]:
    return {partition(stream): position for stream, _, position in _events(store)}


def _story(store: Storage, stream: str) -> list[str]:
    return [event.type.split(".")[-2] for event in store.stream(stream)]


def _events(store: Storage) -> Iterator[tuple[str, str, int]]:
    after = 0
    while page := store.page(after, PAGE):
        for event in page:
            yield event.stream, event.type.split(".")[-2], event.position
        after = page[-1].position
