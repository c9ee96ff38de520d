"""The same figures on a terminal: what one wants to know in the ten seconds after a run."""

from collections.abc import Iterator

from rich.console import Console
from rich.table import Table
from rich.text import Text

from simulator.figures import Figures
from simulator.published.comparison import Comparison
from simulator.report import Run
from simulator.words import named, printed, seconds, share

_Row = tuple[str, str]


def show(console: Console, run: Run, figures: Figures, compared: Comparison | None = None) -> None:
    """Print a table of the figures there are, what was set aside, and whether every abandoned call was seen through."""
    title, caption = Text(run.title, style="bold"), Text(run.source)
    table = Table(title=title, caption=caption, show_header=False, title_justify="left", caption_justify="left")
    table.add_column(style="bold")
    table.add_column(justify="right", overflow="fold")
    for section in (_calls(figures), _reviews(figures), _incidents(figures), _backlog(figures), _rest(figures)):
        for name, value in section:
            table.add_row(Text(name), Text(value))
        table.add_section()
    console.print(table)
    if compared is not None:
        console.print(*_compared(compared))
    console.print(_verdict(figures))


def _calls(figures: Figures) -> Iterator[_Row]:
    if not figures.calls:
        return
    yield "Calls", f"{figures.calls:,}"
    yield "Answered", f"{figures.answered:,} ({share(figures.answered, figures.calls)})"
    yield "Mean wait of the answered", seconds(figures.mean_wait_answered_s)
    times = figures.answer_times_999
    yield "999 answered within 10 s", share(times.bands[0], times.count)
    yield "Most in the queue at once", f"{figures.max_in_queue:,}"
    yield "Abandoned", f"{figures.abandoned:,} ({share(figures.abandoned, figures.calls)})"
    for kind, count in figures.abandoned_by_class.items():
        yield f"  {named(kind).lower()}", f"{count:,}"


def _reviews(figures: Figures) -> Iterator[_Row]:
    if not figures.reviews:
        return
    yield "Reviews", f"{figures.reviews:,}"
    yield "Dispositions", f"{figures.dispositions:,}"
    for kind, count in figures.dispositions_by_kind.items():
        yield f"  {named(kind).lower()}", f"{count:,}"
    episodes = figures.episodes
    yield "Identified callers who broke off", f"{episodes.identified:,}"
    yield "  rang again and were answered", f"{episodes.rang_again:,}"
    yield "  so that their call-back was cancelled", f"{episodes.called_off:,}"
    yield "    a planned ring with it", f"{episodes.rings_called_off:,}"
    yield "  when their review was over already", f"{episodes.over_already:,}"
    yield "Attempts to ring back", f"{figures.attempts:,}"
    yield "Median time to ring back", seconds(figures.time_to_ring_back.median_s)
    yield "Median time to disposition", seconds(figures.time_to_disposition.median_s)


def _incidents(figures: Figures) -> Iterator[_Row]:
    if not figures.incidents:
        return
    yield "Incidents", f"{figures.incidents:,}"
    yield "Reached by a unit", f"{figures.incidents_reached:,}"
    yield "Regraded", f"{figures.incidents_regraded:,}"
    yield "Median time to the first unit", seconds(figures.median_first_arrival_s)
    yield "Units sent", f"{figures.units:,}"
    yield "Assignments", f"{figures.assignments:,}"
    yield "  never on scene", f"{figures.assignments_never_on_scene:,}"
    if figures.overlaps:
        yield "  overlapping", f"{figures.overlaps:,}"
    for status, count in figures.statuses_by_kind.items():
        yield f"  reported {named(status).lower()}", f"{count:,}"
    if figures.distances.count:
        yield "Median way of a unit, straight", f"{figures.distances.median_m:,} m of {figures.distances.count:,}"


def _backlog(figures: Figures) -> Iterator[_Row]:
    backlog = figures.backlog
    if not backlog.past_target and not backlog.escalations_by_reason:
        return
    for grade, one in backlog.by_grade.items():
        if one.attend_due:
            said = f"{share(one.past_attend, one.attend_due)} of {one.attend_due:,}, oldest {seconds(one.waited.longest_s)}"
            yield f"Past target, {grade}", said
    yield "Past target without an escalation", f"{backlog.without_escalation:,} of {backlog.past_target:,}"
    yield "Vulnerable, past target", f"{backlog.vulnerable_past_target:,} of {backlog.vulnerable:,}"
    yield "Escalations raised", f"{sum(backlog.escalations_by_reason.values()):,}"
    for reason, count in backlog.escalations_by_reason.items():
        yield f"  {named(reason).lower()}", f"{count:,}"
    yield "  acknowledged", f"{backlog.acknowledged:,}"
    yield "  climbed", f"{backlog.climbed:,}"
    yield "  unanswered, at the top and below", f"{backlog.at_the_top:,} and {backlog.unanswered:,}"
    yield "Tasks opened, done, late", f"{backlog.tasks:,}, {backlog.tasks_done:,}, {backlog.tasks_overdue:,}"


def _rest(figures: Figures) -> Iterator[_Row]:
    yield "Events stored", f"{sum(figures.events_by_service.values()):,}"
    yield "Rows set aside", f"{figures.set_aside:,}"
    for reason, count in figures.set_aside_by_reason.items():
        yield f"  {reason}", f"{count:,}"
    if figures.digest:
        yield "SHA-256", figures.digest


def _verdict(figures: Figures) -> Text:
    if figures.violations:
        return Text("\n".join(("Not every abandoned call was seen through:", *figures.violations)), style="bold red")
    if not figures.reviews:
        return Text("No 999 call was abandoned, so there was nothing to review.")
    return Text("Every abandoned 999 call has exactly one review, and every review exactly one disposition.", style="green")


def _compared(compared: Comparison) -> Iterator[Table]:
    table = Table(title=f"Published, and counted from the events (scale {compared.scale})", title_justify="left")
    table.add_column("")
    for heading in ("published", "counted", "difference"):
        table.add_column(heading, justify="right", no_wrap=True)
    table.add_column("definition", overflow="fold")
    for one in compared.numbers:
        counted, difference = printed(one.counted, one.digits), printed(one.difference, one.digits, sign=True)
        table.add_row(Text(one.says), printed(one.published, one.digits), counted, difference, Text(", ".join(one.editions)))
    yield table
    if compared.others:
        others = Table(title="The same calls under other definitions", title_justify="left")
        for heading in ("definition", "switch", "abandoned", "share"):
            others.add_column(heading, justify="left" if heading in ("definition", "switch") else "right")
        for under in compared.others:
            part = "–" if under.share is None else f"{under.share:.1%}"
            others.add_row(under.definition, Text(under.switch), f"{under.abandoned:,}", part)
        yield others
