"""Redriving: parked records come back in order, exactly once, and only when somebody meant it."""

from dataclasses import replace

import pytest
from stage import Station, Stores, home
from tiny import NOON, REVIEW, Queue, Receive, contact, listener

from chassis.clock import VirtualClock
from chassis.flow.parking import redrive
from chassis.log.memory import MemoryLog
from chassis.store.fold import fold
from chassis.store.storage import Changes
from contracts.refusals import NotFound, Refused

HERE = home("call-a")


class Case:
    """A desk and a listener whose reactions to some queues are broken until `broken` is cleared."""

    def __init__(self, stores: Stores) -> None:
        self.desk = Station(contact(), stores("contact"), MemoryLog(), VirtualClock(NOON))
        self.broken: dict[str, Exception] = {"999": ValueError(), "101": Refused("no", "Not now.")}
        self.stores = stores
        self.hears = self.started()

    def started(self) -> Station:
        return Station(listener(self.broken), self.stores("hears"), self.desk.log, self.desk.clock)

    def happens(self, *commands: object) -> None:
        for command in commands:
            self.desk.do(command)
        self.desk.publish()
        self.hears.listen()

    def heard(self) -> tuple[str, ...]:
        state = fold(REVIEW, self.hears.storage.stream("review-a")).state
        return state.heard if state else ()

    def waiting(self) -> int:
        return len(self.hears.storage.parked("contact.events", "call-a"))


@pytest.fixture
def case(memory: Stores) -> Case:
    case = Case(memory)
    case.happens(Receive("a"), Queue("a", "999"), Queue("a", "101"), Queue("a", "111"))
    assert case.heard() == ("received",) and case.waiting() == 3
    return case


def test_a_preview_says_what_would_change_and_changes_nothing(case: Case) -> None:
    case.broken.clear()
    before = list(case.hears.storage.page(0, 100))
    shown = case.hears.redrive("call-a", preview=True)
    assert (shown.records, shown.remaining, shown.failure) == (3, 0, None)
    assert shown.events == (("review-a", "ringback.callback.ReviewAssessed.v1"),) * 3
    assert list(case.hears.storage.page(0, 100)) == before and case.waiting() == 3
    assert case.hears.redrive("call-a", preview=True) == shown
    assert case.hears.redrive("call-a") == shown, "what was shown is what is done"


def test_redriving_applies_in_order_and_then_the_key_flows_again(case: Case) -> None:
    case.broken.clear()
    case.hears.redrive("call-a")
    assert case.heard() == ("received", "999", "101", "111") and case.waiting() == 0
    case.happens(Queue("a", "999"))
    assert case.heard() == ("received", "999", "101", "111", "999") and case.waiting() == 0
    with pytest.raises(NotFound):
        case.hears.redrive("call-a")


def test_redriving_goes_as_far_as_it_can_and_keeps_the_rest(case: Case) -> None:
    del case.broken["999"]
    done = case.hears.redrive("call-a")
    assert (done.records, done.remaining, done.failure) == (1, 2, "Not now.")
    assert case.heard() == ("received", "999") and case.waiting() == 2
    case.happens(Queue("a", "112"))
    assert case.waiting() == 3, "the key still waits"
    case.broken.clear()
    case.hears.redrive("call-a")
    assert case.heard() == ("received", "999", "101", "111", "112")


def test_the_key_flows_again_also_when_another_process_redrove_it(case: Case) -> None:
    case.broken.clear()
    case.started().redrive("call-a")
    case.happens(Queue("a", "999"))
    assert case.heard() == ("received", "999", "101", "111", "999") and case.waiting() == 0


def test_two_people_redriving_at_once_apply_it_once(stores: Stores) -> None:
    case = Case(stores)
    case.happens(Receive("a"), Queue("a", "999"))
    case.broken.clear()
    one, other = case.started(), case.started()
    raced: list[object] = []
    append = one.storage.append

    def late(changes: object) -> int:
        if not raced:
            raced.append(other.redrive("call-a"))
        return append(changes)  # type: ignore[arg-type]

    one.storage.append = late  # type: ignore[assignment,method-assign]
    with pytest.raises(NotFound):
        one.redrive("call-a")
    assert raced and case.heard() == ("received", "999") and case.waiting() == 0


@pytest.mark.parametrize("redriven_first", [True, False])
def test_a_record_that_comes_while_its_key_is_redriven_keeps_its_place(case: Case, redriven_first: bool) -> None:
    """Both in one commit, in either order."""

    case.broken.clear()
    case.desk.do(Queue("a", "112"))
    case.desk.publish()
    hears = case.hears
    late = hears.log.read_now(HERE, hears.offsets[HERE], 10)
    works = [redrive(hears.service, "contact.events", "call-a", preview=False), hears.inbox.take(HERE, late)]
    results = hears.committer.commit(works if redriven_first else works[::-1])
    assert all(result.error is None for result in results)
    hears.inbox.adopt(HERE, results[1 if redriven_first else 0].value)
    hears.offsets[HERE] += 1
    assert case.waiting() == 0
    case.happens(Queue("a", "113"))
    assert case.heard() == ("received", "999", "101", "111", "112", "113") and case.waiting() == 0


def test_what_cannot_be_read_stays_parked_with_its_reason(case: Case) -> None:

    (record,) = case.hears.log.read_now(HERE, 0, 1)
    case.hears.take(HERE, [replace(record, key="call-x", value=b"{", headers=(("ce_id", b"1"),))])
    done = case.hears.redrive("call-x")
    assert (done.records, done.remaining) == (0, 1) and done.failure is not None
    assert len(case.hears.storage.parked("contact.events", "call-x")) == 1


def test_redriving_something_that_was_obeyed_before_does_nothing_twice(case: Case) -> None:
    case.broken.clear()
    kept = list(case.hears.storage.parked("contact.events", "call-a"))
    case.hears.redrive("call-a")

    case.hears.storage.append(Changes(parked=kept))  # as if an old backup of the table came back
    case.hears.redrive("call-a")
    assert case.heard() == ("received", "999", "101", "111") and case.waiting() == 0
