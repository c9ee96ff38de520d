"""`ringback timelapse`: a day, a month of calls, a week of dispatches, a published year, played through all four services."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from chassis.store.storage import Storage
from cli.playing import play
from cli.sources import Policy
from cli.stored_calls import count
from services.contact.figures.definition import load
from simulator.bank import BankCalls
from simulator.figures import Figures
from simulator.fire import FireDispatch
from simulator.force_day import ForceDay, Plan
from simulator.london.script import BrigadeTables
from simulator.published import scenario as scenarios
from simulator.published.comparison import Comparing, Comparison
from simulator.published.script import PublishedCalls
from simulator.report import Run

app = typer.Typer(no_args_is_help=True, help="Play a day or a file through all four services on a virtual clock.")

Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="New folder for the stores, the log and the report.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="One seed, one history.")]
Day = Annotated[
    datetime | None, typer.Option("--day", formats=["%Y-%m-%d"], help="The first day, in London; otherwise a Thursday in June.")
]
EXITS = "Exit codes: 0 done, 1 a call without exactly one review and disposition, 2 wrong usage, 3 input or folder refused."


@app.command("force-day", epilog=EXITS)
def force_day(
    seed: Seed = 1,
    calls: Annotated[int, typer.Option("--calls", min=1, max=1_000_000, help="Calls in the day.")] = 3000,
    day: Day = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Play a simulated day of a force, drawn from published figures.

    Example: ringback timelapse force-day --seed 7 --calls 5000 --data /tmp/day
    Example: ringback timelapse force-day --day 2026-10-25
    """
    plan = Plan() if day is None else Plan(first=day.date())
    source = f"seed {seed}, {calls} calls, {plan.first:%A %d %B %Y}"
    run = Run("A simulated day of a force", source, ForceDay.zone)
    play(lambda _: ForceDay(seed, calls, plan=plan), run, "force-day", seed, data, as_json)


@app.command("force-week", epilog=EXITS)
def force_week(
    seed: Seed = 1,
    calls: Annotated[int, typer.Option("--calls", min=1, max=1_000_000, help="Calls in a day.")] = 300,
    days: Annotated[int, typer.Option("--days", min=1, max=31, help="How many days.")] = 7,
    units: Annotated[float, typer.Option("--units", min=0.05, max=10, help="Units, as a part of what the demand takes.")] = 0.5,
    day: Day = None,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Play a week with more demand than units, as the inspectorate found it: what waits, how long, and who was told.

    Example: ringback timelapse force-week --units 0.4 --data /tmp/week
    """
    plan = Plan(days, units, busy=True) if day is None else Plan(days, units, busy=True, first=day.date())
    source = f"seed {seed}, {days} days of {calls} calls, {units:g} times the units"
    run = Run("A simulated week of a force, demand above units", source, ForceDay.zone)
    play(lambda folder: ForceDay(seed, calls, plan=plan), run, "force-week", seed, data, as_json)


@app.command("bank-calls", epilog=EXITS)
def bank_calls(
    file: Annotated[Path, typer.Argument(help="Call records, tab separated.")], data: Data = None, as_json: AsJson = False
) -> None:
    """Play a bank's call centre as if every line were a 999 line.

    Example: ringback timelapse bank-calls bank_1999_01.tsv --json
    """
    run = Run("A call centre, every line a 999 line", file.name, BankCalls.zone)
    play(partial(BankCalls, file), run, "bank-calls", 1, data, as_json)


@app.command("fire-dispatch", epilog=EXITS)
def fire_dispatch(
    file: Annotated[Path, typer.Argument(help="Calls for service, CSV.")], data: Data = None, as_json: AsJson = False
) -> None:
    """Enter what another control room reported: one row a unit and call; overlaps are flagged, never dropped.

    Example: ringback timelapse fire-dispatch sffd_2017-01.csv --data /tmp/fire
    """
    run = Run("Another control room's dispatches", file.name, FireDispatch.zone)
    play(partial(FireDispatch, file), run, "fire-dispatch", 1, data, as_json)


@app.command("lfb", epilog=EXITS)
def lfb(
    files: Annotated[list[Path], typer.Argument(help="Incidents, mobilisations, stations: CSV, in any order.")],
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Enter what the London Fire Brigade publishes: incidents on the British grid, and who was mobilised, arrived, left.

    Example: ringback timelapse lfb lfb_incidents_2009-01.csv lfb_mobilisations_2009-01.csv lfb_stations_2021-06.csv
    """
    run = Run("The London Fire Brigade's mobilisations", ", ".join(file.name for file in files), BrigadeTables.zone)
    play(partial(BrigadeTables, files), run, "lfb", 1, data, as_json)


@app.command("published", epilog=EXITS)
def published(
    scenario: Annotated[str | None, typer.Option("--scenario", metavar="NAME", help="Which one; --list names them.")] = None,
    scale: Annotated[
        int | None, typer.Option("--scale", min=1, help="One call for so many published ones; 1 plays them all.")
    ] = None,
    seed: Seed = 1,
    data: Data = None,
    policy: Policy = None,
    list_: Annotated[bool, typer.Option("--list", help="List the scenarios.")] = False,
    as_json: AsJson = False,
) -> None:
    """Play calls made from published totals, and find the published numbers again in the stored events.

    Example: ringback timelapse published --scenario hampshire-2016 --scale 100
    """
    if list_:
        _list(as_json)
        return
    if scenario is None:
        raise typer.BadParameter(f"name a --scenario; there are: {', '.join(scenarios.names())}")
    chosen = scenarios.read(scenario)
    scale = scale or chosen.scale
    comparing = Comparing(scenario, chosen, scale, load(policy))

    def compare(stores: Mapping[str, Storage], figures: Figures) -> Comparison:
        count(stores["contact"], comparing.tallies)
        return comparing.compared(figures)

    played = "every call" if scale == 1 else f"one call for {scale}"
    run = Run(chosen.title, f"{chosen.source} (scale {scale}: {played}; seed {seed})", chosen.zone)
    play(lambda folder: PublishedCalls(chosen, scale, seed, folder), run, f"published-{scenario}", seed, data, as_json, compare)


def _list(as_json: bool) -> None:
    known = {name: scenarios.read(name) for name in scenarios.names()}
    if as_json:
        typer.echo(
            json.dumps({name: {"title": one.title, "source": one.source, "scale": one.scale} for name, one in known.items()})
        )
        return
    table = Table(title="Scenarios from published totals", title_justify="left")
    for heading in ("name", "what", "calls", "scale"):
        table.add_column(heading)
    for name, one in known.items():
        table.add_row(name, one.title, f"{sum(stream.calls for stream in one.stream):,}", str(one.scale))
    Console().print(table)
