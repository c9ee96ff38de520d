"""Reads four stores once, in the order in which things were recorded, into one set of figures."""

import heapq
from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from chassis.times import Times
from contracts.contact.calls import Abandonment
from contracts.envelope import Envelope, Event
from contracts.topics import SERVICES
from simulator.backlog_fold import BacklogFold
from simulator.contact_fold import ContactFold
from simulator.figures import Backlog, Distances, Episodes, Figures, Hour, Promise
from simulator.resource_fold import ResourceFold
from simulator.review_fold import ReviewFold
from simulator.set_aside import SetAside

ANSWER_EDGES_S = (10, 60)
"""The published bands of answering times: below 10 s, 10 to 60 s, from 60 s on (DOMAIN section 4)."""
REVIEW_EDGES_S = (1, 10, 60, 300, 900, 3600)
ARRIVAL_EDGES_S = (180, 300, 480, 600, 900, 1800, 3600)


def fold(stores: Mapping[str, Iterable[Envelope[Event]]], zone: str, set_aside: SetAside | None = None) -> Figures:
    """The figures of a run. `stores` gives each service's events in the order of their positions; `zone` is for hours."""
    contact, review, resource, backlog = ContactFold(zone), ReviewFold(), ResourceFold(), BacklogFold()
    events: Counter[str] = Counter(dict.fromkeys(stores, 0))
    begins: datetime | None = None
    ends: datetime | None = None
    for envelope in _by_recorded(stores):
        contact.feed(envelope)
        review.feed(envelope)
        resource.feed(envelope)
        backlog.feed(envelope)
        events[envelope.service] += 1
        begins = min(begins or envelope.event.at, envelope.event.at)
        ends = max(ends or envelope.event.at, envelope.event.at)
    contact.queue.finish()
    review.finish()
    backlog.finish(ends)
    return Figures(
        **_of_contact(contact),
        **_of_reviews(review),
        **_of_resources(resource),
        backlog=_of_backlog(backlog),
        events_by_service=dict(events),
        begins=begins and begins.isoformat(),
        ends=ends and ends.isoformat(),
        set_aside=len(set_aside) if set_aside else 0,
        set_aside_by_reason=_ranked(set_aside.by_reason) if set_aside else {},
    )


def _by_recorded(stores: Mapping[str, Iterable[Envelope[Event]]]) -> Iterable[Envelope[Event]]:
    """Ties go in the order in which services can hear of each other: a call before its review."""
    ordered = [stores[service] for service in SERVICES if service in stores]
    return heapq.merge(*ordered, key=lambda envelope: envelope.recorded)


def _ranked(counter: Mapping[str, int]) -> dict[str, int]:
    return {str(name): count for name, count in sorted(counter.items(), key=lambda item: (-item[1], item[0])) if count}


def _of_contact(fold: ContactFold) -> dict[str, Any]:
    counts, kinds, waits = fold.counts, fold.abandoned_by_class, fold.waits_answered
    return {
        "calls": counts["calls"],
        "calls_by_line": _ranked(fold.calls_by_line),
        "answered": counts["answered"],
        "ended": counts["ended"],
        "abandoned": counts["abandoned"],
        "abandoned_by_line": _ranked(fold.abandoned_by_line),
        "abandoned_by_class": _ranked(kinds),
        "abandoned_in_queue": kinds[Abandonment.IN_QUEUE],
        "abandoned_before_queue": kinds[Abandonment.BEFORE_QUEUE],
        "hung_up_within_5s_of_queueing": counts["hung_up_within_5s_of_queueing"],
        "facts_set_aside": counts["facts_set_aside"],
        "mean_wait_answered_s": waits.mean(),
        "median_wait_answered_s": waits.median(),
        "p90_wait_answered_s": waits.percentile(90),
        "waits_answered": Times.of(waits, ANSWER_EDGES_S),
        "answer_times_999": Times.of(fold.answer_times_999, ANSWER_EDGES_S),
        "max_in_queue": fold.queue.most,
        "by_hour": tuple(
            Hour(**{what: fold.by_hour[what, hour] for what in ("calls", "answered", "abandoned")}) for hour in range(24)
        ),
    }


def _of_reviews(fold: ReviewFold) -> dict[str, Any]:
    return {
        "episodes": Episodes(**{name: fold.counts[name] for name in Episodes.model_fields}),
        "reviews": fold.counts["reviews"],
        "dispositions": fold.counts["dispositions"],
        "dispositions_by_kind": _ranked(fold.dispositions),
        "reviews_in_breach": fold.counts["breaches"],
        "assessed_by_risk": _ranked(fold.risks),
        "safety_gate_closed": fold.counts["gate_closed"],
        "escalations_by_reason": _ranked(fold.escalations),
        "attempts": fold.counts["attempts"],
        "attempts_by_outcome": _ranked(fold.outcomes),
        "time_to_review": Times.of(fold.time_to_review, REVIEW_EDGES_S),
        "time_to_ring_back": Times.of(fold.time_to_ring_back, REVIEW_EDGES_S),
        "time_to_disposition": Times.of(fold.time_to_disposition, REVIEW_EDGES_S),
        "violations": tuple(fold.violations),
    }


def _of_resources(fold: ResourceFold) -> dict[str, Any]:
    counts = fold.counts
    return {
        "incidents": counts["incidents"],
        "incidents_by_grade": _ranked(fold.grades),
        "incidents_by_origin": _ranked(fold.origins),
        "incidents_closed": counts["closed"],
        "incidents_reached": counts["reached"],
        "incidents_regraded": counts["regraded"],
        "median_first_arrival_s": fold.time_to_first_unit.median(),
        "time_to_first_unit": Times.of(fold.time_to_first_unit, ARRIVAL_EDGES_S),
        "units": fold.units,
        "assignments": counts["assignments"],
        "assignments_ended_by_release": _ranked(fold.releases),
        "assignments_never_on_scene": counts["never_on_scene"],
        "max_units_on_one_call": fold.max_units_on_one_call,
        "overlaps": counts["overlaps"],
        "statuses_by_kind": _ranked(fold.statuses),
        "distances": Distances(
            count=fold.distances_m.count,
            mean_m=fold.distances_m.mean(),
            median_m=fold.distances_m.median(),
            longest_m=fold.distances_m.longest(),
        ),
    }


def _of_backlog(fold: BacklogFold) -> Backlog:
    counts = fold.counts
    return Backlog(
        by_grade={
            grade: Promise(
                incidents=one.incidents,
                attend_due=one.attend_due,
                past_attend=one.past_attend,
                allocate_due=one.allocate_due,
                past_allocate=one.past_allocate,
                waited=Times.of(one.waited, ARRIVAL_EDGES_S),
            )
            for grade, one in sorted(fold.grades.items())
        },
        past_target=counts["past_target"],
        without_escalation=counts["unheard"],
        without_escalation_named=tuple(fold.unheard),
        vulnerable=counts["vulnerable"],
        vulnerable_past_target=counts["vulnerable_past_target"],
        escalations_by_reason=_ranked(fold.raised),
        acknowledged=counts["acknowledged"],
        climbed=counts["climbed"],
        at_the_top=counts["at_the_top"],
        unanswered=counts["unanswered"],
        tasks=counts["TaskOpened"],
        tasks_done=counts["TaskDone"],
        tasks_overdue=counts["TaskOverdue"],
        open_at_the_end=counts["open_at_the_end"],
    )
