"""The description of an API as integrators read it: every problem that can be answered, and who may call what."""

from collections.abc import Iterator
from functools import cache
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import iter_route_contexts

from chassis.http.auth import SAFE_METHODS, guards
from chassis.http.problems import MEDIA_TYPE, Problem, phrase
from chassis.http.validation import Fault, KnownNames

_EVERY = (400, 401, 403, 422, 429, 500, 503)
_WITH_PATH = (404,)
_COMMANDS = (408, 409, 412, 413, 415)
_REFERENCE = "#/components/schemas/"


def describe(app: FastAPI) -> dict[str, Any]:
    """The OpenAPI 3.1 document of an app, made from its routes."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        tags=app.openapi_tags,
    )
    components = document.setdefault("components", {})
    schemas = components.setdefault("schemas", {})
    for stock in ("HTTPValidationError", "ValidationError"):
        schemas.pop(stock, None)
    schemas["Problem"] = _schema(Problem)
    schemas["Fault"] = _schema(Fault)
    components["securitySchemes"] = {"bearer": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}}
    for route in iter_route_contexts(app.routes):
        for method in route.methods or ():
            operation = document["paths"].get(route.path_format, {}).get(method.lower())
            if operation is not None:
                _complete(operation, route, method)
    components["schemas"] = dict(sorted(schemas.items()))
    return document


def known_names(app: FastAPI) -> KnownNames:
    """The names of all fields and parameters an app publishes, found when first asked for."""
    return cache(lambda: frozenset(_names(app.openapi())))


def _schema(model: type[Problem] | type[Fault]) -> dict[str, Any]:
    schema = model.model_json_schema(ref_template=_REFERENCE + "{model}")
    schema.pop("$defs", None)
    return schema


def _complete(operation: dict[str, Any], route: Any, method: str) -> None:
    found = list(guards(route.dependant))
    if not found:
        return
    operation["security"] = [{"bearer": []}]
    operation["x-roles"] = sorted({role for guard in found for role in guard.roles})
    statuses = [*_EVERY, *(_WITH_PATH if "{" in route.path_format else ())]
    if method not in SAFE_METHODS:
        statuses += _COMMANDS
    if any(getattr(guard, "must_match", False) for guard in found):
        statuses.append(428)
        for parameter in operation["parameters"]:
            parameter["required"] = parameter["required"] or parameter["name"].lower() == "if-match"
    responses = operation["responses"]
    for status in sorted(statuses):
        responses[str(status)] = _problem(status)
    operation["responses"] = dict(sorted(responses.items()))


def _problem(status: int) -> dict[str, Any]:
    answer: dict[str, Any] = {
        "description": phrase(status),
        "content": {MEDIA_TYPE: {"schema": {"$ref": f"{_REFERENCE}Problem"}}},
    }
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"description": "Seconds to wait.", "schema": {"type": "integer"}}}
    return answer


def _names(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for item in node:
            yield from _names(item)
    if isinstance(node, dict):
        if isinstance(node.get("properties"), dict):
            yield from node["properties"]
        if "in" in node and isinstance(node.get("name"), str):
            yield node["name"]
        for item in node.values():
            yield from _names(item)
