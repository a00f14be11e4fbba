"""Means that must not fall, and what is done where they do."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from scipy.optimize import isotonic_regression

from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH, plain_log


def never_falling(samples: Sequence[ArrayLike]) -> list[float]:
    """The geometric means of the doses, pooled until none is lower than the one before it.

    Examples
    --------
    >>> never_falling([[2, 8], [16, 16], [4, 4]])
    [4.0, 8.0, 8.0]
    """
    logs = [np.log2(np.asarray(sample, dtype=np.float64)) for sample in samples]
    fitted = isotonic_regression([group.mean() for group in logs], weights=[group.size for group in logs]).x
    return [float(value) for value in np.exp2(fitted)]


def never_falling_figure(routes: dict[str, Sequence[ArrayLike]], doses: Sequence[str], unit: str) -> Figure:
    """For each route the animals, their geometric means, and the line that never falls.

    Parameters
    ----------
    routes : dict
        For each route, by its label, the values at each dose, the control first.
    doses : sequence of str
        The doses' labels.
    unit : str
        What the values are.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.5), layout="constrained")
        panels = np.atleast_1d(figure.subplots(1, len(routes), sharey=True))
        for axes, (label, samples) in zip(panels, routes.items(), strict=True):
            places = range(len(samples))
            for place, sample in zip(places, samples, strict=True):
                values, counts = np.unique(np.asarray(sample, dtype=np.float64), return_counts=True)
                for value, count in zip(values, counts, strict=True):
                    across = place + 0.11 * (np.arange(count) - (count - 1) / 2)
                    axes.plot(across, np.full(count, value), "o", color=COLOURS["control"], markersize=4, zorder=1)
            means = [float(np.exp2(np.log2(np.asarray(sample, dtype=np.float64)).mean())) for sample in samples]
            axes.plot(places, means, "D", color=COLOURS["ink"], markersize=6, zorder=3, label="geometric mean")
            axes.plot(
                places,
                never_falling(samples),
                "-",
                color=COLOURS["treated"],
                linewidth=2.5,
                zorder=2,
                label="never falling",
            )
            axes.set_yscale("log")
            axes.set_xticks(list(places), list(doses))
            axes.set_title(label, fontsize=SMALL)
            axes.set_xlabel("dose, µL/kg")
        plain_log(panels[0])
        panels[0].set_ylabel(f"{unit}, log scale")
        handles, labels = panels[0].get_legend_handles_labels()
        figure.legend(handles, labels, loc="outside upper left", ncols=2, frameon=False, fontsize=SMALL)
    return figure
