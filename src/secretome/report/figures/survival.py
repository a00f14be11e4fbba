"""Kaplan-Meier curves with the numbers at risk, and the hazard ratios below them."""

import math
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from secretome import stats
from secretome.cohort import Study
from secretome.protocol import EquivalenceMargin, sides
from secretome.report import text
from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH, mark_simulated, nice_logs

# The lines of treated groups and of the others, one after another.
LINES = ("-", "--", ":", "-.", (0, (5, 1, 1, 1, 1, 1)), (0, (1, 3)), (0, (8, 2)), (0, (3, 1, 1, 1)))
# Times at which animals at risk are counted.
MAX_TIMES = 6


def survival_figure(
    study: Study, endpoint: str, rows: Sequence[text.Row], shown_groups: Sequence[str] | None = None
) -> Figure:
    """The Kaplan-Meier curve of every group with the numbers at risk, and below them the planned hazard ratios.

    Parameters
    ----------
    study : Study
        A study with survival.
    endpoint : str
        The endpoint's key.
    rows : sequence of Series
        The planned results to draw.
    shown_groups : sequence of str, optional
        The keys of the groups to show.

    Returns
    -------
    Figure
    """
    about = study.protocol.endpoints[endpoint]
    values = study.cohort.values[(study.cohort.values["endpoint"] == endpoint) & study.cohort.values["lower"].notna()]
    keys = [key for key in (shown_groups or study.protocol.groups) if (values["group"] == key).any()]
    rows = [row for row in rows if set(sides(row["contrast"])) <= set(keys)]
    with mpl.rc_context(STYLE):
        if not keys:
            figure = Figure(figsize=(WIDTH, 1.0), layout="constrained")
            figure.text(0.02, 0.5, f"{about.label}: of no {study.protocol.experimental_unit} known.", va="center")
            return figure
        heights = (2.6, 0.22 * len(keys) + 0.1, 0.42 * len(rows) + 0.25)[: 3 if rows else 2]
        figure = Figure(figsize=(WIDTH, sum(heights) + 1.4), layout="constrained")
        curves, risk, *ratios = figure.subplots(len(heights), 1, height_ratios=heights)
        _draw_curves(curves, study, values, keys)
        curves.set_ylabel("share alive")
        # A legend of the figure would lie under its title, which marks simulated animals.
        curves.legend(loc="lower left", bbox_to_anchor=(-0.3, 1.0), ncols=2, frameon=False, fontsize=SMALL)
        _draw_numbers(risk, study, values, keys, curves)
        risk.set_xlabel(f"{about.label}, {about.unit}")
        if ratios:
            _draw_ratios(ratios[0], study, rows, about.equivalence_margin)
        mark_simulated(figure, study)
    return figure


def _colour(study: Study, key: str) -> str:
    return COLOURS["treated" if study.protocol.groups[key].role == "treated" else "control"]


def _draw_curves(axes: Axes, study: Study, values: pd.DataFrame, keys: Sequence[str]) -> None:
    longest = float(values["lower"].max())
    drawn = dict.fromkeys((COLOURS["treated"], COLOURS["control"]), 0)
    for key in keys:
        own = values[values["group"] == key]
        time, died = own["lower"].to_numpy(), own["value"].notna().to_numpy().astype(float)
        moments, alive = stats.survival_curve(time, died)
        colour = _colour(study, key)
        line = LINES[drawn[colour] % len(LINES)]
        drawn[colour] += 1
        end = float(time.max())
        axes.step(
            [0.0, *moments, end],
            [1.0, *alive, alive[-1] if alive.size else 1.0],
            where="post",
            color=colour,
            linestyle=line,
            linewidth=1.8,
            label=study.protocol.groups[key].label,
        )
        seen = np.unique(time[died == 0])
        shares = np.array([1.0, *alive])[np.searchsorted(moments, seen, side="right")]
        axes.plot(seen, shares, "|", color=colour, markersize=8, markeredgewidth=1.6)
    # Room for the numbers at risk at the start.
    axes.set_xlim(-0.04 * longest, longest * 1.03 or 1.0)
    axes.set_ylim(0, 1.05)
    axes.set_yticks([0, 0.25, 0.5, 0.75, 1.0], ["0", "25 %", "50 %", "75 %", "100 %"])


def _draw_numbers(axes: Axes, study: Study, values: pd.DataFrame, keys: Sequence[str], curves: Axes) -> None:
    """The animals that had neither died nor left before each time."""
    longest = float(values["lower"].max())
    step = longest / MAX_TIMES
    power = 10.0 ** math.floor(math.log10(step)) if step > 0 else 1.0
    step = next(size * power for size in (1, 2, 2.5, 3, 5, 6, 10) if size * power >= step) if step > 0 else 1.0
    moments = np.arange(0, longest * 1.001, step)
    for line, key in enumerate(keys):
        time = values.loc[values["group"] == key, "lower"].to_numpy()
        for moment in moments:
            axes.text(moment, -line, f"{int((time >= moment).sum())}", ha="center", va="center", fontsize=SMALL)
    axes.set_yticks([-line for line in range(len(keys))], [study.protocol.groups[key].label for key in keys])
    axes.tick_params(axis="y", labelsize=SMALL, length=0)
    axes.set_ylim(0.6 - len(keys), 0.6)
    for panel in (axes, curves):
        panel.set_xlim(*curves.get_xlim())
        panel.set_xticks(moments, [f"{moment:g}" for moment in moments])
    axes.set_title("at risk", loc="left", fontsize=SMALL)
    axes.spines[["left", "bottom"]].set_visible(False)


def _draw_ratios(axes: Axes, study: Study, rows: Sequence[text.Row], margin: EquivalenceMargin) -> None:
    """Hazard ratios with their intervals, and the p of each; an arrow leads to a limit that is not finite."""
    axes.set_xscale("log")
    axes.axvspan(margin.low, margin.high, color=COLOURS["margin"], zorder=0, linewidth=0)
    axes.axvline(1, color=COLOURS["quiet"], linewidth=1, zorder=1)
    finite = [row[name] for row in rows for name in ("estimate", "low", "high") if 0 < row[name] < math.inf]
    low, high = min([margin.low, *finite]) / 1.4, max([margin.high, *finite]) * 1.4
    for line, row in enumerate(rows):
        if not math.isnan(row["estimate"]):
            ends = max(row["low"], low), min(row["high"], high)
            axes.plot(ends, [-line] * 2, color=COLOURS["ink"], linewidth=2, solid_capstyle="butt", zorder=2)
            for end, beyond, marker in ((low, row["low"] < low, "<"), (high, row["high"] > high, ">")):
                if beyond:
                    axes.plot([end], [-line], marker, color=COLOURS["ink"], markersize=7, zorder=3, clip_on=False)
            if 0 < row["estimate"] < math.inf:
                axes.plot([row["estimate"]], [-line], "s", color=COLOURS["ink"], markersize=7, zorder=3)
        shown = "" if math.isnan(row["pvalue"]) else text.bracket_p(row)
        axes.annotate(
            f"{text.number(row['estimate'])}, {shown}",
            (low, 0.2 - line),
            xytext=(4, 0),
            textcoords="offset points",
            fontsize=SMALL,
            va="bottom",
        )
    axes.set_xlim(low, high)
    axes.set_ylim(0.25 - len(rows), 0.75)
    labels = [study.protocol.groups[sides(row["contrast"])[0]].label for row in rows]
    axes.set_yticks([-line for line in range(len(rows))], labels, fontsize=SMALL)
    axes.tick_params(axis="y", length=0)
    nice_logs(axes.xaxis, low, high)
    controls = dict.fromkeys(study.protocol.groups[sides(row["contrast"])[1]].label for row in rows)
    against = text.lowercase_first(next(iter(controls))) if len(controls) == 1 else "the compared group"
    levels = {row["level"] for row in rows if not math.isnan(row["level"])}
    adjusted = "simultaneous " if any(text.is_adjusted(row) for row in rows) else ""
    level = f",\n{adjusted}{text.percent(levels.pop())} interval" if len(levels) == 1 else ""
    axes.set_xlabel(f"hazard ratio to {against}{level}")
