"""Figures of individual values, with the effect on an aligned axis."""

import math
import textwrap
from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from numpy.typing import NDArray

from secretome.cohort import Study
from secretome.protocol import Claim, Direction, Endpoint, EquivalenceMargin, sides
from secretome.report import text
from secretome.report.figures.base import (
    COLOURS,
    SMALL,
    STYLE,
    WIDTH,
    mark_simulated,
    name_groups,
    powers_of_two,
    scale_axis,
)
from secretome.report.figures.brackets import draw_brackets, draw_comb
from secretome.report.figures.survival import survival_figure

Floats = NDArray[np.float64]
# More would climb off the panel: they share one line.
MAX_BRACKETS = 3


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
    treated, control = sides(row["contrast"])
    pairs = study.pairs(claim.endpoint, treated, control).dropna()
    endpoint = study.protocol.endpoints[claim.endpoint]
    with mpl.rc_context(STYLE):
        if pairs.empty:
            return _figure_of_words(f"{endpoint.label}: no {study.protocol.experimental_unit} has both values.")
        figure = Figure(figsize=(WIDTH, 4.1), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(3, 1.5))
        _draw_pairs(left, pairs, claim.direction)
        labels = [textwrap.fill(study.protocol.groups[side].label, 12) for side in (control, treated)]
        left.set_xticks([0, 1], labels, fontsize=SMALL)
        left.set_ylabel(f"{endpoint.label}\n{endpoint.unit}, {text.scale_words(endpoint)}")
        logs = endpoint.equivalence_margin.scale == "log"
        base = float(np.exp(np.log(pairs["control"]).mean()) if logs else pairs["control"].mean())
        _draw_effect(right, row, endpoint)
        low, high = _limits(pairs, row, base, endpoint.equivalence_margin)
        left.set_ylim(low, high)
        right.set_ylim(*((low / base, high / base) if logs else (low - base, high - base)))
        draw_brackets(left, [(0, 1)], [row])
        for axes in (left, right):
            scale_axis(axes, logs=logs)
        mark_simulated(figure, study)
    return figure


def groups_by_route(study: Study, rows: Sequence[text.Row]) -> dict[str, list[str]]:
    """The groups of each figure: one for each route of a treatment that is given by several, with all other groups.

    Parameters
    ----------
    study : Study
        A study of independent groups.
    rows : sequence of Series
        The planned results to draw; if they compare groups of different routes, one figure shows all groups.

    Returns
    -------
    dict
        The keys of the groups by route; by an empty name if all groups share one figure.

    Examples
    --------
    >>> from secretome import load_study
    >>> list(groups_by_route(load_study("humoral_immunity"), []))
    ['intramuscular', 'subcutaneous']
    """
    groups = study.protocol.groups
    routes = list(dict.fromkeys(group.route for group in groups.values() if group.route))
    crossing = any(all(groups[side].route for side in sides(row["contrast"])) for row in rows)
    if len(routes) < 2 or crossing:
        return {"": list(groups)}
    return {route: [key for key, group in groups.items() if group.route in ("", None, route)] for route in routes}


def groups_figure(
    study: Study, endpoint: str, rows: Sequence[text.Row], shown_groups: Sequence[str] | None = None
) -> Figure:
    """Every animal of every group, and below each group its planned ratio to its control.

    Values beyond a limit of the assay are open triangles at the limit, pointing to where the value lies.

    Parameters
    ----------
    study : Study
        A study of independent groups.
    endpoint : str
        The endpoint's key.
    rows : sequence of Series
        The planned results to draw, each of another treated group. Each interval is drawn with its own p (see
        `decision_rows`).
    shown_groups : sequence of str, optional
        The keys of the groups to show, such as those of one route. Figures of one endpoint have the same axes
        whichever groups they show.

    Returns
    -------
    Figure
    """
    about = study.protocol.endpoints[endpoint]
    if about.kind == "survival":
        return survival_figure(study, endpoint, rows, shown_groups)
    values = study.cohort.values[(study.cohort.values["endpoint"] == endpoint) & study.cohort.values["lower"].notna()]
    with mpl.rc_context(STYLE):
        if values.empty:
            return _figure_of_words(f"{about.label}: no {study.protocol.experimental_unit} has a value.")
        # Without a contrast of two groups, such as where every claim is a trend, there are only the animals.
        figure = Figure(figsize=(WIDTH, 5.4 if rows else 3.4), layout="constrained")
        ratios = (3, 2) if rows else (1,)
        above, *others = figure.subplots(len(ratios), 1, height_ratios=ratios, squeeze=False)[:, 0]
        logs = about.equivalence_margin.scale == "log"
        if logs:
            # A zero has no place on a log axis: it is drawn as what lies below half the smallest value.
            smallest = float(values["upper"][values["upper"] > 0].min())
            zeros = values["upper"] == 0
            values = values.assign(upper=values["upper"].mask(zeros, smallest / 2))
        shown = [*values["upper"][np.isfinite(values["upper"])], *values["lower"][(values["lower"] > 0) | (not logs)]]
        heights = np.log(shown) if logs else np.array(shown)
        keys = list(study.protocol.groups if shown_groups is None else shown_groups)
        every, rows = rows, [row for row in rows if set(sides(row["contrast"])) <= set(keys)]
        for position, key in enumerate(keys):
            colour = COLOURS["treated" if study.protocol.groups[key].role == "treated" else "control"]
            near = 0.028 * float(np.ptp(heights))
            _draw_group(above, position, values[values["group"] == key], colour, near=near, logs=logs)
        above.set_xlim(-0.6, len(keys) - 0.4)
        _name_groups(above, study, keys, values["group"])
        above.set_ylabel(f"{about.label}\n{about.unit}, {text.scale_words(about)}")
        places = [keys.index(sides(row["contrast"])[0]) for row in rows]
        above.set_ylim(*_with_room(shown, 1.2, logs=logs))
        effects = [row[name] for row in every for name in ("estimate", "low", "high") if np.isfinite(row[name])]
        margin = about.equivalence_margin
        effects = [0.7, 1.4, *(one for one in effects if one > 0)] if logs else [margin.low, margin.high, *effects]
        for below in others:
            _draw_ratios(below, study, rows, about, places)
            below.set_xlim(above.get_xlim())
            below.set_ylim(*_with_room(effects, 1.1, logs=logs))
        _draw_contrasts(above, keys, places, rows)
        for axes in (above, *others):
            scale_axis(axes, logs=logs)
        if about.kind == "titre":
            powers_of_two(above)
        mark_simulated(figure, study)
    return figure


def _figure_of_words(words: str) -> Figure:
    """A figure that states why nothing can be drawn."""
    figure = Figure(figsize=(WIDTH, 1.0), layout="constrained")
    figure.text(0.02, 0.5, words, va="center")
    return figure


def _draw_contrasts(axes: Axes, keys: Sequence[str], places: Sequence[int], rows: Sequence[text.Row]) -> None:
    """Connect each treated group with its control; many with the same control share one line."""
    controls = [keys.index(sides(row["contrast"])[1]) for row in rows]
    if len(rows) > MAX_BRACKETS and len(set(controls)) == 1:
        draw_comb(axes, controls[0], places, rows)
    else:
        draw_brackets(axes, list(zip(controls, places, strict=True)), rows)


def design_figure(study: Study) -> Figure:
    """The groups of a study along a time axis in hours, each with its animals and the times of deaths."""
    protocol = study.protocol
    animals = study.cohort.values.drop_duplicates("animal")
    start, end = protocol.timeline[0].hour, protocol.timeline[-1].hour
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 0.9 + 0.78 * len(protocol.groups)), layout="constrained")
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
            name = f"{group.label}\n{group.treatment}" if group.treatment else group.label
            axes.text(start, 0.1 - position, name, va="bottom", fontsize=SMALL, linespacing=1.45)
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
        mark_simulated(figure, study)
    return figure


def _draw_pairs(axes: Axes, pairs: pd.DataFrame, direction: Direction | None) -> None:
    change = pairs["treated"] - pairs["control"]
    # Without a claimed direction, no pair changes against it.
    change = change.abs() if direction is None else change if direction == "up" else -change
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


def _draw_effect(axes: Axes, row: text.Row, endpoint: Endpoint) -> None:
    _dress_effects(axes, endpoint.equivalence_margin)
    logs = endpoint.equivalence_margin.scale == "log"
    name = "ratio of geometric means" if logs else f"mean difference, {endpoint.unit}"
    axes.set_xlim(-1, 1)
    if np.isfinite([row["low"], row["high"]]).all():
        axes.plot([0, 0], [row["low"], row["high"]], color=COLOURS["ink"], linewidth=2, solid_capstyle="butt", zorder=2)
        axes.plot([0], [row["estimate"]], "s", color=COLOURS["ink"], markersize=7, zorder=3)
        axes.set_xticks(
            [0], [f"{text.number(row['estimate'])}\n{text.number(row['low'])} to {text.number(row['high'])}"]
        )
        axes.set_ylabel(f"{name}, {text.percent(row['level'])} interval")
    else:
        axes.set_xticks([0], ["no interval"])
        axes.set_ylabel(name)


def _with_room(values: Sequence[float], factor: float, *, logs: bool) -> tuple[float, float]:
    """Limits of an axis with some room beyond the lowest and the highest value."""
    low, high = float(min(values)), float(max(values))
    if logs:
        return low / factor, high * factor
    room = (factor - 1) / 2 * (high - low or 1.0)
    return low - room, high + room


def _dress_effects(axes: Axes, margin: EquivalenceMargin) -> None:
    """An axis of effects, labelled on the right, with no difference and the equivalence margins."""
    axes.axhspan(margin.low, margin.high, color=COLOURS["margin"], zorder=0, linewidth=0)
    axes.axhline(margin.no_difference, color=COLOURS["quiet"], linewidth=1, zorder=1)
    axes.yaxis.set_label_position("right")
    axes.yaxis.tick_right()
    axes.spines[["left"]].set_visible(False)
    axes.spines[["right"]].set_visible(True)


def _draw_group(axes: Axes, position: int, rows: pd.DataFrame, colour: str, near: float, *, logs: bool) -> None:
    """Draw the animals of a group, spread sideways, and a bar at their median if the values determine it."""
    # On a log axis, a zero is below half the smallest value.
    below, above = (rows["lower"] == 0) & (rows["upper"] > 0), np.isinf(rows["upper"])
    heights = rows["upper"].where(below, rows["lower"]).to_numpy()
    places = position + _sideways(np.log(heights) if logs else heights, near)
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


def _name_groups(axes: Axes, study: Study, keys: Sequence[str], values: "pd.Series[str]") -> None:
    """The label and n of each group; groups named by their dose have it as a number, and the unit once below."""
    groups = [study.protocol.groups[key] for key in keys]
    by_dose = [
        group for group in groups if group.route or (group.dose and group.label == f"{group.dose:g} {group.dose_unit}")
    ]
    routes, units = {group.route or "" for group in by_dose}, {group.dose_unit for group in by_dose}
    same = len(routes) == len(units) == 1
    names = [f"{group.dose:g}" if same and group in by_dose else group.label for group in groups]
    name_groups(axes, names, [f"n = {int((values == key).sum())}" for key in keys])
    if same:
        axes.set_xlabel(f"{f'{routes.pop()} dose'.strip().capitalize()}, {units.pop()}")


def _draw_ratios(axes: Axes, study: Study, rows: Sequence[text.Row], about: Endpoint, places: Sequence[int]) -> None:
    _dress_effects(axes, about.equivalence_margin)
    axes.yaxis.set_label_position("left")
    axes.yaxis.tick_left()
    axes.spines[["left"]].set_visible(True)
    axes.spines[["right"]].set_visible(False)
    labels = [_draw_ratio(axes, position, row) for position, row in zip(places, rows, strict=True)]
    axes.set_xticks(places, labels, fontsize=SMALL)
    axes.set_ylabel(_name_of_ratios(study, rows, about))


def _draw_ratio(axes: Axes, position: int, row: text.Row) -> str:
    """Draw an effect with its interval, or its bound, and return its label."""
    ink = COLOURS["ink"]
    if not math.isnan(row["estimate"]):
        if np.isfinite([row["low"], row["high"]]).all():
            ends = [row["low"], row["high"]]
            axes.plot([position] * 2, ends, color=ink, linewidth=2, solid_capstyle="butt", zorder=2)
        axes.plot([position], [row["estimate"]], "s", color=ink, markersize=7, zorder=3)
        return text.number(row["estimate"])
    upper = math.isfinite(row["high"])
    if not math.isnan(row["level"]) or math.isnan(row["low"]) or not (upper or row["low"] > 0):
        return ""
    # A bound is a triangle that points to where the ratio lies.
    height = row["high"] if upper else row["low"]
    marker = "v" if upper else "^"
    axes.plot([position], [height], marker, color=ink, markerfacecolor="none", markersize=8, zorder=3)
    return f"{'≤' if upper else '≥'} {text.number(height)}"


def _name_of_ratios(study: Study, rows: Sequence[text.Row], about: Endpoint) -> str:
    """The label of the axis of effects."""
    levels = {row["level"] for row in rows if not math.isnan(row["level"])}
    controls = dict.fromkeys(study.protocol.groups[sides(row["contrast"])[1]].label for row in rows)
    with_interval = f",\n{text.percent(levels.pop())} interval" if len(levels) == 1 else ""
    words = text.effect_words(about)
    if len(controls) > 1 and words.unit:
        # The brackets show which groups are compared. A line of the label must not be longer than the axis.
        name, with_interval = f"mean difference,\n{words.unit.strip()}", with_interval.replace("\n", " ")
    elif len(controls) > 1:
        name = words.short
    elif about.equivalence_margin.scale == "log":
        name = f"ratio to {text.lowercase_first(next(iter(controls)))}"
    else:
        name = f"difference from\n{text.lowercase_first(next(iter(controls)))},{words.unit}"
    return f"{name}{with_interval}"


def _limits(pairs: pd.DataFrame, row: text.Row, base: float, margin: EquivalenceMargin) -> tuple[float, float]:
    if margin.scale == "linear":
        effects = [margin.low, margin.high, *(limit for limit in (row["low"], row["high"]) if np.isfinite(limit))]
        return _with_room([*pairs.to_numpy().ravel(), *(base + effect for effect in effects)], 1.1, logs=False)
    shown = [pairs.to_numpy().min(), pairs.to_numpy().max(), 0.7 * base, 1.4 * base]
    shown += [base * limit for limit in (row["low"], row["high"]) if np.isfinite(limit)]
    return min(shown) / 1.1, max(shown) * 1.1
