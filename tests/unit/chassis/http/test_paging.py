"""A list is walked from link to link: nothing twice, nothing skipped, and a made-up cursor is refused."""

import base64
from typing import Any

import pytest
from fastapi.testclient import TestClient


@pytest.fixture
def noted(client: TestClient) -> None:
    for n in range(7):
        client.put(f"/calls/{n}", json={"text": f"text {6 - n}, £&=+"})


def walked(client: TestClient, link: str | None) -> list[list[str]]:
    pages = []
    while link is not None:
        page = client.get(link).json()
        pages.append([item["text"][:6] for item in page["items"]])
        link = page["next"]
    return pages


@pytest.mark.usefixtures("noted")
def test_pages_follow_each_other_without_gap_or_repeat(client: TestClient) -> None:
    assert walked(client, "/calls?limit=3") == [
        ["text 0", "text 1", "text 2"],
        ["text 3", "text 4", "text 5"],
        ["text 6"],
    ]
    assert len(walked(client, "/calls?limit=7")) == 1


@pytest.mark.usefixtures("noted")
def test_the_link_keeps_what_was_asked(client: TestClient) -> None:
    asked = {"limit": "1", "text": "text 3, £&=+", "known_at": "2026-01-31T09:00:00+00:00"}
    page = client.get("/calls", params=asked).json()
    assert (len(page["items"]), page["next"]) == (1, None)
    link = client.get("/calls", params={"limit": "1", "known_at": "2026-01-31T09:00:00+00:00"}).json()["next"]
    assert link.startswith("/calls?")
    assert "known_at=2026-01-31T09%3A00%3A00%2B00%3A00" in link
    assert client.get(link).json()["items"][0]["text"].startswith("text 1")


@pytest.mark.usefixtures("noted")
def test_what_is_added_behind_the_cursor_does_not_shift_the_next_page(client: TestClient) -> None:
    link = client.get("/calls?limit=3").json()["next"]
    client.put("/calls/early", json={"text": "a first one"})
    assert walked(client, link)[0] == ["text 3", "text 4", "text 5"]


def cursor(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


MADE_UP = [b"[]", b'["a"]', b'["a", 7]', b'{"value": "a"}', b'["a\\u0000", "b"]', b'["a", "b", "c"]', b"\xff"]


@pytest.mark.parametrize("sent", ["", "x", "not base64!", "ä", *map(cursor, MADE_UP)])
def test_a_cursor_that_is_not_ours_is_refused(client: TestClient, sent: str) -> None:
    answer = client.get("/calls", params={"cursor": sent})
    assert (answer.status_code, answer.json()["code"]) == (422, "cursor-unreadable")


@pytest.mark.parametrize("sent", ["0", "201", "-1", "many", "1.5"])
def test_a_page_has_one_to_two_hundred_entries(client: TestClient, sent: Any) -> None:
    answer = client.get("/calls", params={"limit": sent})
    assert answer.status_code == 422
    assert answer.json()["errors"][0]["location"] == "query.limit"
