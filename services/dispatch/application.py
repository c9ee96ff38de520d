"""What dispatch can be asked to do: load the unit and the jobs, decide over all of them, record on all of them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import msgspec

from chassis.dated import Dated
from chassis.host import Loaded, Transaction
from contracts.dispatch.deployment import AtSceneInferred, Release, Status, UnitStatusReported
from contracts.envelope import Event
from contracts.places import Point
from services.dispatch.domain import assignment, cover, demand, diversion, duty, offer, reporting, tour
from services.dispatch.domain.callsign import unit_of
from services.dispatch.domain.commands import (
    AnswerOffer,
    Assign,
    BookOff,
    BookOn,
    CloseJob,
    Command,
    Divert,
    EndAssignment,
    LookAtCover,
    NoteMealMissed,
    Offer,
    OrderStandby,
    Position,
    Recommend,
    ReportStatus,
    RequestJob,
    SendMessage,
    TakePositions,
    UnitCommand,
)
from services.dispatch.domain.cover import Cover, Move
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.job import Job, job_of
from services.dispatch.domain.recommendation import Known, Recommendation, recommend
from services.dispatch.domain.travel import StraightLine, TravelTimes, distance_m
from services.dispatch.domain.unit import Unit
from services.dispatch.picture import Picture
from services.dispatch.streams import COVER, JOB, OFFICER, UNIT, VEHICLE


class Taken(msgspec.Struct, frozen=True):
    """What became of a batch of positions. Ignored are older ones, and those of units that are not on duty."""

    taken: int
    ignored: int


class Areas(msgspec.Struct, frozen=True):
    """The cover of every area with a minimum, and who could stand by where there is too little."""

    areas: tuple[Cover, ...]
    moves: dict[str, tuple[Move, ...]]


class Dispatch:
    """The use cases, under a force's rules of deployment. The picture is a memory of the store, and nothing is decided on it."""

    def __init__(self, rules: Dated[Deployment], travel: TravelTimes | None = None) -> None:
        self._rules = rules
        self._travel = travel or StraightLine()
        self._picture = Picture()

    def handle(self, transaction: Transaction, command: Command) -> Loaded[Any]:
        """Obey one command, or raise Refused."""
        rules = self._rules.at(transaction.now)
        match command:
            case BookOn() | BookOff() | OrderStandby() | NoteMealMissed() | ReportStatus() | SendMessage():
                return self._unit(transaction, command, rules)
            case RequestJob():
                return self._request(transaction, command, rules)
            case CloseJob():
                return self._close(transaction, command, rules)
            case Recommend():
                found = self._weighed(transaction, demand.known(self._job(transaction, command.job), command.job), rules)
                return Loaded(command.job, found, transaction.load(JOB, command.job).version)
            case Assign():
                return self._assign(transaction, command, rules)
            case Divert():
                return self._divert(transaction, command, rules)
            case Offer():
                return self._offer(transaction, command, rules)
            case AnswerOffer():
                return self._answer(transaction, command, rules)
            case EndAssignment():
                return self._end(transaction, command, rules)
            case TakePositions():
                return self._take(transaction, command.positions, rules)
            case LookAtCover():
                return self._look(transaction, rules)
            case _:
                return self._demand(transaction, command, rules)

    @staticmethod
    def _job(transaction: Transaction, stream: str) -> Job | None:
        return transaction.load(JOB, stream).state

    def _unit(self, transaction: Transaction, command: UnitCommand, rules: Deployment) -> Loaded[Unit]:
        stream = unit_of(command.callsign) if isinstance(command, BookOn) else command.unit
        state = transaction.load(UNIT, stream).state
        if isinstance(command, ReportStatus | SendMessage):
            events = reporting.decide(state, command, transaction.now, rules)
        else:
            events = duty.decide(state, command, transaction.now, rules)
        after = self._changed(transaction, stream, events, rules)
        self._arrivals(transaction, events)
        return after

    def _changed(self, transaction: Transaction, stream: str, events: Sequence[Event], rules: Deployment) -> Loaded[Unit]:
        """Record on a unit and on its crew, and see whether the areas it left or came to have cover enough."""
        before = transaction.load(UNIT, stream).state
        self._crewed(transaction, stream, before, events)
        after = transaction.record(UNIT, stream, events)
        for name in {one.covers() for one in (before, after.state) if one is not None}:
            area = rules.area(name)
            if events and area is not None and area.minimum:
                self._watch(transaction, area.name, rules)
        return after

    @staticmethod
    def _crewed(transaction: Transaction, stream: str, before: Unit | None, events: Sequence[Event]) -> None:
        """First all are asked, then all is recorded: a crew is booked on as a whole or not at all."""
        decided = []
        for member, joins, at in tour.changes(before, events):
            kind = OFFICER if member.kind == OFFICER.name else VEHICLE
            state = transaction.load(kind, member.stream).state
            decided.append((kind, member.stream, tour.decide(state, member, stream, joins, at)))
        for kind, member_stream, told in decided:
            transaction.record(kind, member_stream, told)

    def _watch(self, transaction: Transaction, name: str, rules: Deployment) -> None:
        area = rules.area(name)
        assert area is not None
        available = sum(len(transaction.find("area", f"{name} {int(status)}")) for status in rules.available)
        stream = f"cover-{unit_of(name).removeprefix('unit-').lower()}"
        events = cover.decide(transaction.load(COVER, stream).state, area, available, transaction.now)
        transaction.record(COVER, stream, events)

    def _arrivals(self, transaction: Transaction, events: Sequence[Event]) -> None:
        """A job keeps its own record of who was there."""
        for event in events:
            if isinstance(event, UnitStatusReported) and event.status is Status.AT_SCENE and event.incident is not None:
                self._arrived(transaction, job_of(event.incident), event.unit, event.at, None)
            if isinstance(event, AtSceneInferred):
                self._arrived(transaction, event.job, event.unit, event.at, event.basis)

    def _arrived(self, transaction: Transaction, stream: str, unit: str, at: datetime, basis: str | None) -> None:
        transaction.record(JOB, stream, demand.arrived(self._job(transaction, stream), unit, at, basis))

    def _demand(self, transaction: Transaction, command: Any, rules: Deployment) -> Loaded[Job]:
        events = demand.decide(self._job(transaction, command.job), command, transaction.now, rules)
        return transaction.record(JOB, command.job, events)

    def _request(self, transaction: Transaction, command: RequestJob, rules: Deployment) -> Loaded[Job]:
        requested = self._demand(transaction, command, rules)
        if not rules.auto_assign or requested.state is None or requested.state.outside:
            return requested
        for best in self._weighed(transaction, requested.state, rules).best():
            by = f"policy {rules.version}"
            self._assign(transaction, Assign(command.job, best.unit, by, reasons=(*best.in_favour, *best.against)), rules)
        return transaction.load(JOB, command.job)

    def _weighed(self, transaction: Transaction, wanted: Job, rules: Deployment) -> Recommendation:
        """The nearest, weighed in full; all of them, while not enough fit among the nearest and there are others."""
        picture, now, most = self._picture, transaction.now, rules.weighs
        picture.catch_up(transaction, UNIT)
        counted = picture.cover(rules)
        while True:
            nearest = picture.nearest(wanted, rules, now, most)
            known = Known(now, self._travel, lambda unit: picture.where(unit, now, rules), counted, nearest.trained)
            units = [state for stream in nearest.units if (state := transaction.load(UNIT, stream).state) is not None]
            found = recommend(wanted, units, rules, known)
            if not nearest.more or len(found.best()) >= wanted.wanting:
                return found
            most *= 4

    def _where(self, state: Unit | None, transaction: Transaction, rules: Deployment) -> Point | None:
        place = None if state is None else self._picture.where(state, transaction.now, rules)
        return None if place is None else Point(latitude=place[0], longitude=place[1])

    def _assign(self, transaction: Transaction, command: Assign, rules: Deployment) -> Loaded[Job]:
        wanted, held = self._job(transaction, command.job), transaction.load(UNIT, command.unit).state
        point = None if command.outside else self._where(held, transaction, rules)
        decided = assignment.assign(held, wanted, command, transaction.now, rules, point)
        taken_back = assignment.Decided()
        if held is not None and decided.unit:
            taken_back = assignment.withdrawn(held, command.by, "assigned", transaction.now)
        self._changed(transaction, command.unit, [*taken_back.unit, *decided.unit], rules)
        if held is not None and held.offer is not None:
            transaction.record(JOB, held.offer.job, taken_back.job)
        return transaction.record(JOB, command.job, decided.job)

    def _divert(self, transaction: Transaction, command: Divert, rules: Deployment) -> Loaded[Job]:
        wanted, held = self._job(transaction, command.job), transaction.load(UNIT, command.unit).state
        leaves = held.held[0].job if held is not None and held.held else command.job
        left = self._job(transaction, leaves)
        point = self._where(held, transaction, rules)
        decided = diversion.divert(held, left, wanted, command, transaction.now, rules, point)
        self._changed(transaction, command.unit, decided.unit, rules)
        transaction.record(JOB, leaves, decided.left)
        return transaction.record(JOB, command.job, decided.job)

    def _offer(self, transaction: Transaction, command: Offer, rules: Deployment) -> Loaded[Job]:
        wanted, held = self._job(transaction, command.job), transaction.load(UNIT, command.unit).state
        decided = offer.offer(held, wanted, command, transaction.now, rules)
        self._changed(transaction, command.unit, decided.unit, rules)
        return transaction.record(JOB, command.job, decided.job)

    def _answer(self, transaction: Transaction, command: AnswerOffer, rules: Deployment) -> Loaded[Unit]:
        """An accepted offer is an assignment in the same transaction, or the answer is refused as a whole."""
        held = transaction.load(UNIT, command.unit).state
        answered = offer.answer(held, command, transaction.now)
        stream = held.offer.job if held is not None and held.offer is not None else ""
        sent = assignment.Decided()
        if answered.assign is not None:
            point = self._where(held, transaction, rules)
            sent = assignment.assign(held, self._job(transaction, stream), answered.assign, transaction.now, rules, point)
        after = self._changed(transaction, command.unit, [*answered.first.unit, *sent.unit], rules)
        if stream:
            transaction.record(JOB, stream, [*answered.first.job, *sent.job])
        return after

    def _end(self, transaction: Transaction, command: EndAssignment, rules: Deployment) -> Loaded[Job]:
        wanted, held = self._job(transaction, command.job), transaction.load(UNIT, command.unit).state
        decided = assignment.end(held, wanted, command, transaction.now, rules)
        self._changed(transaction, command.unit, decided.unit, rules)
        return transaction.record(JOB, command.job, decided.job)

    def _close(self, transaction: Transaction, command: CloseJob, rules: Deployment) -> Loaded[Job]:
        """Whoever still works for it is stood down, at the end of the incident and not before it was sent."""
        for stream in assignment.stands_down(self._job(transaction, command.job)):
            state, wanted = transaction.load(UNIT, stream).state, self._job(transaction, command.job)
            held = None if state is None else state.holds(command.job)
            if state is None or wanted is None or held is None:
                continue
            at = max(command.at, held.since)
            decided = assignment.released(state, wanted, held, Release.STOOD_DOWN, at, transaction.now, rules)
            self._changed(transaction, stream, decided.unit, rules)
            transaction.record(JOB, command.job, decided.job)
        return transaction.record(JOB, command.job, assignment.close(self._job(transaction, command.job), command))

    def _take(self, transaction: Transaction, positions: Sequence[Position], rules: Deployment) -> Loaded[Taken]:
        """Positions stay in memory; recorded is only that a unit has arrived where it was sent."""
        picture = self._picture
        picture.catch_up(transaction, UNIT)
        taken = [one for one in positions if picture.take(one, transaction.now, rules)]
        for one in taken:
            seen = picture.unit(one.unit)
            if seen is not None and seen.held and not seen.held[-1].reached:
                self._perhaps_there(transaction, one, rules)
        return Loaded("positions", Taken(len(taken), len(positions) - len(taken)), 0)

    def _perhaps_there(self, transaction: Transaction, position: Position, rules: Deployment) -> None:
        state = transaction.load(UNIT, position.unit).state
        held = None if state is None or not state.held else state.held[-1]
        place = None if held is None else getattr(self._job(transaction, held.job), "place", None)
        if state is None or held is None or place is None or place.latitude is None or place.longitude is None:
            return
        metres = distance_m((position.latitude, position.longitude), (place.latitude, place.longitude))
        if metres > rules.scene_radius_m or position.at < held.since:
            return
        events = reporting.at_scene_inferred(state.unit, held, position.at, f"position {metres:.0f} m from the place")
        transaction.record(UNIT, position.unit, events)
        self._arrivals(transaction, events)

    def _look(self, transaction: Transaction, rules: Deployment) -> Loaded[Areas]:
        self._picture.catch_up(transaction, UNIT)
        counted = self._picture.cover(rules)
        free = self._picture.free(rules)
        moves = {
            area.name: tuple(cover.standby_moves(area, free, counted, rules)[:5])
            for area in rules.areas
            if area.name in counted and counted[area.name].gap
        }
        return Loaded("cover", Areas(tuple(counted.values()), moves), 0)
