"""Brackets above groups, each with the p of its contrast from the given results."""

import math
from collections.abc import Sequence
from typing import Any, TypeVar

from matplotlib.axes import Axes

from secretome.report import text as report_text
from secretome.report.figures.base import COLOURS, SMALL, WIDTH

Place = TypeVar("Place")
# In heights of the panel: the first bracket, the next above it, and how far its ends reach down.
FIRST, STEP, REACH = 1.03, 0.1, 0.015
# The width of a character, in heights of the text: a p is often wider than its bracket.
CHARACTER = 0.6


def draw_brackets(axes: Axes, pairs: Sequence[tuple[float, float]], rows: Sequence[report_text.Row]) -> None:
    """A bracket over the two groups of each contrast, shorter ones below longer ones.

    Parameters
    ----------
    axes : Axes
        The panel of the animals, its limits set.
    pairs : sequence of (float, float)
        Where the control and the other group of each contrast stand.
    rows : sequence of Series
        The planned results, each with one pair of p and interval (see `decision_rows`); one without a p gets no
        bracket.
    """
    levels: list[list[tuple[float, float]]] = []
    for (control, place), row in sorted(_known(pairs, rows), key=lambda known: abs(known[0][1] - known[0][0])):
        low, high = sorted((control, place))
        middle, text = (low + high) / 2, report_text.bracket_p(row)
        half = _width(axes, text) / 2
        start, end = min(low, middle - half), max(high, middle + half)
        free = (at for at, used in enumerate(levels) if all(end < left or right < start for left, right in used))
        level = next(free, len(levels))
        if level == len(levels):
            levels.append([])
        levels[level].append((start, end))
        height = FIRST + STEP * level
        _line(axes, [low, low, high, high], [height - REACH, height, height, height - REACH])
        _text(axes, middle, height, text)


def draw_comb(axes: Axes, control: float, places: Sequence[float], rows: Sequence[report_text.Row]) -> None:
    """Draw one bracket for many contrasts with a control: a tooth and p per group, the kind over the control."""
    known = _known(places, rows)
    if not known:
        return
    ends = [control, *(place for place, _ in known)]
    _line(axes, [min(ends), max(ends)], [FIRST, FIRST])
    for place in ends:
        _line(axes, [place, place], [FIRST - REACH, FIRST])
    _text(axes, control, FIRST, report_text.bracket_head([row for _, row in known]))
    for number, (place, row) in enumerate(known):
        # Neighbours stand at two heights, because a small p is a long number.
        _text(axes, place, FIRST + STEP * (number % 2), report_text.p_number(report_text.bracket_value(row)))


def _known(places: Sequence[Place], rows: Sequence[report_text.Row]) -> list[tuple[Place, report_text.Row]]:
    return [(place, row) for place, row in zip(places, rows, strict=True) if not math.isnan(row["pvalue"])]


def _width(axes: Axes, text: str) -> float:
    """About how wide a text is, in units of the panel's horizontal axis."""
    low, high = axes.get_xlim()
    return len(text) * CHARACTER * SMALL / 72 * (high - low) / (axes.get_position().width * WIDTH)


def _line(axes: Axes, x: list[float], y: list[float]) -> None:
    axes.plot(
        x,
        y,
        color=COLOURS["quiet"],
        linewidth=1,
        transform=axes.get_xaxis_transform(),
        clip_on=False,
        scalex=False,
        scaley=False,
    )


def _text(axes: Axes, x: float, y: float, text: str, **about: Any) -> None:
    about = {"ha": "center", "va": "bottom", "fontsize": SMALL, "color": COLOURS["ink"], **about}
    axes.text(x, y + 0.005, text, transform=axes.get_xaxis_transform(), **about)
