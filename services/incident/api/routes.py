"""All routes of the incident service."""

from collections.abc import Sequence
from pathlib import Path

from fastapi import APIRouter

from chassis.host import Host
from services.incident.api import (
    backlog,
    concerns,
    custody,
    escalations,
    incidents,
    links,
    log,
    opening,
    sheets,
    tasks,
    thrive,
    transfers,
    unreviewed,
)


def routers(host: Host) -> Sequence[APIRouter]:
    """Those that need the host alone."""
    concerned = (opening, incidents, escalations, unreviewed, tasks, custody, log, sheets, thrive, transfers, concerns)
    return tuple(concern.router(host) for concern in concerned)


def policy_routers(host: Host, folder: Path | None) -> Sequence[APIRouter]:
    """Those that read the force's policy as well."""
    return (backlog.router(host, folder), links.router(host, folder))
