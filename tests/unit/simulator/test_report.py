"""The page of a run: every section, nothing from elsewhere, readable by everybody, and honest about nothing."""

import re
from html.parser import HTMLParser

import pytest
from rich.console import Console

from simulator import charts, report, summary
from simulator.charts import Series
from simulator.figures import Figures
from simulator.fold import fold
from simulator.report import Run
from simulator.set_aside import SetAside

RUN = Run("A day <of> a force", "[red]seed 1", "Europe/London")
SECTIONS = (
    *("Answering", "Abandonment by hour", "Reviews of abandoned calls", "Ringing back"),
    *("Incidents and units", "Rows set aside", "Definitions"),
)
VOID = {"meta", "br", "hr", "link", "img"}


class Page(HTMLParser):
    """Collects the elements, and fails on one that is not closed where it should be."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(text)
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag


@pytest.fixture
def nothing() -> Figures:
    return fold({}, "Europe/London")


@pytest.fixture
def something(nothing: Figures) -> Figures:
    times = nothing.time_to_review.model_copy(update={"count": 5, "median_s": 390, "mean_s": 35.03, "p90_s": 4000})
    first = times.model_copy(update={"edges_s": (180, 3600), "bands": (1, 3, 1)})
    return nothing.model_copy(
        update={
            "calls": 31359,
            "calls_by_line": {"999": 31359},
            "answered": 27060,
            "abandoned": 4299,
            "abandoned_by_class": {"in_queue": 3101, "before_queue": 1198},
            "median_first_arrival_s": 390,
            "reviews": 4299,
            "dispositions": 4299,
            "dispositions_by_kind": {"caller_safe": 4299},
            "attempts": 3,
            "attempts_by_outcome": {"rang_out": 3},
            "incidents": 5,
            "incidents_by_grade": {"<b>E": 5},
            "time_to_first_unit": first,
            "time_to_review": times,
            "begins": "1998-12-31T22:00:02+00:00",
            "ends": "1999-01-31T21:53:05+00:00",
            "events_by_service": {"contact": 107136},
            "digest": "ab" * 32,
        }
    )


def _aside(rows: int) -> SetAside:
    aside = SetAside()
    for line in range(2, rows + 2):
        aside.add("bank.tsv", line, "PHANTOM & <nobody>")
    return aside


def test_every_section_is_there_with_figures_and_without(nothing: Figures, something: Figures) -> None:
    for figures in (nothing, something):
        text = report.render(RUN, figures, SetAside())
        assert re.findall(r"<h2[^>]*>([^<]+)</h2>", text) == list(SECTIONS)


def test_the_page_needs_nothing_from_elsewhere(something: Figures) -> None:
    text = report.render(RUN, something, _aside(3))
    assert "://" not in text and "@import" not in text and "url(" not in text
    assert {tag for tag, _ in Page(text).elements} & {"script", "link", "img", "iframe", "object"} == set()


def test_words_from_outside_cannot_become_markup(something: Figures) -> None:
    text = report.render(RUN, something, _aside(1))
    assert "A day &lt;of&gt; a force" in text
    assert "PHANTOM &amp; &lt;nobody&gt;" in text
    assert "<b>E" not in text


def test_empty_sections_say_so(nothing: Figures) -> None:
    text = report.render(RUN, nothing, SetAside())
    for words in (
        "No calls in this run",
        "No reviews in this run",
        "No incidents and no units in this run",
        "No row was set aside",
    ):
        assert words in text


def test_every_chart_has_a_title_a_description_and_an_identity_of_its_own(something: Figures) -> None:
    elements = Page(report.render(RUN, something, SetAside())).elements
    drawings = [attributes for tag, attributes in elements if tag == "svg"]
    identities = [attributes["id"] for _, attributes in elements if attributes.get("id")]
    assert len(drawings) >= 6
    assert len(identities) == len(set(identities))
    for drawing in drawings:
        assert drawing["role"] == "img"
        assert set((drawing["aria-labelledby"] or "").split()) <= set(identities)


def test_figures_stand_in_tables_in_words_of_people(something: Figures) -> None:
    text = report.render(RUN, something, SetAside())
    for words in ("31,359", "6 min 30 s", "35.03 s", "1 h 07 min", "In queue", "72.1%", "ab" * 32, "1999-01-31 21:53"):
        assert words in text


def test_rows_set_aside_are_listed_with_file_line_and_reason_up_to_a_number() -> None:
    aside = _aside(250)
    text = report.render(RUN, fold({}, "UTC", aside), aside)
    assert "250 rows could not become events" in text
    assert "The first 200 rows" in text
    assert '<th scope="row">bank.tsv</th><td>2</td><td class="words">PHANTOM' in text


def test_the_verdict_is_green_only_when_every_review_was_seen_through(something: Figures) -> None:
    assert "verdict good" in report.render(RUN, something, SetAside())
    failed = something.model_copy(update={"violations": ("call a broke off and has no review",)})
    text = report.render(RUN, failed, SetAside())
    assert "verdict good" not in text
    assert "call a broke off and has no review" in text


def test_the_terminal_says_the_same(something: Figures) -> None:
    console = Console(width=120, record=True, file=None)
    with console.capture() as captured:
        summary.show(console, RUN, something)
    text = captured.get()
    for words in ("[red]seed 1", "31,359", "27,060 (86.3%)", "caller safe", "6 min 30 s", "ab" * 32, "exactly one disposition"):
        assert words in text


def test_the_terminal_names_violations(something: Figures) -> None:
    console = Console(width=120)
    with console.capture() as captured:
        summary.show(console, RUN, something.model_copy(update={"violations": ("review r has no disposition",)}))
    assert "review r has no disposition" in captured.get()


@pytest.mark.parametrize("most", [0, 1, 7, 99, 100, 31_359])
def test_bars_stay_inside_the_drawing(most: int) -> None:
    drawn = charts.columns("c", "t", ["x"], [Series("s", [most])])
    tops = [float(y) for y in re.findall(r'<rect[^>]* y="([\d.]+)"', drawn)]
    assert all(14 <= y <= 230 for y in tops)
    assert f"x: {most:,} s" in drawn
