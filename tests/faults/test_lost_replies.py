"""PostgreSQL committed and the answer was lost: what was recorded is found by its first event, and not recorded again."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import psycopg
import pytest
from stage import Station, home, wait_until
from tiny import NOON, PATIENCE, Queue, Receive, contact, listener

from chassis.clock import VirtualClock
from chassis.errors import StoreUnavailable
from chassis.flow.commands import obey
from chassis.host import Context
from chassis.log.memory import MemoryLog
from chassis.store.postgres import PostgresStorage
from chassis.store.storage import Changes, CommandOutcome, InboxMove, InboxPosition
from chassis.testing.faults import FaultyProxy


class Line:
    """A store behind a proxy, and the same store without."""

    def __init__(self, dsn: str, schema: str) -> None:
        with psycopg.connect(dsn) as connection:
            info = connection.info
            found = connection.execute("SHOW port").fetchone()
            assert found is not None
            self.proxy = FaultyProxy("127.0.0.1", int(found[0]))
            password = f":{info.password}" if info.password else ""
            self.dsn = f"postgresql://{info.user}{password}@127.0.0.1:{self.proxy.port}/{info.dbname}"
        self.direct = PostgresStorage(dsn, schema)
        self.storage = PostgresStorage(self.dsn, schema)
        self.desk = Station(contact(), self.storage, MemoryLog(), VirtualClock(NOON))

    def losing_the_answer_to(self, committed: Callable[[], bool]) -> None:
        """Lose answers from the moment that something is committed, but let the next connection through."""

        self.proxy.lose_answers(lambda answer: self.proxy.lost == 0 and committed())

    def close(self) -> None:
        self.proxy.lose_no_more()
        self.storage.close()
        self.direct.close()
        self.proxy.close()


@pytest.fixture
def line(postgres_dsn: str, request: pytest.FixtureRequest) -> Iterator[Line]:
    line = Line(postgres_dsn, f"lost_{abs(hash(request.node.name)) % 10**8}")
    yield line
    line.close()


def test_a_command_whose_commit_was_not_answered_is_done_once_and_answered(line: Line) -> None:
    line.desk.do(Receive("warm"))
    line.losing_the_answer_to(lambda: line.direct.last_position() == 2)
    loaded = line.desk.do(Receive("a"))
    assert line.proxy.lost == 1, "the answer was lost"
    assert (loaded.stream, loaded.version) == ("call-a", 1)
    assert [event.stream for event in line.direct.page(0, 10)] == ["call-warm", "call-a"]
    assert [event.position for event in line.desk.committed] == [1, 2], "its effects follow, for this process recorded it"
    assert line.desk.do(Queue("a")).version == 2, "and it goes on from the right state"


def test_a_command_that_nobody_can_send_again_is_done_once_too(line: Line) -> None:
    """No id is kept of it: the row itself tells."""
    line.desk.do(Receive("warm"))
    line.losing_the_answer_to(lambda: line.direct.last_position() == 2)
    work = obey(line.desk.service, Receive("a"), Context("drawn", "tester", "drawn", drawn=True))
    assert line.desk.commit(work).version == 1
    assert line.proxy.lost == 1
    assert [event.stream for event in line.direct.page(0, 10)] == ["call-warm", "call-a"]
    assert [event.position for event in line.desk.committed] == [1, 2]


def test_a_whole_batch_is_found_again(line: Line) -> None:
    line.desk.do(Receive("warm"))
    line.losing_the_answer_to(lambda: line.direct.last_position() > 1)
    results = line.desk.committer.commit([line.desk.work(Receive(f"c{n}")) for n in range(20)])
    assert line.proxy.lost == 1
    assert [result.value.version for result in results] == [1] * 20
    assert [event.position for event in line.direct.page(0, 100)] == list(range(1, 22))


def test_a_request_of_which_nothing_followed_is_answered_too(line: Line) -> None:
    """It left no event: only its idempotency key tells that it was obeyed."""
    line.desk.do(Receive("a"))
    line.losing_the_answer_to(lambda: line.direct.command("key") is not None)
    assert line.desk.do(Receive("a"), cause="key", body="b").version == 1
    assert line.proxy.lost == 1
    assert line.direct.command("key") == CommandOutcome("key", "b", "call-a", 1)


def test_a_take_of_the_inbox_whose_answer_was_lost_is_applied_once(line: Line) -> None:
    desk = Station(contact(), line.direct, MemoryLog(), VirtualClock(NOON))
    desk.do(Receive("a"))
    desk.do(Queue("a"))
    desk.publish()
    hears = Station(listener(), line.storage, desk.log, desk.clock)
    line.losing_the_answer_to(lambda: home("call-a") in line.direct.inbox())
    records = desk.log.read_now(home("call-a"), 0, 10)
    assert hears.take(home("call-a"), records).handled == 2
    assert line.proxy.lost == 1
    assert [event.version for event in line.direct.stream("review-a")] == [1, 2]
    assert line.direct.inbox()[home("call-a")] == InboxPosition(2, 1)


def test_a_position_that_moved_without_effect_and_unheard_is_learnt_by_reading_it_again(line: Line) -> None:
    move = Changes(inbox=[InboxMove(home("call-a"), 0, InboxPosition(5, 4))])
    line.losing_the_answer_to(lambda: home("call-a") in line.direct.inbox())
    (result,) = line.desk.committer.commit([lambda desk: desk.write(move)])
    assert line.proxy.lost == 1 and result.error is not None
    assert line.direct.inbox() == {home("call-a"): InboxPosition(5, 4)}


def test_a_timer_whose_commit_was_not_answered_fires_once(line: Line) -> None:
    line.desk.do(Receive("a"))
    line.desk.do(Queue("a"))
    assert isinstance(line.desk.clock, VirtualClock)
    line.desk.clock.move_by(PATIENCE)
    line.losing_the_answer_to(lambda: line.direct.last_position() == 3)
    assert [result.value for result in line.desk.tick()] == [True]
    assert line.proxy.lost == 1 and line.direct.timers() == []
    assert [event.version for event in line.direct.stream("call-a")] == [1, 2, 3]


def test_a_server_that_cannot_be_reached_is_said_and_nothing_is_acknowledged(line: Line) -> None:
    line.desk.do(Receive("a"))
    line.proxy.lose_answers()
    with pytest.raises(StoreUnavailable, match="does not answer"):
        line.desk.do(Receive("b"))
    line.proxy.lose_no_more()
    assert line.desk.do(Receive("c")).version == 1
    streams = [event.stream for event in line.direct.page(0, 10)]
    assert streams.count("call-c") == streams.count("call-a") == 1 and streams.count("call-b") <= 1
    assert [event.position for event in line.direct.page(0, 10)] == list(range(1, len(streams) + 1))


def test_a_connection_that_is_cut_between_two_commands_costs_neither(line: Line) -> None:
    line.desk.do(Receive("a"))
    line.proxy.cut()
    assert line.desk.do(Queue("a")).version == 2
    assert line.storage.last_position() == 2


def test_a_commit_that_still_runs_when_its_connection_is_lost_is_waited_for(line: Line) -> None:
    """The server notices late that nobody listens any more: it commits after the client has come back and asked."""
    line.desk.do(Receive("a"))
    with line.direct._connect() as holder, ThreadPoolExecutor(1) as pool:
        holder.execute("SELECT pg_advisory_lock(hashtext(current_schema()), 1)")
        pending = pool.submit(line.desk.do, Queue("a"))
        _wait_for_waiting(holder, 1)
        line.proxy.cut()
        _wait_for_waiting(holder, 2)
        holder.execute("SELECT pg_advisory_unlock(hashtext(current_schema()), 1)")
        assert pending.result(10).version == 2
    assert [event.version for event in line.direct.stream("call-a")] == [1, 2]
    assert [event.position for event in line.desk.committed] == [1, 2]


def _wait_for_waiting(connection: psycopg.Connection[tuple[int]], count: int) -> None:
    def waiting() -> bool:
        row = connection.execute("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchone()
        return row is not None and row[0] >= count

    wait_until(waiting)
