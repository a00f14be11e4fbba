"""What the number put in place of "below the limit" does to a ratio."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH, plain_log
from secretome.stats import ConfidenceInterval, geometric_mean_ratio


def substituted(
    seen: Sequence[float], below: int, limit: float, other: Sequence[float], shares: Sequence[float]
) -> list[float]:
    """The ratio of `other` to a group whose hidden values are replaced by a share of the limit.

    Parameters
    ----------
    seen : sequence of float
        The values of the group that lie above the limit.
    below : int
        How many lie below it.
    limit : float
        The limit, in the unit of the values.
    other : sequence of float
        The other group's values, all seen.
    shares : sequence of float
        What is put in place of a hidden value, as shares of the limit.

    Returns
    -------
    list of float
        The geometric mean ratio for each share.
    """
    return [float(geometric_mean_ratio(other, [*seen, *[share * limit] * below]).estimate) for share in shares]


def substituted_figure(
    limit: float,
    shares: Sequence[float],
    ratios: Sequence[float],
    estimate: float,
    interval: ConfidenceInterval,
    unit: str,
) -> Figure:
    """The ratio against the number that was put in, with the model's answer as a band."""
    put_in = limit * np.asarray(shares)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.axhspan(interval.low, interval.high, color=COLOURS["margin"], linewidth=0, zorder=0)
        axes.axhline(estimate, color=COLOURS["treated"], linewidth=2, zorder=1)
        axes.plot(put_in, ratios, color=COLOURS["against"], linewidth=2, zorder=2)
        for share, label in ((0.5, "limit / 2"), (np.sqrt(0.5), "limit / √2"), (1.0, "limit")):
            height = float(np.interp(share * limit, put_in, ratios))
            axes.plot([share * limit], [height], "s", color=COLOURS["against"], markersize=6, zorder=3)
            axes.annotate(
                label, (share * limit, height), (0, 9), textcoords="offset points", ha="center", fontsize=SMALL
            )
        axes.text(put_in[0], estimate, "model, none put in", va="bottom", fontsize=SMALL)
        axes.set_yscale("log")
        plain_log(axes)
        axes.set_xlabel(f'number put in for "below {limit:g}", {unit}')
        axes.set_ylabel("ratio that comes out")
    return figure
