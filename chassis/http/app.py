"""One way to make the HTTP side of a service, so that no service can forget a guard, a limit or a problem."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from functools import cache
from typing import Annotated

from fastapi import APIRouter, FastAPI
from fastapi.routing import APIRoute
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from chassis.http.auth import Authentication, UnguardedRoutes, requires, unguarded
from chassis.http.bodies import FORM, StrictBodies
from chassis.http.edge import Edge
from chassis.http.health import HealthSource, health_router
from chassis.http.openapi import describe, known_names
from chassis.http.principal import Principal, Role
from chassis.http.problems import handle_problems
from chassis.http.unexpected import Unexpected

Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def create_app(
    *,
    edge: Edge,
    title: str,
    version: str,
    description: str,
    routers: Sequence[APIRouter],
    health: HealthSource,
    metrics: Callable[[], bytes],
    lifespan: Lifespan | None = None,
) -> FastAPI:
    """The HTTP side of a service. Raises UnguardedRoutes when a route other than health names no role."""
    app = FastAPI(
        title=title,
        version=version,
        description=description,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        generate_unique_id_function=_operation_id,
        lifespan=lifespan,
        middleware=[
            Middleware(Unexpected, ids=edge.ids),
            Middleware(Authentication, edge=edge),
            Middleware(StrictBodies, forms=_forms(routers)),
        ],
        # Its spans and logs quote what failed; traces and metrics are the instrumentation's, outside this app.
        telemetry={"tracing": False, "metrics": False, "logs": False, "operation_spans": False},
    )
    app.state.edge = edge
    app.openapi = cache(lambda: describe(app))  # type: ignore[method-assign]
    handle_problems(app, known_names(app))
    app.include_router(health_router(health, metrics))
    app.include_router(_description_router())
    for router in routers:
        app.include_router(router)
    if open_to_all := unguarded(app):
        raise UnguardedRoutes(f"name the roles of: {'; '.join(open_to_all)}")
    return app


def _forms(routers: Sequence[APIRouter]) -> frozenset[str]:
    """The addresses whose routes are described as taking a web form."""
    routes = (route for router in routers for route in router.routes if isinstance(route, APIRoute))
    return frozenset(
        route.path for route in routes if FORM in (route.openapi_extra or {}).get("requestBody", {}).get("content", {})
    )


def _description_router() -> APIRouter:
    router = APIRouter()

    @router.get("/openapi.json", include_in_schema=False)
    async def openapi(request: Request, _: Annotated[Principal, requires(*Role)]) -> Response:
        return JSONResponse(request.app.openapi())

    return router


def _operation_id(route: APIRoute) -> str:
    return route.name
