"""The lessons' pictures show every value, and their alternative texts say what is found."""

import numpy as np
import pytest
from matplotlib.figure import Figure

from approved import check_approved
from secretome.course.pictures import counts, deaths, intervals, limits, pvalues
from secretome.course.pictures.intervals import Interval
from secretome.report.figures import to_svg


def points(figure: Figure, markers: str) -> int:
    """How many points of these shapes a figure holds."""
    lines = [
        line
        for axes in figure.axes
        for line in axes.lines
        if line.get_marker() in markers and line.get_linestyle() == "None"
    ]
    return sum(len(np.atleast_1d(line.get_xdata())) for line in lines)


def test_counts_outside_the_band_are_counted_and_marked() -> None:
    groups, bands = {"a": [1, 5, 9, 30], "b": [4, 4, 4]}, {"a": (2.0, 12.0), "b": (1.0, 9.0)}
    figure = counts.counts_figure(groups, bands, "plaques", simulated="mice")
    assert (points(figure, "o"), points(figure, "D")) == (5, 2)
    assert "2 of 7" in counts.counts_alt(groups, bands, "plaques", 0.95)
    assert "Simulated mice" in to_svg(figure, "counts")


def test_equal_values_do_not_hide_one_another() -> None:
    figure = counts.counts_figure({"a": [4, 4, 4, 4]}, {"a": (1.0, 9.0)}, "plaques")
    places = [tuple(point) for line in figure.axes[0].lines for point in np.column_stack(line.get_data())]
    assert len(places) == len(set(places)) == 4


def test_the_dead_are_crosses() -> None:
    groups = {"treated": ([10, 20, 40], [False, False, True])}
    figure = deaths.survivors_figure(groups, "IL-6")
    assert (points(figure, "o"), points(figure, "x")) == (2, 1)
    alt = deaths.survivors_alt(groups, "IL-6")
    assert all(number in alt for number in ("1 of 3", "20.0", "15.0"))


@pytest.mark.parametrize(
    ("printed", "n", "word"), [(5.93, 49, "outside"), (5.92, 49, "within"), (7.22, 32, "within"), (5.23, 29, "outside")]
)
def test_a_mean_is_possible_or_not(printed: float, n: int, word: str) -> None:
    """5.93 of 49: The Economist (2016). The others: the test data of scrutiny for R."""
    assert word in limits.possible_means_alt(n, printed, 0.005).split()
    assert f"{round(printed * n)} / {n}" in to_svg(limits.possible_means_figure(n, printed, 0.005), "means")


def test_alternative_texts_of_lessons_match_the_approved_text() -> None:
    groups, bands = {"a": [1, 5, 9, 30], "b": [4, 4, 4]}, {"a": (2.0, 12.0), "b": (1.0, 9.0)}
    check_approved(
        "alternative_texts_of_lessons",
        {
            "counts": counts.counts_alt(groups, bands, "plaques", 0.95),
            "deaths": deaths.survivors_alt({"treated": ([10, 20, 40], [False, False, True])}, "IL-6"),
            "possible mean": limits.possible_means_alt(49, 5.92, 0.005),
            "impossible mean": limits.possible_means_alt(49, 5.93, 0.005),
            "powers": pvalues.powers_alt([4, 8], {"half": [0.5, 0.9], "little": [0.1, 0.2]}, 0.8),
        },
    )


def test_each_picture_is_drawn_the_same_twice() -> None:
    for draw in (
        lambda: intervals.intervals_figure(
            [Interval("one", 0.5, 0.2, 1.4), Interval("all", 0.6, 0.5, 0.7, pooled=True)], "ratio", margin=(0.8, 1.25)
        ),
        lambda: deaths.survival_figure({"a": ([1, 2, 3], [1, 0, 1]), "b": ([2, 2, 9], [1, 1, 0])}, "hours", "death"),
        lambda: counts.nested_figure({"A": [[1, 2], [5, 6]], "B": [[3, 3], [9, 8]]}, "wing"),
        lambda: pvalues.rates_figure({"one": 0.05, "two": 0.1}, 0.05, "false alarms"),
        lambda: pvalues.powers_figure([3, 8, 12], {"half": [0.1, 0.5, 0.9]}, 0.8),
    ):
        assert to_svg(draw(), "same") == to_svg(draw(), "same")
