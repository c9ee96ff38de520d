"""The backlog of 20,000 open incidents, ranked anew at each asking and paged, beside the same ranking as a PostgreSQL query."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import psycopg

from chassis.clock import VirtualClock
from chassis.host import Service
from chassis.store.postgres import PostgresStorage
from chassis.store.storage import Changes, LookupChange
from chassis.testing.host import ObeyingHost
from contracts.incident.incidents import Vulnerability
from services.incident.domain.standing import text
from services.incident.policy import room
from services.incident.queue import Place, Queue
from tests.load.blocks import Compared, at_most, medians, timed

INCIDENTS, PAGE, PAGES = 20_000, 50, 5
NOW = datetime(2026, 6, 5, 12, tzinfo=UTC)
RANKED = """
    SELECT incident FROM backlog_peer ORDER BY greatest(0, extract(epoch FROM %s - due)) * weight DESC, reported, incident
    LIMIT %s OFFSET %s
"""


class Waiting:
    """One that waits, as it is drawn."""

    def __init__(self, n: int, random: Random) -> None:
        self.stream = f"incident-{n:06d}"
        self.reported = NOW - timedelta(minutes=random.randint(1, 3000))
        self.due = self.reported + timedelta(minutes=random.choice([2, 40, 60, 1440, 2880]))
        self.level = random.choices(list(Vulnerability), weights=[7, 2, 1])[0]

    def entries(self) -> Iterator[LookupChange]:
        reported, due = text(self.reported), text(self.due)
        yield LookupChange(True, f"promised:{self.level.value}", f"{due} {reported}", self.stream, NOW)
        yield LookupChange(True, "waiting", f"{reported} {due} {self.level.value}", self.stream, NOW)


def compared(dsn: str) -> Iterator[Compared]:
    """The first page, and five pages one after the other."""
    random = Random(1)
    waiting = [Waiting(n, random) for n in range(INCIDENTS)]
    weights = room.load().at(NOW).weights
    storage = PostgresStorage(dsn, "bench_backlog")
    for start in range(0, INCIDENTS, 1000):
        chunk = waiting[start : start + 1000]
        storage.append(Changes(lookups=[entry for one in chunk for entry in one.entries()]))
    nothing = Service("incident", (), (), None, None, None, {}, frozenset())  # type: ignore[arg-type]
    queue = Queue(ObeyingHost(nothing, storage, VirtualClock(NOW)), weights)
    with psycopg.connect(dsn, autocommit=True) as peer:
        _fill(peer, waiting, weights)
        assert [place.stream for place in _pages(queue, 1)] == _peer(peer, 1)
        found = medians(
            {
                "first": lambda: timed(1, lambda: _pages(queue, 1)),
                "query": lambda: timed(1, lambda: _peer(peer, 1)),
                "five": lambda: timed(PAGES, lambda: _pages(queue, PAGES)),
                "five queries": lambda: timed(PAGES, lambda: _peer(peer, PAGES)),
            }
        )
    storage.close()
    yield at_most("backlog of 20,000, first page", found["first"], found["query"], "PostgreSQL query", 2)
    yield at_most("backlog of 20,000, a page of five", found["five"], found["five queries"], "PostgreSQL query", 2)


def _fill(peer: psycopg.Connection[tuple[object, ...]], waiting: list[Waiting], weights: dict[Vulnerability, int]) -> None:
    peer.execute("CREATE TABLE backlog_peer (incident text PRIMARY KEY, due timestamptz, weight int, reported timestamptz)")
    with peer.cursor() as cursor, cursor.copy("COPY backlog_peer FROM STDIN") as copy:
        for one in waiting:
            copy.write_row((one.stream, one.due, weights[one.level], one.reported))
    peer.execute("CREATE INDEX ON backlog_peer (weight, due, reported)")
    peer.execute("VACUUM ANALYZE backlog_peer")


def _pages(queue: Queue, pages: int) -> list[Place]:
    found: list[Place] = []
    for _ in range(pages):
        found += queue.page(NOW, found[-1].entry(NOW) if found else None, PAGE)
    return found


def _peer(peer: psycopg.Connection[tuple[object, ...]], pages: int) -> list[object]:
    return [row[0] for page in range(pages) for row in peer.execute(RANKED, (NOW, PAGE, page * PAGE)).fetchall()]
