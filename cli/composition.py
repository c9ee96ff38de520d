"""The one place that knows all four services by name: for commands that work on several of them at once."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

from chassis.clock import SystemClock
from chassis.host import Service
from chassis.process import Wiring
from chassis.references import Keyer
from chassis.settings import Settings
from chassis.world import World
from contracts.topics import SERVICES

DEVELOPMENT_KEY: str = Settings.model_fields["reference_key"].default.get_secret_value()


def wiring(name: str) -> Wiring:
    """How a service is put together."""
    found: Wiring = import_module(f"services.{name}.wiring").WIRING
    return found


def idle_service(name: str, policy: Path | None = None) -> Service:
    """A service for reading, checking and rebuilding: it has no telephone and nothing of it moves by itself."""
    return wiring(name).build(World("demo", reference, _never, _never_told, SystemClock(), policy, telephone="none"))


def reference(kind: str, value: str) -> str:
    """The development reference of a personal value: in time-lapse and on a developer's machine."""
    return Keyer(DEVELOPMENT_KEY.encode()).reference(kind, value)


def _never(seconds: float, act: Callable[[], None]) -> None:
    raise RuntimeError("an idle service waits for nothing")


def _never_told(command: object, cause: str, actor: str) -> None:
    raise RuntimeError("an idle service has no adapters")


def service_of(stream: str) -> str:
    """Which service keeps a stream, by its prefix; raises LookupError with what there is."""
    kinds = {aggregate.name: name for name in SERVICES for aggregate in idle_service(name).aggregates}
    kind = stream.split("-", 1)[0]
    if kind not in kinds:
        raise LookupError(f"No stream begins like {stream!r}. Streams begin with: {', '.join(f'{k}-' for k in sorted(kinds))}.")
    return kinds[kind]
