"""An interval that narrows as donors come in."""

from collections.abc import Sequence

import matplotlib as mpl
from matplotlib.figure import Figure

from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH, plain_log
from secretome.stats import ConfidenceInterval


def narrowing_figure(
    sizes: Sequence[int], estimates: Sequence[float], intervals: Sequence[ConfidenceInterval], pvalues: Sequence[str]
) -> Figure:
    """The ratio and its interval after each further donor, with the p beside its number of donors.

    Parameters
    ----------
    sizes : sequence of int
        How many donors had been measured.
    estimates : sequence of float
        The geometric mean ratio of those donors.
    intervals : sequence of ConfidenceInterval
        Its interval.
    pvalues : sequence of str
        The p of those donors, as it is printed.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.axhline(1, color=COLOURS["quiet"], linewidth=1, zorder=1)
        for size, estimate, interval in zip(sizes, estimates, intervals, strict=True):
            beyond = interval.low > 1 or interval.high < 1
            colour = COLOURS["treated" if beyond else "control"]
            axes.plot(
                [size, size], [interval.low, interval.high], color=colour, linewidth=2, solid_capstyle="butt", zorder=2
            )
            axes.plot([size], [estimate], "s", color=colour, markersize=6, zorder=3)
        axes.set_yscale("log")
        plain_log(axes)
        axes.set_ylabel("ratio with its 95 % interval")
        # Aslant, since ten of them side by side would run into one another.
        labels = [f"{size}: {pvalue}" for size, pvalue in zip(sizes, pvalues, strict=True)]
        axes.set_xticks(list(sizes), labels, fontsize=SMALL, rotation=35, ha="right", rotation_mode="anchor")
        axes.set_xlabel("donors measured so far: the signed-rank p")
    return figure
