"""Whatever is asked in whatever order: one live assignment a unit, one tour an officer, as many as asked, none off duty.

The judge reads the recorded events alone and shares no code with the service.
"""

import contextlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from exploring import tried
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from chassis.testing.memory import MemoryTransaction
from contracts.dispatch.deployment import (
    AssignmentEnded,
    JobClosed,
    JobRequested,
    JobUnitAdded,
    JobUnitRemoved,
    Officer,
    Release,
    Status,
    UnitAssigned,
    UnitBookedOff,
    UnitBookedOn,
)
from contracts.dispatch.offers import Answer
from contracts.dispatch.waiting import JobReopened, JobReturned
from contracts.envelope import Event
from contracts.refusals import Refused
from services.dispatch.application import Dispatch
from services.dispatch.domain.commands import (
    AnswerOffer,
    Assign,
    BookOff,
    BookOn,
    CloseJob,
    Command,
    Divert,
    EndAssignment,
    Offer,
    Override,
    RegradeJob,
    ReopenJob,
    ReportStatus,
    RequestJob,
)
from services.dispatch.policy.deployment import load
from services.dispatch.streams import JOB, OFFICER, UNIT
from services.dispatch.timers import on_timer

START = datetime(2026, 6, 5, 12, tzinfo=UTC)
CALLSIGNS = ("A1", "B2", "C3")
CREWS = st.sets(st.sampled_from(("1201", "1202", "1203")), max_size=2).map(sorted)
JOBS = ("1", "2", "3")

units = st.sampled_from(CALLSIGNS).map("unit-{}".format)
jobs = st.sampled_from(JOBS)
steps = st.integers(-120, 120).map(lambda seconds: timedelta(seconds=seconds))


class Judge:
    """What the events say, counted by hand."""

    def __init__(self) -> None:
        self.on_duty: set[str] = set()
        self.out: dict[str, set[str]] = {}
        self.live: dict[str, dict[str, str]] = {}
        self.asked: dict[str, int] = {}
        self.working: dict[str, set[str]] = {}
        self.reported: dict[str, datetime] = {}
        self.broken: list[str] = []

    def hear(self, event: Event) -> None:
        match event:
            case UnitBookedOn():
                self.on_duty.add(event.unit)
                self._out_with(event)
            case UnitBookedOff():
                self.on_duty.discard(event.unit)
                self.out.pop(event.unit, None)
                if self.live.get(event.unit):
                    self.broken.append(f"I7 {event.unit} went off duty with a live assignment")
            case JobClosed():
                if self.working.get(event.job):
                    self.broken.append(f"{event.job} ended and {self.working[event.job]} still work for it")
            case JobRequested():
                self.asked[event.job] = event.units
                self.reported.setdefault(event.job, event.reported_at or event.at)
            case JobReopened():
                self.asked[event.job] = 0
            case JobReturned():
                self._returned(event)
            case UnitAssigned():
                self._assigned(event)
            case AssignmentEnded():
                if self.live.get(event.unit, {}).pop(event.assignment, None) != event.job:
                    self.broken.append(f"I7 {event.unit} released from {event.assignment}, which it did not hold")
            case JobUnitAdded():
                working = self.working.setdefault(event.job, set())
                working.add(event.assignment)
            case JobUnitRemoved():
                self.working[event.job].remove(event.assignment)

    def _out_with(self, event: UnitBookedOn) -> None:
        crew = {one.officer for one in event.officers} | ({event.vehicle} if event.vehicle else set())
        for unit, others in self.out.items():
            if both := crew & others:
                self.broken.append(f"{both} went out with {event.unit} and are out with {unit}")
        self.out[event.unit] = crew

    def _returned(self, event: JobReturned) -> None:
        if event.reported_at != self.reported[event.job]:
            self.broken.append(f"{event.job} was returned with another clock")
        if len(self.working[event.job]) >= self.asked[event.job]:
            self.broken.append(f"{event.job} was returned and wants nobody")

    def _assigned(self, event: UnitAssigned) -> None:
        live = self.live.setdefault(event.unit, {})
        overlaps = {self.incident(job) for job in live.values()}
        if overlaps != set(event.overlaps):
            self.broken.append(f"I5 {event.unit} holds {overlaps} and overlaps {event.overlaps}")
        if event.unit not in self.on_duty:
            self.broken.append(f"I7 {event.unit} was sent off duty")
        if len(self.working.get(event.job, ())) >= self.asked[event.job] and event.override is None:
            self.broken.append(f"I6 {event.job} has more units than the {self.asked[event.job]} asked for")
        live[event.assignment] = event.job

    @staticmethod
    def incident(job: str) -> str:
        return job.replace("job-", "incident-")


class Assignments(RuleBasedStateMachine):
    """A control room without outside reports: nothing may overlap at all."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = MemoryTransaction(START)
        self.service = Dispatch(load())
        self.judge = Judge()
        for job in ("1", "2"):
            self.request(job, 1)
        for callsign in ("A1", "B2"):
            self.book_on(callsign)

    def obey(self, command: Command) -> None:
        before = len(self.transaction.recorded)
        try:
            self.service.handle(self.transaction, command)
        except Refused:
            assert len(self.transaction.recorded) == before, f"{command} was refused and left something"
            return
        again = len(self.transaction.recorded)
        with contextlib.suppress(Refused):
            self.service.handle(self.transaction, command)
        assert len(self.transaction.recorded) == again, f"{command} was obeyed twice"
        for _, event in self.transaction.recorded[before:]:
            self.judge.hear(event)

    @rule(step=st.integers(0, 90))
    def time_passes(self, step: int) -> None:
        self.transaction.now += timedelta(seconds=step)
        for timer in [timer for timer in self.transaction.timers() if timer.due <= self.transaction.now]:
            self.obey(on_timer(timer))
            assert timer not in self.transaction.timers(), f"{timer} fired and is still owed"

    @rule(job=jobs, unit=units, override=st.sampled_from([None, None, Override("inspector 9", "weapon")]))
    def divert(self, job: str, unit: str, override: Override | None) -> None:
        self.obey(Divert(f"job-{job}", unit, "dispatcher 4", "nearer", override))

    @rule(job=jobs, unit=units)
    def offer(self, job: str, unit: str) -> None:
        self.obey(Offer(f"job-{job}", unit, "dispatcher 3"))

    @rule(unit=units, answer=st.sampled_from([Answer.ACCEPTED, Answer.ACCEPTED, Answer.DECLINED, Answer.WITHDRAWN]))
    def answer(self, unit: str, answer: Answer) -> None:
        state = self.transaction.load(UNIT, unit).state
        offer = "none" if state is None or state.offer is None else state.offer.offer
        self.obey(AnswerOffer(unit, offer, answer, unit))

    @rule(job=jobs)
    def reopen(self, job: str) -> None:
        self.obey(ReopenJob(f"job-{job}", self.transaction.now))

    @rule(callsign=st.sampled_from(CALLSIGNS), crew=CREWS, vehicle=st.sampled_from([None, "KX19 ABC"]))
    def book_on(self, callsign: str, crew: Sequence[str] = (), vehicle: str | None = None) -> None:
        self.obey(BookOn(callsign, officers=tuple(Officer(officer=one) for one in crew), vehicle=vehicle))

    @rule(unit=units)
    def book_off(self, unit: str) -> None:
        self.obey(BookOff(unit))

    @rule(job=jobs, wanted=st.integers(1, 3))
    def request(self, job: str, wanted: int) -> None:
        now = self.transaction.now
        self.obey(RequestJob(f"job-{job}", f"incident-{job}", wanted, "Immediate", now, 1, now))

    @rule(job=jobs, grade=st.sampled_from(["Immediate", "Priority"]))
    def regrade(self, job: str, grade: str) -> None:
        self.obey(RegradeJob(f"job-{job}", grade, self.transaction.now, 2))

    @rule(job=jobs, unit=units, override=st.sampled_from([None, None, Override("inspector 9", "crowd growing")]))
    def assign(self, job: str, unit: str, override: Override | None) -> None:
        self.obey(Assign(f"job-{job}", unit, "dispatcher 3", override=override))

    @rule(job=jobs, unit=units, release=st.sampled_from(list(Release)))
    def end(self, job: str, unit: str, release: Release) -> None:
        self.obey(EndAssignment(f"job-{job}", unit, release))

    @rule(job=jobs)
    def close(self, job: str) -> None:
        self.obey(CloseJob(f"job-{job}", "incident closed", self.transaction.now))

    @rule(unit=units, status=st.sampled_from(list(Status)), step=steps)
    def report(self, unit: str, status: Status, step: timedelta) -> None:
        self.obey(ReportStatus(unit, status, "device", self.transaction.now + step))

    @invariant()
    def the_rules_hold(self) -> None:
        assert not self.judge.broken, self.judge.broken

    @invariant()
    def whoever_is_on_no_tour_can_be_booked_on(self) -> None:
        out = {f"officer-{one}" for crew in self.judge.out.values() for one in crew - {"KX19 ABC"}}
        for officer in ("1201", "1202", "1203"):
            state = self.transaction.load(OFFICER, f"officer-{officer}").state
            assert (state is not None and state.unit is not None) == (f"officer-{officer}" in out)

    @invariant()
    def no_unit_has_two_live_assignments(self) -> None:
        assert all(len(live) <= 1 for live in self.judge.live.values()), self.judge.live

    @invariant()
    def both_records_tell_the_same(self) -> None:
        held = {f"unit-{callsign}": self._held(f"unit-{callsign}") for callsign in CALLSIGNS}
        assert {unit: set(live) for unit, live in self.judge.live.items()} == {unit: held[unit] for unit in self.judge.live}
        for job in JOBS:
            state = self.transaction.load(JOB, f"job-{job}").state
            working = set() if state is None else {one.assignment for one in state.working}
            assert working == self.judge.working.get(f"job-{job}", set())
            assert working == {one for live in self.judge.live.values() for one, its in live.items() if its == f"job-{job}"}

    def _held(self, unit: str) -> set[str]:
        state = self.transaction.load(UNIT, unit).state
        return set() if state is None else {held.assignment for held in state.held}


TestAssignments = Assignments.TestCase
TestAssignments.settings = tried(60, stateful_step_count=40)


class Reported(RuleBasedStateMachine):
    """What another control room reports: nothing is refused, nothing is dropped, every overlap is flagged."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = MemoryTransaction(START)
        self.service = Dispatch(load())
        self.live: dict[str, set[str]] = {}
        self.flagged = 0
        self.overlapping = 0

    @rule(job=jobs, unit=units, step=steps)
    def assign(self, job: str, unit: str, step: timedelta) -> None:
        live = self.live.setdefault(unit, set())
        before = len(self.transaction.said(UnitAssigned))
        self.service.handle(self.transaction, Assign(f"job-{job}", unit, "sffd", self.transaction.now + step, outside=True))
        sent = self.transaction.said(UnitAssigned)[before:]
        assert len(sent) == (job not in live)
        self.flagged += sum(bool(event.overlaps) for event in sent)
        self.overlapping += bool(live) and job not in live
        live.add(job)

    @precondition(lambda self: any(self.live.values()))
    @rule(data=st.data(), step=steps)
    def end(self, data: st.DataObject, step: timedelta) -> None:
        unit, job = data.draw(st.sampled_from([(unit, job) for unit, live in self.live.items() for job in sorted(live)]))
        ended = EndAssignment(f"job-{job}", unit, Release.CLEARED, self.transaction.now + step)
        before = len(self.transaction.said(AssignmentEnded))
        self.service.handle(self.transaction, ended)
        assert len(self.transaction.said(AssignmentEnded)) == before + 1
        self.live[unit].remove(job)

    @rule(unit=units, status=st.sampled_from(list(Status)), job=jobs, step=steps)
    def report(self, unit: str, status: Status, job: str, step: timedelta) -> None:
        at = self.transaction.now + step
        self.service.handle(self.transaction, ReportStatus(unit, status, "sffd", at, f"incident-{job}", outside=True))

    @rule(job=jobs)
    def close(self, job: str) -> None:
        self.service.handle(self.transaction, CloseJob(f"job-{job}", "incident closed", self.transaction.now))

    @invariant()
    def every_overlap_is_flagged(self) -> None:
        assert self.flagged == self.overlapping


TestReported = Reported.TestCase
TestReported.settings = tried(40, stateful_step_count=40)
