"""The inbox: each record once, in order, with its effects; a missing one stops the partition, a bad one only its key."""

from collections.abc import Sequence
from dataclasses import replace

import pytest
from stage import Station, Stores, home
from tiny import NOON, REVIEW, Answer, Queue, Receive, contact, listener

from chassis.clock import VirtualClock
from chassis.errors import StaleOwner
from chassis.flow.inbox import Limits, Progress
from chassis.log.memory import MemoryLog
from chassis.log.port import Record
from chassis.store.fold import fold
from chassis.store.storage import Changes, InboxPosition
from contracts.refusals import Refused
from contracts.topics import partition

HERE = home("call-a")
"""All calls of these tests fall into one partition, so that one record's trouble could be another's."""


def calls() -> list[str]:
    names = (f"{letter}{n}" if n else letter for n in range(100) for letter in "abcdefgh")
    return [name for name in names if partition(f"call-{name}") == HERE.number]


A, B, C, D, E, *REST = calls()


class Foreign(Exception):
    """An error of a library, of no kind we know."""


@pytest.fixture
def desk(memory: Stores) -> Station:
    return Station(contact(), memory("contact"), MemoryLog(), VirtualClock(NOON))


@pytest.fixture
def hears(memory: Stores, desk: Station) -> Station:
    broken = {"refused": Refused("no", "This is not done."), "broken": ValueError("secret"), "foreign": Foreign("secret")}
    return Station(listener(broken), memory("hears"), desk.log, desk.clock)


def records(desk: Station, *commands: object) -> Sequence[Record]:
    """All records of the partition after these commands."""
    for command in commands:
        desk.do(command)
    desk.publish()
    return desk.log.read_now(HERE, 0, 1000)


def heard(hears: Station, call: str) -> tuple[str, ...]:
    """What the listener noted of a call, in order."""
    state = fold(REVIEW, hears.storage.stream(f"review-{call}")).state
    return state.heard if state else ()


def position(hears: Station) -> int:
    """The source position the store has."""
    return hears.storage.inbox().get(HERE, InboxPosition(0, -1)).position


def again(hears: Station) -> Station:
    """Killed and restarted: it reads on from where its store says."""
    return hears.again()


def rest(hears: Station, all_of_them: Sequence[Record]) -> Sequence[Record]:
    """What a consumer reads after (re)assignment."""
    return all_of_them[hears.offsets[HERE] :]


def unreadable(record: Record, headers: bool = True) -> Record:
    """A record whose data is broken; without `headers`, not even its position can be read."""
    kept = record.headers if headers else tuple(one for one in record.headers if one[0] != "ce_sequence")
    return replace(record, value=b'{"at":', headers=kept)


# -- once, in order, together with the position


def test_each_record_is_heard_once_and_in_order(desk: Station, hears: Station) -> None:
    found = records(desk, Receive(A), Queue(A, "999"), Receive(B), Queue(A, "101"))
    for one in (found[:1], found[1:], found, found[2:3], found):
        hears.take(HERE, one)
    assert heard(hears, A) == ("received", "999", "101") and heard(hears, B) == ("received",)
    assert position(hears) == 4


def test_a_reaction_and_the_position_move_together_or_not_at_all(
    desk: Station, hears: Station, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = records(desk, Receive(A), Queue(A, "999"))
    hears.storage._cursor.execute(  # type: ignore[attr-defined]
        "CREATE TRIGGER boom BEFORE INSERT ON inbox BEGIN SELECT RAISE(ABORT, 'boom'); END"
    )
    work = hears.inbox.take(HERE, found)
    assert hears.committer.commit([work])[0].error is not None
    assert hears.storage.last_position() == 0 and position(hears) == 0
    hears.storage._cursor.execute("DROP TRIGGER boom")  # type: ignore[attr-defined]
    assert hears.take(HERE, found).handled == 2
    assert heard(hears, A) == ("received", "999") and position(hears) == 2


def test_what_a_crash_left_unheard_is_heard_after_the_restart(desk: Station, hears: Station) -> None:
    found = records(desk, Receive(A), Queue(A, "999"), Receive(B))
    hears.committer.commit([hears.inbox.take(HERE, found[:2])])  # durable, but the process died before it knew
    restarted = again(hears)
    assert restarted.take(HERE, rest(restarted, found)).handled == 1
    assert heard(restarted, A) == ("received", "999") and heard(restarted, B) == ("received",)


def test_a_second_owner_is_refused_and_goes_on_from_where_the_first_is(desk: Station, stores: Stores) -> None:
    one = Station(listener(), stores("hears"), desk.log, desk.clock)
    other = Station(listener(), stores("hears"), desk.log, desk.clock)
    found = records(desk, Receive(A), Queue(A, "999"), Queue(A, "101"))
    one.take(HERE, found[:2])
    for late in (found[:1], found):
        with pytest.raises(StaleOwner):
            other.take(HERE, late)
    assert heard(one, A) == ("received", "999"), "nothing of the second owner is kept"
    other.offsets[HERE] = other.inbox.begin(HERE)
    assert other.take(HERE, rest(other, found)).handled == 1
    with pytest.raises(StaleOwner):
        one.take(HERE, found[2:])
    assert heard(one, A) == ("received", "999", "101")


def test_a_cause_that_was_reacted_to_is_not_reacted_to_again_even_if_the_position_was_lost(desk: Station, hears: Station) -> None:
    found = records(desk, Receive(A), Queue(A, "999"))
    hears.take(HERE, found)
    hears.storage._cursor.execute("DELETE FROM inbox")  # type: ignore[attr-defined]
    restarted = again(hears)
    assert restarted.take(HERE, found).ignored == 2
    assert heard(restarted, A) == ("received", "999") and position(restarted) == 2


# -- holes


def test_a_hole_stops_the_partition_and_nothing_after_it_is_applied(desk: Station, hears: Station) -> None:
    found = records(desk, Receive(A), Queue(A, "999"), Receive(B), Receive(C))
    progress = hears.take(HERE, [found[0], *found[2:]])
    assert progress.hole is not None and "after position 1 came 3, which says 2 goes before it" in str(progress.hole)
    assert hears.take(HERE, found[3:]).handled == 0
    assert hears.take(HERE, found[:1]).repeated == 1
    assert heard(hears, A) == ("received",) and heard(hears, B) == heard(hears, C) == ()
    assert HERE in hears.inbox.stopped() and position(hears) == 1
    restarted = again(hears)
    assert restarted.take(HERE, found[2:]).hole is not None, "a restart does not step over it either"


def test_the_missing_record_closes_the_hole(desk: Station, hears: Station) -> None:
    found = records(desk, Receive(A), Queue(A, "999"), Receive(B))
    hears.take(HERE, [found[0], found[2]])
    assert hears.take(HERE, found).hole is None, "sent again from the beginning"
    assert hears.inbox.stopped() == {}
    assert heard(hears, A) == ("received", "999") and heard(hears, B) == ("received",)


def test_the_first_record_of_a_partition_can_be_the_missing_one(desk: Station, hears: Station) -> None:
    assert hears.take(HERE, records(desk, Receive(A), Queue(A))[1:]).hole is not None


def test_records_nobody_heeds_pass_by_and_a_hole_among_them_is_noticed(desk: Station, hears: Station) -> None:
    found = records(desk, Receive(A), Answer(A), Receive(B), Answer(B), Receive(C))
    assert hears.take(HERE, found[:2]).ignored == 1
    late = hears.take(HERE, found[3:])
    assert late.hole is not None and late.ignored == 0
    restarted = again(hears)
    assert restarted.take(HERE, rest(restarted, found)).hole is None
    assert heard(restarted, C) == ("received",)


def test_only_records_that_nothing_answers_to_are_passed_by_without_the_writer(desk: Station, hears: Station) -> None:
    found = records(desk, Receive(A), Answer(A), Receive(B), Answer(B))
    assert hears.inbox.pass_by(HERE, found[:2]) is None, "the first is for it"
    hears.take(HERE, found[:1])
    assert hears.inbox.pass_by(HERE, found[1:3]) is None and hears.inbox.position(HERE) == 1
    assert hears.inbox.pass_by(HERE, found[3:]) is None, "the one before it was not seen"
    passed = hears.inbox.pass_by(HERE, found[1:2])
    assert passed is not None and hears.inbox.adopt(HERE, passed).ignored == 1
    assert hears.inbox.position(HERE) == 2 and hears.take(HERE, found[2:]).handled == 1


def test_positions_that_moved_without_effects_are_written_now_and_then(desk: Station, hears: Station) -> None:
    found = records(desk, Receive(A), Answer(A))
    hears.take(HERE, found[:1])
    hears.take(HERE, found[1:])
    assert position(hears) == 1, "a commit for every record that concerns nobody would cost too much"
    hears.settle()
    assert position(hears) == 2
    few = Station(hears.service, hears.storage, hears.log, hears.clock, Limits(quiet_records=1))
    few.take(HERE, records(desk, Receive(B), Answer(B))[2:3])
    few.take(HERE, records(desk)[3:])
    assert position(few) == 4


# -- parking


@pytest.mark.parametrize(
    ("queue", "reason"),
    [
        ("refused", "This is not done."),
        ("broken", "defect while reacting: ValueError"),
        ("foreign", "defect while reacting: Foreign"),
    ],
)
def test_a_record_that_cannot_be_dealt_with_is_parked_and_only_its_key_waits(
    desk: Station, hears: Station, queue: str, reason: str
) -> None:
    progress = hears.take(HERE, records(desk, Receive(A), Queue(A, queue), Receive(B), Queue(A, "999"), Queue(B, "101")))
    assert (progress.parked, progress.handled) == (2, 3)
    assert heard(hears, A) == ("received",), "nothing of the failed reaction is kept"
    assert heard(hears, B) == ("received", "101")
    (key,) = hears.storage.parked_keys()
    assert (key.topic, key.key, key.records, key.reason) == ("contact.events", f"call-{A}", 2, reason)
    assert hears.storage.parked(*key[:2])[1].reason == "an earlier record of this key is parked"
    assert "secret" not in str(hears.storage.parked(*key[:2]))
    assert position(hears) == 5


def test_later_records_of_a_parked_key_park_too_after_a_restart(desk: Station, hears: Station) -> None:
    hears.take(HERE, records(desk, Receive(A), Queue(A, "broken"), Receive(B)))
    restarted = again(hears)
    restarted.take(HERE, records(desk, Queue(A, "999"), Queue(B, "999"))[3:])
    assert heard(restarted, A) == ("received",) and heard(restarted, B) == ("received", "999")
    assert [record.offset for record in restarted.storage.parked("contact.events", f"call-{A}")] == [1, 3]


def test_what_another_process_parked_holds_its_key_back_here_too(desk: Station, hears: Station) -> None:
    """The partition moves from one process to the other; the second was running before anything was parked."""
    other = Station(hears.service, hears.storage, hears.log, hears.clock)
    hears.take(HERE, records(desk, Receive(A), Queue(A, "broken")))
    other.offsets[HERE] = other.inbox.begin(HERE)
    other.take(HERE, records(desk, Queue(A, "999"))[2:])
    assert heard(other, A) == ("received",)
    assert len(other.storage.parked("contact.events", f"call-{A}")) == 2


@pytest.mark.parametrize("headers", [True, False])
def test_an_unreadable_record_is_parked_and_the_others_flow(desk: Station, hears: Station, headers: bool) -> None:
    found = list(records(desk, Receive(A), Queue(A, "999"), Receive(B), Queue(A, "101"), Queue(B, "101")))
    found[1] = unreadable(found[1], headers)
    progress = hears.take(HERE, found)
    assert progress.hole is None and progress.parked == 2
    assert heard(hears, A) == ("received",) and heard(hears, B) == ("received", "101")
    (key,) = hears.storage.parked_keys()
    assert key.key == f"call-{A}" and key.reason and "999" not in key.reason
    assert hears.storage.parked(*key[:2])[0].value == found[1].value, "kept as it came"


@pytest.mark.parametrize("headers", [True, False])
@pytest.mark.parametrize("stops", [1, 2, 3])
def test_a_restart_beside_an_unreadable_record_goes_on(desk: Station, hears: Station, headers: bool, stops: int) -> None:
    found = list(records(desk, Receive(A), Queue(A, "999"), Receive(B), Queue(B, "101")))
    found[1] = unreadable(found[1], headers)
    hears.take(HERE, found[:stops])
    restarted = again(hears)
    assert restarted.take(HERE, rest(restarted, found)).hole is None
    assert heard(restarted, B) == ("received", "101")
    assert [record.offset for record in restarted.storage.parked("contact.events", f"call-{A}")] == [1]


@pytest.mark.parametrize("headers", [True, False])
def test_an_unreadable_record_excuses_no_hole_that_comes_later(desk: Station, hears: Station, headers: bool) -> None:
    found = list(records(desk, Receive(A), Queue(A, "999"), Receive(B), Receive(C), Receive(D), Receive(E)))
    found[1] = unreadable(found[1], headers)
    assert hears.take(HERE, found[:3]).hole is None
    assert hears.take(HERE, found[:4]).hole is None, "sent again, with one that is new"
    assert hears.take(HERE, found[5:]).hole is not None
    assert heard(hears, C) == ("received",) and heard(hears, E) == ()


def test_a_hole_right_after_an_unreadable_record_that_says_where_it_stands_is_noticed(desk: Station, hears: Station) -> None:
    found = list(records(desk, Receive(A), Queue(A, "999"), Receive(B), Receive(C)))
    found[1] = unreadable(found[1])
    assert hears.take(HERE, [*found[:2], found[3]]).hole is not None
    assert heard(hears, C) == ()


@pytest.mark.parametrize("key", ["", "call-nul \x00", "übel", "x" * 5000])
def test_rubbish_of_a_stranger_is_parked_whatever_its_key(desk: Station, stores: Stores, key: str) -> None:
    hears = Station(listener(), stores("hears"), desk.log, desk.clock)
    found = [Record(HERE, 0, key, (("ce_\x00", b"\xff"), ("ce_\x00", b"")), b"\x00\xff"), *records(desk, Receive(A))]
    assert hears.take(HERE, found).parked == 1
    assert heard(hears, A) == ("received",)
    (parked,) = hears.storage.parked_keys()
    assert len(hears.storage.parked(parked.topic, parked.key)) == 1


def test_too_many_parked_keys_stop_the_partition_until_there_is_room(desk: Station, memory: Stores) -> None:
    broken = {"broken": ValueError()}
    hears = Station(listener(broken), memory("hears"), desk.log, desk.clock, Limits(parked_keys=2))
    for call in (A, B):
        desk.do(Receive(call))
        desk.do(Queue(call, "broken"))
    hears.take(HERE, records(desk))
    assert hears.inbox.stopped() == {} and hears.inbox.parked_keys() == 2
    hears.take(HERE, records(desk, Receive(C), Queue(C, "broken"))[4:])
    assert hears.inbox.stopped() == {HERE: "more than 2 keys are parked"} and hears.inbox.relieved() == []
    broken.clear()
    Station(hears.service, hears.storage, hears.log, hears.clock).redrive(f"call-{A}")
    assert hears.inbox.relieved() == [HERE]
    hears.offsets[HERE] = hears.inbox.begin(HERE)
    assert hears.inbox.stopped() == {}
    hears.take(HERE, records(desk, Receive(D))[6:])
    assert heard(hears, D) == ("received",) and hears.inbox.stopped() == {}


def test_a_hole_is_no_matter_of_room(desk: Station, hears: Station) -> None:
    hears.take(HERE, records(desk, Receive(A), Queue(A), Queue(A, "101"))[::2])
    assert hears.inbox.stopped() and hears.inbox.relieved() == []


def test_progress_counts_what_became_of_each_record(desk: Station, hears: Station) -> None:
    found = records(desk, Receive(A), Answer(A), Receive(B), Queue(B, "broken"))
    hears.take(HERE, found[:1])
    progress = hears.take(HERE, found)
    assert (progress.handled, progress.ignored, progress.repeated, progress.parked) == (1, 1, 1, 1)
    assert progress.newest == NOON and isinstance(progress, Progress)
    assert hears.committer.commit([lambda at: at.write(Changes())])[0].error is None
