"""Who may do what: without a checked token only health is answered, and a route that names no role does not start."""

import math
from collections.abc import Iterator
from typing import Any

import structlog
from fastapi import Depends, FastAPI
from fastapi.dependencies.models import Dependant
from fastapi.routing import iter_route_contexts
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.types import ASGIApp, Receive, Scope, Send

from chassis.http.edge import Edge
from chassis.http.health import PUBLIC
from chassis.http.keys import KeysUnavailable
from chassis.http.principal import Principal, Role
from chassis.http.problems import RETRY_AFTER_S, Rejected, rejection
from chassis.http.tokens import BadToken

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_PRINCIPAL = "ringback.principal"
_log: structlog.stdlib.BoundLogger = structlog.get_logger()


class UnguardedRoutes(RuntimeError):
    """Routes that name no role, or that would let an auditor write: the app must not start."""


class Authentication:
    """ASGI middleware: a checked token and a request left in its bearer's bucket, before a body is read. No web sockets."""

    def __init__(self, app: ASGIApp, edge: Edge) -> None:
        self._app = app
        self._edge = edge

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] == "http" and not (scope["path"] in PUBLIC and scope["method"] in SAFE_METHODS):
            try:
                scope[_PRINCIPAL] = await self._admit(Headers(scope=scope))
            except Rejected as rejected:
                await rejection(rejected)(scope, receive, send)
                return
        await self._app(scope, receive, send)

    async def _admit(self, headers: Headers) -> Principal:
        scheme, _, token = headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token.strip():
            raise _unauthenticated("Send a bearer token in the Authorization header.")
        try:
            principal = await self._edge.tokens.read(token.strip())
        except BadToken as bad:
            raise _unauthenticated(f"Send a valid bearer token: {bad}.") from None
        except KeysUnavailable as unavailable:
            _log.error("no token can be checked", reason=str(unavailable))
            detail = "The issuer's keys are not at hand. Try again."
            raise Rejected(503, "keys-unavailable", detail, {"Retry-After": str(RETRY_AFTER_S)}) from None
        wait = self._edge.limit.take(principal.subject)
        if wait:
            after = str(max(1, math.ceil(wait)))
            raise Rejected(429, "too-many-requests", f"Wait {after} s and try again.", {"Retry-After": after})
        return principal


class Guard:
    """A dependency that lets through whoever has one of the roles. Auditors may always read, and never write."""

    def __init__(self, roles: frozenset[Role]) -> None:
        if not roles:
            raise ValueError("a route must name the roles that may use it")
        self.roles = roles

    def admit(self, request: Request) -> Principal:
        """The principal, if it may pass; raises Rejected."""
        principal: Principal | None = request.scope.get(_PRINCIPAL)
        if principal is None:
            raise _unauthenticated("Send a bearer token in the Authorization header.")
        if request.method in SAFE_METHODS:
            if principal.roles & (self.roles | {Role.AUDITOR}):
                return principal
        elif Role.AUDITOR in principal.roles:
            raise self._denied(request, principal, "An auditor reads everything and writes nothing.")
        elif principal.roles & self.roles:
            return principal
        raise self._denied(request, principal, f"This needs one of the roles {', '.join(sorted(self.roles))}.")

    def _denied(self, request: Request, principal: Principal, detail: str) -> Rejected:
        route = getattr(request.scope.get("route"), "path", None)
        _log.warning("a request was denied", method=request.method, route=route, id=principal.subject)
        return Rejected(403, "forbidden", detail, {"WWW-Authenticate": 'Bearer error="insufficient_scope"'})


class _Requires(Guard):
    async def __call__(self, request: Request) -> Principal:
        return self.admit(request)


def requires(*roles: Role) -> Any:
    """The FastAPI dependency that gives the `Principal` of a request that one of these roles may make."""
    return Depends(_Requires(frozenset(roles)))


def guards(dependant: Dependant) -> Iterator[Guard]:
    """The guards among a route's dependencies, however deep."""
    if isinstance(dependant.call, Guard):
        yield dependant.call
    for inner in dependant.dependencies:
        yield from guards(inner)


def unguarded(app: FastAPI) -> list[str]:
    """The routes that are not health and let pass more than they say: no role named, an auditor on a write, not an API route."""
    found = []
    for route in iter_route_contexts(app.routes):
        path, methods = str(route.path), sorted(route.methods or {"?"})
        dependant = getattr(route, "dependant", None)
        named = list(guards(dependant)) if dependant is not None else []
        writes = not SAFE_METHODS.issuperset(methods)
        if path not in PUBLIC and (not named or (writes and any(Role.AUDITOR in guard.roles for guard in named))):
            found.append(f"{','.join(methods)} {path}")
    return found


def _unauthenticated(detail: str) -> Rejected:
    return Rejected(401, "unauthenticated", detail, {"WWW-Authenticate": 'Bearer realm="ringback"'})
