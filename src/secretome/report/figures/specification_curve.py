"""The specification curve: every analysis of a claim in one cohort."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from secretome.analysis import (
    MEAN_DIFFERENCE,
    RANK_RATIO,
    RATE_RATIO,
    RATIO,
    RATIO_BY_MODEL,
    SHIFT,
    TREND_RATIO,
)
from secretome.analysis.results import HAZARD_RATIO
from secretome.claims import DIFFERENCE
from secretome.cohort import Study
from secretome.protocol import Claim, sides
from secretome.report import text as report_text
from secretome.report.figures.base import COLOURS, SMALL, STYLE, WIDTH, mark_simulated, plain_log

# A p smaller than this is drawn here.
MIN_SHOWN_P = 1e-6
ANSWERS = {
    "claimed": (COLOURS["treated"], COLOURS["treated"]),
    "opposite": (COLOURS["against"], COLOURS["against"]),
    "open": (COLOURS["quiet"], COLOURS["paper"]),
}
MARKERS = {"planned": ("s", 6.5), "published": ("D", 6)}
# Kinds of effect that share an axis; the others, such as a probability of superiority, have only a p here.
RATIOS = frozenset({HAZARD_RATIO, RATIO, RATIO_BY_MODEL, RATE_RATIO, RANK_RATIO, TREND_RATIO})
DIFFERENCES = frozenset({MEAN_DIFFERENCE, SHIFT})
# Inches: a character of a label, a row of the specifications, the panels of effects and of p, what stands between.
CHARACTER, ROW, EFFECTS, PVALUES, BETWEEN, TICKS = 0.073, 0.175, 1.5, 0.95, 0.14, 0.5
# Inches, narrower than the word "difference".
NARROW = 0.8


def specification_figure(study: Study, specifications: pd.DataFrame, alpha: float) -> Figure:
    """All analyses of a claim: the effect with its interval, p beneath, and the specification below each.

    Parameters
    ----------
    study : Study
        The study, for the mark of simulated animals.
    specifications : DataFrame
        What `specifications` returned, or its rows for one question; p-values for different questions cannot share an
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
            "the rows have more than one question, and p-values of different questions cannot share an axis; pass the "
            "rows of one question."
        )
    rows = specifications[specifications["pvalue"].notna()]
    with mpl.rc_context(STYLE):
        if rows.empty:
            figure = Figure(figsize=(WIDTH, 0.9))
            figure.text(0.02, 0.4, "No analysis of this claim can be computed.", va="center")
            mark_simulated(figure, study)
            return figure
        claim, question = study.protocol.claims[rows["claim"].iloc[0]], str(rows["question"].iloc[0])
        made = [(kind, option, name, report_text.HEADINGS[kind]) for kind, option, name, _ in report_text.options(rows)]
        chosen = [*made, *_groups(study, claim, question, rows)]
        blocks = _blocks(rows)
        figure, grid = _grid(blocks, chosen)
        unit = study.protocol.endpoints[claim.endpoint].unit
        for column, (name, block) in enumerate(blocks):
            first = column == 0
            _draw_effects(grid[0][column], name, block, unit)
            _draw_pvalues(grid[1][column], block, rows["pvalue"], alpha, label=first)
            _draw_choices(grid[2][column], block, chosen, label=first)
        _legend_of_answers(figure, rows)
        mark_simulated(figure, study)
    return figure


def _blocks(rows: pd.DataFrame) -> list[tuple[str, pd.DataFrame]]:
    """The analyses by the kind of their effect, in the order of p."""
    ratios, differences = rows["effect"].isin(RATIOS), rows["effect"].isin(DIFFERENCES)
    parts = (("ratio", rows[ratios]), ("difference", rows[differences]), ("", rows[~ratios & ~differences]))
    return [(name, part.reset_index(drop=True)) for name, part in parts if len(part)]


def _grid(
    blocks: Sequence[tuple[str, pd.DataFrame]], chosen: Sequence[tuple[str, str, str, str]]
) -> tuple[Figure, list[list[Axes]]]:
    """Panels of effects, p-values and specifications, one above the other, for each block of analyses."""
    lines = len(chosen) + len({heading for _, _, _, heading in chosen})
    rows = ROW * max(lines, 1)
    top, bottom = 0.6, 0.62
    height = top + EFFECTS + BETWEEN + PVALUES + BETWEEN + rows + bottom
    left = max([0.75, 0.12 + CHARACTER * max((len(name) for _, _, name, _ in chosen), default=0)])
    gaps = [0.0, *(TICKS if name else 0.08 for name, _ in blocks[1:])]
    each = (WIDTH - left - 0.08 - sum(gaps)) / sum(len(block) for _, block in blocks)
    figure = Figure(figsize=(WIDTH, height))
    grid: list[list[Axes]] = [[], [], []]
    for (_, block), gap in zip(blocks, gaps, strict=True):
        left += gap
        floor = height - top
        for place, part in enumerate((EFFECTS, PVALUES, rows)):
            floor -= part
            box = (left / WIDTH, floor / height, each * len(block) / WIDTH, part / height)
            grid[place].append(figure.add_axes(box))
            floor -= BETWEEN
        left += each * len(block)
    return figure, grid


def _groups(study: Study, claim: Claim, question: str, rows: pd.DataFrame) -> list[tuple[str, str, str, str]]:
    """The groups whose p is drawn, for a claim about several groups: column, value, label, heading."""
    if len(claim.decisive_contrasts) < 2:
        return []
    heading = "Smallest p in" if question == DIFFERENCE else "Largest p in"
    drawn = set(rows["contrast"])
    return [
        ("contrast", contrast, study.protocol.groups[sides(contrast)[0]].label, heading)
        for contrast in claim.decisive_contrasts
        if contrast in drawn
    ]


def _dress_block(axes: Axes, block: pd.DataFrame) -> None:
    """The width of a block, without ticks below, and a band behind the planned and the published analysis."""
    axes.set_xlim(-0.5, len(block) - 0.5)
    axes.set_xticks([])
    axes.spines["bottom"].set_visible(False)
    for position in np.flatnonzero(block["analysis"] != "multiverse"):
        axes.axvspan(position - 0.45, position + 0.45, color=COLOURS["margin"], linewidth=0, zorder=-1)


def _draw_points(axes: Axes, block: pd.DataFrame, heights: "pd.Series[float]") -> None:
    # One line for all points alike: each more is drawn anew in every format.
    for (answer, analysis), alike in block.groupby(["answer", "analysis"], sort=False):
        edge, face = ANSWERS[str(answer)]
        marker, size = MARKERS.get(str(analysis), ("o", 4.0))
        axes.plot(
            alike.index,
            heights[alike.index],
            marker,
            color=edge,
            markerfacecolor=face,
            markersize=size,
            zorder=3,
            clip_on=False,
        )


def _draw_effects(axes: Axes, name: str, block: pd.DataFrame, unit: str) -> None:
    _dress_block(axes, block)
    if not name:
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        return
    logs = name == "ratio"
    if logs:
        axes.set_yscale("log")
    axes.axhline(1 if logs else 0, color=COLOURS["quiet"], linewidth=1, zorder=1)
    known = block[np.isfinite(block["low"]) & np.isfinite(block["high"])]
    known = known[known["low"] > 0] if logs else known
    for answer, alike in known.groupby("answer", sort=False):
        axes.vlines(alike.index, alike["low"], alike["high"], color=ANSWERS[str(answer)][0], linewidth=1.2, zorder=2)
    _draw_points(axes, block, block["estimate"])
    shown = [1.0 if logs else 0.0, *block["estimate"].dropna(), *known["low"], *known["high"]]
    if logs:
        axes.set_ylim(min(shown) / 1.15, max(shown) * 1.15)
        plain_log(axes, fewest=3)
    else:
        room = 0.08 * (max(shown) - min(shown) or 1.0)
        axes.set_ylim(min(shown) - room, max(shown) + room)
        axes.yaxis.set_major_locator(MaxNLocator(3))
        axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
    # A long unit would reach beyond its block, and so would the name of a narrow block that is the last.
    narrow = axes.get_position().width * WIDTH < NARROW
    title = name if logs or len(unit) > 12 else f"{name},\n{unit}"
    axes.set_title(title, fontsize=SMALL, linespacing=1.45, loc="right" if narrow and not logs else "left")


def _short(value: float) -> str:
    """A number of few characters: 80000 as 80k.

    >>> _short(-80000.0), _short(2.5)
    ('−80k', '2.5')
    """
    text = f"{value / 1000:g}k" if abs(value) >= 10000 else f"{value:g}"
    return text.replace("-", "−")


def _draw_pvalues(axes: Axes, block: pd.DataFrame, every: "pd.Series[float]", alpha: float, *, label: bool) -> None:
    _dress_block(axes, block)
    axes.set_yscale("log")
    axes.axhline(alpha, color=COLOURS["quiet"], linewidth=1, linestyle="--", zorder=1)
    _draw_points(axes, block, block["pvalue"].clip(lower=MIN_SHOWN_P))
    low = max(MIN_SHOWN_P, min(every.min(), alpha / 3)) / 1.8
    axes.set_ylim(low, 1.6)
    ticks = [tick for tick in (1.0, 1e-3, 1e-5) if tick >= low]
    shown = [*ticks, alpha]
    axes.set_yticks(shown, [f"{tick:.6f}".rstrip("0").rstrip(".") for tick in shown] if label else [""] * len(shown))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())
    if label:
        axes.set_ylabel("p")


def _draw_choices(axes: Axes, block: pd.DataFrame, chosen: Sequence[tuple[str, str, str, str]], *, label: bool) -> None:
    """A row for each choice, with a point below every analysis that uses it."""
    _dress_block(axes, block)
    height, labels, heading_before = 0, [], ""
    points: list[tuple[int, int]] = []
    for kind, option, name, heading in chosen:
        if heading != heading_before:
            labels.append((height, heading, "bold"))
            height, heading_before = height - 1, heading
        points += [(int(position), height) for position in np.flatnonzero(block[kind] == option)]
        labels.append((height, name, "normal"))
        height -= 1
    options = [place for place, _, weight in labels if weight == "normal"]
    axes.hlines(options, -0.5, len(block) - 0.5, color=COLOURS["rule"], linewidth=0.6, zorder=0)
    if points:
        axes.plot(*zip(*points, strict=True), "o", color=COLOURS["ink"], markersize=3, zorder=2)
    axes.set_ylim(height + 0.5, 0.6)
    axes.tick_params(length=0)
    axes.spines["left"].set_visible(False)
    if not label:
        axes.set_yticks([])
        return
    axes.set_yticks([place for place, _, _ in labels], [text for _, text, _ in labels], fontsize=SMALL)
    for tick, (_, _, weight) in zip(axes.get_yticklabels(), labels, strict=True):
        tick.set_fontweight(weight)


def _legend_of_answers(figure: Figure, rows: pd.DataFrame) -> None:
    """What colours and shapes mean, for those that are drawn."""
    words = {"claimed": "supports", "opposite": "opposite", "open": "inconclusive"}
    drawn = [answer for answer in words if (rows["answer"] == answer).any()]
    handles = [
        Line2D([], [], marker="o", linestyle="none", color=ANSWERS[one][0], markerfacecolor=ANSWERS[one][1])
        for one in drawn
    ]
    names = [words[one] for one in drawn]
    for analysis, (marker, size) in MARKERS.items():
        if (rows["analysis"] == analysis).any():
            handles.append(
                Line2D(
                    [],
                    [],
                    marker=marker,
                    linestyle="none",
                    color=COLOURS["ink"],
                    markerfacecolor="none",
                    markersize=size,
                )
            )
            names.append(analysis)
    figure.legend(
        handles,
        names,
        loc="lower left",
        bbox_to_anchor=(0, 0),
        ncols=3,
        frameon=False,
        fontsize=SMALL,
        handletextpad=0.2,
        columnspacing=1.0,
        borderpad=0,
    )
