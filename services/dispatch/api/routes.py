"""All routes of dispatch."""

from collections.abc import Sequence

from fastapi import APIRouter

from chassis.host import Host
from services.dispatch.api.area import around
from services.dispatch.api.figures import figures
from services.dispatch.api.jobs import reads as job_reads
from services.dispatch.api.jobs import sending, waiting
from services.dispatch.api.reported import reported
from services.dispatch.api.units import reads as unit_reads
from services.dispatch.api.units import reports, tours


def routers(host: Host) -> Sequence[APIRouter]:
    """All routes of the service."""
    made = (tours, reports, unit_reads, sending, waiting, job_reads, around, figures, reported)
    return tuple(make(host) for make in made)
