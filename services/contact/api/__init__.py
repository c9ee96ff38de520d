"""The contact service over HTTP: one module for each concern."""

from collections.abc import Sequence

from fastapi import APIRouter

from chassis.host import Host
from services.contact.api import (
    calls,
    contacts,
    feeds,
    handsets,
    identities,
    learned,
    markers,
    promises,
    queues,
    surges,
    telephony,
)

_CONCERNS = (telephony, handsets, markers, calls, identities, learned, queues, contacts, promises, feeds, surges)


def routers(host: Host) -> Sequence[APIRouter]:
    """All routes of the service."""
    return tuple(concern.router(host) for concern in _CONCERNS)
