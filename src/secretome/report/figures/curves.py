"""Figures of many analyses of one cohort, and of many cohorts."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter, NullLocator

from secretome.claims import DIFFERENCE
from secretome.cohort import Study
from secretome.protocol import Claim, sides
from secretome.report import text as report_text
from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH, mark

# A p smaller than this is drawn here.
SMALLEST = 1e-6
# The share of the axis that the name of a analysis takes.
NAME = 0.3
ANSWERS = {
    "claimed": (COLOURS["treated"], COLOURS["treated"]),
    "opposite": (COLOURS["against"], COLOURS["against"]),
    "open": (COLOURS["quiet"], COLOURS["paper"]),
}


def specification_figure(study: Study, specifications: pd.DataFrame, alpha: float) -> Figure:
    """All analyses of a claim, ordered by p, with the specification below each.

    Parameters
    ----------
    study : Study
        The study, for the mark of made-up animals.
    specifications : DataFrame
        What `specifications` returned, or its rows for one question; p values for different questions cannot share an
        axis.
    alpha : float
        The error rate at which claims are decided.

    Returns
    -------
    Figure

    Raises
    ------
    ValueError
        If the rows have more than one question.
    """
    if specifications["question"].nunique() > 1:
        raise ValueError(
            "the rows have more than one question, and p values of different questions cannot share an axis; pass the "
            "rows of one question."
        )
    rows = specifications[specifications["pvalue"].notna()].reset_index(drop=True)
    with mpl.rc_context(STYLE):
        if rows.empty:
            figure = Figure(figsize=(WIDTH, 0.9), layout="constrained")
            figure.text(0.02, 0.4, "No analysis of this claim can be computed.", va="center")
            mark(figure, study)
            return figure
        claim, question = study.protocol.claims[rows["claim"].iloc[0]], str(rows["question"].iloc[0])
        made = [(kind, option, name, report_text.HEADINGS[kind]) for kind, option, name, _ in report_text.options(rows)]
        chosen = [*made, *_groups(study, claim, question, rows)]
        headings = list(dict.fromkeys(heading for _, _, _, heading in chosen))
        lines = len(chosen) + len(headings)
        figure = Figure(figsize=(WIDTH, 2.5 + 0.165 * lines), layout="constrained")
        top, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.1, 0.165 * max(lines, 1)))
        _draw_pvalues(
            top, rows, alpha, report_text.kind_of_p(claim, question).replace(" of a", "\nof a").replace(", ", ",\n")
        )
        _draw_choices(below, rows, chosen)
        mark(figure, study)
    return figure


def _groups(study: Study, claim: Claim, question: str, rows: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    """The groups whose p is drawn, for a claim about several groups: column, value, label, heading."""
    if len(claim.judged_on) < 2:
        return []
    heading = "Smallest p in" if question == DIFFERENCE else "Largest p in"
    drawn = set(rows["contrast"])
    return [
        ("contrast", contrast, study.protocol.groups[sides(contrast)[0]].label, heading)
        for contrast in claim.judged_on
        if contrast in drawn
    ]


def _draw_pvalues(axes: Axes, rows: pd.DataFrame, alpha: float, label: str) -> None:
    axes.set_yscale("log")
    axes.axhline(alpha, color=COLOURS["quiet"], linewidth=1, linestyle="--", zorder=1)
    heights = rows["pvalue"].clip(lower=SMALLEST)
    # One line for all points alike: each more is drawn anew in every format.
    for (answer, analysis), alike in rows.groupby(["answer", "analysis"], sort=False):
        edge, face = ANSWERS[str(answer)]
        marker, size = {"planned": ("s", 8), "published": ("D", 7)}.get(str(analysis), ("o", 5.5))
        axes.plot(
            alike.index, heights[alike.index], marker, color=edge, markerfacecolor=face, markersize=size, zorder=3
        )
    _name_readings(axes, rows)
    low = max(SMALLEST, min(rows["pvalue"].min(), alpha / 3)) / 1.8
    axes.set_ylim(low, 1.25)
    ticks = [tick for tick in (1.0, 0.01, 1e-3, 1e-4, 1e-5, 1e-6) if tick >= low]
    axes.set_yticks([*ticks, alpha], [*(f"{tick:.6f}".rstrip("0").rstrip(".") for tick in ticks), f"{alpha:g}"])
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    axes.set_ylabel(label)
    axes.tick_params(axis="x", length=0)
    axes.spines["bottom"].set_visible(False)


def _name_readings(axes: Axes, rows: pd.DataFrame) -> None:
    """Mark the planned and the published analysis, each name at its mark, one above the other if they would overlap."""
    named = np.flatnonzero(rows["analysis"] != "multiverse")
    shares = named / len(rows)
    reach = 0.0
    for share, position in zip(shares, named, strict=True):
        axes.axvline(float(position), color=COLOURS["margin"], linewidth=7, zorder=0)
        word = "as planned" if rows["analysis"].iloc[position] == "planned" else "as published"
        # Two that stand close are named on one side, so that no name seems to be its neighbour's.
        ends = (shares[0] if np.ptp(shares) < NAME else share) > NAME
        begin = share - NAME * ends
        lift, reach = (15 if begin < reach else 3), begin + NAME
        axes.annotate(
            word,
            (position, 1.0),
            (0, lift),
            xycoords=("data", "axes fraction"),
            textcoords="offset points",
            ha="right" if ends else "left",
            fontsize=SMALL,
        )


def _draw_choices(axes: Axes, rows: pd.DataFrame, chosen: Sequence[tuple[str, str, str, str]]) -> None:
    """A row for each choice, with a point below every analysis that uses it."""
    height, labels, heading_before = 0, [], ""
    points: list[tuple[int, int]] = []
    for kind, option, name, heading in chosen:
        if heading != heading_before:
            labels.append((height, heading, "bold"))
            height, heading_before = height - 1, heading
        points += [(int(position), height) for position in np.flatnonzero(rows[kind] == option)]
        labels.append((height, name, "normal"))
        height -= 1
    options = [place for place, _, weight in labels if weight == "normal"]
    axes.hlines(options, -0.5, len(rows) - 0.5, color=COLOURS["rule"], linewidth=0.6, zorder=0)
    axes.plot(*zip(*points, strict=True), "o", color=COLOURS["ink"], markersize=4, zorder=2)
    for position in np.flatnonzero(rows["analysis"] != "multiverse"):
        axes.axvline(float(position), color=COLOURS["margin"], linewidth=7, zorder=-1)
    axes.set_ylim(height + 0.5, 0.6)
    axes.set_xlim(-0.8, len(rows) - 0.2)
    axes.set_yticks([place for place, _, _ in labels], [text for _, text, _ in labels], fontsize=SMALL)
    for tick, (_, _, weight) in zip(axes.get_yticklabels(), labels, strict=True):
        tick.set_fontweight(weight)
    axes.set_xticks([])
    axes.tick_params(length=0)
    axes.spines[["left", "bottom"]].set_visible(False)


def rates_figure(rates: pd.DataFrame, titles: dict[str, str]) -> Figure:
    """Percentages of cohorts with each verdict against the number of animals per group, one panel per scenario.

    Parameters
    ----------
    rates : DataFrame
        Rows of `verdict_rates` for one claim and analysis.
    titles : dict
        The scenarios to draw, and what to call them.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure, panels = _panels(titles, sorted(rates["n"].unique()), line=1.75, above=0.5)
        for scenario, axes in panels.items():
            own = rates[rates["scenario"] == scenario].sort_values("n")
            for verdict, colour, marker in (
                ("supported", COLOURS["treated"], "o"),
                ("contradicted", COLOURS["against"], "v"),
                ("untestable", COLOURS["control"], "x"),
            ):
                share = own[verdict].to_numpy()
                error = 2 * np.sqrt(share * (1 - share) / own["cohorts"].to_numpy())
                if share.any():
                    axes.errorbar(
                        own["n"],
                        share,
                        error,
                        color=colour,
                        marker=marker,
                        markersize=4,
                        linewidth=1.4,
                        elinewidth=1,
                        label=verdict,
                    )
        _legend(figure)
    return figure


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
