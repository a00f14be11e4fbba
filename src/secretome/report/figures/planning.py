"""Percentages of simulated cohorts that support each claim, against group size."""

from collections.abc import Sequence

import matplotlib as mpl
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullLocator

from secretome.report import text as report_text
from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH

# The fraction of the assumed effect at which the smallest sufficient n is marked.
MARKED_FRACTION = 0.75


def planning_figure(plans: pd.DataFrame, titles: dict[str, str], target: float) -> Figure:
    """Percentages of cohorts that support each claim against group size, for fractions of the assumed effect.

    Parameters
    ----------
    plans : DataFrame
        Planned rows of `claim_rates` for the claims of one study, at several effects.
    titles : dict
        The claims to draw, and what to call them.
    target : float
        The share that is asked for.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure, panels = _panels(titles, sorted(plans["n"].unique()), line=1.6, above=0.75)
        styles = zip(sorted(plans["effect"].unique(), reverse=True), ("-", "--", ":"), ("o", "s", "^"), strict=False)
        dress = {effect: (line, marker) for effect, line, marker in styles}
        for claim, axes in panels.items():
            axes.axhline(target, color=COLOURS["quiet"], linewidth=0.8)
            for effect, (line, marker) in dress.items():
                ordered = plans[(plans["claim"] == claim) & (plans["effect"] == effect)].sort_values("n")
                label = report_text.percent(effect)
                axes.plot(
                    ordered["n"],
                    ordered["supported"],
                    line,
                    color=COLOURS["treated"],
                    marker=marker,
                    markersize=3.5,
                    label=label,
                )
                enough = ordered.loc[ordered["supported"] >= target, "n"]
                if effect == MARKED_FRACTION and len(enough):
                    n = int(enough.iloc[0])
                    axes.axvline(n, color=COLOURS["against"], linewidth=1, ymax=target)
                    beside, side = (4, "left") if n < 20 else (-4, "right")
                    axes.annotate(
                        f"n = {n}", (n, 0.02), (beside, 0), textcoords="offset points", fontsize=SMALL, ha=side
                    )
        _legend(figure, "fraction of the assumed effect:")
    return figure


def _panels(
    titles: dict[str, str], sizes: Sequence[int], *, line: float, above: float
) -> tuple[Figure, dict[str, Axes]]:
    """Small panels, two per row, one per title: a percentage against the animals per group; margins are in inches."""
    columns = min(len(titles), 2)
    lines = -(-len(titles) // columns)
    # A title takes its own lines, or a long one would leave its panel flat.
    spoken = [title.count("\n") for title in titles.values()]
    longest = sum(max(spoken[first : first + columns]) for first in range(0, len(spoken), columns))
    figure = Figure(figsize=(WIDTH, above + line * lines + 0.15 * longest), layout="constrained")
    panels = figure.subplots(lines, columns, sharex=True, sharey=True, squeeze=False)
    for axes in panels.flat[len(titles) :]:
        axes.set_visible(False)
    named = dict(zip(titles, panels.flat, strict=False))
    for name, axes in named.items():
        axes.set_title(titles[name], fontsize=SMALL, loc="left")
    first = panels[0, 0]
    first.set_xscale("log")
    shown = [n for n in sizes if n in (3, 5, 8, 12, 20, 40)]
    first.set_xticks(shown, [f"{n}" for n in shown])
    first.xaxis.set_minor_locator(NullLocator())
    first.set_ylim(-0.04, 1.04)
    first.set_yticks([0, 0.5, 1], ["0", "50 %", "100 %"])
    figure.supxlabel("animals per group", fontsize=10)
    return figure, named


def _legend(figure: Figure, title: str = "") -> None:
    """One legend for all panels."""
    handles = {
        label: handle for axes in figure.axes for handle, label in zip(*axes.get_legend_handles_labels(), strict=True)
    }
    figure.legend(
        handles.values(),
        handles.keys(),
        loc="outside upper left",
        ncols=3,
        frameon=False,
        fontsize=SMALL,
        title=title or None,
        title_fontsize=SMALL,
        alignment="left",
    )
