"""A surge as people read it: what its calls have in common, and every one of them."""

from collections.abc import Iterable
from datetime import datetime

from pydantic import BaseModel

from contracts.contact.surges import SurgeKind
from services.contact.domain.calls.call import Call
from services.contact.domain.surge import Surge
from services.contact.views.calls import CallView, call


class SurgeView(BaseModel):
    """Many calls from one place. `status`: offered, taken as `incident`, or dismissed."""

    surge: str
    kind: SurgeKind
    status: str
    since: datetime
    last_at: datetime
    calls: tuple[str, ...]
    policy: str
    incident: str | None = None
    taken_by: str | None = None
    dismissed_by: str | None = None
    dismissed_because: str | None = None


class SurgeWithCalls(SurgeView):
    """The same with each call as it stands: no caller is hidden behind another."""

    callers: tuple[CallView, ...] = ()


def surge(state: Surge) -> SurgeView:
    """The surge without its calls' own views."""
    return SurgeView(**_said(state))


def with_calls(state: Surge, calls: Iterable[Call]) -> SurgeWithCalls:
    """The surge and every caller in it."""
    return SurgeWithCalls(**_said(state), callers=tuple(call(one) for one in calls))


def _said(state: Surge) -> dict[str, object]:
    status = "dismissed" if state.dismissed_by else "offered" if state.incident is None else "taken"
    return {
        "surge": state.surge,
        "kind": state.kind,
        "status": status,
        "since": state.since,
        "last_at": state.last_at,
        "calls": state.calls,
        "policy": state.policy,
        "incident": state.incident,
        "taken_by": state.taken_by,
        "dismissed_by": state.dismissed_by,
        "dismissed_because": state.dismissed_because,
    }
