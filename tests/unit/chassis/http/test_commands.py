"""A command says who, why and on which version; its answer says which version came of it."""

import hashlib
import uuid
from typing import Any

import pytest
from fastapi.testclient import TestClient

from chassis.ids import derived

NOTE = {"text": "noted"}


def test_the_answer_carries_the_version_and_where_it_stands(client: TestClient) -> None:
    first, second = client.put("/calls/a", json=NOTE), client.put("/calls/a", json={"text": "more"})
    assert (first.status_code, first.headers["etag"], first.headers["location"]) == (201, '"1"', "/calls/a")
    assert (second.status_code, second.headers["etag"]) == (200, '"2"')
    read = client.get("/calls/a")
    assert (read.json(), read.headers["etag"]) == ({"stream": "call-a", "text": "more"}, '"2"')


def test_the_place_of_a_thing_with_an_unusual_name_can_be_followed(client: TestClient) -> None:
    answer = client.put("/calls/%C3%A4%F0%9F%9A%A8%20%25", json=NOTE)
    assert answer.headers["location"] == "/calls/%C3%A4%F0%9F%9A%A8%20%25"
    assert client.get(answer.headers["location"]).status_code == 200


def test_a_command_sent_again_under_its_key_is_obeyed_once(client: TestClient, host: Any) -> None:
    key = {"Idempotency-Key": "k-1"}
    first = client.put("/calls/a", json=NOTE | {"tags": {}}, headers=key)
    again = client.put(
        "/calls/a", content=b' { "tags":{}, "text" : "not\\u0065d"}', headers=key | {"Content-Type": "application/json"}
    )
    assert (first.headers["etag"], again.headers["etag"]) == ('"1"', '"1"')
    assert len(host.streams["call-a"]) == 1
    assert host.contexts[0] == host.contexts[1]
    assert host.contexts[0].cause == derived("http", "contact", "handler-1", "k-1")


@pytest.mark.parametrize(("path", "body"), [("/calls/a", {"text": "other"}), ("/calls/b", NOTE), ("/calls/a?x=1", NOTE)])
def test_a_key_used_again_for_something_else_is_refused(client: TestClient, path: str, body: Any) -> None:
    key = {"Idempotency-Key": "k-1"}
    client.put("/calls/a", json=NOTE, headers=key)
    answer = client.put(path, json=body, headers=key)
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-reused")


def test_the_same_key_of_two_people_is_two_commands(client: TestClient, bearer: Any, host: Any) -> None:
    key = {"Idempotency-Key": "k-1"}
    client.put("/calls/a", json=NOTE, headers=key)
    client.put("/calls/a", json=NOTE, headers=key | bearer("call_handler", subject="handler-2"))
    assert not any(context.drawn for context in host.contexts)
    assert [context.actor for context in host.contexts] == ["handler-1", "handler-2"]
    assert len(host.streams["call-a"]) == 2


def test_without_a_key_each_command_is_its_own_and_is_not_kept_for_repeats(client: TestClient, host: Any) -> None:
    client.put("/calls/a", json=NOTE)
    client.put("/calls/a", json=NOTE)
    first, second = host.contexts
    assert first.cause != second.cause
    assert first.fingerprint is None
    assert first.drawn
    assert first.correlation == first.cause


@pytest.mark.parametrize("key", ["", "two words", "x" * 201, "schlüssel".encode("latin-1")])
def test_a_key_that_cannot_be_kept_is_refused(client: TestClient, key: Any, host: Any) -> None:
    answer = client.put("/calls/a", json=NOTE, headers={"Idempotency-Key": key})
    assert (answer.status_code, answer.json()["code"]) == (422, "idempotency-key-unreadable")
    assert host.contexts == []


def test_a_decision_on_an_old_version_is_412(client: TestClient) -> None:
    client.put("/calls/a", json=NOTE)
    client.put("/calls/a", json=NOTE, headers={"If-Match": '"1"'})
    answer = client.put("/calls/a", json=NOTE, headers={"If-Match": '"1"'})
    assert (answer.status_code, answer.json()["code"]) == (412, "changed-since")


@pytest.mark.parametrize("sent", ["*", "1", 'W/"1"', '"1", "2"', '"01"', '"-1"', '"call-a-1"', '"1e3"', '"' + "9" * 16 + '"', ""])
def test_an_if_match_that_is_no_etag_of_ours_is_refused(client: TestClient, sent: str, host: Any) -> None:
    answer = client.put("/calls/a", json=NOTE, headers={"If-Match": sent})
    assert (answer.status_code, answer.json()["code"]) == (422, "if-match-unreadable")
    assert host.contexts == []


def test_a_route_may_ask_for_the_version_that_was_seen(client: TestClient) -> None:
    client.put("/calls/a", json=NOTE)
    answer = client.post("/calls/a/close")
    assert (answer.status_code, answer.json()["code"]) == (428, "if-match-required")
    assert client.post("/calls/a/close", headers={"If-Match": '"1"'}).status_code == 200


def test_the_correlation_is_the_callers_or_the_cause(client: TestClient, host: Any) -> None:
    mine = uuid.UUID(int=7)
    client.put("/calls/a", json=NOTE, headers={"X-Correlation-ID": str(mine).upper()})
    assert host.contexts[0].correlation == str(mine)
    answer = client.put("/calls/a", json=NOTE, headers={"X-Correlation-ID": "1234"})
    assert (answer.status_code, answer.json()["code"]) == (422, "correlation-id-unreadable")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", True),
        ("ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", False),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", False),
        ("00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01", False),
        ("nonsense", False),
    ],
)
def test_a_trace_goes_on_and_a_broken_one_is_dropped(client: TestClient, host: Any, sent: str, kept: bool) -> None:
    assert client.put("/calls/a", json=NOTE, headers={"traceparent": sent}).status_code == 201
    assert host.contexts[0].trace == (sent if kept else None)


def test_the_fingerprint_is_a_sha_256(client: TestClient, host: Any) -> None:
    client.put("/calls/a", json=NOTE, headers={"Idempotency-Key": "k"})
    body = hashlib.sha256(b'{"text":"noted"}').hexdigest()
    assert host.contexts[0].fingerprint == hashlib.sha256(f"PUT\n/calls/a\n\n{body}".encode()).hexdigest()
