"""Every refusal has the same shape, says what to do, and repeats nothing."""

from random import Random
from typing import Any

import pytest
from fastapi.testclient import TestClient
from structlog.testing import capture_logs

from chassis.http.unexpected import BrokenOff, Unexpected
from chassis.ids import DrawnIds

NUMBER = "+447700900123"


def test_a_refusal_tells_its_code_and_what_is_allowed(client: TestClient) -> None:
    client.put("/calls/a", json={"text": "noted"})
    client.post("/calls/a/close", headers={"If-Match": '"1"'})
    answer = client.put("/calls/a", json={"text": "again"})
    assert answer.status_code == 409
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json() == {
        "type": "urn:ringback:problem:call-closed",
        "title": "Conflict",
        "status": 409,
        "code": "call-closed",
        "detail": "Nothing more is said about a closed call.",
        "allowed": ["reopen"],
    }


def test_unknown_things_and_unknown_addresses_are_404_with_different_codes(client: TestClient) -> None:
    assert client.get("/calls/nobody").json()["code"] == "not-found"
    missing = client.get("/nowhere")
    assert (missing.status_code, missing.json()["code"]) == (404, "no-such-address")


def test_a_wrong_method_is_405_and_names_the_right_ones(client: TestClient) -> None:
    answer = client.delete("/calls/a")
    assert answer.status_code == 405
    assert answer.json()["code"] == "method-not-allowed"
    assert answer.headers["allow"] == "PUT"


@pytest.mark.usefixtures("unavailable")
def test_a_store_that_does_not_answer_is_503_with_a_time_to_come_back(client: TestClient) -> None:
    answer = client.put("/calls/a", json={"text": "noted"})
    assert answer.status_code == 503
    assert answer.json()["code"] == "unavailable"
    assert int(answer.headers["retry-after"]) >= 1


def test_what_nobody_expected_is_a_500_that_tells_an_id_and_a_log_line_that_does_not_quote(client: TestClient, host: Any) -> None:
    host.broken = LookupError(NUMBER)
    with capture_logs() as lines:
        answer = client.put("/calls/a", json={"text": "noted", "number": NUMBER})
    assert (answer.status_code, answer.json()["code"]) == (500, "unexpected")
    assert [(line["error"], line["route"], line["id"]) for line in lines] == [
        ("LookupError", "/calls/{name}", answer.json()["instance"])
    ]
    assert NUMBER not in answer.text + str(lines)


@pytest.mark.parametrize(
    ("body", "location", "reason"),
    [
        ({}, "body.text", "is required"),
        ({"text": 7}, "body.text", "must be a string"),
        ({"text": "x" * 201}, "body.text", "must have at most 200 characters"),
        ({"text": "x", "place": {"radius_m": -1}}, "body.place.radius_m", "must be at least 0.0"),
        ({"text": "x", "place": {"radius_m": "wide"}}, "body.place.radius_m", "must be a number"),
        ({"text": "x", NUMBER: 1}, "body.*", "holds a field that is not known here"),
        ({"text": "x", "tags": {NUMBER: "far too long"}}, "body.tags.*", "must have at most 10 characters"),
        ([], "body", "must be an object"),
    ],
)
def test_a_bad_field_is_named_with_its_reason(client: TestClient, body: object, location: str, reason: str) -> None:
    answer = client.put("/calls/a", json=body)
    assert answer.status_code == 422
    assert {"location": location, "reason": reason} in answer.json()["errors"]


@pytest.mark.parametrize(
    "body",
    [
        {"text": [NUMBER]},
        {"text": "x", "number": [NUMBER]},
        {"text": "x", "number": NUMBER * 9},
        {"text": "x", "line": NUMBER},
        {"text": "x", "place": NUMBER},
        {"text": "x", "place": {"radius_m": f"{NUMBER} m"}},
        {"text": "x", "place": {"radius_m": 1, NUMBER: NUMBER}},
        {"text": "x", NUMBER: {NUMBER: NUMBER}},
        {"text": "x", "tags": {NUMBER: [NUMBER]}},
        {"text": f"\x00{NUMBER}"},
        NUMBER,
        [NUMBER] * 30,
    ],
)
def test_a_telephone_number_in_a_bad_body_is_never_told_back(client: TestClient, body: object) -> None:
    with capture_logs() as lines:
        answer = client.put("/calls/a", json=body)
    assert 400 <= answer.status_code < 500
    assert NUMBER not in answer.text + str(answer.headers) + str(lines)


def test_a_telephone_number_in_an_address_or_a_header_is_never_told_back(client: TestClient) -> None:
    for answer in (
        client.get(f"/calls/{NUMBER}"),
        client.get("/calls", params={"limit": NUMBER, "cursor": NUMBER}),
        client.get("/calls/a", params={"known_at": NUMBER}),
        client.put("/calls/a", json={"text": "x"}, headers={"If-Match": NUMBER}),
        client.put("/calls/a", json={"text": "x"}, headers={"X-Correlation-ID": NUMBER}),
    ):
        assert 400 <= answer.status_code < 500
        assert NUMBER not in answer.text


@pytest.mark.anyio
async def test_an_answer_that_breaks_off_drops_the_connection_without_quoting() -> None:
    async def half(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        raise LookupError(NUMBER)

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message["type"])

    with pytest.raises(BrokenOff) as broken, capture_logs():
        await Unexpected(half, DrawnIds(Random(1)))({"type": "http"}, send, send)
    assert sent == ["http.response.start"]
    assert NUMBER not in str(broken.value)
    assert broken.value.__suppress_context__


def test_titles_do_not_change_with_the_version_of_python(client: TestClient) -> None:
    answer = client.put("/calls/a", json={})
    assert (answer.status_code, answer.json()["title"]) == (422, "Unprocessable Content")


def test_many_faults_are_told_in_a_short_answer(client: TestClient) -> None:
    answer = client.put("/calls/a", json={"text": "x", "tags": {f"tag{n}": "far too long" for n in range(150)}})
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 20


def test_no_answer_may_be_cached_or_guessed_at(client: TestClient, anonymous: TestClient) -> None:
    for answer in (client.get("/calls"), anonymous.get("/calls"), client.put("/calls/a", content=b"{")):
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"
