"""Whatever order statuses come in: the newest device time stands, repetitions are one, what is inferred stays inferred.

The judge reads the recorded events alone and shares no code with the service.
"""

from datetime import UTC, datetime, timedelta

from exploring import tried
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from chassis.testing.memory import MemoryTransaction
from contracts.dispatch.deployment import (
    AssignmentEnded,
    AtSceneInferred,
    EmergencyPressed,
    JobUnitArrived,
    Release,
    Status,
    UnitAssigned,
    UnitBookedOff,
    UnitBookedOn,
    UnitStatusReported,
)
from contracts.refusals import Refused
from services.dispatch.application import Dispatch
from services.dispatch.domain.commands import Assign, BookOff, BookOn, EndAssignment, Override, ReportStatus, RequestJob
from services.dispatch.policy.deployment import load
from services.dispatch.streams import JOB, UNIT

START = datetime(2026, 6, 5, 12, tzinfo=UTC)
A1 = "unit-A1"
SKEW = timedelta(seconds=120)
OVERRIDE = Override("inspector 9", "weapon")


class Statuses(RuleBasedStateMachine):
    """One unit and two jobs; `stands` is the status in force by the judge's own count."""

    def __init__(self) -> None:
        super().__init__()
        self.transaction = MemoryTransaction(START)
        self.service = Dispatch(load())
        for job in ("1", "2"):
            self.service.handle(self.transaction, RequestJob(f"job-{job}", f"incident-{job}", 1, "Immediate", START, 1, START))
        self.stands: tuple[datetime, Status] = (START, Status.OFF_DUTY)
        self.tour: datetime | None = None
        self.held: UnitAssigned | None = None
        self.said_there: set[str] = set()
        self.inferred: dict[str, datetime] = {}
        self.book_on()

    def obey(self, command: object) -> bool:
        before = len(self.transaction.recorded)
        try:
            self.service.handle(self.transaction, command)  # type: ignore[arg-type]
        except Refused:
            assert len(self.transaction.recorded) == before
            return False
        for _, event in self.transaction.recorded[before:]:
            self.judge(event)
        return True

    def judge(self, event: object) -> None:
        match event:
            case UnitBookedOn():
                self.tour, self.stands = event.at, (event.at, Status.ON_DUTY)
            case UnitBookedOff():
                self.tour, self.stands = None, (event.at, Status.OFF_DUTY)
            case UnitStatusReported():
                if event.status is Status.AT_SCENE and self.held is not None and event.incident == self.held.incident:
                    self.said_there.add(self.held.assignment)
                self.stand(event.at, event.status)
            case UnitAssigned():
                self.held = event
                self.stand(event.at, Status.COMMITTED)
            case AtSceneInferred():
                assert event.assignment not in self.said_there, "inferred what was said"
                assert event.assignment not in self.inferred, "inferred twice"
                self.inferred[event.assignment] = event.at
            case AssignmentEnded():
                assert event.reached == (event.assignment in self.said_there), "an inference is no word of the unit"
                self.held = None
                freed = self.stands[1] in (Status.EN_ROUTE, Status.AT_SCENE, Status.COMMITTED, Status.COMMITTED_DEPLOYABLE)
                if freed and self.tour is not None:
                    self.stand(event.at, Status.ON_PATROL)

    def stand(self, at: datetime, status: Status) -> None:
        if at >= self.stands[0]:
            self.stands = (at, status)

    @rule(step=st.integers(1, 300))
    def time_passes(self, step: int) -> None:
        self.transaction.now += timedelta(seconds=step)

    @rule()
    def book_on(self) -> None:
        self.obey(BookOn("A1"))

    @rule()
    def book_off(self) -> None:
        self.obey(BookOff(A1))

    @rule(job=st.sampled_from(["1", "2"]))
    def assign(self, job: str) -> None:
        self.obey(Assign(f"job-{job}", A1, "dispatcher 3", override=OVERRIDE))

    @rule(job=st.sampled_from(["1", "2"]), release=st.sampled_from([Release.CLEARED, Release.STOOD_DOWN]))
    def end(self, job: str, release: Release) -> None:
        self.obey(EndAssignment(f"job-{job}", A1, release))

    @rule(status=st.sampled_from([Status.EN_ROUTE, Status.AT_SCENE, Status.COMMITTED]))
    def go_on(self, status: Status) -> None:
        self.transaction.now += timedelta(seconds=20)
        self.obey(ReportStatus(A1, status, "device"))

    @rule(job=st.sampled_from(["1", "2"]))
    def clear(self, job: str) -> None:
        self.obey(EndAssignment(f"job-{job}", A1, Release.CLEARED))

    @rule(status=st.sampled_from([one for one in Status if one is not Status.OFF_DUTY]), step=st.integers(-400, 200))
    def report(self, status: Status, step: int) -> None:
        at = self.transaction.now + timedelta(seconds=step)
        pressed = len(self.transaction.said(EmergencyPressed))
        command = ReportStatus(A1, status, "device", at)
        known = any(event.at == min(at, self.transaction.now) for event in self.transaction.said(EmergencyPressed))
        obeyed = self.obey(command)
        if status is Status.EMERGENCY_BUTTON:
            assert obeyed, "the emergency button was refused"
            assert known or len(self.transaction.said(EmergencyPressed)) == pressed + 1
        elif at > self.transaction.now + SKEW or (self.tour is not None and at < self.tour):
            assert not obeyed, "a time that cannot be was taken"
        before = len(self.transaction.recorded)
        if obeyed:
            self.obey(command)
            assert len(self.transaction.recorded) == before, "a repetition was recorded"

    @invariant()
    def the_newest_device_time_stands(self) -> None:
        state = self.transaction.load(UNIT, A1).state
        assert state is not None
        assert (state.status_at, state.status) == self.stands

    @invariant()
    def an_inference_is_never_overwritten_and_never_taken_for_a_word(self) -> None:
        for job in ("1", "2"):
            state = self.transaction.load(JOB, f"job-{job}").state
            assert state is not None
            for leg in state.legs:
                assert leg.inferred_at == self.inferred.get(leg.assignment)

    @invariant()
    def reached_is_the_word_of_the_unit(self) -> None:
        state = self.transaction.load(UNIT, A1).state
        assert state is not None
        for held in state.held:
            assert held.reached == (held.assignment in self.said_there)

    @invariant()
    def every_arrival_of_a_job_was_said_or_is_marked_as_inferred(self) -> None:
        said = {(event.at, event.incident) for event in self.transaction.said(UnitStatusReported)}
        for event in self.transaction.said(JobUnitArrived):
            assert event.inferred or (event.at, event.incident) in said


TestStatuses = Statuses.TestCase
TestStatuses.settings = tried(80, stateful_step_count=40)
