"""Whatever is thrown at an app, it answers below 500, as its description says, and tells no secret back."""

import json
from collections.abc import Callable
from typing import Any

import schemathesis
from fastapi import FastAPI
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import content_type_conformance, response_schema_conformance, status_code_conformance

from chassis.http.limits import LimitSettings
from chassis.http.principal import Role
from chassis.http.strict_json import Unreadable, canonical, has_forbidden_text, read_json

SECRET = "+447700900123"
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
patient = settings(max_examples=300, deadline=None, derandomize=True, suppress_health_check=list(HealthCheck))


def test_nothing_that_is_sent_breaks_an_operation_or_its_description(
    make_app: Callable[..., FastAPI], routers: Any, bearer: Callable[..., dict[str, str]]
) -> None:
    app = make_app(*routers, limits=LimitSettings(per_second=1e6, at_once=1_000_000))
    token = bearer(Role.CALL_HANDLER, Role.OPERATOR)
    schema = schemathesis.openapi.from_asgi("/openapi.json", app, headers=token)
    operations = [result.ok() for result in schema.get_all_operations()]
    assert len(operations) == sum(len(item) for item in app.openapi()["paths"].values())
    for operation in operations:
        throw_at(operation, schemathesis.GenerationMode.POSITIVE, token)
        if operation.body or list(operation.iter_parameters()):
            throw_at(operation, schemathesis.GenerationMode.NEGATIVE, token)


def throw_at(operation: Any, mode: schemathesis.GenerationMode, token: dict[str, str]) -> None:
    @settings(patient, max_examples=20)
    @given(operation.as_strategy(generation_mode=mode))
    def throw(case: schemathesis.Case) -> None:
        case.call_and_validate(checks=CHECKS, headers=token)

    throw()


SCALARS = st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(SECRET)
NAMES = st.text(max_size=9) | st.sampled_from(["text", "number", "place", "radius_m", "tags", "line", SECRET])
VALUES = st.recursive(
    SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(NAMES, inner, max_size=5), max_leaves=20
)
BODIES = st.one_of(
    st.binary(max_size=200).map(lambda raw: raw + SECRET.encode()),
    VALUES.map(lambda value: json.dumps(value).encode()),
    VALUES.map(lambda value: json.dumps({"text": value, SECRET: SECRET}).encode()),
    st.tuples(VALUES.map(lambda value: json.dumps([value, SECRET])), st.integers(0, 200)).map(
        lambda cut: cut[0][: cut[1]].encode()
    ),
)


@patient
@given(body=BODIES, key=st.text(max_size=9) | st.just(SECRET), match=st.text(max_size=5) | st.just(SECRET))
def test_no_body_and_no_header_gets_a_5xx_or_an_echo(client: TestClient, body: bytes, key: str, match: str) -> None:
    headers = {"Content-Type": "application/json", "Idempotency-Key": key.encode(), "If-Match": match.encode()}
    answer = client.put("/calls/a", content=body, headers={name: value for name, value in headers.items() if value})
    assert answer.status_code < 500
    if answer.status_code >= 400:
        assert SECRET not in answer.text
        assert answer.json()["detail"]


@patient
@given(st.binary(max_size=100) | BODIES)
def test_what_is_read_reads_the_same_again_and_hides_nothing(raw: bytes) -> None:
    try:
        value = read_json(raw)
    except Unreadable as unreadable:
        assert SECRET not in unreadable.detail
    else:
        assert read_json(canonical(value)) == value
        assert not has_forbidden_text(canonical(value).decode())
