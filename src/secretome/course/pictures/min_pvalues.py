"""The smallest p that a number of animals allows."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH

LINES = (("treated", "-", "o"), ("against", "--", "s"), ("control", "-.", "^"), ("ink", ":", "D"))


def min_pvalues_figure(sizes: Sequence[int], floors: Mapping[str, Sequence[float]], alpha: float) -> Figure:
    """One line for each test: its smallest p against the animals per group, with the error rate across.

    Parameters
    ----------
    sizes : sequence of int
        Animals or pairs, per group.
    floors : mapping
        For each test, by its label, the smallest p at each size; at most four tests.
    alpha : float
        The error rate at which a p counts as small.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.axhspan(alpha, 1.3, color=COLOURS["margin"], linewidth=0, zorder=0)
        axes.axhline(alpha, color=COLOURS["quiet"], linewidth=1, zorder=1)
        for (colour, dashes, marker), (label, values) in zip(LINES, floors.items(), strict=False):
            axes.plot(
                sizes,
                values,
                color=COLOURS[colour],
                linestyle=dashes,
                marker=marker,
                markersize=5,
                label=label,
                zorder=2,
            )
        axes.set_yscale("log")
        axes.set_ylim(min(min(values) for values in floors.values()) / 1.5, 1.3)
        ticks = [tick for tick in (1.0, 0.1, 0.01, 0.001, 1e-4) if tick > axes.get_ylim()[0]]
        axes.set_yticks([*ticks, alpha], [*(f"{tick:g}" for tick in ticks), f"{alpha:g}"])
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_xticks(list(sizes))
        axes.set_xlabel("animals in each group, or pairs")
        axes.set_ylabel("smallest possible p")
        axes.text(max(sizes), 0.95, "no result can be significant", ha="right", va="top", color=COLOURS["ink"])
        axes.legend(frameon=False, loc="lower left", fontsize=SMALL)
    return figure
