"""Figures of the lessons on counts and on cages."""

from collections.abc import Mapping

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike

from secretome.course.pictures.panel import name_columns, panel, side_shifts, total_range
from secretome.report.figures.base import COLOURS
from secretome.report.text.numbers import count, number, percent

Bands = Mapping[str, tuple[float, float]]


def counts_figure(groups: Mapping[str, ArrayLike], bands: Bands, measure: str, *, simulated: str = "") -> Figure:
    """Every count of every group, with the band of counts that differ by chance alone.

    Parameters
    ----------
    groups : mapping
        The counts of each group, by its label.
    bands : mapping
        The limits of each group's band.
    measure : str
        What was counted, for the axis.
    simulated : str, optional
        The simulated animals, such as ``"mice"``.
    """
    with panel(3.4, y=measure, simulated=simulated) as (figure, axes):
        near = 0.03 * total_range(groups)
        for place, (label, counts) in enumerate(groups.items()):
            values, (low, high) = np.sort(np.asarray(counts, dtype=float)), bands[label]
            axes.fill_between([place - 0.4, place + 0.4], low, high, color=COLOURS["rule"], linewidth=0)
            outside = (values < low) | (values > high)
            across = place + side_shifts(values, near)
            axes.plot(across[~outside], values[~outside], "o", color=COLOURS["control"], markersize=5)
            axes.plot(across[outside], values[outside], "D", color=COLOURS["against"], markersize=5)
        name_columns(axes, range(len(groups)), groups)
        axes.set_ylim(bottom=0)
    return figure


def counts_alt(groups: Mapping[str, ArrayLike], bands: Bands, measure: str, level: float) -> str:
    """Alternative text of `counts_figure`."""
    values = {label: np.asarray(counts) for label, counts in groups.items()}
    outside = {
        label: int(((counted < bands[label][0]) | (counted > bands[label][1])).sum())
        for label, counted in values.items()
    }
    total = sum(counted.size for counted in values.values())
    listed = "; ".join(f"{label}, {outside[label]} of {counted.size}" for label, counted in values.items())
    return (
        f"{measure[0].upper()}{measure[1:]}: every count as a point, on the band that holds {percent(level)} of counts "
        f"that differ by chance alone. Outside the band are {sum(outside.values())} of {total}: {listed}."
    )


def nested_figure(cages: Mapping[str, ArrayLike], measure: str) -> Figure:
    """Repeated measurements of each animal, animals side by side within their cage.

    Parameters
    ----------
    cages : mapping
        By label: one row per animal, one column per measurement.
    measure : str
        What was measured, for the axis.
    """
    with panel(3.4, y=measure) as (figure, axes):
        centres, place = [], 0.0
        for measurements in cages.values():
            rows = np.asarray(measurements, dtype=float)
            for row in rows:
                axes.plot([place, place], [row.min(), row.max()], color=COLOURS["quiet"], linewidth=1)
                axes.plot([place] * row.size, row, "_", color=COLOURS["treated"], markersize=11, markeredgewidth=2)
                place += 1
            centres.append(place - (len(rows) + 1) / 2)
            ends = [place - len(rows) - 0.4, place - 0.6]
            axes.plot(ends, [rows.mean()] * 2, color=COLOURS["against"], linewidth=1.5, linestyle="--")
            place += 1
        name_columns(axes, centres, cages)
    return figure


def nested_alt(cages: Mapping[str, ArrayLike], measure: str) -> str:
    """Alternative text of `nested_figure`."""
    rows = [np.asarray(measurements, dtype=float) for measurements in cages.values()]
    within = max(float(np.ptp(row)) for cage in rows for row in cage)
    between = min(float(np.ptp(cage.mean(axis=1))) for cage in rows)
    animals = count(sum(len(cage) for cage in rows), "animal")
    return (
        f"{measure} of {animals} in {count(len(rows), 'cage')}, every measurement as a bar. Measurements of one animal "
        f"differ by at most {number(within)}, while the animals of a cage differ by {number(between)} or more."
    )
