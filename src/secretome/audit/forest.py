"""Forest plots of reported summaries: one line per contrast, grouped by source, without a combined estimate."""

import math
import re

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator
from matplotlib.transforms import blended_transform_factory

from secretome.report import text
from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH

# A limit outside this range is drawn as an arrow, because a longer axis would compress the other intervals.
MIN_SHOWN, MAX_SHOWN = 1 / 100, 100
ROW, GAP = 1.0, 1.5
# The left edge of the axis and of the column of values, as shares of the width.
NAMES, VALUES = 0.37, 0.66


def forest_figure(rows: pd.DataFrame, measure: str) -> Figure:
    """Ratios with their intervals on one log axis, under the name of their source.

    If the meaning of ± is not stated, ± as SD is a filled square and ± as SE an open one below it.

    Parameters
    ----------
    rows : DataFrame
        Columns source, label, spread, spread_stated, estimate, low, high and level, in the order to draw.
    measure : str
        What is compared, named on the axis.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        heights = _heights(rows)
        depth = max(heights) + 0.8
        height = 0.68 + 0.2 * depth
        figure = Figure(figsize=(WIDTH, height))
        # A layout engine would add the texts beside the axis to its width.
        axes = figure.add_axes((NAMES + 0.02, 0.63 / height, VALUES - NAMES - 0.04, 1 - 0.68 / height))
        names = blended_transform_factory(figure.transFigure, axes.transData)
        source = label = ""
        for (_, row), at in zip(rows.iterrows(), heights, strict=True):
            if row["source"] != source:
                source, label = row["source"], ""
                axes.text(0.005, at - 1.05, source, weight="bold", fontsize=SMALL, va="center", transform=names)
            if row["label"] != label:
                label = row["label"]
                axes.text(0.015, at, label, fontsize=SMALL, va="center", transform=names)
            values = f"{text.number(row['estimate'])} ({text.number(row['low'])} to {text.number(row['high'])})"
            axes.text(VALUES, at, values, fontsize=SMALL, va="center", transform=names)
            # No line through the name of a source.
            axes.plot([1, 1], [at - 0.62, at + 0.62], color=COLOURS["quiet"], linewidth=1, zorder=1)
            _draw(axes, row, at)
        axes.set_ylim(depth, -0.4)
        axes.set_yticks([])
        axes.spines[["left"]].set_visible(False)
        _log_axis(axes, rows)
        axes.set_xlabel(measure, labelpad=6)
        return figure


def _heights(rows: pd.DataFrame) -> list[float]:
    """The height of each line: a source needs room for its name, the second meaning of ± little."""
    heights: list[float] = []
    before: tuple[str, str] | None = None
    at = 0.0
    for _, row in rows.iterrows():
        if before is None or row["source"] != before[0]:
            at += GAP if before is None else ROW + GAP
        elif row["label"] != before[1]:
            at += ROW + 0.2
        else:
            at += 0.8
        heights.append(at)
        before = row["source"], row["label"]
    return heights


def _draw(axes: Axes, row: text.Row, height: float) -> None:
    open_square = not row["spread_stated"] and row["spread"] == "se"
    colour = COLOURS["treated"]
    low, high = max(row["low"], MIN_SHOWN), min(row["high"], MAX_SHOWN)
    axes.plot(
        [low, high],
        [height] * 2,
        color=colour,
        linewidth=1.6,
        linestyle=(0, (3, 2)) if open_square else "-",
        solid_capstyle="butt",
    )
    if row["low"] < MIN_SHOWN:
        axes.plot([MIN_SHOWN], [height], "<", color=colour, markersize=6)
    if row["high"] > MAX_SHOWN:
        axes.plot([MAX_SHOWN], [height], ">", color=colour, markersize=6)
    if row["estimate"] >= MIN_SHOWN:
        face = COLOURS["paper"] if open_square else colour
        axes.plot([row["estimate"]], [height], "s", color=colour, markerfacecolor=face, markersize=6, zorder=3)


def _log_axis(axes: Axes, rows: pd.DataFrame) -> None:
    axes.set_xscale("log")
    low = min(0.8, float(np.clip(rows["low"], MIN_SHOWN, 1).min())) / 1.15
    high = max(1.25, float(np.clip(rows["high"], 1, MAX_SHOWN).max())) * 1.15
    axes.set_xlim(low, high)
    ladder = (1.0, 2.0, 5.0) if math.log10(high / low) < 2 else (1.0,)
    ticks = [step * 10.0**power for power in range(-3, 4) for step in ladder if low <= step * 10.0**power <= high]
    axes.set_xticks(ticks)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.xaxis.set_minor_locator(NullLocator())
    axes.xaxis.set_minor_formatter(NullFormatter())


def forest_alt(rows: pd.DataFrame, measure: str) -> str:
    """Alternative text of a forest plot: every line of it."""
    lines = []
    for _, row in rows.iterrows():
        spread = "" if row["spread_stated"] or not row["spread"] else f", ± as {row['spread'].upper()}"
        lines.append(f"{row['source']}, {row['label']}{spread}, {text.number(row['estimate'])} ({text.interval(row)})")
    number = text.count(len(rows), "line")
    return f"Forest plot of {measure} on a log scale, {number}. {'; '.join(lines)}. No combined estimate is shown."


def forest_label(row: text.Row) -> str:
    """The label of a line: the treated group and the hour, or a reported estimate's own label."""
    if isinstance(row["treated"], float):  # missing: a meta-analysis reports the ratio alone
        return str(row["item"])
    hour = re.search(r" at (\d+ h)$", row["item"])
    return f"{row['treated']}, {hour[1]}" if hour else str(row["treated"])
