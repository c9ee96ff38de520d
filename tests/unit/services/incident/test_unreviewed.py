"""An abandoned 999 call that nobody reviews: told within the minute, to somebody who must answer, and never twice."""

from datetime import timedelta
from typing import Any

import pytest
from acceptance.incident_room import MINUTE, NOON, IncidentRoom, incident_room

from contracts.callback.reviews import ReviewOpened
from contracts.contact.calls import Abandonment, CallAbandoned, Line, Marker, Sound
from contracts.incident.backlog import EscalationClimbed, EscalationRaised, EscalationReason, EscalationSettled
from contracts.incident.incidents import IncidentGraded, IncidentOpened, Origin, ResourcesRequested
from contracts.incident.unreviewed import CallUnreviewed, ReviewExpected, ReviewSeen, UnreviewedExplained
from contracts.places import Location, LocationSource, Point
from contracts.refusals import Invalid, NotFound, Refused
from services.incident.cases.unreviewed import OpenForCall
from services.incident.domain.backlog.escalation import Acknowledge
from services.incident.domain.backlog.unreviewed import ExplainUnreviewed

SECOND = timedelta(seconds=1)
NUMBER = "+447700900123"
CELL = Location(source=LocationSource.CELL, point=Point(latitude=51.3, longitude=0.9), radius_m=900)
INCIDENT = "incident-c1"


def broke_off(**more: Any) -> CallAbandoned:
    known: dict[str, Any] = {"at": NOON, "call": "c1", "line": Line.EMERGENCY, "waited_s": 4, "abandonment": Abandonment.IN_QUEUE}
    return CallAbandoned(**known | {"number": NUMBER, "location": CELL} | more)


def opened(room: IncidentRoom) -> ReviewOpened:
    now = room.clock.now()
    known: dict[str, Any] = {"abandonment": Abandonment.IN_QUEUE, "abandoned_at": NOON, "policy": "p"}
    return ReviewOpened(at=now, review="c1", call="c1", deadline=now, emergency_period_ends=now, **known)


def alarmed(room: IncidentRoom, **more: Any) -> None:
    room.hear(broke_off(**more))
    room.wait(1)


def test_a_call_that_nobody_reviews_is_told_within_the_minute_with_its_number_and_where_it_was() -> None:
    with incident_room() as room:
        room.hear(broke_off())
        room.wait(44 / 60)
        assert room.said(CallUnreviewed) == []
        room.wait(1 / 60)
        (alarm,) = room.said(CallUnreviewed)
        assert (alarm.call, alarm.number, alarm.location, alarm.broke_off_at) == ("c1", NUMBER, CELL, NOON)
        assert alarm.at <= NOON + MINUTE
        (raised,) = room.said(EscalationRaised)
        assert (raised.call, raised.incident, raised.reason) == ("c1", INCIDENT, EscalationReason.UNREVIEWED)
        assert (raised.role, raised.acknowledge_by) == ("control room supervisor", alarm.at + 2 * MINUTE)
        room.wait(30)
        assert [climbed.role for climbed in room.said(EscalationClimbed)] == [
            "duty inspector", "duty superintendent", "duty superintendent"
        ]  # fmt: skip
        assert len(room.said(CallUnreviewed)) == 1


def test_a_review_that_opens_in_time_leaves_no_alarm_whichever_is_heard_first() -> None:
    for review_first in (True, False):
        with incident_room() as room:
            told = [opened(room), broke_off()]
            for event in told if review_first else reversed(told):
                room.hear(event)
            assert room.storage.next_due() is None
            room.wait(60)
            assert (room.said(CallUnreviewed), room.said(EscalationRaised)) == ([], [])
            assert len(room.said(ReviewExpected)) == (not review_first)


def test_what_is_told_twice_is_heard_once() -> None:
    with incident_room() as room:
        for _ in range(2):
            alarmed(room)
        room.hear(opened(room))
        room.hear(opened(room))
        assert [len(room.said(kind)) for kind in (ReviewExpected, CallUnreviewed, ReviewSeen)] == [1, 1, 1]


def test_nobody_waits_for_the_review_of_a_101_call() -> None:
    with incident_room() as room:
        alarmed(room, line=Line.NON_EMERGENCY)
        assert room.events() == []


def test_a_call_told_late_has_its_time_from_when_it_was_heard_of() -> None:
    with incident_room() as room:
        room.wait(120)
        room.hear(broke_off())
        room.wait(0.5)
        assert room.said(CallUnreviewed) == []
        room.wait(0.5)
        (alarm,) = room.said(CallUnreviewed)
        assert (alarm.at, alarm.broke_off_at) == (NOON + 120 * MINUTE + 45 * SECOND, NOON)


@pytest.mark.parametrize(
    ("known", "why"),
    [
        ({"sounds": (Sound.VIOLENCE,)}, "violence heard"),
        ({"sounds": (Sound.VOICES,)}, "voices heard"),
        ({"markers": (Marker.DOMESTIC_ABUSE,)}, "marker: domestic_abuse"),
        ({"markers": (Marker.VEXATIOUS, Marker.VULNERABLE)}, "marker: vulnerable"),
    ],
)
def test_what_cannot_wait_sends_units_at_the_top_grade_silently_and_the_clock_runs_from_the_call(
    known: dict[str, Any], why: str
) -> None:
    with incident_room() as room:
        alarmed(room, **known)
        (incident,) = room.said(IncidentOpened)
        assert (incident.incident, incident.origin, incident.origin_id) == (INCIDENT, Origin.REVIEW, "c1")
        assert (incident.reported_at, incident.location, incident.silent_approach) == (NOON, CELL, True)
        (graded,) = room.said(IncidentGraded)
        assert (graded.rank, graded.reasons) == (1, ("nobody reviews the abandoned call", why))
        assert [(asked.units, asked.silent_approach) for asked in room.said(ResourcesRequested)] == [(2, True)]
        assert room.escalation(INCIDENT).call == "c1"


def test_otherwise_a_person_decides_and_sends_somebody_by_one_command_once() -> None:
    with incident_room() as room:
        alarmed(room, sounds=(Sound.SILENCE,), markers=(Marker.VEXATIOUS,))
        assert room.said(IncidentOpened) == []
        room.do(OpenForCall("c1", "sergeant 4"), OpenForCall("c1", "handler 7", silent_approach=False))
        (incident,) = room.said(IncidentOpened)
        assert (incident.incident, incident.reported_at, incident.silent_approach) == (INCIDENT, NOON, True)
        assert room.incident(INCIDENT).rank == 1
        assert len(room.said(ResourcesRequested)) == 1


def test_a_late_review_ends_the_alarm_and_both_stay_on_record() -> None:
    with incident_room() as room:
        alarmed(room)
        room.wait(4)
        room.hear(opened(room))
        assert (len(room.said(CallUnreviewed)), len(room.said(ReviewSeen))) == (1, 1)
        assert room.said(ReviewSeen)[0].incident is None, "none was opened"
        assert [settled.over for settled in room.said(EscalationSettled)] == [True]
        ladder = room.escalation(INCIDENT)
        assert (ladder.pending, ladder.over) == (False, True)
        room.wait(1440)
        assert len(room.said(EscalationRaised)) == 1, "nobody is told again"
        with pytest.raises(Refused, match="Nobody need answer"):
            room.do(Acknowledge(INCIDENT, "inspector 1", "duty superintendent", "on my way"))
        with pytest.raises(Refused, match="Somebody reviews the call"):
            room.do(OpenForCall("c1", "sergeant 4"))


def test_a_late_review_is_told_of_the_incident_and_leaves_the_ladder_of_its_promise_alone() -> None:
    with incident_room() as room:
        alarmed(room, sounds=(Sound.VIOLENCE,))
        room.acknowledge(INCIDENT)
        room.wait(3)
        assert room.escalation(INCIDENT).reason is EscalationReason.UNALLOCATED
        room.hear(opened(room))
        assert room.said(ReviewSeen)[0].incident == INCIDENT
        assert room.escalation(INCIDENT).pending, "that nobody was sent is another matter"


def test_whoever_comes_on_at_the_change_of_shifts_is_told_again_while_nobody_reviews_the_call() -> None:
    with incident_room() as room:
        alarmed(room)
        room.acknowledge(INCIDENT)
        room.wait(240)
        assert [(raised.reason, raised.call) for raised in room.said(EscalationRaised)] == [
            (EscalationReason.UNREVIEWED, "c1"),
            (EscalationReason.SHIFT_CHANGE, "c1"),
        ]
        room.hear(opened(room))
        assert not room.escalation(INCIDENT).pending
        room.wait(1440)
        assert len(room.said(EscalationRaised)) == 2


def test_a_supervisor_can_say_why_it_needs_no_review_and_then_it_is_over() -> None:
    with incident_room() as room:
        alarmed(room)
        with pytest.raises(Invalid, match="Say why"):
            room.do(ExplainUnreviewed("c1", "sergeant 4", "  "))
        explained = ExplainUnreviewed("c1", "sergeant 4", "rung by hand, spoken to, free to talk, well")
        room.do(explained, explained)
        assert len(room.said(UnreviewedExplained)) == 1
        assert not room.escalation(INCIDENT).pending
        with pytest.raises(Refused, match="sergeant 4 explained it"):
            room.do(ExplainUnreviewed("c1", "handler 7", "it was nothing"))
        room.hear(opened(room))
        assert len(room.said(ReviewSeen)) == 1, "its review is opened all the same"


def test_there_is_nothing_to_do_about_a_call_without_an_alarm() -> None:
    with incident_room() as room:
        room.hear(broke_off())
        for command in (OpenForCall("c1", "sergeant 4"), ExplainUnreviewed("c1", "sergeant 4", "x"), OpenForCall("c2", "x")):
            with pytest.raises(NotFound):
                room.do(command)
