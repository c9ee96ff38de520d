"""Draws the report's charts as plain SVG inside the page: no script, no font and no picture from anywhere else."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

WIDTH, FULL_WIDTH = 720, 1080
"""How wide a chart beside its table, and one across the page, is drawn: letters then come out equally large."""
_HEIGHT, _WIDEST_BAR = 230, 72.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 52, 8, 14, 44
_ROW, _LABEL = 30, 210
_NUMBERED = 10
"""Up to so many columns each carries its number; more would run into each other."""


@dataclass(frozen=True, slots=True)
class Series:
    """One kind of bar: what it is, its values in the order of the labels, and its colour class (`a`, `b`, `c`)."""

    name: str
    values: Sequence[int]
    colour: str = "a"


def columns(chart: str, title: str, labels: Sequence[str], series: Sequence[Series], below: str = "", width: int = WIDTH) -> str:
    """Upright bars, the series stacked; `below` names what the labels are. `chart` is unique in the page."""
    totals = [sum(values) for values in zip(*(one.values for one in series), strict=True)]
    top, ticks = _scale(max(totals, default=0))
    plot, wide = float(_HEIGHT - _TOP - _BOTTOM), (width - _LEFT - _RIGHT) / max(len(labels), 1)
    bar = min(wide * 0.72, _WIDEST_BAR)
    parts = [_grid(tick, _TOP + plot * (1 - tick / top), width) for tick in ticks]
    for place, label in enumerate(labels):
        x, foot = _LEFT + wide * (place + 0.5), _TOP + plot
        for one in series:
            high = plot * one.values[place] / top
            foot -= high
            parts.append(_bar(x - bar / 2, foot, bar, high, one.colour, f"{label}: {one.values[place]:,} {one.name}"))
        parts.append(_text(x, _HEIGHT - _BOTTOM + 17, label, "middle"))
        if len(labels) <= _NUMBERED:
            parts.append(_text(x, foot - 4, f"{totals[place]:,}", "middle", "value"))
    parts.append(_text(_LEFT + (width - _LEFT - _RIGHT) / 2, _HEIGHT - 7, below, "middle"))
    return _drawing(chart, title, _described(labels, series), (width, _HEIGHT), parts)


def rows(chart: str, title: str, counts: dict[str, int], colour: str = "a") -> str:
    """Lying bars, one for each name, each with its count and share."""
    total, most = sum(counts.values()), max(counts.values(), default=0)
    parts = []
    for place, (name, count) in enumerate(counts.items()):
        y = 4 + _ROW * place
        long = (WIDTH - _LABEL - 110) * count / max(most, 1)
        parts.append(_text(_LABEL - 10, y + _ROW / 2 + 4, name, "end"))
        parts.append(_bar(_LABEL, y + 5, max(long, 1), _ROW - 10, colour, f"{name}: {count:,}"))
        parts.append(_text(_LABEL + long + 8, y + _ROW / 2 + 4, f"{count:,}  ({count / total:.1%})", "start", "value"))
    return _drawing(
        chart, title, _described(list(counts), [Series(title, list(counts.values()))]), (WIDTH, 8 + _ROW * len(counts)), parts
    )


def _drawing(chart: str, title: str, description: str, size: tuple[int, int], parts: Sequence[str]) -> str:
    return (
        f'<svg class="chart" viewBox="0 0 {size[0]} {size[1]}" role="img" aria-labelledby="{chart}-t {chart}-d">'
        f'<title id="{chart}-t">{escape(title)}</title><desc id="{chart}-d">{escape(description)}</desc>'
        f"{''.join(parts)}</svg>"
    )


def _described(labels: Sequence[str], series: Sequence[Series]) -> str:
    return ". ".join(_listed(one.name, zip(labels, one.values, strict=True)) for one in series)


def _listed(name: str, counts: Iterable[tuple[str, int]]) -> str:
    return f"{name}: {', '.join(f'{label} {count:,}' for label, count in counts)}"


def _bar(x: float, y: float, width: float, height: float, colour: str, tip: str) -> str:
    return (
        f'<rect class="{colour}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{height:.1f}">'
        f"<title>{escape(tip)}</title></rect>"
    )


def _text(x: float, y: float, words: str, anchor: str, kind: str = "label") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(words)}</text>'


def _grid(tick: int, y: float, width: int) -> str:
    line = f'<line class="grid" x1="{_LEFT}" x2="{width - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>'
    return line + _text(_LEFT - 8, y + 4, f"{tick:,}", "end")


def _scale(most: int) -> tuple[int, range]:
    """A round top and the ticks up to it: 1, 2 or 5 times a power of ten apart, four or five of them."""
    step = next(
        factor * 10**power for power in range(12) for factor in (1, 2, 5) if factor * 10**power * 5 >= max(most, 1) * 1.05
    )
    top = step * (int(most * 1.05) // step + 1)
    return top, range(0, top + 1, step)
