"""Every way to deal a few animals to two groups."""

from collections.abc import Sequence
from itertools import combinations

import matplotlib as mpl
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy.stats import rankdata

from secretome.figures.base import COLOURS, STYLE


def deals_figure(treated: Sequence[float], control: Sequence[float]) -> Figure:
    """Each deal as a strip of squares, stacked over its rank sum; those as far out as the deal that happened are coloured.

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
    heights: dict[float, int] = {}
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(6.2, 3.4), layout="constrained")
        axes = figure.subplots()
        step = 0.8 / number
        for deal in deals:
            total = float(sum(ranks[place] for place in deal))
            height = heights[total] = heights.get(total, -1) + 1
            far = abs(total - middle) >= abs(observed - middle)
            colour = COLOURS["against" if far else "control"]
            for place in range(number):
                face = colour if place in deal else "none"
                corner = (total - 0.4 + place * step, height + 0.15)
                axes.add_patch(Rectangle(corner, 0.85 * step, 0.6, facecolor=face, edgecolor=colour, linewidth=0.8))
        axes.axvline(middle, color=COLOURS["quiet"], linewidth=1, linestyle=":", zorder=0)
        axes.annotate(
            "what happened",
            (observed, heights[observed] + 1),
            (observed, heights[observed] + 1.9),
            ha="center",
            arrowprops={"arrowstyle": "->", "color": COLOURS["ink"]},
        )
        axes.set_xlim(min(heights) - 0.8, max(heights) + 0.8)
        axes.set_ylim(0, max(heights.values()) + 2.6)
        axes.set_xticks(sorted({*heights, middle}), [f"{tick:g}" for tick in sorted({*heights, middle})])
        axes.set_xlabel("rank sum of the treated animals (filled)")
        axes.set_ylabel("deals")
    return figure
