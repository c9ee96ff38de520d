"""Group commit: use cases share a transaction, and what becomes of one of them is nobody else's business."""

import itertools
import threading
from concurrent.futures import Future
from datetime import datetime, timedelta
from typing import Any

import pytest
from stage import Station, Stores
from tiny import CALL, NOON, Answer, Break, Queue, Receive, ReceiveAll, contact

from chassis.clock import VirtualClock
from chassis.errors import DuplicateEvent, StoreUnavailable
from chassis.host import Context, Transaction
from chassis.ids import event_id
from chassis.log.memory import MemoryLog
from chassis.store.codec import decode_head
from chassis.store.committer import Desk
from chassis.store.storage import Storage
from chassis.store.writer import Writer
from contracts.refusals import NotFound, PreconditionFailed, Refused


def station(storage: Storage, now: datetime = NOON) -> Station:
    return Station(contact(), storage, MemoryLog(), VirtualClock(now))


@pytest.fixture
def desk(memory: Stores) -> Station:
    return station(memory())


def recorded(storage: Storage) -> list[str]:
    return [f"{event.stream} {event.type.split('.')[2]}" for event in storage.page(0, 1000)]


def test_everybody_who_waits_shares_one_commit_and_gets_their_own_answer(desk: Station) -> None:
    commits: list[int] = []
    first, held, queue = threading.Event(), threading.Event(), [Future[Any]() for _ in range(100)]
    writer = Writer(desk.committer, measured=lambda works, seconds: commits.append(works))

    def hold(_: Desk) -> None:
        first.set()
        held.wait(10)

    waiting: Future[Any] = Future()
    writer.submit(hold, waiting)
    first.wait(10)
    for n, done in enumerate(queue):
        writer.submit(desk.work(Receive(str(n))), done)
    held.set()
    answers = [done.result(10) for done in queue]
    writer.close()
    assert [(answer.stream, answer.version) for answer in answers] == [(f"call-{n}", 1) for n in range(100)]
    assert commits == [1, 100]
    assert [event.position for event in desk.storage.page(0, 1000)] == list(range(1, 101))


def test_where_commits_are_shared_the_next_waits_for_those_who_are_about_to_come(
    desk: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    commits: list[int] = []
    numbers = itertools.count()
    late: list[Future[Any]] = []

    def submit() -> Future[Any]:
        done: Future[Any] = Future()
        writer.submit(desk.work(Receive(str(next(numbers)))), done)
        return done

    monkeypatch.setattr("chassis.store.writer.sleep", lambda _: late.extend(submit() for _ in range(3 if not late else 0)))
    writer = Writer(desk.committer, measured=lambda works, seconds: commits.append(works))
    for _ in range(3):
        submit().result(10)
    assert (commits, late) == ([1, 1, 1], []), "who is alone waits for nobody"
    first, held = threading.Event(), threading.Event()
    writer.submit(lambda _: first.set() or held.wait(10), Future())
    first.wait(10)
    shared = [submit() for _ in range(8)]
    held.set()
    assert [done.result(10).version for done in shared] == [1] * 8
    for done in (submit(), *late):
        assert done.result(10).version == 1
    writer.close()
    assert commits == [1, 1, 1, 1, 8, 4]


def test_what_one_use_case_records_the_next_in_the_same_commit_sees(desk: Station) -> None:
    results = desk.committer.commit([desk.work(command) for command in (Receive("a"), Queue("a"), Answer("a"))])
    assert [result.value.version for result in results] == [1, 2, 3]
    assert recorded(desk.storage) == ["call-a CallReceived", "call-a CallQueued", "call-a CallAnswered"]


def test_a_refused_use_case_leaves_no_event_and_costs_nobody_else(desk: Station) -> None:
    results = desk.committer.commit([desk.work(command) for command in (Receive("a"), Answer("unknown"), Receive("b"))])
    assert isinstance(results[1].error, NotFound)
    assert results[0].value.version == results[2].value.version == 1
    assert recorded(desk.storage) == ["call-a CallReceived", "call-b CallReceived"]


class Foreign(Exception):
    """An error of a library, of no kind we know."""


@pytest.mark.parametrize("error", [KeyError("x"), RuntimeError("x"), OSError("x"), Foreign("x"), UnicodeError("x")])
def test_a_defect_in_a_use_case_leaves_nothing_of_it_and_costs_nobody_else(desk: Station, error: Exception) -> None:
    writer = Writer(desk.committer)
    with pytest.raises(type(error)):
        writer.run(desk.work(Break("half", error)))
    assert writer.run(desk.work(Receive("a"))).version == 1, "the writer must outlive a defect"
    results = desk.committer.commit([desk.work(Break("half", error)), desk.work(Receive("b"))])
    assert results[0].error is error and results[1].value.version == 1
    assert recorded(desk.storage) == ["call-a CallReceived", "call-b CallReceived"]
    assert desk.storage.find("open", None, None, None, 10) == [("none", "call-a"), ("none", "call-b")]
    writer.close()


def test_what_cannot_be_stored_costs_only_the_use_case_that_brought_it(stores: Stores) -> None:
    desk = station(stores())
    results = desk.committer.commit([desk.work(Receive("a")), desk.work(Receive("nul \x00")), desk.work(Receive("\ud800"))])
    assert results[0].value.version == 1
    assert isinstance(results[1].error, ValueError) and isinstance(results[2].error, ValueError)
    assert recorded(desk.storage) == ["call-a CallReceived"]


def test_several_streams_of_one_use_case_are_kept_or_dropped_as_one(desk: Station) -> None:
    desk.do(ReceiveAll(("a", "b")))
    with pytest.raises(RuntimeError):
        desk.commit(
            lambda work: [desk.work(ReceiveAll(("c", "d")))(work.rehearsal()), desk.work(Break("e", RuntimeError()))(work)]
        )
    assert recorded(desk.storage) == ["call-a CallReceived", "call-b CallReceived"]


def test_a_writer_that_was_closed_says_so_instead_of_letting_one_wait_for_ever(desk: Station) -> None:
    writer = Writer(desk.committer)
    last: Future[Any] = Future()
    writer.submit(desk.work(Receive("a")), last)
    writer.close()
    assert last.result(0).version == 1, "what was queued before is still done"
    with pytest.raises(StoreUnavailable):
        writer.run(desk.work(Receive("b")))


# -- two processes on one store


def test_a_lost_race_loads_again_and_decides_again(stores: Stores) -> None:
    one, other = station(stores()), station(stores())
    one.do(Receive("a"))
    assert other.do(Queue("a", "999")).version == 2
    assert one.do(Queue("a", "101")).version == 3, "decided again on what the other had recorded"
    assert other.do(Answer("a")).version == 4
    with pytest.raises(Refused, match="answered"):
        one.do(Queue("a", "999"))
    assert [event.version for event in one.storage.stream("call-a")] == [1, 2, 3, 4]
    assert [event.position for event in one.storage.page(0, 10)] == [1, 2, 3, 4]


def test_a_lost_race_costs_only_the_use_case_that_lost_it(stores: Stores) -> None:
    one, other = station(stores()), station(stores())
    one.do(Receive("a"))
    other.do(Answer("a"))
    results = one.committer.commit([one.work(Receive("b")), one.work(Queue("a")), one.work(Receive("c"))])
    assert isinstance(results[1].error, Refused)
    assert results[0].value.version == results[2].value.version == 1


def test_nothing_is_refused_because_of_a_state_that_another_process_has_moved_on_from(stores: Stores) -> None:
    one, other = station(stores()), station(stores())
    one.do(Receive("a"))
    one.do(Queue("a", "999"))
    other.do(Queue("a", "101"))
    assert one.do(Queue("a", "999")).version == 4, "to the old state it was a repetition, of which nothing follows"
    with pytest.raises(NotFound):
        one.do(Answer("b"))
    other.do(Receive("b"))
    assert one.do(Answer("b")).version == 2


def test_what_another_process_recorded_is_noticed_also_after_a_write_to_something_else(stores: Stores) -> None:
    one, other = station(stores()), station(stores())
    one.do(Receive("a"))
    one.do(Queue("a", "999"))
    other.do(Queue("a", "101"))
    one.do(Receive("b"))
    assert one.do(Queue("a", "999")).version == 4


def test_a_version_that_was_read_from_another_process_is_accepted(stores: Stores) -> None:
    one, other = station(stores()), station(stores())
    one.do(Receive("a"))
    other.do(Queue("a"))
    with pytest.raises(PreconditionFailed):
        one.do(Answer("a"), expected=1)
    one.do(Receive("c"))
    assert one.do(Answer("a"), expected=2).version == 3


def test_writers_at_once_leave_no_gap_and_lose_nothing(stores: Stores) -> None:
    stations = [station(stores()) for _ in range(3)]
    failed: list[BaseException] = []

    def work(n: int) -> None:
        try:
            for call in range(10):
                stations[n].do(Receive(f"{n}-{call}"))
                stations[n].committer.commit(
                    [stations[n].work(Receive("shared")), stations[n].work(Queue("shared", f"{n}.{call}"))]
                )
        except Exception as error:
            failed.append(error)
            raise

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failed
    events = stations[0].storage.page(0, 1000)
    assert [event.position for event in events] == list(range(1, len(events) + 1))
    assert len({event.stream for event in events}) == 31
    shared = stations[0].storage.stream("call-shared")
    assert [event.version for event in shared] == list(range(1, len(shared) + 1))


# -- one cause is recorded once


def test_streams_taken_to_be_new_are_looked_up_before_anybody_is_answered(desk: Station) -> None:
    """A second process knows none of the streams: what is new is recorded, and what is there is decided on as it is."""
    for command in (Receive("a"), Queue("a", "999"), Receive("b"), Receive("c")):
        desk.do(command)
    other = desk.again()
    commands = (Receive("new-1"), Receive("new-2"), Answer("a"), Answer("new-3"), Queue("c", "101"))
    results = other.committer.commit([other.work(command) for command in commands])
    assert [result.value.version for result in (*results[:3], results[4])] == [1, 1, 3, 2]
    assert isinstance(results[3].error, NotFound)
    assert [line.split()[0] for line in recorded(desk.storage)[4:]] == ["call-new-1", "call-new-2", "call-a", "call-c"]


def test_many_new_streams_cost_two_looks_into_the_store(desk: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    looks: list[str] = []
    query = desk.storage._query  # type: ignore[attr-defined]
    monkeypatch.setattr(desk.storage, "_query", lambda *asked: looks.append(asked[0]) or query(*asked))
    desk.committer.commit([desk.work(Receive(str(n))) for n in range(50)])
    assert len(looks) == 2


def test_one_cause_is_never_recorded_twice(desk: Station) -> None:
    desk.do(Receive("a"), cause="c")
    with pytest.raises(DuplicateEvent):
        desk.committer.storage.append(_changes_of(desk, Receive("b"), "c"))
    assert recorded(desk.storage) == ["call-a CallReceived"]


def test_a_cause_that_was_recorded_and_comes_again_is_answered_with_what_it_led_to(desk: Station) -> None:
    assert desk.do(Receive("a"), cause="c").version == 1
    desk.do(Queue("a", "999"), cause="d")
    desk.do(Queue("a", "101"))
    again = desk.do(Queue("a", "999"), cause="d")
    assert (again.stream, again.version, again.state.queue) == ("call-a", 2, "999")
    assert len(recorded(desk.storage)) == 3


def _changes_of(desk: Station, command: Any, cause: str) -> Any:
    kept: list[Any] = []

    def work(at: Desk) -> None:
        transaction = at.rehearsal().begin(Context(cause, "tester", cause))
        desk.service.handle(transaction, command)
        kept.append(transaction.changes)

    desk.commit(work)
    return kept[0]


def test_the_same_events_have_the_same_ids_whoever_decides_them_and_when(memory: Stores) -> None:
    def ids(name: str, now: datetime) -> list[str]:
        events = _changes_of(station(memory(name), now), ReceiveAll(("a", "b")), "c").events
        return [decode_head(event.state).id for event in events]

    assert ids("one", NOON) == ids("other", NOON + timedelta(days=1)) == [event_id("c", 0), event_id("c", 1)]
    assert event_id("c", 0) == "982079c8-289c-5fad-9a5a-85926b878a29", "ids are for ever: a change would record old causes again"


def test_more_streams_under_one_index_value_than_a_page_are_all_found(desk: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("chassis.store.transaction.PAGE", 3)
    for n in range(8):
        desk.do(Receive(str(n)))

    def found(at: Desk) -> list[str]:
        transaction: Transaction = at.begin(Context("c", "tester", "c"))
        transaction.record(CALL, "call-9", [])
        return transaction.find("open", "none")

    assert desk.commit(found) == [f"call-{n}" for n in range(8)]
