"""Every way to deal a few animals to two groups."""

from collections.abc import Sequence
from itertools import combinations

import matplotlib as mpl
import numpy as np
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy.stats import rankdata

from secretome.report.figures.base import COLOURS, STYLE, WIDTH


def deals_figure(treated: Sequence[float], control: Sequence[float]) -> Figure:
    """Each permutation as a strip of squares over its rank sum; those at least as extreme as the real are coloured.

    Parameters
    ----------
    treated, control : sequence of float
        Three or four values each; more make more deals than can be seen.

    Returns
    -------
    Figure
    """
    ranks = sorted(rankdata([*treated, *control]))
    size, number = len(treated), len(ranks)
    middle = size * (number + 1) / 2
    observed = float(rankdata([*treated, *control])[:size].sum())
    deals = sorted(combinations(range(number), size), key=lambda deal: (sum(ranks[place] for place in deal), deal))
    sums = sorted({float(sum(ranks[place] for place in deal)) for deal in deals})
    # Ties leave sums that are half a step apart; the strips of the nearest two must not touch.
    room = float(np.diff(sums).min()) if len(sums) > 1 else 1.0
    heights: dict[float, int] = {}
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH, 2.6), layout="constrained")
        axes = figure.subplots()
        step = 0.84 * room / number
        for deal in deals:
            total = float(sum(ranks[place] for place in deal))
            height = heights[total] = heights.get(total, -1) + 1
            far = abs(total - middle) >= abs(observed - middle)
            colour = COLOURS["against" if far else "control"]
            for place in range(number):
                face = colour if place in deal else "none"
                corner = (total - 0.42 * room + place * step, height + 0.25)
                axes.add_patch(Rectangle(corner, 0.86 * step, 0.5, facecolor=face, edgecolor=colour, linewidth=0.9))
        top = heights[observed] + 1
        arrow = {"arrowstyle": "->", "color": COLOURS["ink"]}
        axes.annotate("what happened", (observed, top), (observed, top + 0.9), ha="center", arrowprops=arrow)
        axes.axvline(middle, color=COLOURS["quiet"], linewidth=1, linestyle=":", zorder=0)
        axes.set_xlim(sums[0] - 0.7 * room, sums[-1] + 0.7 * room)
        axes.set_ylim(0, max(heights.values()) + 2.4)
        axes.set_xticks(sums, [f"{total:g}" for total in sums])
        axes.set_yticks([])
        axes.spines["left"].set_visible(False)
        axes.set_xlabel("rank sum of the animals called treated (filled)")
    return figure
