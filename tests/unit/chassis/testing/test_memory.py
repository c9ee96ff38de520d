from datetime import UTC, datetime

import msgspec
import pytest

from chassis.store.aggregate import Aggregate
from chassis.testing.memory import MemoryTransaction
from chassis.testing.scenario import Scenario
from contracts.contact.calls import CallEnded, CallQueued, Line
from contracts.refusals import NotFound, Refused

NOW = datetime(2017, 6, 1, 12, tzinfo=UTC)
QUEUED = CallQueued(at=NOW, call="c", queue="999")
ENDED = CallEnded(at=NOW, call="c", talked_s=3)


class Waiting(msgspec.Struct, frozen=True):
    queue: str | None


AGGREGATE = Aggregate(
    "call",
    Waiting,
    {CallQueued: lambda _, event: Waiting(event.queue), CallEnded: lambda *_: Waiting(None)},
    owes=lambda state: {"answer": NOW} if state.queue else {},
    index=lambda state: [("queue", state.queue)] if state.queue else [],
)


def test_a_stream_is_folded_found_and_owes() -> None:
    tx = MemoryTransaction(NOW)
    assert tx.load(AGGREGATE, "call-1").version == 0
    loaded = tx.record(AGGREGATE, "call-1", [QUEUED])
    assert (loaded.version, loaded.state) == (1, Waiting("999"))
    assert tx.find("queue", "999") == ["call-1"]
    assert [(timer.name, timer.due) for timer in tx.timers()] == [("answer", NOW)]
    tx.record(AGGREGATE, "call-1", [ENDED])
    assert (tx.find("queue", "999"), tx.timers(), tx.index("queue")) == ([], [], {})
    assert tx.said(CallEnded) == [ENDED]


def test_a_stream_of_another_kind_is_no_place_to_record() -> None:
    with pytest.raises(ValueError, match="no stream of call"):
        MemoryTransaction(NOW).record(AGGREGATE, "review-1", [QUEUED])


def test_a_fold_that_needs_the_pydantic_event_is_caught() -> None:
    leaning = Aggregate("call", Waiting, {CallQueued: lambda _, event: Waiting(type(event).__module__)})
    with pytest.raises(AssertionError, match="folds differently"):
        MemoryTransaction(NOW).record(leaning, "call-1", [QUEUED])


class Loose(msgspec.Struct, frozen=True):
    line: object


def test_a_state_that_no_snapshot_can_hold_is_caught() -> None:
    loose = Aggregate("call", Loose, {CallQueued: lambda *_: Loose((Line.EMERGENCY,))})
    with pytest.raises(AssertionError, match="does not survive a snapshot"):
        MemoryTransaction(NOW).record(loose, "call-1", [QUEUED])


def test_a_story_goes_on_from_what_was_decided() -> None:
    def decide(state: Waiting | None, command: str, now: datetime) -> list[CallQueued | CallEnded]:
        if command == "refuse":
            raise NotFound("unknown", "nothing of that name")
        return [QUEUED] if state is None else []

    story = Scenario(AGGREGATE, decide)
    story.when("queue", NOW).then(QUEUED).then_says(CallQueued)
    assert story.owes() == {"answer": NOW}
    assert story.index() == {("queue", "999")}
    story.when("queue", NOW).then()
    story.when("refuse", NOW).then_refused("unknown", NotFound)
    with pytest.raises(AssertionError):
        story.then_refused("unknown", Refused)
    with pytest.raises(AssertionError):
        story.then(QUEUED)
