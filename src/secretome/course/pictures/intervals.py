"""Figures of the lessons on effects, equivalence and pooling."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from matplotlib.figure import Figure

from secretome.course.pictures.panel import name_rows, panel, ratio_axis
from secretome.report.figures.base import COLOURS, SMALL
from secretome.report.text.numbers import number
from secretome.stats import ConfidenceInterval


class Interval(NamedTuple):
    """A ratio with its interval, as a line of a figure; a pooled one is drawn heavier."""

    label: str
    estimate: float
    low: float
    high: float
    pooled: bool = False


def intervals_figure(
    rows: Sequence[Interval], measure: str, *, margin: tuple[float, float] | None = None, simulated: str = ""
) -> Figure:
    """Ratios with their intervals, one below another on a log axis, with the equivalence margins if there are any.

    Parameters
    ----------
    rows : sequence of Interval
        From top to bottom.
    measure : str
        What is compared, for the axis.
    margin : tuple of float, optional
        The equivalence margins.
    simulated : str, optional
        The simulated animals, such as ``"mice"``.
    """
    with panel(0.75 + 0.27 * len(rows), x=measure, simulated=simulated) as (figure, axes):
        if margin:
            axes.axvspan(*margin, color=COLOURS["margin"], linewidth=0)
        axes.axvline(1, color=COLOURS["quiet"], linewidth=1)
        for place, row in enumerate(rows):
            colour, width = (COLOURS["ink"], 3) if row.pooled else (COLOURS["treated"], 1.6)
            ends = [row.low, row.high]
            axes.plot(ends, [-place] * 2, color=colour, linewidth=width, solid_capstyle="butt")
            marker, size = ("D", 7) if row.pooled else ("s", 5)
            axes.plot([row.estimate], [-place], marker, color=colour, markersize=size)
        name_rows(axes, [row.label for row in rows])
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        limits = np.array([[row.low, row.high] for row in rows] + [list(margin or (1, 1))])
        ratio_axis(axes, float(limits.min()), float(limits.max()))
    return figure


def intervals_alt(rows: Sequence[Interval], measure: str, margin: tuple[float, float] | None = None) -> str:
    """Alternative text of `intervals_figure`."""
    margins = f", over equivalence margins from {number(margin[0])} to {number(margin[1])}" if margin else ""
    lines = "; ".join(f"{row.label}, {number(row.estimate)} ({number(row.low)} to {number(row.high)})" for row in rows)
    return f"{measure}: intervals on a log axis{margins}. {lines}."


def intervals_by_size_figure(
    sizes: Sequence[int], estimates: Sequence[float], intervals: Sequence[ConfidenceInterval], pvalues: Sequence[str]
) -> Figure:
    """The ratio and its interval after each further donor, with the p below its number of donors.

    Parameters
    ----------
    sizes : sequence of int
        The numbers of donors measured.
    estimates : sequence of float
        The geometric mean ratio of those donors.
    intervals : sequence of ConfidenceInterval
        Its interval.
    pvalues : sequence of str
        The p of those donors, as text.
    """
    x, y = "donors measured so far: the signed-rank p", "ratio with its 95 % interval"
    with panel(3.4, x=x, y=y, log=True) as (figure, axes):
        axes.axhline(1, color=COLOURS["quiet"], linewidth=1, zorder=1)
        for size, estimate, interval in zip(sizes, estimates, intervals, strict=True):
            colour = COLOURS["treated" if interval.low > 1 or interval.high < 1 else "control"]
            ends = [interval.low, interval.high]
            axes.plot([size, size], ends, color=colour, linewidth=2, solid_capstyle="butt", zorder=2)
            axes.plot([size], [estimate], "s", color=colour, markersize=6, zorder=3)
        # Ten horizontal labels would overlap.
        labels = [f"{size}: {pvalue}" for size, pvalue in zip(sizes, pvalues, strict=True)]
        axes.set_xticks(list(sizes), labels, fontsize=SMALL, rotation=35, ha="right", rotation_mode="anchor")
    return figure
