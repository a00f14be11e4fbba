"""How often a control with several arms gives a false alarm."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from scipy import stats as scipy_stats

from secretome import stats
from secretome.report.figures.base import COLOURS, STYLE, WIDTH


def false_alarms(
    arms: Sequence[int], n: int, alpha: float, trials: int, rng: np.random.Generator
) -> dict[str, list[float]]:
    """The share of experiments in which nothing differs and yet some arm seems to differ from the control.

    Parameters
    ----------
    arms : sequence of int
        How many arms are compared with one control.
    n : int
        Animals in each group, their values from one bell curve.
    alpha : float
        The error rate of each t test.
    trials : int
        Experiments drawn.
    rng : Generator
        Where chance comes from.

    Returns
    -------
    dict
        For each number of arms, the share among `trials` without adjustment, and with that of Dunnett.
    """
    shares: dict[str, list[float]] = {"each at 5 %": [], "Dunnett": []}
    for number in arms:
        values = rng.standard_normal((trials, number + 1, n))
        means, within = values.mean(axis=2), values.var(axis=2, ddof=1).mean(axis=1)
        largest = (np.abs(means[:, 1:] - means[:, :1]) / np.sqrt(2 * within / n)[:, None]).max(axis=1)
        df = (number + 1) * (n - 1)
        # Dunnett's critical value, read off the interval of one experiment: half its width over the standard error.
        example = values[0]
        limits = stats.dunnett(example).confidence_interval(1 - alpha)
        critical = (limits.high[0] - limits.low[0]) / 2 / np.sqrt(2 * example.var(axis=1, ddof=1).mean() / n)
        shares["each at 5 %"].append(float((largest > scipy_stats.t.ppf(1 - alpha / 2, df)).mean()))
        shares["Dunnett"].append(float((largest > critical).mean()))
    return shares


def false_alarms_figure(arms: Sequence[int], shares: dict[str, list[float]], alpha: float) -> Figure:
    """The shares of `false_alarms` against the number of arms."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.0), layout="constrained")
        axes = figure.subplots()
        axes.axhline(100 * alpha, color=COLOURS["quiet"], linewidth=1)
        for (label, values), (colour, marker) in zip(shares.items(), (("against", "s"), ("treated", "o")), strict=True):
            axes.plot(arms, [100 * value for value in values], color=COLOURS[colour], marker=marker, markersize=5)
            axes.text(arms[-1] + 0.15, 100 * values[-1], label, va="bottom", color=COLOURS["ink"])
        axes.set_xlim(arms[0] - 0.4, arms[-1] + 2.2)
        axes.set_ylim(0, None)
        axes.set_xticks(list(arms))
        axes.set_xlabel("arms compared with one control, none of which differs")
        axes.set_ylabel("experiments with a false alarm, %")
    return figure
