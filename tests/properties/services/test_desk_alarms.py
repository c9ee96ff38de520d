"""Whatever people do and leave undone: what is theirs is in hand, waited for, or an alarm; and an alarm is answered or climbs.

The judge reads the recorded events alone and shares no code with the service.
"""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from exploring import tried
from hypothesis import event
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from chassis.testing.memory import MemoryTransaction
from contracts.callback.alarms import AlarmAcknowledged, AlarmClimbed, AlarmRepeated, ItemUntaken, ItemWaits
from contracts.callback.episodes import LinkedIncidentEnded, ReviewReopened
from contracts.callback.reviews import IncidentLinked, ReviewClosed, ReviewEscalated
from contracts.callback.worklist import (
    HandOverAcknowledged,
    HandOverUnanswered,
    ItemFellSilent,
    ItemHandedBack,
    ItemTaken,
    ItemWorked,
)
from contracts.contact.calls import Abandonment, Sound
from contracts.envelope import Event
from contracts.refusals import Refused
from services.callback.application import Callback
from services.callback.domain.commands import (
    CloseReview,
    EscalateReview,
    LinkIncident,
    NoteIncidentClosed,
    OpenReview,
    ReopenReview,
)
from services.callback.policy import default, desk
from services.callback.timers import on_timer
from services.callback.worklist.commands import AcknowledgeAlarm, AcknowledgeHandOver, LogOff, NoteWork, PutBack, TakeItem

NOON = datetime(2026, 6, 5, 12, tzinfo=UTC)
SILENCE, HAND_OVER, TAKING, AGAIN = (timedelta(seconds=seconds) for seconds in (600, 300, 600, 1800))
LADDER = {
    "control room supervisor": timedelta(seconds=300),
    "duty inspector": timedelta(seconds=600),
    "duty superintendent": timedelta(seconds=1800),
}
ROLES = tuple(LADDER)
REVIEW = st.sampled_from("ab")
PERSON = st.sampled_from(["anna", "ben", "sarah"])
INCIDENT = st.sampled_from("ij")


@dataclass
class Told:
    """What the events of one review and its item say. `due`: by when somebody must be heard of; an alarm has its own."""

    open: bool = True
    handed: bool = False
    incidents: set[str] = field(default_factory=set)
    held: str | None = None
    due: datetime | None = None
    alarm: str | None = None
    rung: int = 0
    lowest: int = 0
    top: bool = False
    broken: list[str] = field(default_factory=list)

    @property
    def peoples(self) -> bool:
        return self.open and self.handed and not self.incidents

    def hear(self, said: Event) -> None:
        match said:
            case ReviewEscalated(deploy=False):
                self.handed = True
            case ReviewClosed():
                self.open = self.handed = False
                self.incidents.clear()
            case ReviewReopened():
                self.open = True
            case IncidentLinked():
                self.incidents.add(said.incident)
            case LinkedIncidentEnded():
                self.incidents.discard(said.incident)
            case ItemTaken() | ItemWorked():
                self.held, self.due, self.alarm = said.by, said.at + SILENCE, None
                self.lowest = 0 if isinstance(said, ItemWorked) else self.lowest
            case ItemWaits():
                self.held, self.due, self.alarm = None, said.at + TAKING, None
            case ItemHandedBack():
                self.held, self.alarm = None, None
                self.due = said.at + HAND_OVER if said.reason == "logged_off" else None
                self.lowest = 0 if said.reason in ("review_over", "others_have_it") else self.lowest
            case HandOverAcknowledged():
                self.held, self.due, self.alarm = None, None, None
            case ItemFellSilent() | HandOverUnanswered() | ItemUntaken():
                self._raised(said, said.role)
            case AlarmClimbed() | AlarmRepeated() | AlarmAcknowledged():
                self._follows(said)

    def _raised(self, said: Event, role: str) -> None:
        if self.alarm is not None:
            self.broken.append("an alarm was raised while one stood")
        self.alarm, self.top = "told", False
        self._stands(said, role)

    def _follows(self, said: AlarmClimbed | AlarmRepeated | AlarmAcknowledged) -> None:
        if self.alarm is None:
            self.broken.append(f"{type(said).__name__} and there is no alarm")
        if isinstance(said, AlarmAcknowledged):
            self.alarm = "acknowledged"
        elif isinstance(said, AlarmRepeated):
            self.alarm, self.top = "told", False
        else:
            self.top = said.previous == ROLES[-1]
        self._stands(said, said.role)

    def _stands(self, said: Event, role: str) -> None:
        self.rung = ROLES.index(role)
        if self.rung < self.lowest:
            self.broken.append(f"it came down from {ROLES[self.lowest]} to {role}, and nobody worked")
        self.lowest = self.rung
        if self.alarm == "acknowledged":
            self.due = said.at + AGAIN
        else:
            self.due = None if self.top else said.at + LADDER[role]

    def wrong(self, now: datetime) -> list[str]:
        """What must not be, once every timer up to now has fired."""
        found = list(self.broken)
        if self.peoples and self.held is None and self.alarm is None and self.due is None:
            found.append("it is people's, and nobody has it or is waited for")
        if self.open and self.due is not None and self.due <= now:
            found.append(f"nothing was heard by {self.due}, and nobody higher was told ({self.alarm or 'no alarm'})")
        if self.alarm is not None and self.due is None and not self.top:
            found.append("an alarm stands, nobody acknowledged it, and it does not climb")
        if self.alarm is not None and not self.open:
            found.append("it is over, and its alarm stands")
        return found


class Alarms(RuleBasedStateMachine):
    """Two reviews of two callers, three people, two incidents, and time."""

    def __init__(self) -> None:
        super().__init__()
        self.tx = MemoryTransaction(NOON)
        self.desk = Callback(default.load(), desk.load(), lambda kind, value: value)
        self.told = {"a": Told(), "b": Told()}

    @initialize()
    def two_calls_broke_off(self) -> None:
        for review, sounds in (("a", ()), ("b", (Sound.VIOLENCE,))):
            number = f"+44770090012{ord(review) % 10}"
            opened = OpenReview(
                review=review,
                abandonment=Abandonment.IN_QUEUE,
                abandoned_at=NOON,
                number=number,
                number_ref=f"tel:{review}",
                sounds=sounds,
            )
            self.tell("policy", opened)

    def tell(self, actor: str, command: Any) -> None:
        """Obey a command, or refuse it; said again it changes nothing more, but for a sign of life, which is one each time."""
        self.tx.actor = actor
        before = len(self.tx.recorded)
        try:
            self.desk.handle(self.tx, command)
        except Refused as refused:
            event(f"refused: {refused.code}")
            assert len(self.tx.recorded) == before, f"{command} was refused and left something"
            return
        self._heard(before)
        if not isinstance(command, NoteWork | EscalateReview | CloseReview | LogOff):
            again = len(self.tx.recorded)
            with suppress(Refused):
                self.desk.handle(self.tx, command)
            assert len(self.tx.recorded) == again, f"{command} was obeyed twice"

    def _heard(self, since: int) -> None:
        for stream, said in self.tx.recorded[since:]:
            if stream.startswith(("review-", "item-")):
                event(type(said).__name__)
                self.told[stream.partition("-")[2]].hear(said)

    @rule(seconds=st.sampled_from([1, 60, 299, 300, 600, 900, 1800, 7200]))
    def time_passes(self, seconds: int) -> None:
        until = self.tx.now + timedelta(seconds=seconds)
        while (timers := self.tx.timers()) and timers[0].due <= until:
            self.tx.now = max(self.tx.now, timers[0].due)
            self.tell("timer", on_timer(timers[0]))
            assert timers[0] not in self.tx.timers(), f"{timers[0]} fired and is still owed"
        self.tx.now = until

    @rule(review=REVIEW, person=PERSON)
    def take(self, review: str, person: str) -> None:
        self.tell(person, TakeItem(review=review, by=person))

    @rule(review=REVIEW, person=PERSON)
    def note(self, review: str, person: str) -> None:
        self.tell(person, NoteWork(review=review, by=person))

    @rule(review=REVIEW, person=PERSON)
    def put_back(self, review: str, person: str) -> None:
        self.tell(person, PutBack(review=review, by=person, words="end of shift"))

    @rule(review=REVIEW, person=PERSON)
    def acknowledge_hand_over(self, review: str, person: str) -> None:
        self.tell(person, AcknowledgeHandOver(review=review, by=person))

    @rule(review=REVIEW, role=st.sampled_from(ROLES), then=st.sampled_from([0, 900, 1800]))
    def acknowledge(self, review: str, role: str, then: int) -> None:
        self.time_passes(then)
        self.tell("sarah", AcknowledgeAlarm(review=review, by="sarah", role=role, plan="I see to it"))
        self.time_passes(then)

    @rule(person=PERSON)
    def log_off(self, person: str) -> None:
        self.tell(person, LogOff(person=person, by=person))
        self.time_passes(300)

    @rule(review=REVIEW, person=PERSON, deploy=st.sampled_from([False, False, True]))
    def escalate(self, review: str, person: str, deploy: bool) -> None:
        self.tell(person, EscalateReview(review=review, by=person, reason=f"heard at {self.tx.now}", deploy=deploy))

    @rule(review=REVIEW)
    def close(self, review: str) -> None:
        self.tell("sarah", CloseReview(review=review, by="sarah", reason="seen at the desk"))

    @rule(review=REVIEW)
    def reopen(self, review: str) -> None:
        self.tell("sarah", ReopenReview(review=review, by="sarah", reason="her sister rang"))

    @rule(review=REVIEW, incident=INCIDENT)
    def an_incident_is_linked(self, review: str, incident: str) -> None:
        self.tell("incident", LinkIncident(review=review, incident=incident))

    @rule(incident=INCIDENT)
    def the_incident_is_over(self, incident: str) -> None:
        self.tell("incident", NoteIncidentClosed(incident=incident))

    @invariant()
    def nothing_lies_and_nobody_knows(self) -> None:
        for review, told in self.told.items():
            assert told.wrong(self.tx.now) == [], (review, told)

    @invariant()
    def the_list_of_alarms_is_those_that_stand(self) -> None:
        listed = {stream for streams in self.tx.index("desk-alarm").values() for stream in streams}
        assert listed == {f"item-{review}" for review, told in self.told.items() if told.alarm is not None}


TestAlarms = Alarms.TestCase
TestAlarms.settings = tried(150, stateful_step_count=50)
