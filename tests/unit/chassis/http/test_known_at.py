"""What was known then is asked with one parameter, and the future cannot be asked."""

from datetime import timedelta
from typing import Any

import pytest
from fastapi.testclient import TestClient


def test_a_state_is_told_as_it_was_known(client: TestClient, clock: Any) -> None:
    client.put("/calls/a", json={"text": "first"})
    clock.move_by(timedelta(minutes=1))
    client.put("/calls/a", json={"text": "second"})
    for instant, text in (
        ("2026-01-31T09:00:30Z", "first"),
        ("2026-01-31T10:00:30+01:00", "first"),
        ("2026-01-31T09:01:00Z", "second"),
    ):
        assert client.get("/calls/a", params={"known_at": instant}).json()["text"] == text
    before = client.get("/calls/a", params={"known_at": "2026-01-31T08:59:59.999999Z"})
    assert (before.status_code, before.json()["code"]) == (404, "not-found")


def test_the_future_is_not_known(client: TestClient) -> None:
    answer = client.get("/calls/a", params={"known_at": "2026-01-31T09:00:00.000001Z"})
    assert (answer.status_code, answer.json()["code"]) == (422, "known-at-in-the-future")


@pytest.mark.parametrize(
    "sent",
    [
        "yesterday",
        "2026-01-31",
        "2026-01-31T09:00:00",
        "2026-01-31 09:00:00Z",
        "2026-13-31T09:00:00Z",
        "2026-01-31T25:00:00Z",
        "2026-01-31T09:00:00 01:00",
        "0001-01-01T00:00:00+14:00",
        "1769850000",
        "２０２６-01-31T09:00:00Z",
        "",
    ],
)
def test_an_instant_without_zone_or_sense_is_refused(client: TestClient, sent: str) -> None:
    answer = client.get("/calls/a", params={"known_at": sent})
    assert (answer.status_code, answer.json()["code"]) == (422, "known-at-unreadable")
