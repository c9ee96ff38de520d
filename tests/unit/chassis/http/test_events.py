"""A watcher is told each happening with its position, and goes on where it was cut off."""

import pytest
from fastapi.testclient import TestClient


def watched(client: TestClient, **headers: str) -> list[str]:
    answer = client.get("/feed", headers=headers)
    assert answer.headers["content-type"].startswith("text/event-stream")
    return [line for line in answer.text.splitlines() if line.startswith(("id", "event", "data"))]


def test_happenings_carry_their_position_name_and_one_line_of_json(client: TestClient) -> None:
    assert watched(client)[:3] == ["event: noted", r'data: {"stream":"call-1","text":"noted\nin two lines"}', "id: 1"]


def test_a_watcher_goes_on_after_the_last_one_seen(client: TestClient) -> None:
    assert [line for line in watched(client, **{"Last-Event-ID": "1"}) if line.startswith("id")] == ["id: 2", "id: 3"]


@pytest.mark.parametrize("sent", ["-1", "1.5", "one", "٣", "1" * 16])
def test_a_position_that_is_none_is_refused(client: TestClient, sent: str) -> None:
    answer = client.get("/feed", headers={"Last-Event-ID": sent.encode()})
    assert (answer.status_code, answer.json()["code"]) == (422, "last-event-id-unreadable")
