"""Pictures of one idea each, for the lessons: drawn from numbers alone, whatever they are about."""

from collections.abc import Mapping, Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator
from numpy.typing import ArrayLike
from scipy.stats import CensoredData, ecdf

from secretome.course.pictures.text import Interval, made_up_words
from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH, plain_log

TICKS = (0.1, 0.2, 0.5, 0.8, 1.0, 1.25, 2.0, 5.0, 10.0)


def counts_figure(
    groups: Mapping[str, ArrayLike], bands: Mapping[str, tuple[float, float]], measure: str, *, made_up: str = ""
) -> Figure:
    """Every count of every group, on the band in which counts would lie if chance alone made them differ.

    Parameters
    ----------
    groups : mapping
        The counts of each group, by its label.
    bands : mapping
        The limits of each group's band.
    measure : str
        What was counted, named on the axis.
    made_up : str, optional
        What a computer made up, such as ``"mice"``: the figure says so, because figures travel without their page.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.4), layout="constrained")
        axes = figure.subplots()
        for place, (label, counts) in enumerate(groups.items()):
            values, (low, high) = np.sort(np.asarray(counts, dtype=float)), bands[label]
            axes.fill_between([place - 0.4, place + 0.4], low, high, color=COLOURS["rule"], linewidth=0)
            outside = (values < low) | (values > high)
            sideways = place + _aside(values, near=0.03 * _range(groups))
            axes.plot(sideways[~outside], values[~outside], "o", color=COLOURS["control"], markersize=5)
            axes.plot(sideways[outside], values[outside], "D", color=COLOURS["against"], markersize=5)
        axes.set_xticks(range(len(groups)), list(groups))
        axes.tick_params(axis="x", length=0)
        axes.set_ylim(bottom=0)
        axes.set_ylabel(measure)
        _mark(figure, made_up)
        return figure


def intervals_figure(
    rows: Sequence[Interval], measure: str, *, margin: tuple[float, float] | None = None, made_up: str = ""
) -> Figure:
    """Ratios with their intervals, one below another on a log axis, over the equivalence margins if there is one.

    Parameters
    ----------
    rows : sequence of Interval
        From top to bottom; one marked as pooled is drawn heavier.
    measure : str
        What is compared, named on the axis.
    margin : tuple of float, optional
        The limits of the equivalence margins.
    made_up : str, optional
        What a computer made up, such as ``"mice"``: the figure says so, because figures travel without their page.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.75 + 0.27 * len(rows)), layout="constrained")
        axes = figure.subplots()
        if margin:
            axes.axvspan(*margin, color=COLOURS["margin"], linewidth=0)
        axes.axvline(1, color=COLOURS["quiet"], linewidth=1)
        for place, row in enumerate(rows):
            colour = COLOURS["ink" if row.pooled else "treated"]
            axes.plot(
                [row.low, row.high],
                [-place] * 2,
                color=colour,
                linewidth=3 if row.pooled else 1.6,
                solid_capstyle="butt",
            )
            axes.plot(
                [row.estimate], [-place], "D" if row.pooled else "s", color=colour, markersize=7 if row.pooled else 5
            )
        axes.set_yticks([-place for place in range(len(rows))], [row.label for row in rows], fontsize=SMALL)
        axes.set_ylim(-len(rows) + 0.4, 0.6)
        axes.tick_params(axis="y", length=0)
        axes.spines[["left"]].set_visible(False)
        ends = np.array([[row.low, row.high] for row in rows] + [list(margin or (1, 1))])
        _ratio_axis(axes, float(ends.min()), float(ends.max()))
        axes.set_xlabel(measure)
        _mark(figure, made_up)
        return figure


def survivors_figure(groups: Mapping[str, tuple[ArrayLike, ArrayLike]], measure: str, *, made_up: str = "") -> Figure:
    """Every animal of two or more groups, the dead crossed out; bars at the medians of all and of the survivors.

    Parameters
    ----------
    groups : mapping
        By label: the values, and whether each animal died before it could be sampled.
    measure : str
        What would have been measured, named on the axis.
    made_up : str, optional
        What a computer made up, such as ``"mice"``: the figure says so, because figures travel without their page.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.6), layout="constrained")
        axes = figure.subplots()
        spread = _range({label: np.log(values) for label, (values, _) in groups.items()})
        for place, (values, died) in enumerate(groups.values()):
            order = np.argsort(np.asarray(values, dtype=float))
            height, dead = np.asarray(values, dtype=float)[order], np.asarray(died, dtype=bool)[order]
            sideways = place + _aside(np.log(height), near=0.03 * spread)
            axes.plot(sideways[~dead], height[~dead], "o", color=COLOURS["treated"], markersize=5.5, label="lived")
            axes.plot(
                sideways[dead],
                height[dead],
                "x",
                color=COLOURS["against"],
                markersize=7,
                markeredgewidth=2,
                label="died",
            )
            axes.plot(
                [place - 0.35, place + 0.35],
                [np.median(height)] * 2,
                color=COLOURS["quiet"],
                linestyle="--",
                label="median of all",
            )
            axes.plot(
                [place - 0.35, place + 0.35],
                [np.median(height[~dead])] * 2,
                color=COLOURS["ink"],
                linewidth=2,
                label="of those that lived",
            )
        axes.set_xticks(range(len(groups)), list(groups))
        axes.tick_params(axis="x", length=0)
        axes.set_yscale("log")
        plain_log(axes)
        axes.set_ylabel(f"{measure}, log scale")
        _legend(figure, axes, made_up_words(made_up) if made_up else "")
        return figure


def survival_figure(groups: Mapping[str, tuple[ArrayLike, ArrayLike]], unit: str, event: str) -> Figure:
    """Kaplan and Meier's curves, with a tick where one was last seen without the event.

    Parameters
    ----------
    groups : mapping
        By label: the times, and whether the event came then.
    unit, event : str
        Of time, and what is waited for.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.2), layout="constrained")
        axes = figure.subplots()
        for (label, (time, happened)), (colour, line) in zip(
            groups.items(), ((COLOURS["control"], "--"), (COLOURS["treated"], "-")), strict=False
        ):
            hours, seen = np.asarray(time, dtype=float), np.asarray(happened, dtype=bool)
            curve = ecdf(CensoredData.right_censored(hours, ~seen)).sf
            axes.step(
                [0, *curve.quantiles],
                [1, *curve.probabilities],
                where="post",
                color=colour,
                linestyle=line,
                linewidth=1.8,
                label=label,
            )
            axes.plot(hours[~seen], curve.evaluate(hours[~seen]), "|", color=colour, markersize=8)
        axes.set_ylim(0, 1.03)
        axes.set_yticks([0, 0.5, 1], ["0", "50 %", "100 %"])
        axes.set_xlabel(unit)
        axes.set_ylabel(f"without {event}")
        _legend(figure, axes)
        return figure


def nested_figure(cages: Mapping[str, ArrayLike], measure: str) -> Figure:
    """Repeated analyses of each animal, animals side by side within their cage.

    Parameters
    ----------
    cages : mapping
        By label: one row per animal, one column per analysis.
    measure : str
        What was read, named on the axis.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.4), layout="constrained")
        axes = figure.subplots()
        middle, place = [], 0.0
        for analyses in cages.values():
            rows = np.asarray(analyses, dtype=float)
            for row in rows:
                axes.plot([place, place], [row.min(), row.max()], color=COLOURS["quiet"], linewidth=1)
                axes.plot([place] * row.size, row, "_", color=COLOURS["treated"], markersize=11, markeredgewidth=2)
                place += 1
            middle.append(place - (len(rows) + 1) / 2)
            axes.plot(
                [place - len(rows) - 0.4, place - 0.6],
                [rows.mean()] * 2,
                color=COLOURS["against"],
                linewidth=1.5,
                linestyle="--",
            )
            place += 1
        axes.set_xticks(middle, list(cages))
        axes.tick_params(axis="x", length=0)
        axes.set_ylabel(measure)
        return figure


def shares_figure(shares: Mapping[str, float], promised: float, measure: str) -> Figure:
    """Shares as bars, one below another, beside the share that was promised.

    Parameters
    ----------
    shares : mapping
        By label, 0 to 1.
    promised : float
        Where the line stands.
    measure : str
        What is shared, named on the axis.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.8 + 0.42 * len(shares)), layout="constrained")
        axes = figure.subplots()
        for place, share in enumerate(shares.values()):
            axes.barh(-place, share, height=0.6, color=COLOURS["against" if share > 1.1 * promised else "control"])
            axes.annotate(
                f"{100 * share:.1f} %", (share, -place), (4, 0), textcoords="offset points", va="center", fontsize=SMALL
            )
        axes.axvline(promised, color=COLOURS["ink"], linewidth=1, linestyle="--")
        axes.set_yticks([-place for place in range(len(shares))], list(shares), fontsize=SMALL)
        axes.tick_params(axis="y", length=0)
        axes.set_xlim(0, 1.25 * max(*shares.values(), promised))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:.0f} %"))
        axes.set_xlabel(measure)
        return figure


def powers_figure(sizes: Sequence[int], powers: Mapping[str, Sequence[float]], target: float) -> Figure:
    """Power against the animals in each group, one line for each effect.

    Parameters
    ----------
    sizes : sequence of int
        Animals per group.
    powers : mapping
        By label: the power at each size.
    target : float
        The power that is asked for.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 3.4), layout="constrained")
        axes = figure.subplots()
        axes.axhline(target, color=COLOURS["quiet"], linewidth=0.8)
        for (label, power), (line, marker) in zip(
            powers.items(), (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D")), strict=False
        ):
            axes.plot(sizes, power, line, color=COLOURS["treated"], marker=marker, markersize=4, label=label)
        axes.set_ylim(-0.03, 1.03)
        axes.set_yticks([0, 0.5, target, 1], ["0", "50 %", f"{100 * target:.0f} %", "100 %"])
        axes.set_xticks([size for size in sizes if size < 6 or size % 4 == 0])
        axes.set_xlabel("animals per group")
        axes.set_ylabel("power")
        _legend(figure, axes)
        return figure


def possible_means_figure(n: int, printed: float, half_unit: float) -> Figure:
    """The means that n whole numbers can have, near a printed mean, with all that rounds to what is printed.

    Parameters
    ----------
    n : int
        How many whole numbers.
    printed, half_unit : float
        The mean as printed, and how far what was rounded may lie from it.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 1.7), layout="constrained")
        axes = figure.subplots()
        sums = np.arange(np.floor(printed * n) - 1, np.floor(printed * n) + 3)
        axes.fill_between(
            [printed - half_unit, printed + half_unit], 0, 1, color=COLOURS["against"], alpha=0.35, linewidth=0
        )
        for total in sums:
            axes.plot([total / n] * 2, [0, 1], color=COLOURS["treated"], linewidth=2)
            axes.text(
                total / n, 1.08, f"{total:.0f} / {n}\n= {total / n:.4f}", ha="center", va="bottom", fontsize=SMALL
            )
        axes.annotate(f"printed\n{printed:g}", (printed, 0.5), ha="center", va="center", fontsize=SMALL)
        axes.set_ylim(0, 1.9)
        axes.set_yticks([])
        axes.spines[["left"]].set_visible(False)
        axes.set_xlabel("mean")
        return figure


def _mark(figure: Figure, made_up: str) -> None:
    if made_up:
        figure.suptitle(made_up_words(made_up), color=COLOURS["against"], fontsize=10, x=0.02, ha="left")


def _range(groups: Mapping[str, ArrayLike]) -> float:
    return float(np.ptp(np.concatenate([np.asarray(values, dtype=float) for values in groups.values()])))


def _aside(values: ArrayLike, near: float) -> "np.ndarray[tuple[int], np.dtype[np.float64]]":
    """Steps aside for sorted values, so that none hides another."""
    heights = np.asarray(values, dtype=float)
    steps = np.zeros(heights.size)
    run = 0
    for position in range(1, heights.size):
        run = run + 1 if heights[position] - heights[position - 1] <= near else 0
        steps[position] = 0.085 * ((run + 1) // 2) * (1 if run % 2 else -1)
    return steps


def _ratio_axis(axes: Axes, low: float, high: float) -> None:
    axes.set_xscale("log")
    axes.set_xlim(low / 1.08, high * 1.08)
    ticks = [tick for tick in TICKS if low / 1.08 <= tick <= high * 1.08]
    # Where much is spanned, the marks close to 1 would run into one another.
    ticks = [tick for tick in ticks if high / low < 6 or tick not in (0.8, 1.25)]
    axes.set_xticks(ticks, [f"{tick:g}" for tick in ticks])
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def _legend(figure: Figure, axes: Axes, mark: str = "") -> None:
    """Draw the legend of lines and points below the mark of made-up animals, so that the two do not overlap."""
    handles = dict(zip(*reversed(axes.get_legend_handles_labels()), strict=True))
    legend = figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside upper left",
        ncols=2,
        frameon=False,
        fontsize=SMALL,
        title=mark or None,
        alignment="left",
    )
    legend.get_title().set(color=COLOURS["against"], fontsize=10)
