"""The description says what really happens: who may call, which problems come back, and no stock model that never does."""

import json
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient


def test_every_guarded_operation_names_its_roles_and_its_problems(app: FastAPI) -> None:
    for path, item in app.openapi()["paths"].items():
        for method, operation in item.items():
            if path.startswith(("/health", "/metrics")):
                assert "security" not in operation
                continue
            assert operation["security"] == [{"bearer": []}]
            assert operation["x-roles"]
            assert {"401", "403", "422", "429", "503"} <= set(operation["responses"])
            assert ("404" in operation["responses"]) == ("{" in path)
            assert ({"409", "412", "413", "415"} <= set(operation["responses"])) == (method != "get")


def test_the_version_asked_for_is_in_the_description(app: FastAPI) -> None:
    paths = app.openapi()["paths"]
    assert "428" in paths["/calls/{name}/close"]["post"]["responses"]
    assert "428" not in paths["/calls/{name}"]["put"]["responses"]
    headers = {
        parameter["name"].lower() for parameter in paths["/calls/{name}"]["put"]["parameters"] if parameter["in"] == "header"
    }
    assert headers == {"idempotency-key", "if-match", "x-correlation-id"}


def test_there_is_one_model_of_a_problem_and_every_reference_leads_somewhere(app: FastAPI) -> None:
    document = app.openapi()
    schemas = document["components"]["schemas"]
    assert {"Problem", "Fault"} <= set(schemas)
    assert not {"HTTPValidationError", "ValidationError"} & set(schemas)
    references = {ref.rsplit("/", 1)[1] for ref in _references(document)}
    assert references <= set(schemas)
    assert document["components"]["securitySchemes"]["bearer"]["scheme"] == "bearer"


def _references(node: Any) -> set[str]:
    if isinstance(node, list):
        return set().union(*map(_references, node)) if node else set()
    if isinstance(node, dict):
        own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
        return own.union(*map(_references, node.values()))
    return set()


def test_operation_ids_are_short_and_unique(app: FastAPI) -> None:
    ids = [operation["operationId"] for item in app.openapi()["paths"].values() for operation in item.values()]
    assert len(ids) == len(set(ids))
    assert "parked_key" in ids


def test_it_is_served_to_whoever_has_a_token_and_no_page_loads_from_elsewhere(client: TestClient, app: FastAPI) -> None:
    assert client.get("/openapi.json").json() == json.loads(json.dumps(app.openapi()))
    assert [client.get(path).status_code for path in ("/docs", "/redoc", "/docs/oauth2-redirect")] == [404, 404, 404]
