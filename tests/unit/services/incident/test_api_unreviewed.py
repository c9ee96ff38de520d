"""Calls that nobody reviews, as they are asked for over HTTP."""

from collections.abc import Callable

import anyio
import pytest
from fastapi import APIRouter
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.host import Context, Host, Service
from chassis.http.principal import Role
from contracts.contact.calls import Abandonment, Marker
from contracts.places import Location, LocationSource, Point
from contracts.topics import HEARS
from services.incident.api.routes import routers
from services.incident.application import Incidents
from services.incident.domain.backlog.unreviewed import ExpectReview, PassReview, SeeReview
from services.incident.reactions import HEEDS, react
from services.incident.streams import ALL
from services.incident.timers import on_timer

NUMBER = "+447700900123"
CELL = Location(source=LocationSource.CELL, point=Point(latitude=51.3, longitude=0.9), radius_m=900)


class Served:
    """The service over HTTP, and a way to tell it what it hears."""

    def __init__(self, serve: Callable[..., Callable[..., TestClient]], incidents: Incidents, clock: VirtualClock) -> None:
        self.hosts: list[Host] = []
        self.clock = clock
        service = Service("incident", ALL, HEARS["incident"], incidents.handle, react, on_timer, {}, HEEDS)
        client = serve(service, self._routers)
        self.handler = client(Role.CALL_HANDLER, subject="handler 7")
        self.supervisor = client(Role.SUPERVISOR, subject="sergeant 4")

    def _routers(self, host: Host) -> tuple[APIRouter, ...]:
        self.hosts.append(host)
        return tuple(routers(host))

    def hears(self, *commands: object) -> None:
        for n, command in enumerate(commands):
            cause = f"{self.clock.now()}-{n}"
            anyio.run(self.hosts[0].run, command, Context(cause, "service:incident", cause))

    def alarm(self, call: str, *markers: Marker) -> None:
        self.hears(ExpectReview(call, self.clock.now(), Abandonment.IN_QUEUE, NUMBER, CELL, markers=markers), PassReview(call))


@pytest.fixture
def served(serve: Callable[..., Callable[..., TestClient]], incidents: Incidents, clock: VirtualClock) -> Served:
    return Served(serve, incidents, clock)


def test_the_alarm_names_the_call_its_number_and_its_last_place_and_its_ladder_is_acknowledged_like_any_other(
    served: Served,
) -> None:
    served.alarm("c1")
    (alarm,) = served.handler.get("/unreviewed-calls").json()["items"]
    assert (alarm["call"], alarm["number"], alarm["location"]["radius_m"]) == ("c1", NUMBER, 900)
    (raised,) = served.handler.get("/escalations").json()["items"]
    assert (raised["call"], raised["incident"], raised["reason"]) == ("c1", "incident-c1", "unreviewed")
    ladder = served.supervisor.get(f"/incidents/{raised['incident']}/escalation")
    answer = {"role": raised["role"], "plan": "ring by hand"}
    match = {"If-Match": ladder.headers["ETag"]}
    told = served.supervisor.post("/incidents/incident-c1/escalation/acknowledge", json=answer, headers=match)
    assert (told.status_code, told.json()["pending"]) == (200, False)
    assert len(served.handler.get("/unreviewed-calls").json()["items"]) == 1, "acknowledging reviews nothing"


def test_one_command_sends_somebody_and_again_answers_with_the_same_incident(served: Served) -> None:
    served.alarm("c1")
    first = served.handler.post("/unreviewed-calls/c1/incident", json={})
    assert (first.status_code, first.headers["Location"]) == (200, "/incidents/incident-c1")
    assert (first.json()["grade"], first.json()["units_requested"], first.json()["silent_approach"]) == ("Immediate", 2, True)
    again = served.supervisor.post("/unreviewed-calls/c1/incident", json={"silent_approach": False})
    assert again.headers["ETag"] == first.headers["ETag"]


def test_a_marked_number_is_sent_to_without_a_command(served: Served) -> None:
    served.alarm("c1", Marker.STALKING)
    assert served.handler.get("/incidents/incident-c1").json()["grade"] == "Immediate"


def test_a_supervisor_explains_and_the_alarm_is_over_but_can_be_read(served: Served) -> None:
    served.alarm("c1")
    seen = {"If-Match": served.handler.get("/unreviewed-calls/c1").headers["ETag"]}
    body = {"reason": "a test call of the operator's"}
    assert served.handler.post("/unreviewed-calls/c1/explain", json=body, headers=seen).status_code == 403
    told = served.supervisor.post("/unreviewed-calls/c1/explain", json=body, headers=seen)
    assert (told.status_code, told.json()["explained_by"]) == (200, "sergeant 4")
    assert served.handler.get("/unreviewed-calls").json()["items"] == []
    assert served.handler.get("/escalations").json()["items"] == []
    assert served.handler.get("/unreviewed-calls/c1").json()["explanation"] == body["reason"]


def test_what_was_reviewed_in_time_or_never_heard_of_is_no_alarm(served: Served) -> None:
    served.hears(ExpectReview("c1", served.clock.now(), Abandonment.IN_QUEUE), SeeReview("c1", served.clock.now()))
    for call in ("c1", "c2"):
        assert served.handler.get(f"/unreviewed-calls/{call}").status_code == 404
        assert served.supervisor.post(f"/unreviewed-calls/{call}/incident", json={}).status_code == 404
    assert served.handler.get("/unreviewed-calls").json()["items"] == []
