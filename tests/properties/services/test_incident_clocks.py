"""No sequence of commands launders a promise, and no refused command, race or timer leaves anything half done (I8, the clocks).

The service runs on its real store with its real timers. The judge reads the recorded events alone and shares no code with it.
"""

from datetime import UTC, datetime, timedelta
from typing import Any

from exploring import tried
from hypothesis import HealthCheck
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule
from stage import Station

from chassis.clock import VirtualClock
from chassis.host import Service
from chassis.log.memory import MemoryLog
from chassis.store.codec import envelope
from chassis.store.sqlite import SqliteStorage
from contracts.envelope import Envelope, Event
from contracts.incident.backlog import EscalationAcknowledged, EscalationRaised, TaskDone, TaskKind, TaskOpened
from contracts.incident.incidents import (
    DowngradeReported,
    IncidentClosed,
    IncidentGraded,
    IncidentMerged,
    IncidentOpened,
    IncidentRegraded,
    IncidentReopened,
    IncidentUnmerged,
    Origin,
    PromiseAdvanced,
    PromiseAtRisk,
    UnitAllocated,
    UnitLeft,
    UnitOnScene,
)
from contracts.refusals import Refused
from contracts.topics import HEARS
from services.incident.application import Incidents
from services.incident.cases.linking import Merge, Unmerge
from services.incident.cases.room import Room
from services.incident.cases.waiting import AcceptIncident, HandOver, RequestReview, TakeOver
from services.incident.domain.backlog.escalation import Acknowledge
from services.incident.domain.backlog.task import Finish
from services.incident.domain.commands import (
    Close,
    Grade,
    NoteAllocated,
    NoteLeft,
    NoteOnScene,
    OpenIncident,
    Regrade,
    Reopen,
    RequestResources,
)
from services.incident.policy import codes, grades, room
from services.incident.reactions import HEEDS, react
from services.incident.streams import ALL
from services.incident.timers import on_timer

START = datetime(2026, 6, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
ATTEND = {"Immediate": 15, "Priority": 60, "Scheduled": 2880, "Resolution without deployment": None}
ALLOCATE = {"Immediate": 2, "Priority": 40, "Scheduled": 1440, "Resolution without deployment": None}
NAMES = ("incident-1", "incident-2", "incident-3")
UNITS = ("unit-A1", "unit-B2")

names = st.sampled_from(NAMES)
graded = st.sampled_from(list(ATTEND))
units = st.sampled_from(UNITS)
roles = st.sampled_from([(), ("call_handler",), ("supervisor",), ("dispatcher", "supervisor")])
people = st.sampled_from(["handler 7", "sergeant 4"])


def after(start: datetime, minutes: int | None) -> datetime | None:
    return None if minutes is None else start + minutes * MINUTE


class Kept:
    """What the events say of one incident, counted by hand."""

    def __init__(self, reported: datetime) -> None:
        self.reported = reported
        self.grade: str | None = None
        self.promised: datetime | None = None
        self.allocate: datetime | None = None
        self.closed = self.merged = self.attended = False
        self.into = ""
        self.working: set[str] = set()
        self.scene: set[str] = set()
        self.told: set[datetime | None] = set()
        self.pending: dict[int, str] = {}
        self.reviews: set[str] = set()
        self.uninformed: set[str] = set()
        self.wants_report = self.wants_task = False


class Judge:
    """Follows the log as any listener could."""

    def __init__(self) -> None:
        self.kept: dict[str, Kept] = {}
        self.broken: list[str] = []

    def hear(self, told: Envelope[Event]) -> None:
        event: Any = told.event
        if isinstance(event, IncidentOpened):
            self.kept[event.incident] = Kept(event.reported_at)
            return
        one = self.kept.get(getattr(event, "incident", ""))
        if one is None:
            return
        self._clocks(one, event, told.recorded)
        self._work(one, event)

    def _clocks(self, one: Kept, event: Any, recorded: datetime) -> None:
        match event:
            case IncidentGraded() | IncidentRegraded():
                self._promised(one, event, recorded)
            case PromiseAdvanced():
                self._ask(event.reported_at < one.reported, "a promise was moved later")
                one.reported, late = event.reported_at, one.promised in one.told
                self._count(one, one.grade, event)
                one.told |= {one.promised} if late else set()
            case DowngradeReported():
                one.wants_report = False
            case PromiseAtRisk():
                one.told.add(event.due)
            case IncidentReopened():
                one.closed = one.attended = False
                one.told.clear()

    def _promised(self, one: Kept, event: IncidentGraded | IncidentRegraded, recorded: datetime) -> None:
        before = (one.allocate, one.promised)
        running = one.promised if one.working or one.allocate is None else one.allocate
        self._count(one, event.grade, event)
        less = any(
            old is not None and (new is None or new > old) for old, new in zip(before, (one.allocate, one.promised), strict=True)
        )
        if isinstance(event, IncidentRegraded) and less:
            known = event.rationale.strip() and (event.new_information or "").strip()
            self._ask(bool(known) and event.role == "supervisor", "less was promised without authority or new information")
            one.wants_task = True
            one.wants_report = not one.attended and running is not None and recorded >= running - 30 * MINUTE
        if one.promised not in one.told:
            one.told.clear()

    def _count(self, one: Kept, grade: str | None, event: Any) -> None:
        one.grade = grade
        one.promised = None if grade is None else after(one.reported, ATTEND[grade])
        one.allocate = None if grade is None else after(one.reported, ALLOCATE[grade])
        self._ask((event.attend_by, event.allocate_by) == (one.promised, one.allocate), f"{grade} was counted from elsewhere")

    def _work(self, one: Kept, event: Any) -> None:
        match event:
            case UnitAllocated():
                one.working.add(event.unit)
            case UnitOnScene():
                one.scene.add(event.unit)
                one.attended = True
            case UnitLeft():
                one.working.discard(event.unit)
                one.attended |= event.reached
                one.scene.discard(event.unit)
            case EscalationRaised():
                one.pending = {event.number: event.role}
            case EscalationAcknowledged():
                one.pending.pop(event.number, None)
            case TaskOpened():
                self._task(one, event)
            case TaskDone():
                one.reviews.discard(event.task)
                one.uninformed.discard(event.task)
            case IncidentMerged():
                one.merged, one.into = True, event.into
            case IncidentUnmerged():
                one.merged = False
            case IncidentClosed():
                pending = one.pending or one.reviews or (one.scene & one.working) or one.uninformed
                self._ask(not pending, f"closed while {pending} was pending")
                one.closed = True

    def _task(self, one: Kept, event: TaskOpened) -> None:
        if event.kind is TaskKind.REVIEW:
            one.reviews.add(event.task)
        if event.kind is TaskKind.INFORM_CALLER:
            one.uninformed.add(event.task)
            one.wants_task = False

    def _ask(self, holds: bool, otherwise: str) -> None:
        if not holds:
            self.broken.append(otherwise)


class Clocks(RuleBasedStateMachine):
    """A room with three incidents, two units, and people who try everything."""

    def __init__(self) -> None:
        super().__init__()
        self.clock = VirtualClock(START)
        self.storage = SqliteStorage()
        incidents = Incidents(Room("kent", grades.load(), room.load(), codes.load(), lambda kind, value: value))
        service = Service("incident", ALL, HEARS["incident"], incidents.handle, react, on_timer, {}, HEEDS)
        self.station = Station(service, self.storage, MemoryLog(), self.clock)
        self.judge, self.seen = Judge(), 0

    def teardown(self) -> None:
        self.storage.close()

    def obey(self, command: Any) -> None:
        before = self.storage.last_position()
        try:
            self.station.do(command)
        except Refused:
            assert self.storage.last_position() == before, "a refused command left an event"
        self._hear()

    def _hear(self) -> None:
        for stored in self.storage.page(self.seen, 1000):
            assert stored.position == self.seen + 1, "positions have a gap"
            self.seen = stored.position
            self.judge.hear(envelope("incident", stored.stream, stored.version, stored.position, stored.type, stored.state))

    @initialize()
    def begin(self) -> None:
        for n, name in enumerate(NAMES[:2]):
            self.obey(OpenIncident(name, Origin.CALL, f"call-{n}", "burglary", reported_at=START - n * 10 * MINUTE))
            self.obey(Grade(name, "Priority", "handler 7"))

    @rule(name=names, late=st.integers(0, 90))
    def open(self, name: str, late: int) -> None:
        reported = self.clock.now() - late * MINUTE
        self.obey(OpenIncident(name, Origin.CALL, f"call of {name}", "burglary", reported_at=reported))

    @rule(name=names, grade=graded)
    def grade(self, name: str, grade: str) -> None:
        self.obey(Grade(name, grade, "handler 7"))

    @rule(name=names, grade=graded, roles=roles, why=st.sampled_from(["", "quiet now"]), new=st.sampled_from([None, " ", "gone"]))
    def regrade(self, name: str, grade: str, roles: tuple[str, ...], why: str, new: str | None) -> None:
        self.obey(Regrade(name, grade, "somebody", why, new_information=new, roles=roles))

    @rule(name=names)
    def ask(self, name: str) -> None:
        self.obey(RequestResources(name))

    @rule(name=names, unit=units, what=st.sampled_from(["sent", "there", "inferred", "left"]))
    def dispatch(self, name: str, unit: str, what: str) -> None:
        at = self.clock.now()
        notes = {
            "sent": NoteAllocated(name, unit, at),
            "there": NoteOnScene(name, unit, at),
            "inferred": NoteOnScene(name, unit, at, inferred=True),
            "left": NoteLeft(name, unit, True, at),
        }
        self.obey(notes[what])

    @rule(name=names, unit=units)
    def divert(self, name: str, unit: str) -> None:
        """Sent, and taken away before it got there."""
        at = self.clock.now()
        self.obey(NoteAllocated(name, unit, at))
        self.obey(NoteLeft(name, unit, False, at))

    @rule()
    def merge_the_earlier(self) -> None:
        """The second was reported before the first."""
        self.obey(Merge("incident-2", "incident-1", "sergeant 4", "the same"))

    @rule(name=names, into=names, back=st.booleans())
    def merge(self, name: str, into: str, back: bool) -> None:
        self.obey(Unmerge(name, "sergeant 4", "another one") if back else Merge(name, into, "sergeant 4", "the same"))

    @rule(name=names, again=st.booleans())
    def end(self, name: str, again: bool) -> None:
        self.obey(Reopen(name, "rang again", "handler 7") if again else Close(name, "no trace", "searched", "handler 7"))

    @rule(name=names, by=people, to=people, what=st.sampled_from(["accept", "offer", "take"]))
    def custody(self, name: str, by: str, to: str, what: str) -> None:
        asked = {"accept": AcceptIncident(name, by), "offer": HandOver(by, to, name), "take": TakeOver(name, by)}
        self.obey(asked[what])

    @rule(name=names)
    def review(self, name: str) -> None:
        self.obey(RequestReview(name, "handler 7", "before it is closed"))

    @rule(name=names)
    def settle(self, name: str) -> None:
        """Whoever is asked does what is asked."""
        roles_above = ("duty superintendent", "inspector", "sergeant", "duty inspector", "control room supervisor")
        for role in roles_above:
            self.obey(Acknowledge(name, "inspector 1", role, "the next unit"))
        for entry in self.storage.find("tasks-of", name, None, None, 100):
            self.obey(Finish(entry.stream, "sergeant 4", "done"))

    @rule(minutes=st.sampled_from([1, 5, 20, 61, 600]))
    def wait(self, minutes: int) -> None:
        until = self.clock.now() + minutes * MINUTE
        while (due := self.storage.next_due()) is not None and due <= until:
            self.clock.move_to(due)
            self._fire()
        self.clock.move_to(until)

    def _fire(self) -> None:
        for result in self.station.tick():
            if result.error is not None:
                raise result.error
        self._hear()

    @invariant()
    def nothing_is_broken(self) -> None:
        assert not self.judge.broken, self.judge.broken
        for name, one in self.judge.kept.items():
            assert not one.wants_task, f"{name}: the caller was not to be told"
            assert not one.wants_report, f"{name}: a downgrade near the end of a promise was not reported"
            stays = self.judge.kept.get(one.into) if one.merged else None
            assert stays is None or stays.reported <= one.reported, f"{name}: a merger lost the earlier report"

    @invariant()
    def nobody_late_is_overlooked(self) -> None:
        while (due := self.storage.next_due()) is not None and due <= self.clock.now():
            self._fire()
        for name, one in self.judge.kept.items():
            live = not (one.closed or one.merged or one.attended)
            if live and one.promised is not None and one.promised <= self.clock.now():
                assert one.promised in one.told, f"{name} is past its promise and nobody was told"

    @invariant()
    def versions_count_from_one(self) -> None:
        versions: dict[str, int] = {}
        for stored in self.storage.page(0, 10_000):
            assert stored.version == versions.get(stored.stream, 0) + 1, stored.stream
            versions[stored.stream] = stored.version


Clocks.TestCase.settings = tried(100, stateful_step_count=30, suppress_health_check=[HealthCheck.too_slow])
TestClocks = Clocks.TestCase
