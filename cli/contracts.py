"""`ringback contracts`: what the services say to each other, looked up, written out and checked."""

import json
from pathlib import Path
from types import ModuleType
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from chassis.exits import Exit
from cli.contract_files.folder import Folder, Json
from cli.contract_files.schemas import schema
from contracts import registry, topics
from contracts.registry import EventType

app = typer.Typer(
    help="The events the services exchange: look them up, write the files made from them, check that none was broken.",
    epilog="Exit codes: 0 done; 1 `check` or `write` found something wrong; 2 asked for something that is not there.",
    no_args_is_help=True,
)
Checkout = Annotated[Path | None, typer.Option("--checkout", metavar="DIR", help="Otherwise the one this command runs from.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of a table.")]


@app.command("list", epilog="Example: ringback contracts list --json")
def list_types(as_json: AsJson = False) -> None:
    """Every event type, the topic that carries it and who hears it."""
    rows = [_row(entry) for entry in registry.all_types()]
    if as_json:
        _print_json(rows)
    else:
        _print_table(("type", "topic", "heard by", "class", "what it tells"), [list(row.values()) for row in rows])


@app.command(epilog="Example: ringback contracts show contact.CallAbandoned.v1, or only CallAbandoned")
def show(name: Annotated[str, typer.Argument(metavar="TYPE")], as_json: AsJson = False) -> None:
    """One event type with its fields; with --json its JSON Schema."""
    entry = _find(name)
    if as_json:
        _print_json(schema(entry))
        return
    typer.echo(f"{entry.name}\n{_words(entry)}\n")
    personal = registry.personal_fields(entry.model)
    made = schema(entry)
    rows = [
        [field, _kind(shape), "required" if field in made["required"] else "optional", _marked(field, personal)]
        for field, shape in made["properties"].items()
    ]
    _print_table(("field", "kind", "", "personal"), rows)


@app.command(epilog="Example: ringback contracts personal --json")
def personal(as_json: AsJson = False) -> None:
    """Every field that holds personal data: what sealing, erasure and the scrubbing of logs look for."""
    rows = [
        {"type": entry.name, "field": path, "category": marker.category}
        for entry in registry.all_types()
        for path, marker in registry.personal_fields(entry.model).items()
    ]
    if as_json:
        _print_json(rows)
    else:
        _print_table(("type", "field", "category"), [list(row.values()) for row in rows])


@app.command(epilog="Example: ringback contracts write; for those who change events, in a checkout with the developer's tools")
def write(checkout: Checkout = None) -> None:
    """Write schemas, AsyncAPI, OpenAPI, golden records and the list of events; refuse when an event would be broken."""
    folder = _folder(checkout)
    written, faults = _drift().write_all(folder)
    _report(faults, [f"wrote {path.relative_to(folder.root)}" for path in written] or ["nothing to write"])


@app.command(epilog="Example: ringback contracts check || exit 1")
def check(checkout: Checkout = None) -> None:
    """Whether the committed files follow the code and no published event was broken; exit 1 with the reasons when not."""
    faults = _drift().check_all(_folder(checkout))
    _report(faults, ["the contracts are as committed, and compatible with all that came before"])


def _folder(checkout: Path | None) -> Folder:
    return Folder(checkout) if checkout else Folder.of_this_checkout()


def _drift() -> ModuleType:
    try:
        from cli.contract_files import drift
    except ModuleNotFoundError as missing:
        typer.echo(f"This needs {missing.name}, one of the developer's tools: run `make setup` in a checkout.", err=True)
        raise typer.Exit(Exit.USAGE) from None
    return drift


def _report(faults: list[str], lines: list[str]) -> None:
    for line in faults or lines:
        typer.echo(line, err=bool(faults))
    if faults:
        raise typer.Exit(Exit.CHECK_FAILED)


def _row(entry: EventType) -> dict[str, str]:
    return {
        "type": entry.name,
        "topic": topics.TOPICS[entry.service].name,
        "heard_by": ", ".join(name for name, heard in topics.HEARS.items() if entry.service in heard),
        "classification": entry.classification,
        "description": _words(entry),
    }


def _find(name: str) -> EventType:
    """The newest type of this name, which may be given in full or without its beginning or its version."""
    fitting = [entry for entry in registry.all_types() if name in _names(entry)]
    if not fitting:
        typer.echo(f"No event type is called {name}. `ringback contracts list` shows them all.", err=True)
        raise typer.Exit(Exit.USAGE)
    return max(fitting, key=lambda entry: entry.version)


def _names(entry: EventType) -> set[str]:
    parts = entry.name.split(".")
    return {".".join(parts[first:last]) for first in (0, 1, 2) for last in (3, 4)}


def _words(entry: EventType) -> str:
    return " ".join((entry.model.__doc__ or "").split())


def _kind(shape: Json) -> str:
    if "$ref" in shape:
        return str(shape["$ref"]).rpartition("/")[2]
    if shape.get("type") == "array":
        return f"list of {_kind(shape['items'])}"
    return str(shape.get("format") or shape.get("type"))


def _marked(field: str, personal: dict[str, Any]) -> str:
    return ", ".join(f"{path}: {marker.category}" for path, marker in personal.items() if path.split(".")[0] == field)


def _print_json(content: Any) -> None:
    typer.echo(json.dumps(content, indent=2, ensure_ascii=False))


def _print_table(columns: tuple[str, ...], rows: list[list[str]]) -> None:
    table = Table(*columns, box=None, pad_edge=False)
    for row in rows:
        table.add_row(*map(escape, row))
    Console().print(table)
