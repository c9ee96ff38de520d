"""Puts the callback service together."""

from collections.abc import Callable
from functools import partial

import structlog

from chassis.dated import own
from chassis.described import described
from chassis.errors import SettingsRefused
from chassis.host import Service
from chassis.ids import DrawnIds
from chassis.lifecycle import Loop
from chassis.metrics import DESK_ALARMS, ORPHANS
from chassis.process import Wiring
from chassis.world import World
from contracts.callback.reviews import AttemptRecalled, AttemptStarted, TextStarted
from contracts.envelope import Envelope, Event
from contracts.topics import HEARS
from services.callback import api
from services.callback.application import Callback
from services.callback.domain import gate
from services.callback.policy import desk as desk_policy
from services.callback.policy import sip
from services.callback.policy.default import load
from services.callback.reactions import HEEDS, react
from services.callback.reconciliation import api as reconciliation_api
from services.callback.telephone.manual import ManualTelephone
from services.callback.telephone.port import Telephone
from services.callback.telephone.simulated import SimulatedTelephone
from services.callback.telephone.sip.reach import reach
from services.callback.telephone.sip.telephone import SipTelephone
from services.callback.texts import api as texts_api
from services.callback.texts.messenger import ManualMessenger, Messenger, SimulatedMessenger
from services.callback.timers import on_timer
from services.callback.watching import watch
from services.callback.worklist import api as worklist_api


def build(world: World) -> Service:
    """The service of one force; its own rules are `callback.toml` and `callback-desk.toml` in the folder of its policies."""
    mine = partial(own, world.policy)
    callback = Callback(load(mine("callback.toml")), desk_policy.load(mine("callback-desk.toml")), world.reference)
    telephone = _telephone(world)
    return Service(
        "callback",
        callback.aggregates,
        HEARS["callback"],
        callback.handle,
        react,
        on_timer,
        {
            AttemptStarted: partial(_ring, telephone),
            AttemptRecalled: partial(_hang_up, telephone),
            TextStarted: partial(_text, _messenger(world)),
        },
        HEEDS,
        loops=(Loop("telephone", telephone.run),) if isinstance(telephone, SipTelephone) else (),
        counted={ORPHANS: "orphan", DESK_ALARMS: "desk-alarm"},
    )


def _telephone(world: World) -> Telephone:
    kinds: dict[str, Callable[[], Telephone]] = {
        "none": ManualTelephone,
        "manual": ManualTelephone,
        "simulated": lambda: SimulatedTelephone(world.tell, world.after, world.clock),
        "sip": lambda: _sip(world),
    }
    if world.telephone not in kinds:
        raise SettingsRefused(f"RINGBACK_TELEPHONE: {world.telephone} is no telephone; choose one of {', '.join(sorted(kinds))}")
    return kinds[world.telephone]()


def _sip(world: World) -> Telephone:
    """The force's own rules of ringing are `sip.toml` in the folder of its policies."""
    if world.sip is None:
        raise SettingsRefused("RINGBACK_SIP_TRUNKS: a SIP telephone needs a trunk, as in 203.0.113.5:5060")
    rules = sip.load(own(world.policy, "sip.toml"))
    return SipTelephone(reach(world.sip), rules, world.tell, world.clock, DrawnIds(), world.metrics)


def _messenger(world: World) -> Messenger:
    return SimulatedMessenger(world.tell, world.after) if world.telephone == "simulated" else ManualMessenger()


def _text(messenger: Messenger, started: Envelope[Event]) -> None:
    """Send what was recorded as started."""
    text = started.event
    assert isinstance(text, TextStarted)
    messenger.send(gate.permit_text(text))


def _ring(telephone: Telephone, started: Envelope[Event]) -> None:
    """Dial what was recorded as started: the recorded intention comes first, and only it leads to a ring."""
    attempt = started.event
    assert isinstance(attempt, AttemptStarted)
    structlog.get_logger().info("dialling", id=attempt.attempt_id, attempt=attempt.attempt)
    telephone.ring(gate.permit(attempt))


def _hang_up(telephone: Telephone, recalled: Envelope[Event]) -> None:
    """A ring that must not go on is stopped."""
    attempt = recalled.event
    assert isinstance(attempt, AttemptRecalled)
    structlog.get_logger().info("hanging up", id=attempt.attempt_id, attempt=attempt.attempt)
    telephone.hang_up(attempt.attempt_id)


WIRING = Wiring(
    "callback",
    "Ringback callback",
    "Callback: every abandoned 999 call is reviewed, and its caller rung back as far as that is safe.",
    build,
    lambda host: tuple(route for part in (worklist_api, reconciliation_api, texts_api, api) for route in part.routers(host)),
    watch=watch,
)

openapi_app = partial(described, WIRING)
"""Makes the HTTP side with nothing behind it, for whoever writes its description."""
