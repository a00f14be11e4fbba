"""Figures: every animal shown, the effect beside it on an aligned axis, readable in light and dark."""

import io
import re
from pathlib import Path

import matplotlib as mpl
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from secretome import words
from secretome.cohort import Study
from secretome.protocol import Claim

# Each colour has a part to play. A page replaces it by the CSS variable `--figure-PART`, so that one drawing serves light and dark.
COLOURS = {
    "ink": "#1f2328",
    "quiet": "#57606a",
    "rule": "#d0d7de",
    "zone": "#e9edf1",
    "control": "#6e7781",
    "treated": "#0072b2",
    "against": "#d55e00",
    "paper": "#ffffff",
}
STYLE = {
    "font.family": "sans-serif",
    "font.size": 10,
    "axes.edgecolor": COLOURS["quiet"],
    "axes.labelcolor": COLOURS["ink"],
    "axes.spines.top": False,
    "axes.spines.right": False,
    "text.color": COLOURS["ink"],
    "xtick.color": COLOURS["quiet"],
    "ytick.color": COLOURS["quiet"],
    "xtick.labelcolor": COLOURS["ink"],
    "ytick.labelcolor": COLOURS["ink"],
    "figure.facecolor": COLOURS["paper"],
    "axes.facecolor": "none",
    # Text stays text: a page shows it in its own type, and a reader can enlarge and select it.
    "svg.fonttype": "none",
    "pdf.fonttype": 42,
}


def paired_figure(study: Study, claim: Claim, row: words.Row) -> Figure:
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
            figure = Figure(figsize=(5.2, 1.0), layout="constrained")
            figure.text(0.02, 0.5, f"{endpoint.label}: no {study.protocol.experimental_unit} has both values.", va="center")
            return figure
        figure = Figure(figsize=(5.2, 4.1), layout="constrained")
        left, right = figure.subplots(1, 2, width_ratios=(3, 1.5))
        _draw_pairs(left, pairs, rising=claim.direction == "up")
        left.set_xticks([0, 1], [_two_lines(study.protocol.groups[side].label) for side in (control, treated)])
        left.set_ylabel(f"{endpoint.label}\n{endpoint.unit}, log scale")
        base = float(np.exp(np.log(pairs["control"]).mean()))
        _draw_effect(right, row, (endpoint.no_effect.low, endpoint.no_effect.high))
        low, high = _limits(pairs, row, base)
        left.set_ylim(low, high)
        right.set_ylim(low / base, high / base)
        for axes in (left, right):
            _plain_log(axes)
    return figure


def export(figure: Figure, folder: Path, name: str) -> None:
    """Write a figure as SVG and PDF, and as PNG at 300 dots per inch."""
    folder.mkdir(parents=True, exist_ok=True)
    # Files travel without the page's fonts, so here letters become outlines.
    with mpl.rc_context(STYLE | {"svg.fonttype": "path", "svg.hashsalt": name}):
        figure.savefig(folder / f"{name}.svg", metadata={"Date": None})
        figure.savefig(folder / f"{name}.pdf", metadata={"CreationDate": None})
        figure.savefig(folder / f"{name}.png", dpi=300)


def to_svg(figure: Figure, name: str) -> str:
    """The figure as SVG text, the same bytes for the same drawing; `name` keeps its ids apart from another figure's."""
    buffer = io.StringIO()
    with mpl.rc_context(STYLE | {"svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = buffer.getvalue()
    return svg[svg.index("<svg") :]


def themed(svg: str) -> str:
    """An SVG whose colours a page can set: each becomes a CSS variable with itself as the fallback.

    >>> themed('<path style="fill: #0072b2"/>')
    '<path style="fill: var(--figure-treated, #0072b2)"/>'
    """
    parts = {colour: part for part, colour in COLOURS.items()}
    pattern = re.compile("|".join(parts), re.IGNORECASE)
    return pattern.sub(lambda match: f"var(--figure-{parts[match[0].lower()]}, {match[0].lower()})", svg)


def _draw_pairs(axes: Axes, pairs: pd.DataFrame, *, rising: bool) -> None:
    for before, after in pairs[["control", "treated"]].itertuples(index=False):
        claimed = after > before if rising else after < before
        colour, dashes = (COLOURS["treated"], "-") if claimed else (COLOURS["against"], "--")
        if after == before:
            colour, dashes = COLOURS["quiet"], ":"
        axes.plot([0, 1], [before, after], color=colour, linestyle=dashes, linewidth=1, alpha=0.75, zorder=1)
    axes.plot(np.zeros(len(pairs)), pairs["control"], "o", color=COLOURS["control"], markersize=5.5, zorder=2)
    axes.plot(np.ones(len(pairs)), pairs["treated"], "o", color=COLOURS["treated"], markersize=5.5, zorder=2)
    axes.set_xlim(-0.3, 1.3)
    axes.set_yscale("log")


def _draw_effect(axes: Axes, row: words.Row, zone: tuple[float, float]) -> None:
    axes.axhspan(*zone, color=COLOURS["zone"], zorder=0, linewidth=0)
    axes.axhline(1, color=COLOURS["quiet"], linewidth=1, zorder=1)
    axes.set_yscale("log")
    axes.set_xlim(-1, 1)
    if np.isfinite([row["low"], row["high"]]).all():
        axes.plot([0, 0], [row["low"], row["high"]], color=COLOURS["ink"], linewidth=2, solid_capstyle="butt", zorder=2)
        axes.plot([0], [row["estimate"]], "s", color=COLOURS["ink"], markersize=7, zorder=3)
        axes.set_xticks([0], [f"{words.number(row['estimate'])}\n{words.number(row['low'])} to {words.number(row['high'])}"])
        axes.set_ylabel(f"ratio of geometric means, {words.percent(row['level'])} interval")
    else:
        axes.set_xticks([0], ["no interval"])
        axes.set_ylabel("ratio of geometric means")
    axes.yaxis.set_label_position("right")
    axes.yaxis.tick_right()
    axes.spines[["left"]].set_visible(False)
    axes.spines[["right"]].set_visible(True)


def _limits(pairs: pd.DataFrame, row: words.Row, base: float) -> tuple[float, float]:
    shown = [pairs.to_numpy().min(), pairs.to_numpy().max(), 0.7 * base, 1.4 * base]
    shown += [base * limit for limit in (row["low"], row["high"]) if np.isfinite(limit)]
    return min(shown) / 1.1, max(shown) * 1.1


def _plain_log(axes: Axes) -> None:
    """Ticks at round numbers, written as numbers, on a log axis that spans less than two decades."""
    low, high = axes.get_ylim()
    ladder = np.array([1, 1.5, 2, 3, 5, 7])
    ticks = np.concatenate([ladder * 10.0**power for power in range(-9, 10)])
    ticks = ticks[(ticks >= low) & (ticks <= high)]
    if len(ticks) < 3:
        ticks = np.array(MaxNLocator(5).tick_values(low, high))
        ticks = ticks[(ticks >= low) & (ticks <= high)]
    axes.set_yticks(ticks)
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axes.yaxis.set_minor_locator(NullLocator())
    axes.yaxis.set_minor_formatter(NullFormatter())


def _two_lines(label: str) -> str:
    middle = len(label) / 2
    spaces = [match.start() for match in re.finditer(" ", label)]
    if not spaces or len(label) < 16:
        return label
    cut = min(spaces, key=lambda place: abs(place - middle))
    return label[:cut] + "\n" + label[cut + 1 :]
