"""Figures of panels: the effect on every endpoint, with simultaneous intervals."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure

from secretome.cohort import Study
from secretome.protocol import Panel
from secretome.report import text
from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH, mark_simulated, nice_logs

# Inches: a row, and the axis below.
ROW, AXIS = 0.27, 0.85


def panel_figure(study: Study, panel: Panel, rows: Sequence[text.Row], alpha: float) -> Figure:
    """The effect on each endpoint of a panel, one line for each contrast, with the interval of its adjusted p.

    Parameters
    ----------
    study : Study
        A study of independent groups.
    panel : Panel
        The panel.
    rows : sequence of Series
        Its planned results, in the order to draw; those without an interval are named, with the bound if there is one.
    alpha : float
        Effects whose adjusted p is at most this are filled squares.

    Returns
    -------
    Figure
    """
    first = study.protocol.endpoints[panel.endpoints[0]]
    margin, words = first.equivalence_margin, text.effect_words(first)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, AXIS + ROW * max(3, len(rows))), layout="constrained")
        axes = figure.subplots()
        axes.axvline(margin.no_difference, color=COLOURS["quiet"], linewidth=1, zorder=1)
        labels = []
        for place, row in enumerate(rows):
            about = study.protocol.endpoints[row["endpoint"]]
            contrast = f", {text.against(study, row['contrast'])}" if len(panel.contrasts) > 1 else ""
            labels.append(f"{about.label}{contrast}")
            own = about.equivalence_margin
            axes.fill_betweenx(
                [-place - 0.5, -place + 0.5], own.low, own.high, color=COLOURS["margin"], linewidth=0, zorder=0
            )
            significant = row["pvalue_adjusted"] <= alpha
            colour = COLOURS["treated" if significant else "control"]
            low, high = row["low_simultaneous"], row["high_simultaneous"]
            if np.isfinite([low, high]).all():
                axes.plot([low, high], [-place] * 2, color=colour, linewidth=1.8, solid_capstyle="butt", zorder=2)
            if not np.isnan(row["estimate"]):
                face = colour if significant else COLOURS["paper"]
                axes.plot([row["estimate"]], [-place], "s", color=colour, markerfacecolor=face, markersize=6, zorder=3)
            else:
                axes.text(margin.no_difference, -place, f" {text.ratio(row)}", va="center", fontsize=SMALL)
        axes.set_yticks([-place for place in range(len(rows))], labels, fontsize=SMALL)
        axes.set_ylim(0.5 - len(rows), 0.5)
        axes.set_xlabel(f"{words.name}{f',{words.unit}' if words.unit else ''}, simultaneous interval")
        if margin.scale == "log":
            axes.set_xscale("log")
            nice_logs(axes.xaxis, *axes.get_xlim())
        mark_simulated(figure, study)
    return figure
