"""The kinds of streams of this service: small ones, so that people who do different things do not stand in each other's way."""

from typing import Any

from chassis.store.aggregate import Aggregate
from services.incident.domain import incident, standing
from services.incident.domain.backlog import custody, escalation, task, unreviewed
from services.incident.domain.handing import concern, transfer
from services.incident.domain.record import day, links, logbook, sheet, thrive

INCIDENT = Aggregate("incident", incident.Incident, incident.EVOLVE, standing.owes, standing.index)
ESCALATION = Aggregate("escalation", escalation.Escalation, escalation.EVOLVE, escalation.owes, escalation.index)
TASK = Aggregate("task", task.Task, task.EVOLVE, task.owes, task.index)
CUSTODY = Aggregate("custody", custody.Custody, custody.EVOLVE, custody.owes, custody.index)
ABANDONED = Aggregate("abandoned", unreviewed.Abandoned, unreviewed.EVOLVE, unreviewed.owes, unreviewed.index)
DAY = Aggregate("day", day.Day, day.EVOLVE)
THRIVE = Aggregate("thrive", thrive.Thrive, thrive.EVOLVE)
LOGBOOK = Aggregate("log", logbook.Logbook, logbook.EVOLVE, logbook.owes)
LINKS = Aggregate("links", links.Links, links.EVOLVE, index=links.index)
SHEET = Aggregate("sheet", sheet.Sheet, sheet.EVOLVE, sheet.owes, sheet.index)
TRANSFER = Aggregate("transfer", transfer.Transfer, transfer.EVOLVE, transfer.owes, transfer.index)
CONCERN = Aggregate("concern", concern.Concern, concern.EVOLVE, concern.owes, concern.index)

ALL: tuple[Aggregate[Any], ...] = (
    INCIDENT,
    ESCALATION,
    TASK,
    CUSTODY,
    ABANDONED,
    DAY,
    THRIVE,
    LOGBOOK,
    LINKS,
    SHEET,
    TRANSFER,
    CONCERN,
)
