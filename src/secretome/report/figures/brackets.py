"""Brackets above groups, each with the p of its contrast from the given results."""

import math
from collections.abc import Sequence
from typing import Any

from matplotlib.axes import Axes

from secretome.report import text as report_text
from secretome.report.figures.base import COLOURS, SMALL

# In heights of the panel: the first bracket, the next above it, and how far its ends reach down.
FIRST, STEP, REACH = 1.03, 0.085, 0.02


def draw_brackets(axes: Axes, control: float, places: Sequence[float], rows: Sequence[report_text.Row]) -> None:
    """A bracket from the control to each group of a contrast, shorter ones below longer ones.

    Parameters
    ----------
    axes : Axes
        The panel of the animals, its limits set.
    control : float
        Where the control stands.
    places : sequence of float
        Where the other group of each contrast stands.
    rows : sequence of Series
        The planned results, each with one pair of p and interval (see `decision_rows`); one without a p gets no
        bracket.
    """
    for number, (place, row) in enumerate(sorted(_known(places, rows), key=lambda pair: abs(pair[0] - control))):
        height = FIRST + STEP * number
        _line(axes, [control, control, place, place], [height - REACH, height, height, height - REACH])
        _text(axes, (control + place) / 2, height, report_text.bracket_p(row))


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


def _known(places: Sequence[float], rows: Sequence[report_text.Row]) -> list[tuple[float, report_text.Row]]:
    return [(place, row) for place, row in zip(places, rows, strict=True) if not math.isnan(row["pvalue"])]


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
