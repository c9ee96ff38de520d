"""Plays a script through all four services on a virtual clock, and leaves stores, log, figures and a report behind."""

import json
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp

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
from simulator.figures import Figures
from simulator.fold import fold
from simulator.published.comparison import Comparison
from simulator.report import Run
from simulator.script import Script
from simulator.summary import show

BATCH = 5_000
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
Compare = Callable[[Mapping[str, Storage], Figures], Comparison]


def play(
    make: Callable[[Path], Script],
    run: Run,
    kind: str,
    seed: int,
    data: Path | None,
    as_json: bool,
    compare: Compare | None = None,
) -> None:
    """Play it, print what it came to, and end with exit code 1 when a call was not seen through."""
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
        compared = compare(stores, figures) if compare else None
    finally:
        script.close()
        log.close_now()
        for storage in stores.values():
            storage.close()
    page = folder.path / "report.html"
    report.write(page, run, figures, script.set_aside, compared)
    folder.mark(kind, "complete")
    _show(figures, compared, run, page, as_json)
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


def _show(figures: Figures, compared: Comparison | None, run: Run, page: Path, as_json: bool) -> None:
    if as_json:
        published = {} if compared is None else {"published": compared.model_dump(mode="json")}
        typer.echo(json.dumps(figures.model_dump(mode="json") | published | {"report": str(page)}, indent=2))
    else:
        show(Console(), run, figures, compared)
        typer.echo(f"Report: {page}")
