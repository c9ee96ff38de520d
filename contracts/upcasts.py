"""How a record of an old version becomes one of the version in use: pure steps on plain data, kept for ever."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upcast:
    """One step: records stored as `source` become records of `target`."""

    source: str
    target: str
    step: Callable[[Data], Data]


_steps: dict[str, Upcast] = {}


def register(upcast: Upcast) -> None:
    """Add a step; a name has at most one."""
    if upcast.source in _steps:
        raise ValueError(f"{upcast.source} has two upcasts")
    _steps[upcast.source] = upcast


def needed(name: str) -> bool:
    """Whether records stored under this name must be brought forward."""
    return name in _steps


def newest(name: str) -> str:
    """The name in use for records stored under this one."""
    while name in _steps:
        name = _steps[name].target
    return name


def current(name: str, data: Data) -> tuple[str, Data]:
    """The newest name and shape of a stored record."""
    while name in _steps:
        data, name = _steps[name].step(data), _steps[name].target
    return name, data
