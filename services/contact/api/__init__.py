"""The contact service over HTTP: one module for each concern."""

from collections.abc import Sequence

from fastapi import APIRouter

from chassis.host import Host
from services.contact.api import calls, handsets, identities, markers, queues, surges, telephony


def routers(host: Host) -> Sequence[APIRouter]:
    """All routes of the service."""
    return tuple(concern.router(host) for concern in (telephony, handsets, markers, calls, identities, queues, surges))
