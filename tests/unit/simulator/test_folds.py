"""Figures from hand-made events."""

from datetime import UTC, datetime, timedelta

import pytest

from contracts.callback.reviews import (
    AttemptCancelled,
    AttemptEnded,
    AttemptStarted,
    Disposition,
    Outcome,
    ReviewAssessed,
    ReviewClosed,
    ReviewOpened,
    Risk,
)
from contracts.contact.calls import (
    Abandonment,
    CallAbandoned,
    CallAnswered,
    CallEnded,
    CallerRangAgain,
    CallQueued,
    CallReceived,
    Line,
)
from contracts.dispatch.deployment import AssignmentEnded, JobClosed, Release, UnitAssigned
from contracts.envelope import Event
from contracts.incident.incidents import IncidentClosed, IncidentGraded, IncidentOpened, IncidentRegraded, Origin, UnitOnScene
from simulator.figures import Episodes, Figures
from simulator.fold import fold
from simulator.set_aside import SetAside
from tests.unit.simulator.conftest import Stored

NOON = datetime(2025, 6, 5, 11, tzinfo=UTC)


def _at(seconds: float) -> datetime:
    return NOON + timedelta(seconds=seconds)


def _received(call: str, at: float, line: Line = Line.EMERGENCY) -> CallReceived:
    return CallReceived(at=_at(at), call=call, line=line, switch="s")


def _queued(call: str, at: float) -> CallQueued:
    return CallQueued(at=_at(at), call=call, queue="999")


def _abandoned(call: str, at: float, kind: Abandonment = Abandonment.IN_QUEUE, line: Line = Line.EMERGENCY) -> CallAbandoned:
    return CallAbandoned(at=_at(at), call=call, line=line, abandonment=kind, waited_s=0)


def _opened(call: str, at: float) -> ReviewOpened:
    return ReviewOpened(
        at=_at(at),
        review=call,
        call=call,
        abandonment=Abandonment.IN_QUEUE,
        abandoned_at=_at(at),
        deadline=_at(at + 3600),
        emergency_period_ends=_at(at + 3600),
        policy="p",
    )


def _assessed(call: str, at: float, *, gate_open: bool = True) -> ReviewAssessed:
    return ReviewAssessed(at=_at(at), review=call, risk=Risk.RAISED, reasons=("r",), gate_open=gate_open, policy="p")


def _started(call: str, at: float, attempt: int = 1) -> AttemptStarted:
    return AttemptStarted(at=_at(at), review=call, attempt=attempt, attempt_id="a", number="+44", give_up_at=_at(at + 30))


def _ended(call: str, at: float, outcome: Outcome, attempt: int = 1) -> AttemptEnded:
    return AttemptEnded(at=_at(at), review=call, attempt=attempt, attempt_id="a", outcome=outcome)


def _closed(call: str, at: float) -> ReviewClosed:
    return ReviewClosed(at=_at(at), review=call, call=call, disposition=Disposition.CALLER_SAFE, reason="r", attempts=1, by="b")


def _figures(stored: Stored, **services: list[Event]) -> Figures:
    return fold({name: stored(*events) for name, events in services.items()}, "Europe/London")


def test_calls_answered_abandoned_and_their_waits(stored: Stored) -> None:
    left = CallAnswered(at=_at(14), call="a", handler="h", left_queue_at=_at(15), waited_s=10)
    events = [
        *(_received("a", 0), _queued("a", 5), left, CallEnded(at=_at(100), call="a", talked_s=86)),
        *(_received("b", 200), CallAnswered(at=_at(209), call="b", handler="h")),
        *(_received("c", 300), _queued("c", 310), _abandoned("c", 315)),
        *(_received("d", 400, Line.NON_EMERGENCY), _abandoned("d", 402, Abandonment.BEFORE_QUEUE, Line.NON_EMERGENCY)),
    ]
    figures = _figures(stored, contact=events)
    assert (figures.calls, figures.answered, figures.ended, figures.abandoned) == (4, 2, 1, 2)
    assert (figures.abandoned_in_queue, figures.abandoned_before_queue) == (1, 1)
    assert figures.mean_wait_answered_s == 5
    assert figures.answer_times_999.bands == (1, 1, 0)
    assert figures.hung_up_within_5s_of_queueing == 1
    assert figures.max_in_queue == 1
    assert figures.calls_by_line == {"999": 3, "101": 1}
    assert (figures.by_hour[12].calls, figures.by_hour[12].abandoned) == (4, 2)


def test_a_call_that_broke_off_after_the_answer_leaves_the_queue_once(stored: Stored) -> None:
    events = [
        *(_received("a", 0), _queued("a", 1), CallAnswered(at=_at(2), call="a", handler="h")),
        _abandoned("a", 4, Abandonment.SILENT_AFTER_ANSWER),
        *(_received("b", 10), _queued("b", 11), _received("c", 12), _queued("c", 13)),
    ]
    figures = _figures(stored, contact=events)
    assert (figures.max_in_queue, figures.hung_up_within_5s_of_queueing) == (2, 0)


def test_a_review_seen_through(stored: Stored) -> None:
    review = [
        *(_opened("a", 20), _assessed("a", 21, gate_open=False), _assessed("a", 50)),
        *(_started("a", 30), _ended("a", 40, Outcome.ANSWERED), _started("a", 95, 2), _closed("a", 140)),
        *(_ended("a", 150, Outcome.SAFE), _ended("a", 160, Outcome.RANG_OUT, 2)),
    ]
    figures = _figures(stored, contact=[_received("a", 0), _abandoned("a", 20)], callback=review)
    assert figures.violations == ()
    assert (figures.reviews, figures.dispositions, figures.attempts) == (1, 1, 2)
    assert figures.attempts_by_outcome == {"rang_out": 1, "safe": 1}
    assert (figures.time_to_review.median_s, figures.time_to_ring_back.median_s, figures.time_to_disposition.median_s) == (
        1,
        10,
        120,
    )
    assert (figures.safety_gate_closed, figures.assessed_by_risk) == (1, {"raised": 1})


@pytest.mark.parametrize(
    ("broken", "reviews", "violation"),
    [
        (["a"], [], "call a broke off and has no review"),
        (["a"], [_opened("a", 1)], "review a has no disposition"),
        ([], [_opened("a", 1), _closed("a", 2)], "review a is not the only one of an abandoned 999 call"),
        (["a"], [_opened("a", 1), _opened("a", 2), _closed("a", 3)], "review a is not the only one of an abandoned 999 call"),
        (["a"], [_opened("a", 1), _closed("a", 2), _closed("a", 3)], "review a has more than one disposition"),
    ],
)
def test_every_abandoned_call_has_one_review_and_one_disposition(
    stored: Stored, broken: list[str], reviews: list[Event], violation: str
) -> None:
    figures = _figures(stored, contact=[_abandoned(call, 0) for call in broken], callback=reviews)
    assert figures.violations == (violation,)


def test_an_episode_is_a_number_answered_again_and_a_call_back_cancelled_for_it(stored: Stored) -> None:
    def again(call: str, at: float) -> CallerRangAgain:
        return CallerRangAgain(at=_at(at), call=call, answered_call="z")

    def called_off(call: str, at: float) -> list[Event]:
        ended = _closed(call, at).model_copy(update={"disposition": Disposition.CALLER_RANG_AGAIN})
        return [AttemptCancelled(at=_at(at), review=call, attempt=2, reason="r"), ended]

    broken = [_abandoned(call, 0).model_copy(update={"number_ref": f"tel:{call}"}) for call in "abc"]
    on_101 = _abandoned("e", 0, line=Line.NON_EMERGENCY).model_copy(update={"number_ref": "tel:e"})
    calls = [*broken, _abandoned("d", 0), on_101, *(again(call, 60) for call in "abe")]
    reviews = [*(_opened(call, 1) for call in "abcd"), _closed("b", 30), *called_off("a", 61), _closed("c", 90), _closed("d", 90)]
    figures = _figures(stored, contact=calls, callback=reviews)
    assert figures.violations == ()
    assert figures.episodes == Episodes(identified=3, rang_again=2, called_off=1, rings_called_off=1, over_already=1)


def test_a_broken_call_on_101_needs_no_review(stored: Stored) -> None:
    assert _figures(stored, contact=[_abandoned("a", 0, line=Line.NON_EMERGENCY)]).violations == ()


def test_many_violations_are_named_up_to_a_number(stored: Stored) -> None:
    figures = _figures(stored, contact=[_abandoned(str(n), n) for n in range(100)])
    assert figures.violations[-1] == "and more"
    assert len(figures.violations) < 30


def _incident(at: float = 0) -> IncidentOpened:
    return IncidentOpened(
        at=_at(at + 30), incident="i", origin=Origin.CALL, origin_id="c", opening_code="o", reported_at=_at(at), force="f"
    )


def _regraded(at: float) -> IncidentRegraded:
    return IncidentRegraded(at=_at(at), incident="i", previous="3", grade="2", policy="p", by="b", rationale="r")


def _assigned(unit: str, at: float, overlaps: tuple[str, ...] = ()) -> UnitAssigned:
    return UnitAssigned(at=_at(at), unit=unit, assignment=f"{unit}{at}", incident="i", job="j", by="b", overlaps=overlaps)


def _released(unit: str, at: float, *, reached: bool) -> AssignmentEnded:
    return AssignmentEnded(
        at=_at(at), unit=unit, assignment=f"{unit}{at}", incident="i", job="j", release=Release.CLEARED, reached=reached
    )


def test_incidents_units_and_assignments(stored: Stored) -> None:
    incident = [
        *(_incident(), IncidentGraded(at=_at(31), incident="i", grade="3", policy="p", by="b"), _regraded(40), _regraded(50)),
        *(IncidentClosed(at=_at(600), incident="i", closing_code="c", reason="r", by="b"),),
        UnitOnScene(at=_at(390), incident="i", unit="u"),
    ]
    dispatch = [
        *(_assigned("u", 60), _assigned("v", 70, ("other",)), _assigned("u", 300)),
        *(_released("u", 500, reached=True), _released("v", 510, reached=False)),
        JobClosed(at=_at(600), job="j", incident="i", reason="r"),
    ]
    figures = _figures(stored, incident=incident, dispatch=dispatch)
    assert (figures.incidents, figures.incidents_regraded, figures.incidents_reached, figures.incidents_closed) == (1, 1, 1, 1)
    assert (figures.median_first_arrival_s, figures.incidents_by_grade) == (390, {"3": 1})
    assert (figures.units, figures.assignments, figures.overlaps, figures.max_units_on_one_call) == (2, 3, 1, 2)
    assert (figures.assignments_never_on_scene, figures.assignments_ended_by_release) == (1, {"cleared": 2})


def test_rows_set_aside_are_counted_by_reason_most_frequent_first(stored: Stored) -> None:
    aside = SetAside()
    for line, reason in enumerate(("rare", "often", "often")):
        aside.add("f", line, reason)
    figures = fold({}, "Europe/London", aside)
    assert (figures.set_aside, list(figures.set_aside_by_reason.items())) == (3, [("often", 2), ("rare", 1)])


def test_services_are_folded_in_the_order_in_which_things_were_recorded(stored: Stored) -> None:
    contact = stored(_abandoned("a", 0), _abandoned("b", 100))
    callback = stored(*(_opened("a", 0), _closed("a", 50), _opened("b", 100), _closed("b", 150)))
    assert fold({"callback": iter(callback), "contact": iter(contact)}, "UTC").violations == ()


def test_the_json_has_whole_seconds_where_they_are_whole(stored: Stored) -> None:
    incident: list[Event] = [_incident(), UnitOnScene(at=_at(390), incident="i", unit="u")]
    assert '"median_first_arrival_s":390,' in _figures(stored, incident=incident).model_dump_json()
