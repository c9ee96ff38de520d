"""The HTTP side of a service without anything behind it: its routes can be read and described, and no request is served."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from fastapi import FastAPI
from joserfc.jwk import KeySet

from chassis.clock import SystemClock
from chassis.http.app import create_app
from chassis.http.edge import Edge
from chassis.http.keys import KeysUnavailable
from chassis.http.limits import LimitSettings, RateLimit
from chassis.http.parking import parking_router
from chassis.http.tokens import AuthSettings, Tokens
from chassis.ids import DrawnIds
from chassis.process import Wiring
from chassis.release import RELEASE

_SAYS = "this app only describes itself"


def described(wiring: Wiring) -> FastAPI:
    """The app of a service as `python -m services.<name>` would serve it; making it reads and opens nothing."""
    clock, absent = SystemClock(), _Absent()
    settings = AuthSettings(issuer=_SAYS, audience=_SAYS, jwks_file=Path(_SAYS))
    return create_app(
        edge=Edge(wiring.name, Tokens(settings, absent, clock), clock, DrawnIds(), RateLimit(LimitSettings(), clock)),
        title=wiring.title,
        version=RELEASE,
        description=wiring.description,
        routers=[*wiring.routers(absent), *wiring.policy_routers(absent, None), parking_router(absent)],
        health=absent,
        metrics=bytes,
    )


class _Absent:
    """A host, a desk and an issuer's keys, none of which is there."""

    rules = None

    async def run(self, *_: Any) -> NoReturn:
        raise RuntimeError(_SAYS)

    def load(self, *_: Any) -> NoReturn:
        raise RuntimeError(_SAYS)

    def history(self, *_: Any) -> NoReturn:
        raise RuntimeError(_SAYS)

    def find(self, *_: Any, **__: Any) -> NoReturn:
        raise RuntimeError(_SAYS)

    def parked(self) -> NoReturn:
        raise RuntimeError(_SAYS)

    def show(self, *_: Any) -> NoReturn:
        raise RuntimeError(_SAYS)

    async def redrive(self, *_: Any, **__: Any) -> NoReturn:
        raise RuntimeError(_SAYS)

    async def current(self, _: str | None) -> KeySet:
        raise KeysUnavailable(_SAYS)

    def live(self) -> Sequence[str]:
        return (_SAYS,)

    ready = started = live
