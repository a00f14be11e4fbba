"""Figures of the lessons on dose trends and on several groups with one control."""

from collections.abc import Mapping, Sequence

import numpy as np
from matplotlib.figure import Figure
from numpy.typing import ArrayLike
from scipy import stats as scipy_stats
from scipy.optimize import isotonic_regression

from secretome import stats
from secretome.course.pictures.panel import panel
from secretome.report.figures.base import COLOURS, SMALL


def isotonic_means(samples: Sequence[ArrayLike]) -> list[float]:
    """The geometric means of the doses, pooled until none is lower than the one before it.

    Examples
    --------
    >>> isotonic_means([[2, 8], [16, 16], [4, 4]])
    [4.0, 8.0, 8.0]
    """
    logs = [np.log2(np.asarray(sample, dtype=np.float64)) for sample in samples]
    fitted = isotonic_regression([group.mean() for group in logs], weights=[group.size for group in logs]).x
    return [float(value) for value in np.exp2(fitted)]


def isotonic_means_figure(
    routes: Mapping[str, Sequence[ArrayLike]], doses: Sequence[str], unit: str, *, simulated: str = ""
) -> Figure:
    """The animals of each route, their geometric means, and the isotonic means.

    Parameters
    ----------
    routes : mapping
        For each route, by its label, the values at each dose, the control first.
    doses : sequence of str
        The doses' labels.
    unit : str
        What the values are.
    simulated : str
        The plural of the animals, if they are simulated.
    """
    labels = {"x": "dose, µL/kg", "y": f"{unit}, log scale"}
    with panel(3.5, **labels, log=True, legend=True, columns=len(routes), simulated=simulated) as (figure, _):
        for axes, (label, samples) in zip(figure.axes, routes.items(), strict=True):
            places = range(len(samples))
            for place, sample in zip(places, samples, strict=True):
                values, counts = np.unique(np.asarray(sample, dtype=np.float64), return_counts=True)
                for value, count in zip(values, counts, strict=True):
                    across = place + 0.11 * (np.arange(count) - (count - 1) / 2)
                    axes.plot(across, np.full(count, value), "o", color=COLOURS["control"], markersize=4, zorder=1)
            means = [scipy_stats.gmean(np.asarray(sample, dtype=np.float64)) for sample in samples]
            axes.plot(places, means, "D", color=COLOURS["ink"], markersize=6, zorder=3, label="geometric mean")
            fitted = isotonic_means(samples)
            axes.plot(
                places, fitted, "-", color=COLOURS["treated"], linewidth=2.5, zorder=2, label="non-decreasing mean"
            )
            axes.set_xticks(list(places), list(doses))
            axes.set_title(label, fontsize=SMALL)
    return figure


def false_alarm_rates(
    numbers: Sequence[int], n: int, alpha: float, trials: int, rng: np.random.Generator
) -> dict[str, list[float]]:
    """The share of experiments without any effect in which some group differs significantly from the control.

    Parameters
    ----------
    numbers : sequence of int
        Numbers of groups that are compared with one control.
    n : int
        Animals in each group, with normally distributed values.
    alpha : float
        The error rate of each t test.
    trials : int
        The number of simulated experiments.
    rng : Generator
        Draws the values.

    Returns
    -------
    dict
        For each number of groups, the share among `trials` without adjustment, and with Dunnett's.
    """
    rates: dict[str, list[float]] = {"each at 5 %": [], "Dunnett": []}
    for number in numbers:
        values = rng.standard_normal((trials, number + 1, n))
        means, within = values.mean(axis=2), values.var(axis=2, ddof=1).mean(axis=1)
        largest = (np.abs(means[:, 1:] - means[:, :1]) / np.sqrt(2 * within / n)[:, None]).max(axis=1)
        df = (number + 1) * (n - 1)
        # Dunnett's critical value is half the width of the interval of any experiment over the standard error.
        example = values[0]
        limits = stats.dunnett(example).confidence_interval(1 - alpha)
        critical = (limits.high[0] - limits.low[0]) / 2 / np.sqrt(2 * example.var(axis=1, ddof=1).mean() / n)
        rates["each at 5 %"].append(float((largest > scipy_stats.t.ppf(1 - alpha / 2, df)).mean()))
        rates["Dunnett"].append(float((largest > critical).mean()))
    return rates


def false_alarm_rates_figure(numbers: Sequence[int], rates: Mapping[str, Sequence[float]], alpha: float) -> Figure:
    """The result of `false_alarm_rates` against the number of groups."""
    x = "groups compared with one control, without any effect"
    with panel(3.0, x=x, y="experiments with a false positive, %") as (figure, axes):
        axes.axhline(100 * alpha, color=COLOURS["quiet"], linewidth=1)
        for (label, values), (colour, marker) in zip(rates.items(), (("against", "s"), ("treated", "o")), strict=True):
            axes.plot(numbers, [100 * value for value in values], color=COLOURS[colour], marker=marker, markersize=5)
            axes.text(numbers[-1] + 0.15, 100 * values[-1], label, va="bottom", color=COLOURS["ink"])
        axes.set_xlim(numbers[0] - 0.4, numbers[-1] + 2.2)
        axes.set_ylim(0, None)
        axes.set_xticks(list(numbers))
    return figure
