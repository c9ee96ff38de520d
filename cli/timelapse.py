"""`ringback timelapse`: a day, a month of calls, a week of dispatches, played through all four services in one go."""

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

import structlog
import typer
from rich.console import Console
from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

from chassis.clock import VirtualClock
from chassis.exits import Exit
from chassis.flow.lapse import TimeLapse, digest
from chassis.host import Service
from chassis.store.codec import envelope
from chassis.store.storage import Storage
from chassis.world import World
from cli.composition import reference, wiring
from cli.folder import DataFolder
from contracts.envelope import Envelope, Event
from contracts.topics import SERVICES, TOPICS
from simulator import report
from simulator.bank import BankCalls
from simulator.figures import Figures
from simulator.fire import FireDispatch
from simulator.fold import fold
from simulator.force_day import ForceDay
from simulator.report import Run
from simulator.script import Script
from simulator.summary import show

BATCH = 5_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

app = typer.Typer(no_args_is_help=True, help="Play a day or a file through all four services on a virtual clock.")

Data = Annotated[Path | None, typer.Option("--data", metavar="DIR", help="New folder for the stores, the log and the report.")]
AsJson = Annotated[bool, typer.Option("--json", help="Print the figures as one JSON object.")]
Seed = Annotated[int, typer.Option("--seed", min=0, help="One seed, one history.")]
EXITS = "Exit codes: 0 done, 1 a call without exactly one review and disposition, 2 wrong usage, 3 input or folder refused."


@app.command("force-day", epilog=EXITS)
def force_day(
    seed: Seed = 1,
    calls: Annotated[int, typer.Option("--calls", min=1, max=1_000_000, help="Calls in the day.")] = 3000,
    data: Data = None,
    as_json: AsJson = False,
) -> None:
    """Play a simulated day of a force, drawn from published figures.

    Example: ringback timelapse force-day --seed 7 --calls 5000 --data /tmp/day
    """
    run = Run("A simulated day of a force", f"seed {seed}, {calls} calls", ForceDay.zone)
    _play(lambda _: ForceDay(seed, calls), run, "force-day", seed, data, as_json)


@app.command("bank-calls", epilog=EXITS)
def bank_calls(
    file: Annotated[Path, typer.Argument(help="Call records, tab separated.")], data: Data = None, as_json: AsJson = False
) -> None:
    """Play a bank's call centre as if every line were a 999 line.

    Example: ringback timelapse bank-calls bank_1999_01.tsv --json
    """
    run = Run("A call centre, every line a 999 line", file.name, BankCalls.zone)
    _play(partial(BankCalls, file), run, "bank-calls", 1, data, as_json)


@app.command("fire-dispatch", epilog=EXITS)
def fire_dispatch(
    file: Annotated[Path, typer.Argument(help="Calls for service, CSV.")], data: Data = None, as_json: AsJson = False
) -> None:
    """Enter what another control room reported: one row a unit and call; overlaps are flagged, never dropped.

    Example: ringback timelapse fire-dispatch sffd_2017-01.csv --data /tmp/fire
    """
    run = Run("Another control room's dispatches", file.name, FireDispatch.zone)
    _play(partial(FireDispatch, file), run, "fire-dispatch", 1, data, as_json)


def _play(make: Callable[[Path], Script], run: Run, kind: str, seed: int, data: Path | None, as_json: bool) -> None:
    _quiet()
    folder = DataFolder.create(data or Path(mkdtemp(prefix=f"ringback-{kind}-")), kind)
    script = make(folder.path)
    stores = {name: folder.storage(name, BATCH) for name in SERVICES}
    log = folder.log(durable=False)
    log.create_now([TOPICS[name] for name in SERVICES])
    start = script.span[0] if script.span else EPOCH
    try:
        lapse = TimeLapse(_services, stores, log, VirtualClock(start), seed)
        with _progress(script) as progress:
            lapse.run(script, progress)
        figures = fold({name: _events(name, stores[name]) for name in SERVICES}, script.zone, script.set_aside)
        refusals = {f"{service}: {code}": count for (service, code), count in sorted(lapse.refusals.items())}
        figures = figures.model_copy(update={"digest": digest(stores), "refusals": refusals})
    finally:
        script.close()
        log.close_now()
        for storage in stores.values():
            storage.close()
    page = folder.path / "report.html"
    report.write(page, run, figures, script.set_aside)
    folder.mark(kind, "complete")
    _show(figures, run, page, as_json)
    if figures.violations:
        raise typer.Exit(Exit.CHECK_FAILED)


def _quiet() -> None:
    """Services say each dialling in their logs: in a run of a month that is no news, and never part of the figures."""
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def _services(lapse: TimeLapse) -> Sequence[Service]:
    def world(name: str) -> World:

        def tell(command: object, cause: str, actor: str) -> None:
            lapse.after(0, lambda: lapse.command(name, command, cause, actor))

        return World("demo", reference, lapse.after, tell, lapse.clock)

    return [wiring(name).build(world(name)) for name in SERVICES]


def _events(service: str, storage: Storage) -> Iterator[Envelope[Event]]:
    position = 0
    while events := storage.page(position, 1000):
        for event in events:
            yield envelope(service, event.stream, event.version, event.position, event.type, event.state)
        position = events[-1].position


@contextmanager
def _progress(script: Script) -> Iterator[Callable[[datetime], None]]:
    console = Console(stderr=True)
    if not console.is_terminal or script.span is None:
        yield lambda _: None
        return
    begins, ends = script.span
    columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.percentage:>3.0f} %"), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True) as bar:
        task = bar.add_task(begins.date().isoformat(), total=max((ends - begins).total_seconds(), 1))

        def follow(now: datetime) -> None:
            bar.update(task, completed=(now - begins).total_seconds(), description=f"{now:%Y-%m-%d %H:%M}")

        yield follow


def _show(figures: Figures, run: Run, page: Path, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(figures.model_dump(mode="json") | {"report": str(page)}, indent=2))
    else:
        show(Console(), run, figures)
        typer.echo(f"Report: {page}")
