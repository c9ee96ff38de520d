"""Asking a crew before it is sent: it accepts, declines, or says nothing in time; the room can take the offer back."""

from datetime import datetime, timedelta
from typing import NamedTuple

from contracts.dispatch.offers import Answer, AssignmentOffered, JobOfferAnswered, JobUnitOffered, OfferAnswered
from contracts.envelope import Event
from contracts.refusals import NotFound, Refused
from services.dispatch.domain.assignment import Decided, available, wanted
from services.dispatch.domain.commands import AnswerOffer, Assign, Offer
from services.dispatch.domain.demand import known
from services.dispatch.domain.deployment import Deployment
from services.dispatch.domain.duty import known as known_unit
from services.dispatch.domain.job import Job
from services.dispatch.domain.unit import Offered, Unit


def offer(unit: Unit | None, job: Job | None, command: Offer, now: datetime, rules: Deployment) -> Decided:
    """Ask a crew. It must be free, and has one question at a time to answer."""
    job, unit = known(job, command.job), known_unit(unit, command.unit)
    if unit.offer is not None and unit.offer.job == command.job:
        return Decided()
    _free(unit, job, rules)
    wanted(job, None)
    number = f"{unit.unit}.{unit.offers + 1}"
    asked = AssignmentOffered(
        at=now,
        unit=unit.unit,
        offer=number,
        incident=job.incident,
        job=job.job,
        by=command.by,
        answer_by=now + timedelta(seconds=rules.answer_within_s),
        reasons=command.reasons,
    )
    noted = JobUnitOffered(at=now, job=job.job, incident=job.incident, unit=unit.unit, offer=number, by=command.by)
    return Decided([asked], [noted])


def _free(unit: Unit, job: Job, rules: Deployment) -> None:
    if not unit.on_duty:
        raise Refused("off-duty", f"{unit.callsign} is off duty.", ("book on", "another unit"))
    if unit.held:
        raise Refused("committed", f"{unit.callsign} is assigned to {unit.held[0].incident}.", ("another unit", "divert"))
    if unit.offer is not None:
        raise Refused(
            "offered", f"{unit.callsign} has still to answer for {unit.offer.incident}.", ("withdraw the offer", "another unit")
        )
    available(unit, job, None, rules)


class Answered(NamedTuple):
    """What is recorded first, and the assignment that follows when the crew accepted."""

    first: Decided
    assign: Assign | None = None


def answer(unit: Unit | None, command: AnswerOffer, now: datetime) -> Answered:
    """What became of an offer; it can be answered once, and sending the same answer again changes nothing."""
    if unit is None:
        raise NotFound("unknown-unit", f"No unit ever booked on as {command.unit}.", ("book on",))
    asked = unit.offer
    if asked is not None and command.answer is Answer.LAPSED and asked.answer_by <= now:
        return Answered(_answered(unit, asked, command, now))
    if asked is None or asked.offer != command.offer:
        if command.answer in (Answer.LAPSED, Answer.WITHDRAWN):
            return Answered(Decided())
        raise Refused("no-offer", f"{unit.callsign} has no such offer to answer.", _open(asked))
    follows = None
    if command.answer is Answer.ACCEPTED:
        follows = Assign(asked.job, unit.unit, asked.by, reasons=asked.reasons)
    return Answered(_answered(unit, asked, command, now), follows)


def _open(asked: Offered | None) -> tuple[str, ...]:
    return () if asked is None else (f"answer {asked.offer}",)


def _answered(unit: Unit, asked: Offered, command: AnswerOffer, now: datetime) -> Decided:
    said: list[Event] = [
        OfferAnswered(
            at=now,
            unit=unit.unit,
            offer=asked.offer,
            incident=asked.incident,
            job=asked.job,
            answer=command.answer,
            by=command.by,
            reason=command.reason,
        )
    ]
    noted: list[Event] = [
        JobOfferAnswered(
            at=now,
            job=asked.job,
            incident=asked.incident,
            unit=unit.unit,
            offer=asked.offer,
            answer=command.answer,
            reason=command.reason,
        )
    ]
    return Decided(said, noted)
