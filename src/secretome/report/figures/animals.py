"""Figures of individual values, with the effect on an aligned axis."""

import math
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from secretome.cohort import Study
from secretome.protocol import Claim, sides
from secretome.report import text
from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH, mark, name_groups, plain_log, two_lines
from secretome.report.figures.brackets import draw_brackets, draw_comb

Floats = NDArray[np.float64]
# More would climb off the panel: they share one line.
MOST_BRACKETS = 3


def paired_figure(study: Study, claim: Claim, row: text.Row) -> Figure:
    """Every pair, and the ratio with its interval on an axis aligned with them.

    Parameters
    ----------
    study : Study
        A paired study.
    claim : Claim
        The claim whose contrast is drawn.
    row : Series
        The planned result: a geometric mean ratio with its interval.

    Returns
    -------
    Figure
    """
    treated, control = claim.sides
    pairs = study.pairs(claim.endpoint, treated, control).dropna()
    endpoint = study.protocol.endpoints[claim.endpoint]
    with mpl.rc_context(STYLE):
        if pairs.empty:
            figure = Figure(figsize=(WIDTH, 1.0), layout="constrained")
            figure.text(
                0.02, 0.5, f"{endpoint.label}: no {study.protocol.experimental_unit} has both values.", va="center"
            )
            return figure
        figure = Figure(figsize=(WIDTH, 4.1), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(3, 1.5))
        _draw_pairs(left, pairs, rising=claim.rises)
        labels = [two_lines(study.protocol.groups[side].label) for side in (control, treated)]
        left.set_xticks([0, 1], labels, fontsize=SMALL)
        left.set_ylabel(f"{endpoint.label}\n{endpoint.unit}, log scale")
        base = float(np.exp(np.log(pairs["control"]).mean()))
        _draw_effect(right, row, (endpoint.equivalence_margin.low, endpoint.equivalence_margin.high))
        low, high = _limits(pairs, row, base)
        left.set_ylim(low, high)
        right.set_ylim(low / base, high / base)
        draw_brackets(left, 0, [1], [row])
        for axes in (left, right):
            plain_log(axes)
        mark(figure, study)
    return figure


def groups_figure(study: Study, endpoint: str, rows: Sequence[text.Row]) -> Figure:
    """Every animal of every group, and below each group its planned ratio to the control.

    Values beyond a limit of the assay are open triangles at the limit, pointing to where the value lies.

    Parameters
    ----------
    study : Study
        A study of independent groups.
    endpoint : str
        The endpoint's key.
    rows : sequence of Series
        The planned results to draw, all against one control. Each interval is drawn with its own p (see
        `decision_rows`).

    Returns
    -------
    Figure
    """
    about = study.protocol.endpoints[endpoint]
    values = study.cohort.values[(study.cohort.values["endpoint"] == endpoint) & study.cohort.values["lower"].notna()]
    with mpl.rc_context(STYLE):
        if values.empty:
            figure = Figure(figsize=(WIDTH, 1.0), layout="constrained")
            figure.text(0.02, 0.5, f"{about.label}: no {study.protocol.experimental_unit} has a value.", va="center")
            return figure
        figure = Figure(figsize=(WIDTH, 6.0), layout="constrained")
        above, below = figure.subplots(2, 1, height_ratios=(3, 2))
        # A zero has no place on a log axis: it is drawn as what lies below half the smallest value.
        smallest = float(values["upper"][values["upper"] > 0].min())
        zeros = values["upper"] == 0
        values = values.assign(upper=values["upper"].mask(zeros, smallest / 2))
        heights = np.log([*values["upper"][np.isfinite(values["upper"])], *values["lower"][values["lower"] > 0]])
        for position, (key, group) in enumerate(study.protocol.groups.items()):
            colour = COLOURS["treated" if group.role == "treated" else "control"]
            _draw_arm(above, position, values[values["group"] == key], colour, near=0.028 * float(np.ptp(heights)))
        above.set_yscale("log")
        above.set_xlim(-0.6, len(study.protocol.groups) - 0.4)
        name_groups(above, [group.label for group in study.protocol.groups.values()])
        above.set_ylabel(f"{about.label}\n{about.unit}, log scale")
        keys = list(study.protocol.groups)
        places = [keys.index(sides(row["contrast"])[0]) for row in rows]
        _draw_ratios(below, study, rows, (about.equivalence_margin.low, about.equivalence_margin.high), places)
        seen = [*values["upper"][np.isfinite(values["upper"])], *values["lower"][values["lower"] > 0]]
        above.set_ylim(min(seen) / 1.2, max(seen) * 1.2)
        shown = [
            0.7,
            1.4,
            *(
                row[name]
                for row in rows
                for name in ("estimate", "low", "high")
                if np.isfinite(row[name]) and row[name] > 0
            ),
        ]
        below.set_ylim(min(shown) / 1.1, max(shown) * 1.1)
        treated, against = ([keys.index(sides(row["contrast"])[side]) for row in rows] for side in (0, 1))
        (draw_comb if len(rows) > MOST_BRACKETS else draw_brackets)(above, against[0], treated, rows)
        for axes in (above, below):
            plain_log(axes)
        mark(figure, study)
    return figure


def design_figure(study: Study) -> Figure:
    """The groups of a study along a time axis in hours, each with its animals and the times of deaths."""
    protocol = study.protocol
    animals = study.cohort.values.drop_duplicates("animal")
    start, end = protocol.timeline[0].hour, protocol.timeline[-1].hour
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.9 + 0.62 * len(protocol.groups)), layout="constrained")
        axes = figure.subplots()
        for position, (key, group) in enumerate(protocol.groups.items()):
            own = animals[animals["group"] == key]
            dead = own[own["dead"]]
            colour = COLOURS["treated" if group.role == "treated" else "control"]
            axes.plot([start, end], [-position] * 2, color=colour, linewidth=2.5, solid_capstyle="butt")
            # Deaths of one hour hang below one another, so that each is seen.
            crowd = max(3, int(dead.groupby("time").size().max())) if dead["time"].notna().any() else 3
            depth = -position - 0.4 / crowd * dead.groupby("time").cumcount()
            axes.plot(dead["time"], depth, "x", color=COLOURS["against"], markersize=6, markeredgewidth=2, zorder=3)
            axes.text(start, 0.12 - position, f"{group.label}: {group.treatment}", va="bottom", fontsize=SMALL)
            alive = f"{len(own) - len(dead)} of {len(own)} alive" if len(dead) else f"n = {len(own)}"
            axes.text(end + 0.02 * (end - start), -position, alive, va="center", color=COLOURS["ink"])
        for event in protocol.timeline:
            axes.axvline(event.hour, color=COLOURS["quiet"], linewidth=1, linestyle=":", zorder=0)
        axes.set_xticks(
            [event.hour for event in protocol.timeline],
            [f"{event.hour:g} h\n{event.what}" for event in protocol.timeline],
        )
        axes.get_xticklabels()[0].set_horizontalalignment("left")
        axes.get_xticklabels()[-1].set_horizontalalignment("right")
        axes.set_xlim(start, end + 0.22 * (end - start))
        axes.set_ylim(0.4 - len(protocol.groups), 0.75)
        axes.set_yticks([])
        axes.spines[["left", "bottom"]].set_visible(False)
        axes.tick_params(length=0)
        mark(figure, study)
    return figure


def _draw_pairs(axes: Axes, pairs: pd.DataFrame, *, rising: bool) -> None:
    change = (pairs["treated"] - pairs["control"]) * (1 if rising else -1)
    for alike, colour, dashes in (
        (change > 0, "treated", "-"),
        (change < 0, "against", "--"),
        (change == 0, "quiet", ":"),
    ):
        # All pairs of a kind are one line with gaps: each more is drawn anew in every format.
        own = pairs.loc[alike, ["control", "treated"]].assign(gap=np.nan).to_numpy()
        axes.plot(
            np.tile([0, 1, np.nan], len(own)),
            own.ravel(),
            color=COLOURS[colour],
            linestyle=dashes,
            linewidth=1,
            alpha=0.75,
            zorder=1,
        )
    axes.plot(np.zeros(len(pairs)), pairs["control"], "o", color=COLOURS["control"], markersize=5.5, zorder=2)
    axes.plot(np.ones(len(pairs)), pairs["treated"], "o", color=COLOURS["treated"], markersize=5.5, zorder=2)
    axes.set_xlim(-0.3, 1.3)
    axes.set_yscale("log")


def _draw_effect(axes: Axes, row: text.Row, margin: tuple[float, float]) -> None:
    _dress_ratios(axes, margin)
    axes.set_xlim(-1, 1)
    if np.isfinite([row["low"], row["high"]]).all():
        axes.plot([0, 0], [row["low"], row["high"]], color=COLOURS["ink"], linewidth=2, solid_capstyle="butt", zorder=2)
        axes.plot([0], [row["estimate"]], "s", color=COLOURS["ink"], markersize=7, zorder=3)
        axes.set_xticks(
            [0], [f"{text.number(row['estimate'])}\n{text.number(row['low'])} to {text.number(row['high'])}"]
        )
        axes.set_ylabel(f"ratio of geometric means, {text.percent(row['level'])} interval")
    else:
        axes.set_xticks([0], ["no interval"])
        axes.set_ylabel("ratio of geometric means")


def _dress_ratios(axes: Axes, margin: tuple[float, float]) -> None:
    """A log axis of ratios, labelled on the right, with 1 and the equivalence margins."""
    axes.axhspan(*margin, color=COLOURS["margin"], zorder=0, linewidth=0)
    axes.axhline(1, color=COLOURS["quiet"], linewidth=1, zorder=1)
    axes.set_yscale("log")
    axes.yaxis.set_label_position("right")
    axes.yaxis.tick_right()
    axes.spines[["left"]].set_visible(False)
    axes.spines[["right"]].set_visible(True)


def _draw_arm(axes: Axes, position: int, rows: pd.DataFrame, colour: str, near: float) -> None:
    """Draw the animals of a group, spread sideways, and a bar at their median if the values determine it."""
    below, above = rows["lower"] == 0, np.isinf(rows["upper"])
    heights = rows["upper"].where(below, rows["lower"]).to_numpy()
    places = position + _sideways(np.log(heights), near)
    for kind, marker, face in ((below, "v", "none"), (above, "^", "none"), (~below & ~above, "o", colour)):
        axes.plot(
            places[kind],
            heights[kind],
            marker,
            color=colour,
            markerfacecolor=face,
            markersize=5.5,
            zorder=2,
            linestyle="none",
        )
    middle = rows["lower"].median(), rows["upper"].median()
    if len(rows) > 2 and middle[0] == middle[1]:
        axes.plot([position - 0.32, position + 0.32], [middle[0]] * 2, color=COLOURS["ink"], linewidth=1.6, zorder=3)


def _sideways(heights: Floats, near: float) -> Floats:
    """Offsets so that points do not overlap: from the lowest up, each takes the free place nearest the middle."""
    near = max(near, 1e-9)  # equal heights are near however little the rest varies
    most = max(int((np.abs(heights - height) < near).sum()) for height in heights) if heights.size else 1
    step = min(0.13, 0.8 / max(1, most))
    places = np.zeros(heights.size)
    for count, index in enumerate(order := np.argsort(heights, kind="stable")):
        taken = {round(places[other] / step) for other in order[:count] if heights[index] - heights[other] < near}
        free = next(place for turn in range(count + 1) for place in (turn, -turn) if place not in taken)
        places[index] = free * step
    return places


def _draw_ratios(
    axes: Axes, study: Study, rows: Sequence[text.Row], margin: tuple[float, float], places: Sequence[int]
) -> None:
    _dress_ratios(axes, margin)
    labels = []
    for position, row in zip(places, rows, strict=True):
        label = ""
        if not math.isnan(row["estimate"]) and np.isfinite([row["low"], row["high"]]).all():
            axes.plot(
                [position] * 2,
                [row["low"], row["high"]],
                color=COLOURS["ink"],
                linewidth=2,
                solid_capstyle="butt",
                zorder=2,
            )
        if not math.isnan(row["estimate"]):
            axes.plot([position], [row["estimate"]], "s", color=COLOURS["ink"], markersize=7, zorder=3)
            label = text.number(row["estimate"])
        elif math.isnan(row["level"]) and not math.isnan(row["low"]):
            # A bound is a triangle that points to where the ratio lies.
            upper = math.isfinite(row["high"])
            if upper or row["low"] > 0:
                height = row["high"] if upper else row["low"]
                axes.plot(
                    [position],
                    [height],
                    "v" if upper else "^",
                    color=COLOURS["ink"],
                    markerfacecolor="none",
                    markersize=8,
                    zorder=3,
                )
                label = f"{'≤' if upper else '≥'} {text.number(height)}"
        labels.append(label)
    axes.set_xlim(-0.6, len(study.protocol.groups) - 0.4)
    axes.set_xticks(places, labels, fontsize=SMALL)
    levels = {row["level"] for row in rows if not math.isnan(row["level"])}
    control = study.protocol.groups[sides(rows[0]["contrast"])[1]].label
    simultaneous = "simultaneous " if any(text.is_adjusted(row) for row in rows) else ""
    with_interval = f",\n{simultaneous}{text.percent(levels.pop())} interval" if len(levels) == 1 else ""
    axes.set_ylabel(f"ratio to {text.lowercase_first(control)}{with_interval}")


def _limits(pairs: pd.DataFrame, row: text.Row, base: float) -> tuple[float, float]:
    shown = [pairs.to_numpy().min(), pairs.to_numpy().max(), 0.7 * base, 1.4 * base]
    shown += [base * limit for limit in (row["low"], row["high"]) if np.isfinite(limit)]
    return min(shown) / 1.1, max(shown) * 1.1
