"""The page a run leaves behind: one HTML file that needs nothing else, to be read on a screen or on paper."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from jinja2 import Environment, PackageLoader, StrictUndefined

from chassis.times import Times
from simulator import charts, words
from simulator.charts import Series
from simulator.figures import Figures
from simulator.published.comparison import Comparison
from simulator.set_aside import SetAside


@dataclass(frozen=True, slots=True)
class Run:
    """What was played: `title` as a person would say it, `source` the file or the seed, `zone` of the hours shown."""

    title: str
    source: str
    zone: str
    note: str = ""


def write(path: Path, run: Run, figures: Figures, set_aside: SetAside, compared: Comparison | None = None) -> None:
    """Write the report."""
    path.write_text(render(run, figures, set_aside, compared), encoding="utf-8")


def render(run: Run, figures: Figures, set_aside: SetAside, compared: Comparison | None = None) -> str:
    """The report as HTML."""
    environment = Environment(
        loader=PackageLoader("simulator", "pages"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=StrictUndefined,
    )
    environment.filters.update(seconds=words.seconds, named=words.named, printed=words.printed)
    return environment.get_template("report.html.j2").render(
        run=run,
        figures=figures,
        set_aside=set_aside,
        compared=compared,
        charts=_charts(figures, run.zone) | ({} if compared is None else {"compared": _compared(compared)}),
        share=words.share,
        banded=words.banded,
        definitions=DEFINITIONS,
    )


DEFINITIONS: Mapping[str, str] = {
    "Calls": "every call presented to this control room, on any line.",
    "Answered": "calls that a call handler picked up.",
    "Abandoned": "the caller was gone before anybody could establish that all is well; its class says how, and is no verdict.",
    "Wait": "from joining the queue to leaving it, by the switch's clock; answered without queueing counts as 0 s.",
    "Answer time": "from presented (the operator begins the transfer) to picked up, of calls on 999; in the published bands.",
    "Most in the queue": "within one second, who leaves goes before who joins.",
    "Time to review": "from the break to the first weighing of what is known about the call.",
    "Time to ring back": "from the break to the first dialling, of the reviews in which somebody was rung.",
    "Time to disposition": "from the break to the end of the review.",
    "Time to first unit": "from the first report to the first unit on scene, of the incidents reached. The slowest are kept.",
    "Rang again": "the same number was answered in another call within the force's repeat window (as shipped, 60 minutes) after "
    "the break. The review then ends in that call and planned rings are called off, unless it is over or people have it.",
    "Overlap": "an assignment, reported from outside, of a unit that still held another: recorded and flagged, never dropped.",
    "Median, 90th percentile": "of whole seconds; the percentile by nearest rank.",
}


def _charts(figures: Figures, zone: str) -> dict[str, str]:
    hours = [f"{hour:02d}" for hour in range(24)]
    return {
        "by_hour": charts.columns(
            "by-hour",
            "Calls by hour: answered and abandoned",
            hours,
            [
                Series("answered", [hour.answered for hour in figures.by_hour], "a"),
                Series("abandoned", [hour.abandoned for hour in figures.by_hour], "b"),
            ],
            f"hour of the day, {zone}",
            charts.FULL_WIDTH,
        ),
        "abandoned_by_class": charts.rows("by-class", "Abandoned calls by class", _named(figures.abandoned_by_class), "b"),
        "dispositions": charts.rows("dispositions", "Reviews by disposition", _named(figures.dispositions_by_kind)),
        "attempts": charts.rows("attempts", "Attempts to ring back by outcome", _named(figures.attempts_by_outcome)),
        "grades": charts.rows("grades", "Incidents by first grade", _named(figures.incidents_by_grade), "c"),
        "waits": _times("waits", "Waits of the answered", figures.waits_answered),
        "answer_times": _times("answer-times", "Answer times of 999 calls", figures.answer_times_999),
        "time_to_review": _times("to-review", "Time to review", figures.time_to_review, "b"),
        "time_to_ring_back": _times("to-ring-back", "Time to ring back", figures.time_to_ring_back, "b"),
        "time_to_disposition": _times("to-disposition", "Time to disposition", figures.time_to_disposition, "b"),
        "time_to_first_unit": _times("to-first-unit", "Time to the first unit on scene", figures.time_to_first_unit, "c"),
    }


def _times(chart: str, title: str, times: Times, colour: str = "a") -> str:
    return charts.columns(chart, title, words.banded(times.edges_s), [Series(title.lower(), times.bands, colour)])


def _named(counts: Mapping[str, int]) -> dict[str, int]:
    return {words.named(name): count for name, count in counts.items()}


def _compared(compared: Comparison) -> str:
    """Each number counted from the events as a share of the published one: 100 % is what was published."""
    shown = [one for one in compared.numbers if one.counted is not None and one.published]
    parts = [round(100 * (one.counted or 0) / one.published) for one in shown]
    return charts.columns(
        "compared",
        "Counted from the events, in percent of the published number",
        [str(n) for n in range(1, len(shown) + 1)],
        [Series("% of the published number", parts)],
        "number in the table; 100 is what was published",
    )
