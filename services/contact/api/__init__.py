"""The contact service over HTTP: one module for each concern."""

from collections.abc import Sequence

from fastapi import APIRouter

from chassis.host import Host
from services.contact.api import calls, contacts, feeds, learned, markers, promises, queues, telephony


def routers(host: Host) -> Sequence[APIRouter]:
    """All routes of the service."""
    concerns = (telephony, markers, calls, learned, queues, contacts, promises, feeds)
    return tuple(concern.router(host) for concern in concerns)
