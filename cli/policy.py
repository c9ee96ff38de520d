"""`ringback policy show`: every number of every policy, what it means, where it comes from, and since when."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Annotated, Any, NamedTuple

import typer
from rich.console import Console
from rich.table import Table

from chassis.clock import SystemClock
from chassis.dated import Dated, Edition, own
from chassis.errors import PolicyUnknown
from cli.policy_meaning import Number, numbers
from cli.sources import Policy
from contracts.topics import SERVICES

app = typer.Typer(no_args_is_help=True, help="What a force can set differently, and what it has set.")

FIRST = ("default", "deployment", "grades")
"""The policies a service was born with: a force's own file has the name of the service alone."""


class Shown(NamedTuple):
    """One policy as it is in force: the edition, its entries, and the file they were read from."""

    service: str
    policy: str
    file: Path
    edition: Edition[Any]
    numbers: tuple[Number, ...]


@app.command("show", epilog="Exit codes: 0 done, 2 wrong usage, 3 a policy file is refused, or no edition is in force then.")
def show(
    service: Annotated[str | None, typer.Argument(help="contact, callback, incident or dispatch; without it: all.")] = None,
    at: Annotated[
        datetime | None, typer.Option("--at", formats=["%Y-%m-%d", "%Y-%m-%dT%H:%M:%S"], help="As in force then (UTC); else now.")
    ] = None,
    policy: Policy = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON array.")] = False,
) -> None:
    """Print each number with its meaning and source, from the force's own files where it has any, else as shipped.

    Example: ringback policy show callback
    Example: ringback policy show --policy /etc/ringback/kent --at 2026-06-01 --json
    """
    if service is not None and service not in SERVICES:
        raise typer.BadParameter(f"there is no service {service!r}: choose one of {', '.join(SERVICES)}")
    instant = SystemClock().now() if at is None else at.replace(tzinfo=UTC)
    found = [one for name in SERVICES if service in (None, name) for one in policies(name, policy, instant)]
    if as_json:
        typer.echo(json.dumps([_plain(one) for one in found], indent=2))
        return
    for one in found:
        _print(one)


def policies(service: str, folder: Path | None, instant: datetime) -> Iterator[Shown]:
    """The policies of a service as in force at an instant; PolicyRefused for a file that is not whole."""
    package = import_module(f"services.{service}.policy")
    for found in iter_modules(package.__path__):
        module = import_module(f"{package.__name__}.{found.name}")
        load: Callable[[Path | None], Dated[Any]] | None = getattr(module, "load", None)
        if load is None:
            continue
        shipped = _shipped(module)
        mine = _own(service, found.name, folder)
        edition = _in_force(load(mine), instant, mine or shipped)
        rows = tuple(numbers(edition.rules, shipped.read_text("utf-8")))
        yield Shown(service, found.name, mine or shipped, edition, rows)


def _shipped(module: Any) -> Path:
    """The file beside the module: the one it names, else that of its own name."""
    named = [value for name, value in vars(module).items() if name.isupper() and isinstance(value, Path)]
    return named[0] if named else Path(module.__file__).with_suffix(".toml")


def _own(service: str, name: str, folder: Path | None) -> Path | None:
    """Where a force keeps its own: by the name of the service, and of the policy where a service has several."""
    names = [f"{service}.toml"] if name in FIRST else [f"{service}-{name}.toml", f"{name}.toml"]
    return next((found for file in names if (found := own(folder, file)) is not None), None)


def _in_force(policy: Dated[Any], instant: datetime, file: Path) -> Edition[Any]:
    editions: tuple[Edition[Any], ...] = policy.editions
    for edition in editions:
        if edition.since <= instant and (edition.until is None or instant < edition.until):
            return edition
    raise PolicyUnknown(f"{file}: no edition is in force at {instant.isoformat()}")


def _plain(one: Shown) -> dict[str, Any]:
    edition = one.edition
    return {
        "service": one.service,
        "policy": one.policy,
        "file": str(one.file),
        "version": edition.version,
        "from": edition.since.isoformat(),
        "until": None if edition.until is None else edition.until.isoformat(),
        "sources": list(edition.sources),
        "numbers": [number._asdict() for number in one.numbers],
    }


def _print(one: Shown) -> None:
    edition = one.edition
    until = "until further notice" if edition.until is None else f"until {edition.until:%Y-%m-%d %H:%M} UTC"
    title = f"{one.service}, {one.policy}: {edition.version}, from {edition.since:%Y-%m-%d %H:%M} UTC {until}"
    table = Table(title=title, title_justify="left", caption=f"Sources: {'; '.join(edition.sources)}", caption_justify="left")
    for column in ("number", "value", "what it means", "source"):
        table.add_column(column, overflow="fold")
    for number in one.numbers:
        table.add_row(number.key, _value(number.value), number.meaning, number.source or "the edition's")
    Console().print(table)


def _value(value: Any) -> str:
    if isinstance(value, dict):
        return "\n".join(f"{key}: {_value(one)}" for key, one in value.items())
    return ", ".join(_value(one) for one in value) or "none" if isinstance(value, list | tuple) else str(value)
