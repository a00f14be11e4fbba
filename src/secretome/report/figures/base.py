"""Common parts of all figures: colours for light and dark pages, the style, and the file formats."""

import io
import math
import os
import re
import zlib
from collections.abc import Sequence
from pathlib import Path

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.figure import Figure
from matplotlib.font_manager import fontManager
from matplotlib.ticker import FuncFormatter, MaxNLocator, NullFormatter, NullLocator

from secretome.cohort import Study
from secretome.defaults import FIGURE_FORMATS, FIGURES_VARIABLE

# A page replaces each colour by the CSS variable `--figure-PART`, so that one drawing serves light and dark.
COLOURS = {
    "ink": "#1f2328",
    "quiet": "#57606a",
    "rule": "#d0d7de",
    "margin": "#e9edf1",
    "control": "#6e7781",
    "treated": "#0072b2",
    "against": "#d55e00",
    "paper": "#ffffff",
}
# The letters of DejaVu Sans that figures use: from so small a file a PDF takes its own ten times as fast. Any other
# comes from the whole.
for weight in ("", "-bold"):
    fontManager.addfont(Path(__file__).with_name(f"dejavu-figures{weight}.ttf"))
# The fonts that Matplotlib writes into an SVG, and the fallback: Verdana has the widths of DejaVu.
TYPE = "'DejaVu Figures', 'DejaVu Sans'"
ELSEWHERE = "'DejaVu Sans', Verdana, sans-serif"
# Inches. As wide as a phone shows it without shrinking the type; a wide screen enlarges all of it alike.
WIDTH = 4.2
# Points, for labels of groups, rows and values.
SMALL = 10
STYLE = {
    "font.family": ["DejaVu Figures", "DejaVu Sans"],
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


def figure_formats() -> tuple[str, ...]:
    """The file formats of figures: all of them, unless the environment variable names some, separated by commas."""
    return tuple(filter(None, os.environ.get(FIGURES_VARIABLE, ",".join(FIGURE_FORMATS)).split(",")))


def export(figure: Figure, svg: str, folder: Path, name: str) -> None:
    """Write a figure to files: the SVG as drawn, a PDF with embedded type, and a PNG at 300 dots per inch.

    PDF and PNG are each drawn again and take most of a figure's time, so they are written only if they are among
    `figure_formats`.
    """
    formats = figure_formats()
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{name}.svg").write_text(svg, encoding="utf-8", newline="\n")
    # Letters need not be fitted to the dots of a screen.
    with mpl.rc_context(STYLE | {"text.hinting": "none"}):
        if "pdf" in formats:
            figure.savefig(folder / f"{name}.pdf", metadata={"CreationDate": None})
        if "png" in formats:
            # Runs of one colour are all there is to find in a drawing: as small a file in two thirds of the time.
            figure.savefig(folder / f"{name}.png", dpi=300, pil_kwargs={"compress_type": zlib.Z_RLE})


def to_svg(figure: Figure, name: str) -> str:
    """The figure as SVG text, identical for identical drawings; `name` makes its ids unique on a page."""
    buffer = io.StringIO()
    _lay_out(figure)
    with mpl.rc_context(STYLE | {"svg.hashsalt": name}):
        figure.savefig(buffer, format="svg", metadata=dict.fromkeys(("Date", "Creator", "Format", "Type")))
    svg = buffer.getvalue()
    return svg[svg.index("<svg") :].replace(TYPE, ELSEWHERE)


def _lay_out(figure: Figure) -> None:
    """Compute the layout once, because computing it for each format takes as long as drawing."""
    engine = figure.get_layout_engine()
    if engine is not None:
        if figure.axes:
            with mpl.rc_context(STYLE):
                engine.execute(figure)
        # With any engine left, "none" included, every format would begin with a trial drawing.
        figure.set_layout_engine(None)


def themed(svg: str) -> str:
    """An SVG with each colour as a CSS variable, so that a page can set it; the colour itself is the fallback.

    >>> themed('<path style="fill: #0072b2"/>')
    '<path style="fill: var(--figure-treated, #0072b2)"/>'
    """
    parts = {colour: part for part, colour in COLOURS.items()}
    pattern = re.compile("|".join(parts), re.IGNORECASE)
    return pattern.sub(lambda match: f"var(--figure-{parts[match[0].lower()]}, {match[0].lower()})", svg)


def mark_simulated(figure: Figure, study: Study) -> None:
    """Mark a figure of simulated animals, because figures are used without their page."""
    if study.cohort.origin == "simulated":
        figure.suptitle(
            f"Simulated {study.protocol.units}: no evidence", color=COLOURS["against"], fontsize=10, x=0.02, ha="left"
        )


def plain_log(axes: Axes, fewest: int = 4) -> None:
    """Ticks of a vertical axis at round numbers (see `nice_logs`)."""
    low, high = axes.get_ylim()
    nice_logs(axes.yaxis, low, high, fewest)


def nice_logs(axis: Axis, low: float, high: float, fewest: int = 4) -> None:
    """Ticks at round numbers, written as numbers; fewer per decade if the axis spans many decades."""
    for ladder in ((1.0,), (1, 2, 5), (1, 1.5, 2, 3, 5, 7)):
        ticks = np.concatenate([np.array(ladder) * 10.0**power for power in range(-9, 10)])
        ticks = ticks[(ticks >= low) & (ticks <= high)]
        if len(ticks) >= fewest:
            break
    if len(ticks) < 3:
        ticks = np.array(MaxNLocator(5).tick_values(low, high))
        ticks = ticks[(ticks >= low) & (ticks <= high)]
    axis.set_ticks(ticks)
    axis.set_major_formatter(FuncFormatter(lambda value, _: f"{value:g}"))
    axis.set_minor_locator(NullLocator())
    axis.set_minor_formatter(NullFormatter())


def scale_axis(axes: Axes, *, logs: bool) -> None:
    """Make an axis logarithmic with ticks at round numbers, or leave it linear."""
    if logs:
        limits = axes.get_ylim()
        axes.set_yscale("log")
        axes.set_ylim(limits)
        plain_log(axes)


def two_lines(label: str, longest: int = 15) -> str:
    """A label broken at the space nearest its middle, if it is long."""
    middle = len(label) / 2
    spaces = [match.start() for match in re.finditer(" ", label)]
    if not spaces or len(label) <= longest:
        return label
    cut = min(spaces, key=lambda place: abs(place - middle))
    return label[:cut] + "\n" + label[cut + 1 :]


def powers_of_two(axes: Axes, most: int = 7) -> None:
    """Ticks at powers of two, every second one if there are many: the dilutions of a titre."""
    low, high = axes.get_ylim()
    first, last = math.ceil(math.log2(low)), math.floor(math.log2(high))
    axes.set_yticks([2.0**power for power in range(first, last + 1, 1 + (last - first) // most)])


def name_groups(axes: Axes, labels: Sequence[str], counts: Sequence[str] | None = None) -> None:
    """Names below the groups at 0, 1, 2, ..., with n below each; every second long one is lower, none is rotated."""
    room = (WIDTH - 0.7) * 72 / len(labels)
    # Names that leave no gap to their neighbours are broken too.
    broken = [two_lines(label, min(7, int(room / (0.6 * SMALL)) - 1)) for label in labels]
    # A letter is about as wide as 0.56 of its height.
    widths = [max(map(len, label.split("\n"))) * 0.56 * SMALL for label in broken]
    wide = [place for place, width in enumerate(widths) if width > room]
    lines = max(label.count("\n") + 1 for label in broken)
    below = ["" if counts is None else f"\n{count}" for count in counts or labels]
    if not wide:
        names = [label + "\n" * (lines - 1 - label.count("\n")) for label in broken]
    else:
        # Neighbours are at two heights, so that each has twice the room; if only one is long, it alone is lower.
        lower = wide if len(wide) == 1 else range(1, len(broken), 2)
        names = ["\n" * lines + label if place in lower else label + "\n" * lines for place, label in enumerate(broken)]
        below = [f"\n{count.strip()}" for count in below] if counts else below
    axes.set_xticks(range(len(labels)), [name + n for name, n in zip(names, below, strict=True)], fontsize=SMALL)
