"""What a run came to, counted from the stored events of the four services and from nothing else.

Definitions, which the report repeats:
wait              from joining the queue to leaving it by the switch's clock; answered without a queue counts as 0
answer time       from presented to picked up, of the calls on 999
abandoned         the caller was gone before anybody could establish that all is well, by class
time to review    from the break to the first weighing of what is known
time to ring back from the break to the first dialling
time to first unit from the first report of an incident to the first unit on scene, of the incidents reached
rang again        the same number was answered in another call within the force's repeat window (as shipped, 60 minutes) after
                  the break; its review then ends in that call, and planned rings are called off, unless people have it
overlap           an assignment of a unit that still held another one
"""

from pydantic import BaseModel, ConfigDict

from chassis.times import Times


class Hour(BaseModel):
    """Calls by the local hour in which they were presented, and those that broke off by the hour of the break."""

    model_config = ConfigDict(frozen=True)

    calls: int
    answered: int
    abandoned: int


class Episodes(BaseModel):
    """What became of identified callers who broke off on 999: those whose number was answered in another call soon after.

    `called_off`: the review ended in that other call, before anything else ended it; `rings_called_off` of these had a ring
    planned that was then not made. `over_already`: the review had ended before. All others of `rang_again` stayed with people.
    """

    model_config = ConfigDict(frozen=True)

    identified: int
    rang_again: int
    called_off: int
    rings_called_off: int
    over_already: int


class Distances(BaseModel):
    """Metres in a straight line from where a unit was last known to be to the incident it was sent to, where both are known."""

    model_config = ConfigDict(frozen=True)

    count: int
    mean_m: float | None
    median_m: int | float | None
    longest_m: int | None


class Promise(BaseModel):
    """How the promises of one grade were kept. `waited` runs from the report to the first unit, or to the closing without one."""

    model_config = ConfigDict(frozen=True)

    incidents: int
    attend_due: int
    past_attend: int
    allocate_due: int
    past_allocate: int
    waited: Times


class Backlog(BaseModel):
    """What waited, and whether anybody was told.

    `past_target`: nobody was sent, or nobody came, by the time promised; `without_escalation` of these nobody was told of.
    Escalations that nobody answered are `at_the_top` of their ladder, or `unanswered` below it.
    """

    model_config = ConfigDict(frozen=True)

    by_grade: dict[str, Promise]
    past_target: int
    without_escalation: int
    without_escalation_named: tuple[str, ...]
    vulnerable: int
    vulnerable_past_target: int
    escalations_by_reason: dict[str, int]
    acknowledged: int
    climbed: int
    at_the_top: int
    unanswered: int
    tasks: int
    tasks_done: int
    tasks_overdue: int
    open_at_the_end: int


class Figures(BaseModel):
    """Every figure of a run. Counts are of events; times are in seconds; None where there is nothing to measure."""

    model_config = ConfigDict(frozen=True)

    calls: int
    calls_by_line: dict[str, int]
    answered: int
    ended: int
    abandoned: int
    abandoned_by_line: dict[str, int]
    abandoned_by_class: dict[str, int]
    abandoned_in_queue: int
    abandoned_before_queue: int
    hung_up_within_5s_of_queueing: int
    facts_set_aside: int
    mean_wait_answered_s: float | None
    median_wait_answered_s: int | float | None
    p90_wait_answered_s: int | None
    waits_answered: Times
    answer_times_999: Times
    max_in_queue: int
    by_hour: tuple[Hour, ...]

    episodes: Episodes
    reviews: int
    dispositions: int
    dispositions_by_kind: dict[str, int]
    reviews_in_breach: int
    assessed_by_risk: dict[str, int]
    safety_gate_closed: int
    escalations_by_reason: dict[str, int]
    attempts: int
    attempts_by_outcome: dict[str, int]
    time_to_review: Times
    time_to_ring_back: Times
    time_to_disposition: Times

    incidents: int
    incidents_by_grade: dict[str, int]
    incidents_by_origin: dict[str, int]
    incidents_closed: int
    incidents_reached: int
    incidents_regraded: int
    median_first_arrival_s: int | float | None
    time_to_first_unit: Times

    backlog: Backlog
    units: int
    assignments: int
    assignments_ended_by_release: dict[str, int]
    assignments_never_on_scene: int
    max_units_on_one_call: int
    overlaps: int
    statuses_by_kind: dict[str, int]
    distances: Distances

    events_by_service: dict[str, int]
    begins: str | None
    ends: str | None
    set_aside: int
    set_aside_by_reason: dict[str, int]
    refusals: dict[str, int] = {}
    violations: tuple[str, ...]
    """Every abandoned 999 call has exactly one review, every review exactly one disposition: where that failed."""
    digest: str | None = None
