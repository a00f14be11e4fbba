"""Figures of the lessons on detection limits and on the audit of reported numbers."""

from collections.abc import Sequence

import numpy as np
from matplotlib.figure import Figure

from secretome.course.pictures.panel import panel
from secretome.report.figures.base import COLOURS, SMALL
from secretome.stats import ConfidenceInterval, geometric_mean_ratio


def ratios_by_substitution(
    detected: Sequence[float], nondetects: int, limit: float, other: Sequence[float], shares: Sequence[float]
) -> list[float]:
    """The geometric mean ratio of `other` to a group whose nondetects are replaced by each share of the limit.

    Parameters
    ----------
    detected : sequence of float
        The values of the group above the limit.
    nondetects : int
        The number of values below it.
    limit : float
        The limit, in the unit of the values.
    other : sequence of float
        The other group's values, all detected.
    shares : sequence of float
        The substituted values, as shares of the limit.
    """
    return [float(geometric_mean_ratio(other, [*detected, *[share * limit] * nondetects]).estimate) for share in shares]


def substitution_figure(
    limit: float,
    shares: Sequence[float],
    ratios: Sequence[float],
    estimate: float,
    interval: ConfidenceInterval,
    unit: str,
    *,
    simulated: str = "",
) -> Figure:
    """The ratio against the substituted value, with the estimate and interval of the model for nondetects."""
    substituted = limit * np.asarray(shares)
    across = f'value substituted for "below {limit:g}", {unit}'
    with panel(3.4, x=across, y="estimated ratio", log=True, simulated=simulated) as (figure, axes):
        axes.axhspan(interval.low, interval.high, color=COLOURS["margin"], linewidth=0, zorder=0)
        axes.axhline(estimate, color=COLOURS["treated"], linewidth=2, zorder=1)
        axes.plot(substituted, ratios, color=COLOURS["against"], linewidth=2, zorder=2)
        for share, label in ((0.5, "limit / 2"), (np.sqrt(0.5), "limit / √2"), (1.0, "limit")):
            point = share * limit, float(np.interp(share * limit, substituted, ratios))
            axes.plot(*([at] for at in point), "s", color=COLOURS["against"], markersize=6, zorder=3)
            axes.annotate(label, point, (0, 9), textcoords="offset points", ha="center", fontsize=SMALL)
        axes.text(substituted[0], estimate, "model without substitution", va="bottom", fontsize=SMALL)
    return figure


def possible_means_figure(n: int, mean: float, half_unit: float) -> Figure:
    """The possible means of n whole numbers near a reported mean, with the range that rounds to it.

    Parameters
    ----------
    n : int
        The number of whole numbers.
    mean, half_unit : float
        The reported mean, and the largest rounding error.
    """
    with panel(1.7, x="mean") as (figure, axes):
        rounding = [mean - half_unit, mean + half_unit]
        axes.fill_between(rounding, 0, 1, color=COLOURS["against"], alpha=0.35, linewidth=0)
        for total in np.arange(np.floor(mean * n) - 1, np.floor(mean * n) + 3):
            axes.plot([total / n] * 2, [0, 1], color=COLOURS["treated"], linewidth=2)
            label = f"{total:.0f} / {n}\n= {total / n:.4f}"
            axes.text(total / n, 1.08, label, ha="center", va="bottom", fontsize=SMALL)
        axes.annotate(f"reported\n{mean:g}", (mean, 0.5), ha="center", va="center", fontsize=SMALL)
        axes.set_ylim(0, 1.9)
        axes.set_yticks([])
    return figure


def possible_means_alt(n: int, mean: float, half_unit: float) -> str:
    """Alternative text of `possible_means_figure`."""
    nearest = round(mean * n) / n
    fits = abs(nearest - mean) <= half_unit * (1 + 1e-9)
    return (
        f"A line of the possible means of {n} whole numbers. The nearest to the reported {mean:g} is {nearest:.4f}, "
        f"{'within' if fits else 'outside'} the range that rounds to it."
    )
