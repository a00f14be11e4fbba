"""Figures, as SVG in pages with light and dark colours, and as files."""

from matplotlib.figure import Figure

from secretome.report.figures.animals import design_figure, groups_by_route, groups_figure, paired_figure
from secretome.report.figures.base import COLOURS, STYLE, export, figure_formats, themed, to_svg
from secretome.report.figures.charts import Dots, counts_figure, dots_alt, dots_figure, dots_of_shares, shares_figure
from secretome.report.figures.panels import panel_figure
from secretome.report.figures.planning import planning_figure
from secretome.report.figures.specification_curve import specification_figure

__all__ = [
    "COLOURS",
    "STYLE",
    "Dots",
    "Figure",
    "counts_figure",
    "design_figure",
    "dots_alt",
    "dots_figure",
    "dots_of_shares",
    "export",
    "figure_formats",
    "groups_by_route",
    "groups_figure",
    "paired_figure",
    "panel_figure",
    "planning_figure",
    "shares_figure",
    "specification_figure",
    "themed",
    "to_svg",
]
