"""Figures over HTTP: counted under a definition, opened to their calls, refused with what is allowed."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chassis.clock import VirtualClock
from chassis.http.principal import Role
from chassis.world import World
from services.contact import api
from services.contact.figures import api as figures_api
from services.contact.wiring import build

SPAN = {"from": "2026-06-05T00:00:00Z", "to": "2026-06-06T00:00:00Z"}


@pytest.fixture
def client(serve: Callable[..., Callable[..., TestClient]], clock: VirtualClock) -> Callable[..., TestClient]:
    def never(*_: object) -> None:
        raise AssertionError("contact needs nothing of the outside")

    world = World("kent", lambda kind, value: f"{kind}:{hash(value):x}", never, never, clock)
    return serve(build(world), lambda host: [*api.routers(host), *figures_api.routers(host, None)])


@pytest.fixture
def desk(client: Callable[..., TestClient]) -> TestClient:
    switch = client(Role.SERVICE, subject="switch")
    for n in range(5):
        said: dict[str, Any] = {"switch": "bt-1", "call": str(n), "at": f"2026-06-05T0{n}:00:00Z"}
        assert switch.post("/telephony/facts", json={"fact": "presented"} | said).status_code == 200
        end = {"fact": "answered", "handler": "h"} if n == 0 else {"fact": "hung_up"}
        assert switch.post("/telephony/facts", json=said | end | {"at": f"2026-06-05T0{n}:00:0{n + 1}Z"}).status_code == 200
    return client(Role.SUPERVISOR, subject="supervisor")


def test_figures_of_a_span_by_hour(desk: TestClient) -> None:
    found = desk.get("/figures/answering-999", params=SPAN | {"by": "hour"}).json()
    assert (found["total"]["answered"], found["total"]["abandoned"], found["total"]["whole"]) == (1, 4, 5)
    assert [group["group"] for group in found["groups"]][:2] == ["2026-06-05T01:00+01:00", "2026-06-05T02:00+01:00"]
    assert found["editions"][0]["version"] == "answering-999-1"


def test_the_same_calls_under_another_definition(desk: TestClient) -> None:
    found = desk.get("/figures/lost-in-queue", params=SPAN).json()
    assert (found["total"]["abandoned"], found["total"]["left_out_by_reason"]) == (0, {"never queued": 5})


def test_a_figure_opens_to_its_calls_page_by_page(desk: TestClient) -> None:
    where: str | None = "/figures/answering-999/calls?from=2026-06-05T00:30:00Z&to=2026-06-05T04:00:00Z&figure=abandoned&limit=2"
    began: list[str] = []
    pages = 0
    while where:
        pages += 1
        page = desk.get(where).json()
        began += [call["began_at"] for call in page["items"]]
        where = page["next"]
    assert began == ["2026-06-05T01:00:00Z", "2026-06-05T02:00:00Z", "2026-06-05T03:00:00Z"]
    assert pages == 2, "what began after the span is not read"


def test_what_was_known_then(desk: TestClient, client: Callable[..., TestClient], clock: VirtualClock) -> None:
    then = clock.now().isoformat()
    clock.move_by(timedelta(minutes=5))
    later = {"fact": "presented", "switch": "bt-2", "call": "x", "at": "2026-06-05T09:00:00Z"}
    assert client(Role.SERVICE, subject="switch").post("/telephony/facts", json=later).status_code == 200
    assert desk.get("/figures/answering-999", params=SPAN | {"known_at": then}).json()["total"]["whole"] == 5
    assert desk.get("/figures/answering-999", params=SPAN).json()["total"]["whole"] == 6


def test_the_definitions_are_listed_with_their_sources(desk: TestClient) -> None:
    listed = {one["name"]: one["editions"] for one in desk.get("/figures").json()}
    assert listed["kent-abandoned-999"][0]["reading"] is True
    assert "3,405" in listed["kent-abandoned-999"][0]["sources"][0]


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/figures/nobodys", SPAN, 404, "no-such-definition"),
        ("/figures/answering-999", SPAN | {"version": "answering-999-7"}, 404, "no-such-edition"),
        ("/figures/answering-999", SPAN | {"to": SPAN["from"]}, 422, "span-empty"),
        ("/figures/answering-999", SPAN | {"to": "2026-08-01T00:00:00Z"}, 422, "span-too-long"),
        ("/figures/answering-999", {"from": SPAN["from"]}, 422, "invalid-request"),
        ("/figures/answering-999", SPAN | {"by": "year"}, 422, "invalid-request"),
        ("/figures/answering-999/calls", SPAN | {"figure": "all"}, 422, "invalid-request"),
    ],
)
def test_refused(desk: TestClient, path: str, query: dict[str, str], status: int, code: str) -> None:
    answer = desk.get(path, params=query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_nobody_without_a_role_reads_figures(client: Callable[..., TestClient]) -> None:
    assert client(subject="visitor").get("/figures/answering-999", params=SPAN).status_code == 403
