"""Charts of pages that summarise: dots with intervals, stacked counts, and lines against group size."""

from collections.abc import Mapping, Sequence
from textwrap import fill
from typing import NamedTuple

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, NullFormatter, NullLocator

from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH

# Inches: a row with its label above it, and the axis below.
ROW, AXIS = 0.44, 0.65
# What fits beside the edge of the chart in one line of a label.
MAX_CHARACTERS = 58
LINES = (("-", "o"), ("--", "s"), (":", "^"), ("-.", "D"), ((0, (5, 1, 1, 1, 1, 1)), "v"), ((0, (1, 3)), "P"))
OUTCOMES = {"agrees": COLOURS["treated"], "cannot tell": COLOURS["rule"], "differs": COLOURS["against"]}


class Dots(NamedTuple):
    """A row of a chart of dots: its label, the values, and whether they belong to this book."""

    label: str
    values: Sequence[float]
    ours: bool = True


def dots_of_shares(shares: pd.Series, labels: pd.Series, ours: pd.Series) -> list[Dots]:
    """A row of dots for each label, in order, with its shares in per cent; `ours` states which belong to this book."""
    return [
        Dots(str(label), (100 * own).tolist(), bool(ours[own.index].all()))
        for label, own in shares.groupby(labels, sort=False)
    ]


def dots_alt(what: str, rows: Sequence[Dots]) -> str:
    """The alternative text of a chart of percentages: what they are, and the range of each row.

    >>> dots_alt("Coverage", [Dots("Welch", [94.2, 95.1])])
    'Coverage. Welch: 94.2 to 95.1 %.'
    """
    return f"{what}. {'; '.join(f'{row.label}: {min(row.values):.1f} to {max(row.values):.1f} %' for row in rows)}."


def dots_figure(rows: Sequence[Dots], xlabel: str, reference: float, *, logs: bool = False) -> Figure:
    """Values of several methods, one row each, with a line at a reference.

    Parameters
    ----------
    rows : sequence of Dots
        From the top.
    xlabel : str
        The name of the axis.
    reference : float
        Where the line is.
    logs : bool
        Whether the axis is logarithmic.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure, axes = _rows([row.label for row in rows], xlabel)
        # The line is interrupted, so that it does not cross the labels.
        places = -np.arange(len(rows), dtype=float)
        at = np.full(len(rows), reference)
        axes.vlines(at, places - 0.17, places + 0.17, color=COLOURS["quiet"], linewidth=1, linestyle="--", zorder=0)
        for place, row in enumerate(rows):
            values = np.array(row.values, dtype=float)
            colour = COLOURS["treated" if row.ours else "control"]
            axes.plot([values.min(), values.max()], [-place] * 2, color=colour, linewidth=1.2, zorder=1)
            axes.plot(
                values,
                np.full(values.size, -place),
                "o",
                color=colour,
                markerfacecolor=colour if row.ours else COLOURS["paper"],
                markersize=5.5,
                zorder=2,
            )
        if logs:
            axes.set_xscale("log")
            axes.xaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
            axes.xaxis.set_minor_locator(NullLocator())
            axes.xaxis.set_minor_formatter(NullFormatter())
    return figure


def counts_figure(counts: Mapping[str, Mapping[str, int]], xlabel: str) -> Figure:
    """The number of findings of each outcome as a stacked bar per row.

    Parameters
    ----------
    counts : mapping
        For each row, from the top, the number of findings by outcome.
    xlabel : str
        The name of the axis.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure, axes = _rows(list(counts), xlabel, above=0.3)
        for outcome, colour in OUTCOMES.items():
            starts = [
                sum(row.get(before, 0) for before in list(OUTCOMES)[: list(OUTCOMES).index(outcome)])
                for row in counts.values()
            ]
            lengths = [row.get(outcome, 0) for row in counts.values()]
            places = -np.arange(len(counts), dtype=float)
            axes.barh(places, lengths, 0.32, starts, color=colour, edgecolor=COLOURS["quiet"], linewidth=0.5)
            axes.plot([], [], "s", color=colour, markeredgecolor=COLOURS["quiet"], label=outcome)
        for place, row in enumerate(counts.values()):
            if row.get("differs"):
                end = sum(row.values())
                axes.annotate(
                    f"{row['differs']} differ{'s' if row['differs'] == 1 else ''}",
                    (end, -place),
                    (4, 0),
                    textcoords="offset points",
                    va="center",
                    fontsize=SMALL,
                )
        axes.set_xlim(0, 1.22 * max(sum(row.values()) for row in counts.values()))
        figure.legend(
            loc="upper left", ncols=3, frameon=False, fontsize=SMALL, handletextpad=0.2, columnspacing=1, borderpad=0.2
        )
    return figure


def shares_figure(lines: Mapping[str, pd.DataFrame], ylabel: str, reference: float, highest: float = 1.0) -> Figure:
    """Shares of cohorts against the number of animals per group, one line per name.

    Parameters
    ----------
    lines : mapping
        For each name a table with the columns n and share.
    ylabel : str
        The name of the axis.
    reference : float
        Where a dashed line is.
    highest : float
        The upper end of the axis.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        below = 0.22 * sum(name.count("\n") + 1 for name in lines) + 0.1
        height = 2.9 + below
        figure = Figure(figsize=(WIDTH, height))
        axes = figure.add_axes((0.21, (below + 0.55) / height, 0.76, (height - below - 0.7) / height))
        axes.axhline(reference, color=COLOURS["quiet"], linewidth=1, linestyle="--", zorder=0)
        sizes: list[int] = []
        for (name, line), (dashes, marker) in zip(lines.items(), LINES, strict=False):
            ordered = line.sort_values("n")
            sizes += ordered["n"].tolist()
            axes.plot(
                ordered["n"],
                ordered["share"],
                linestyle=dashes,
                marker=marker,
                markersize=4.5,
                linewidth=1.4,
                color=COLOURS["treated"],
                markerfacecolor=COLOURS["paper"] if marker in "^v" else COLOURS["treated"],
                label=name,
            )
        axes.set_xscale("log")
        shown = [n for n in (3, 5, 8, 12, 20, 40) if min(sizes) <= n <= max(sizes)]
        axes.set_xticks(shown, [f"{n}" for n in shown])
        axes.xaxis.set_minor_locator(NullLocator())
        axes.set_ylim(-0.03 * highest, 1.04 * highest)
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{100 * value:g} %"))
        axes.set_xlabel("animals per group")
        axes.set_ylabel(ylabel)
        figure.legend(
            loc="lower left", frameon=False, fontsize=SMALL, borderpad=0.2, labelspacing=0.3, handlelength=2.6
        )
    return figure


def _rows(labels: Sequence[str], xlabel: str, above: float = 0.05) -> tuple[Figure, Axes]:
    """A chart with one row per label, the label above its row, so that a long one fits on a phone."""
    labels = ["\n".join(fill(line, MAX_CHARACTERS) for line in label.splitlines()) for label in labels]
    row = ROW + 0.17 * max((label.count("\n") for label in labels), default=0)
    height = above + row * len(labels) + AXIS
    figure = Figure(figsize=(WIDTH, height))
    axes = figure.add_axes((0.05, AXIS / height, 0.9, row * len(labels) / height))
    axes.set_ylim(-len(labels) + 0.6, 0.72)
    axes.set_yticks([])
    axes.spines[["left"]].set_visible(False)
    for place, label in enumerate(labels):
        axes.text(0, 0.2 - place, label, transform=axes.get_yaxis_transform(), va="bottom", fontsize=SMALL)
    axes.set_xlabel(xlabel)
    return figure, axes
