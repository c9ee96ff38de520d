"""The kinds of streams dispatch owns."""

from chassis.store.aggregate import Aggregate
from services.dispatch.domain import cover, job, tour, unit
from services.dispatch.domain.cover import Cover
from services.dispatch.domain.job import Job
from services.dispatch.domain.tour import Tour
from services.dispatch.domain.unit import Unit

UNIT = Aggregate("unit", Unit, unit.EVOLVE, owes=unit.owes, index=unit.index)
JOB = Aggregate("job", Job, job.EVOLVE, owes=job.owes, index=job.index)
COVER = Aggregate("cover", Cover, cover.EVOLVE, index=cover.index)
OFFICER = Aggregate("officer", Tour, tour.EVOLVE)
VEHICLE = Aggregate("vehicle", Tour, tour.EVOLVE)
AGGREGATES = (UNIT, JOB, COVER, OFFICER, VEHICLE)
