"""The panel that all figures of the lessons share: size, labels, scale, legend, and the mark of simulated data."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator
from numpy.typing import ArrayLike, NDArray

from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH, plain_log

RATIO_TICKS = (0.1, 0.2, 0.5, 0.8, 1.0, 1.25, 2.0, 5.0, 10.0)


@contextmanager
def panel(
    height: float,
    *,
    x: str = "",
    y: str = "",
    log: bool = False,
    legend: bool = False,
    simulated: str = "",
    columns: int = 1,
) -> Iterator[tuple[Figure, Axes]]:
    """A figure and its empty axes; labels, scale, legend and mark are added after the drawing.

    Parameters
    ----------
    height : float
        Of the figure, in inches.
    x, y : str
        The labels of the axes; without `y` the vertical axis has no line.
    log : bool
        Whether the vertical axis is logarithmic.
    legend : bool
        Whether lines and points are explained above the axes.
    simulated : str
        The simulated animals, such as ``"mice"``: the figure states it, because figures are copied without their page.
    columns : int
        Axes side by side; the first is given here, and all of them are ``figure.axes``.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, height), layout="constrained")
        axes = np.atleast_1d(figure.subplots(1, columns, sharey=True))[0]
        yield figure, axes
        if log:
            axes.set_yscale("log")
            plain_log(axes)
        if y:
            axes.set_ylabel(y)
        else:
            axes.spines["left"].set_visible(False)
            axes.tick_params(axis="y", length=0)
        for column in figure.axes:
            column.set_xlabel(x)
        if legend:
            _add_legend(figure, axes, simulated_label(simulated) if simulated else "")
        elif simulated:
            figure.suptitle(simulated_label(simulated), color=COLOURS["against"], fontsize=10, x=0.02, ha="left")


def simulated_label(animals: str) -> str:
    """The mark on a figure of simulated animals.

    >>> simulated_label("mice")
    'Simulated mice: no evidence'
    """
    return f"Simulated {animals}: no evidence"


def _add_legend(figure: Figure, axes: Axes, mark: str) -> None:
    """Draw the legend below the mark of simulated animals, so that the two do not overlap."""
    handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    legend = figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside upper left",
        ncols=2,
        frameon=False,
        fontsize=SMALL,
        title=mark or None,
        alignment="left",
    )
    legend.get_title().set(color=COLOURS["against"], fontsize=10)


def name_columns(axes: Axes, places: ArrayLike, labels: Mapping[str, object]) -> None:
    """Write the names of groups below their columns, without tick marks."""
    axes.set_xticks(places, list(labels))
    axes.tick_params(axis="x", length=0)


def name_rows(axes: Axes, labels: list[str]) -> None:
    """Write the names of rows at 0, -1, -2, ..."""
    axes.set_yticks([-place for place in range(len(labels))], labels, fontsize=SMALL)


def side_shifts(values: ArrayLike, near: float) -> NDArray[np.float64]:
    """Sideways shifts for sorted values, so that no point hides one that is closer than `near`."""
    heights = np.asarray(values, dtype=float)
    shifts = np.zeros(heights.size)
    run = 0
    for position in range(1, heights.size):
        run = run + 1 if heights[position] - heights[position - 1] <= near else 0
        shifts[position] = 0.085 * ((run + 1) // 2) * (1 if run % 2 else -1)
    return shifts


def total_range(groups: Mapping[str, ArrayLike]) -> float:
    """The difference between the largest and the smallest value of all groups."""
    return float(np.ptp(np.concatenate([np.asarray(values, dtype=float) for values in groups.values()])))


def ratio_axis(axes: Axes, low: float, high: float) -> None:
    """Make the horizontal axis a logarithmic one of ratios from `low` to `high`."""
    axes.set_xscale("log")
    axes.set_xlim(low / 1.08, high * 1.08)
    ticks = [tick for tick in RATIO_TICKS if low / 1.08 <= tick <= high * 1.08]
    # On a long axis the labels close to 1 would overlap.
    ticks = [tick for tick in ticks if high / low < 6 or tick not in (0.8, 1.25)]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())
