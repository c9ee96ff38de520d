"""What every request of a service leans on, kept on the app once so that routes need not carry it."""

from dataclasses import dataclass

from starlette.requests import Request

from chassis.clock import Clock
from chassis.http.limits import RateLimit
from chassis.http.tokens import Tokens
from chassis.ids import Ids


@dataclass(frozen=True, slots=True)
class Edge:
    """The collaborators of a service's HTTP side. `service` is its name, for example `contact`."""

    service: str
    tokens: Tokens
    clock: Clock
    ids: Ids
    limit: RateLimit


def edge_of(request: Request) -> Edge:
    """The collaborators of the app that serves this request."""
    edge: Edge = request.app.state.edge
    return edge
