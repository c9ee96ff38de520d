"""Operators see what waits and why, look before they redrive, and see nothing of what a record holds."""

from collections.abc import Callable
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chassis.http.principal import Role

KEY = "/ops/parked/contact.events/call-7"
ROW = {
    "topic": "contact.events",
    "key": "call-7",
    "reason": "no such type",
    "records": 3,
    "first_offset": 41,
    "since": "2026-01-31T09:00:00Z",
}


@pytest.fixture
def operator(anonymous: TestClient, bearer: Callable[..., dict[str, str]]) -> TestClient:
    anonymous.headers.update(bearer(Role.OPERATOR, subject="operator-1"))
    return anonymous


def test_what_waits_is_listed_and_shown(operator: TestClient) -> None:
    assert operator.get("/ops/parked").json() == [ROW]
    assert operator.get(KEY).json() == ROW
    assert operator.get("/ops/parked/contact.events/with/slashes").json()["code"] == "not-parked"


def test_a_preview_changes_nothing_and_a_redrive_does(operator: TestClient, desk: Any) -> None:
    preview = operator.post(f"{KEY}/redrive", params={"preview": True}).json()
    assert (preview["preview"], preview["records"], preview["remaining"]) == (True, 3, 0)
    assert preview["events"] == [{"stream": "call-7", "type": "ringback.contact.CallReceived.v1"}]
    assert desk.waiting
    assert operator.post(f"{KEY}/redrive").json()["preview"] is False
    assert operator.post(f"{KEY}/redrive").status_code == 404


def test_call_handlers_have_no_business_here(client: TestClient) -> None:
    assert client.get("/ops/parked").status_code == 403
    assert client.post(f"{KEY}/redrive").status_code == 403
