"""One request cannot take a service down or slip in a second meaning: size, form, numbers, names and characters of a body."""

import asyncio
import json
from collections.abc import Callable
from typing import Any

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from chassis.http.bodies import LARGEST_BODY, StrictBodies
from chassis.http.principal import Role

JSON = {"Content-Type": "application/json"}


def refused(client: TestClient, body: bytes, headers: dict[str, str] = JSON) -> tuple[int, str]:
    answer = client.put("/calls/a", content=body, headers=headers)
    assert answer.headers["content-type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def nested(depth: int) -> bytes:
    return b'{"text": ' + b"[" * depth + b"]" * depth + b"}"


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"{", "not-json"),
        (b'{"text": "x",}', "not-json"),
        (b'{"text": "x"} {}', "not-json"),
        (b'\xef\xbb\xbf{"text": "x"}', "not-json"),
        (b'{"text": "\xff"}', "not-utf-8"),
        ('{"text": "x"}'.encode("utf-16"), "not-utf-8"),
        (b'{"text": "x", "text": "y"}', "duplicate-field"),
        (b'{"text": "x", "t\\u0065xt": "y"}', "duplicate-field"),
        ('{"\u00e9": 1, "e\u0301": 2}'.encode(), "duplicate-field"),
        (b'{"text": "x", "place": {"radius_m": 1, "radius_m": 2}}', "duplicate-field"),
        (b'{"place": {"radius_m": NaN}}', "number-out-of-range"),
        (b'{"place": {"radius_m": -Infinity}}', "number-out-of-range"),
        (b'{"place": {"radius_m": 1e999}}', "number-out-of-range"),
        (b'{"place": {"radius_m": 9007199254740993}}', "number-out-of-range"),
        (b'{"place": {"radius_m": ' + b"9" * 60_000 + b"}}", "number-out-of-range"),
        (b'{"text": "\\ud800"}', "forbidden-text"),
        (b'{"\\udfff": "x"}', "forbidden-text"),
        (b'{"text": "\\u0000"}', "forbidden-text"),
        (b'{"text": "a\\u0007"}', "forbidden-text"),
        (b'{"text": "a\\rb"}', "forbidden-text"),
        (b'{"text": "a\\u0085b"}', "forbidden-text"),
        ('{"text": "a\u202eb"}'.encode(), "forbidden-text"),
        ('{"text": "a\u2066b"}'.encode(), "forbidden-text"),
        (json.dumps({f"k{n}": n for n in range(201)}).encode(), "too-many-fields"),
        (nested(20), "too-deep"),
        (b"[" * 30_000, "too-deep"),
    ],
    ids=lambda value: value if isinstance(value, str) else value[:24].decode("latin-1").encode("unicode_escape").decode(),
)
def test_what_is_not_strict_json_is_refused(client: TestClient, body: bytes, code: str) -> None:
    assert refused(client, body) == (400, code)


@pytest.mark.parametrize(
    "headers",
    [
        {"Content-Type": "text/plain"},
        {"Content-Type": "application/x-www-form-urlencoded"},
        {"Content-Type": "application/json; charset=latin-1"},
        {"Content-Type": "application/merge-patch+json"},
        {"Content-Type": ""},
        JSON | {"Content-Encoding": "gzip"},
    ],
    ids=str,
)
def test_what_does_not_say_that_it_is_json_is_415(client: TestClient, headers: dict[str, str]) -> None:
    assert refused(client, b'{"text": "x"}', headers)[0] == 415


def test_a_body_at_the_cap_is_read_and_one_above_is_413(client: TestClient) -> None:
    padding = LARGEST_BODY - len(b'{"text": "x"}')
    assert client.put("/calls/a", content=b'{"text": "x"}' + b" " * padding, headers=JSON).status_code == 201
    assert refused(client, b'{"text": "x"}' + b" " * (padding + 1)) == (413, "body-too-large")


def test_a_streamed_body_is_capped_too(client: TestClient) -> None:
    answer = client.put("/calls/a", content=(b" " * 10_000 for _ in range(10)), headers=JSON)
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_no_more_of_a_body_is_read_than_the_cap_needs() -> None:
    read = 0

    async def endless() -> Any:
        nonlocal read
        read += 1
        return {"type": "http.request", "body": b" " * 10_000, "more_body": True}

    assert handed_in(endless) == 413
    assert read == 7


def test_a_body_that_trickles_in_is_given_up() -> None:
    async def never() -> Any:
        await asyncio.Event().wait()

    assert handed_in(never, slowest_s=0.01) == 408


def handed_in(receive: Any, **limits: float) -> int:
    """The status of a body that must not be handed on."""

    async def app(scope: Any, receive: Any, send: Any) -> None:
        raise AssertionError("the body was handed on")

    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "PUT", "path": "/calls/a", "headers": [(b"content-type", b"application/json")]}
    asyncio.run(StrictBodies(app, **limits)(scope, receive, send))
    status: int = sent[0]["status"]
    return status


@pytest.mark.parametrize("address", ["/calls/a%00b", "/calls/%0a", "/calls?text=%E2%80%AE", "/calls?text=a%00"])
def test_an_address_with_control_or_override_characters_is_refused(client: TestClient, address: str) -> None:
    answer = client.get(address)
    assert (answer.status_code, answer.json()["code"]) == (400, "forbidden-text")


def test_text_arrives_in_normal_form_with_its_tabs_and_lines(client: TestClient, host: Any) -> None:
    answer = client.put("/calls/a", json={"text": "Cafe\u0301\n\tnext door, \U0001f6a8 \u05e9\u05dc\u05d5\u05dd"})
    assert answer.status_code == 201
    assert host.streams["call-a"][0][1].text == "Café\n\tnext door, 🚨 שלום"


def test_nobody_without_a_token_has_a_body_read(app: FastAPI, bearer: Callable[..., dict[str, str]]) -> None:
    with TestClient(app) as anonymous:
        assert anonymous.put("/calls/a", content=b"{", headers=JSON).status_code == 401
        assert anonymous.put("/calls/a", content=b"{", headers=JSON | bearer(Role.CALL_HANDLER)).status_code == 400
