"""Figures of the lesson on deaths."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from scipy.stats import CensoredData, ecdf

from secretome.course.pictures.panel import name_columns, panel, side_shifts, total_range
from secretome.report.figures.base import COLOURS
from secretome.report.text.numbers import number

Groups = Mapping[str, tuple[ArrayLike, ArrayLike]]


def survivors_figure(groups: Groups, measure: str, *, simulated: str = "") -> Figure:
    """Every animal of the groups, the dead as crosses; bars at the medians of all and of the survivors.

    Parameters
    ----------
    groups : mapping
        By label: the values, and whether each animal died before it could be sampled.
    measure : str
        What would have been measured, for the axis.
    simulated : str, optional
        The simulated animals, such as ``"mice"``.
    """
    with panel(3.6, y=f"{measure}, log scale", log=True, legend=True, simulated=simulated) as (figure, axes):
        near = 0.03 * total_range({label: np.log(values) for label, (values, _) in groups.items()})
        for place, (values, died) in enumerate(groups.values()):
            order = np.argsort(np.asarray(values, dtype=float))
            height, dead = np.asarray(values, dtype=float)[order], np.asarray(died, dtype=bool)[order]
            across = place + side_shifts(np.log(height), near)
            axes.plot(across[~dead], height[~dead], "o", color=COLOURS["treated"], markersize=5.5, label="survived")
            (crosses,) = axes.plot(
                across[dead], height[dead], "x", color=COLOURS["against"], markersize=7, label="died"
            )
            crosses.set_markeredgewidth(2)
            ends = [place - 0.35, place + 0.35]
            axes.plot(ends, [np.median(height)] * 2, "--", color=COLOURS["quiet"], label="median of all")
            survivors = [np.median(height[~dead])] * 2
            axes.plot(ends, survivors, color=COLOURS["ink"], linewidth=2, label="median of survivors")
        name_columns(axes, range(len(groups)), groups)
    return figure


def survivors_alt(groups: Groups, measure: str) -> str:
    """Alternative text of `survivors_figure`."""
    lines = []
    for label, (values, died) in groups.items():
        height, dead = np.asarray(values, dtype=float), np.asarray(died, dtype=bool)
        of_all, of_survivors = number(float(np.median(height))), number(float(np.median(height[~dead])))
        lines.append(f"{label}, {dead.sum()} of {dead.size} died, median of all {of_all}, of survivors {of_survivors}")
    return f"{measure}: every animal as a point, those that died as crosses. {'; '.join(lines)}."


def survival_figure(groups: Groups, unit: str, event: str) -> Figure:
    """Kaplan-Meier curves of two groups, with a tick at each censored time.

    Parameters
    ----------
    groups : mapping
        By label: the times, and whether the event was observed then.
    unit, event : str
        The unit of time, and the event.
    """
    with panel(3.2, x=unit, y=f"without {event}", legend=True) as (figure, axes):
        lines = ((COLOURS["control"], "--"), (COLOURS["treated"], "-"))
        for (label, (time, observed)), (colour, line) in zip(groups.items(), lines, strict=False):
            times, events = np.asarray(time, dtype=float), np.asarray(observed, dtype=bool)
            curve = ecdf(CensoredData.right_censored(times, ~events)).sf
            steps, shares = [0, *curve.quantiles], [1, *curve.probabilities]
            axes.step(steps, shares, where="post", color=colour, linestyle=line, linewidth=1.8, label=label)
            axes.plot(times[~events], curve.evaluate(times[~events]), "|", color=colour, markersize=8)
        axes.set_ylim(0, 1.03)
        axes.set_yticks([0, 0.5, 1], ["0", "50 %", "100 %"])
    return figure


def survival_alt(groups: Groups, unit: str, event: str) -> str:
    """Alternative text of `survival_figure`."""
    lines = "; ".join(
        f"{label}, {np.sum(observed)} of {np.size(observed)} with {event}" for label, (_, observed) in groups.items()
    )
    return f"Curves of the share without {event} against {unit}, one for each group. {lines}."
