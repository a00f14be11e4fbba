"""Figures of the lessons on ranks, on minimum p-values, on multiplicity and on planning."""

from collections.abc import Mapping, Sequence
from itertools import combinations

import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from matplotlib.ticker import FuncFormatter, NullLocator
from scipy.stats import rankdata

from secretome.course.pictures.panel import name_rows, panel
from secretome.report.figures.base import COLOURS, SMALL
from secretome.report.text.numbers import percent

LINES = (("treated", "-", "o"), ("against", "--", "s"), ("control", "-.", "^"), ("ink", ":", "D"))


def permutations_figure(treated: Sequence[float], control: Sequence[float]) -> Figure:
    """Each permutation as a column of squares over its rank sum; those as extreme as the observed one are coloured.

    Parameters
    ----------
    treated, control : sequence of float
        Three or four values each; more give too many permutations for a figure.
    """
    every = rankdata([*treated, *control])
    ranks, size, number = sorted(every), len(treated), len(every)
    centre, observed = size * (number + 1) / 2, float(every[:size].sum())
    rank_sums = {chosen: float(sum(ranks[place] for place in chosen)) for chosen in combinations(range(number), size)}
    ticks = sorted(set(rank_sums.values()))
    # With ties some sums differ by a half; the columns of neighbours must not touch.
    room = float(np.diff(ticks).min()) if len(ticks) > 1 else 1.0
    # The gaps are wider than the outlines, so that squares can be counted on a phone too.
    side, pitch = 0.24 * room, 0.34 * room
    column = number * pitch + 0.3 * room
    heights: dict[float, int] = {}
    with panel(3.75, x="rank sum of the animals assigned to treatment (filled)") as (figure, axes):
        for chosen, total in sorted(rank_sums.items(), key=lambda item: (item[1], item[0])):
            height = heights[total] = heights.get(total, -1) + 1
            colour = COLOURS["against" if abs(total - centre) >= abs(observed - centre) else "control"]
            for place in range(number):
                face = colour if place in chosen else "none"
                corner = (total - side / 2, 0.25 * room + height * column + place * pitch)
                axes.add_patch(Rectangle(corner, side, side, facecolor=face, edgecolor=colour, linewidth=0.7))
        top = (heights[observed] + 1) * column + 0.1 * room
        arrow = {"arrowstyle": "->", "color": COLOURS["ink"]}
        axes.annotate("observed", (observed, top), (observed, top + 0.8 * room), ha="center", arrowprops=arrow)
        axes.axvline(centre, color=COLOURS["quiet"], linewidth=1, linestyle=":", zorder=0)
        axes.set_xlim(ticks[0] - 0.7 * room, ticks[-1] + 0.7 * room)
        axes.set_ylim(0, (max(heights.values()) + 1) * column + 1.4 * room)
        axes.set_aspect("equal")
        axes.set_xticks(ticks, [f"{total:g}" for total in ticks])
        axes.set_yticks([])
    return figure


def min_pvalues_figure(sizes: Sequence[int], min_pvalues: Mapping[str, Sequence[float]], alpha: float) -> Figure:
    """The minimum p of each test against the animals per group, with the error rate as a line.

    Parameters
    ----------
    sizes : sequence of int
        Animals or pairs, per group.
    min_pvalues : mapping
        For each test, by its label, the minimum p at each size; at most four tests.
    alpha : float
        The error rate.
    """
    with panel(3.4, x="animals in each group, or pairs", y="smallest possible p") as (figure, axes):
        axes.axhspan(alpha, 1.3, color=COLOURS["margin"], linewidth=0, zorder=0)
        axes.axhline(alpha, color=COLOURS["quiet"], linewidth=1, zorder=1)
        for (colour, dashes, marker), (label, values) in zip(LINES, min_pvalues.items(), strict=False):
            axes.plot(sizes, values, marker + dashes, color=COLOURS[colour], markersize=5, label=label, zorder=2)
        axes.set_yscale("log")
        axes.set_ylim(min(min(values) for values in min_pvalues.values()) / 1.5, 1.3)
        ticks = [tick for tick in (1.0, 0.1, 0.01, 0.001, 1e-4) if tick > axes.get_ylim()[0]]
        axes.set_yticks([*ticks, alpha], [*(f"{tick:g}" for tick in ticks), f"{alpha:g}"])
        axes.yaxis.set_minor_locator(NullLocator())
        axes.set_xticks(list(sizes))
        axes.text(max(sizes), 0.95, "no result can be significant", ha="right", va="top", color=COLOURS["ink"])
        axes.legend(frameon=False, loc="lower left", fontsize=SMALL)
    return figure


def rates_figure(rates: Mapping[str, float], nominal: float, measure: str) -> Figure:
    """Error rates as bars, one below another, with a line at the nominal rate.

    Parameters
    ----------
    rates : mapping
        By label, 0 to 1.
    nominal : float
        The nominal rate.
    measure : str
        The kind of rate, for the axis.
    """
    with panel(0.8 + 0.42 * len(rates), x=measure) as (figure, axes):
        for place, rate in enumerate(rates.values()):
            axes.barh(-place, rate, height=0.6, color=COLOURS["against" if rate > 1.1 * nominal else "control"])
            label, at = f"{100 * rate:.1f} %", (rate, -place)
            axes.annotate(label, at, (4, 0), textcoords="offset points", va="center", fontsize=SMALL)
        axes.axvline(nominal, color=COLOURS["ink"], linewidth=1, linestyle="--")
        name_rows(axes, list(rates))
        axes.set_xlim(0, 1.25 * max(*rates.values(), nominal))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
    return figure


def rates_alt(rates: Mapping[str, float], nominal: float, measure: str) -> str:
    """Alternative text of `rates_figure`."""
    lines = "; ".join(f"{label}, {100 * rate:.1f} %" for label, rate in rates.items())
    return f"Bars of {measure}, with a line at the nominal {percent(nominal)}. {lines}."


def powers_figure(sizes: Sequence[int], powers: Mapping[str, Sequence[float]], target: float) -> Figure:
    """Power against the animals in each group, one line for each effect.

    Parameters
    ----------
    sizes : sequence of int
        Animals per group.
    powers : mapping
        By label: the power at each size.
    target : float
        The required power.
    """
    with panel(3.4, x="animals per group", y="power", legend=True) as (figure, axes):
        axes.axhline(target, color=COLOURS["quiet"], linewidth=0.8)
        lines = (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"))
        for (label, power), (line, marker) in zip(powers.items(), lines, strict=False):
            axes.plot(sizes, power, line, color=COLOURS["treated"], marker=marker, markersize=4, label=label)
        axes.set_ylim(-0.03, 1.03)
        axes.set_yticks([0, 0.5, target, 1], ["0", "50 %", f"{100 * target:.0f} %", "100 %"])
        axes.set_xticks([size for size in sizes if size < 6 or size % 4 == 0])
    return figure


def powers_alt(sizes: Sequence[int], powers: Mapping[str, Sequence[float]], target: float) -> str:
    """Alternative text of `powers_figure`."""
    lines = []
    for label, power in powers.items():
        reached = next((size for size, value in zip(sizes, power, strict=True) if value >= target), None)
        where = f"not reached at {sizes[-1]}" if reached is None else f"reached at {reached}"
        lines.append(f"{label}, {where} animals per group")
    return (
        f"Power against animals per group, one rising line for each effect. A power of {percent(target)}: "
        f"{'; '.join(lines)}."
    )
