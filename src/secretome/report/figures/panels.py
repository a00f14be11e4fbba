"""Figures of panels: the effect on every endpoint, with simultaneous intervals."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from secretome.cohort import Study
from secretome.protocol import Panel
from secretome.report import text
from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH, mark_simulated, nice_logs

# Inches: a row, and the axis below.
ROW, AXIS = 0.27, 1.0


def panel_figure(study: Study, panel: Panel, rows: Sequence[text.Row], alpha: float) -> Figure:
    """The effect on each endpoint of a panel, with the interval of its adjusted p, below the name of its contrast.

    Parameters
    ----------
    study : Study
        A study of independent groups.
    panel : Panel
        The panel.
    rows : sequence of Series
        Its planned results; those without an interval are named, with the bound if there is one.
    alpha : float
        Effects whose adjusted p is at most this are filled squares.

    Returns
    -------
    Figure
    """
    first = study.protocol.endpoints[panel.endpoints[0]]
    margin, words = first.equivalence_margin, text.effect_words(first)
    lines = _lines(panel, rows)
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, AXIS + ROW * max(3, len(lines))), layout="constrained")
        axes = figure.subplots()
        axes.axvline(margin.no_difference, color=COLOURS["quiet"], linewidth=1, zorder=1)
        labels = {}
        for place, line in enumerate(lines):
            if isinstance(line, str):
                # A heading on a separate row keeps the labels short, so that the intervals have the width.
                _draw_heading(axes, text.against(study, line), -place)
                continue
            labels[-place] = study.protocol.endpoints[line["endpoint"]].label
            _draw_effect(axes, study, line, -place, alpha)
        axes.set_yticks(list(labels), list(labels.values()), fontsize=SMALL)
        axes.set_ylim(0.5 - len(lines), 0.5)
        axes.set_xlabel(f"{words.name}{f',{words.unit}' if words.unit else ''},\nsimultaneous interval")
        if margin.scale == "log":
            axes.set_xscale("log")
            nice_logs(axes.xaxis, *axes.get_xlim())
        mark_simulated(figure, study)
    return figure


def _lines(panel: Panel, rows: Sequence[text.Row]) -> list[text.Row | str]:
    """The lines from the top: each contrast, if there are several, above the rows of its endpoints."""
    lines: list[text.Row | str] = []
    for contrast in panel.contrasts:
        own = [row for row in rows if row["contrast"] == contrast]
        lines += [*([contrast] if own and len(panel.contrasts) > 1 else []), *own]
    return lines


def _draw_heading(axes: Axes, heading: str, place: int) -> None:
    paper = {"facecolor": COLOURS["paper"], "edgecolor": "none", "pad": 1}
    across = axes.get_yaxis_transform()
    axes.text(0.02, place, heading, transform=across, va="center", fontsize=SMALL, fontweight="bold", bbox=paper)


def _draw_effect(axes: Axes, study: Study, row: text.Row, place: int, alpha: float) -> None:
    """Draw the margin, interval and estimate of one effect; a row without an estimate shows its bound."""
    margin = study.protocol.endpoints[row["endpoint"]].equivalence_margin
    axes.fill_betweenx(
        [place - 0.5, place + 0.5], margin.low, margin.high, color=COLOURS["margin"], linewidth=0, zorder=0
    )
    significant = row["pvalue_adjusted"] <= alpha
    colour = COLOURS["treated" if significant else "control"]
    low, high = row["low_simultaneous"], row["high_simultaneous"]
    if np.isfinite([low, high]).all():
        axes.plot([low, high], [place] * 2, color=colour, linewidth=1.8, solid_capstyle="butt", zorder=2)
    if np.isnan(row["estimate"]):
        axes.annotate(
            text.ratio(row),
            (margin.no_difference, place),
            (4, 0),
            textcoords="offset points",
            va="center",
            fontsize=SMALL,
        )
        return
    face = colour if significant else COLOURS["paper"]
    axes.plot([row["estimate"]], [place], "s", color=colour, markerfacecolor=face, markersize=6, zorder=3)
