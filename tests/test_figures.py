"""Drawings: every animal is there, beyond a limit or not, and a made-up one says so."""

import numpy as np
import pytest
from conftest import Rats

from secretome import analyse, figures, words
from secretome.cohort import Study
from secretome.simulate import simulate_study


def drawn(study: Study, endpoint: str = "il6") -> tuple[figures.Figure, list[words.Row]]:
    results = analyse(study, ("planned",))
    rows = [
        row
        for _, row in results[(results["endpoint"] == endpoint) & (results["alternative"] != "equivalence")].iterrows()
        if row["contrast"].endswith("vs control")
    ]
    return figures.groups_figure(study, endpoint, rows), rows


def markers(figure: figures.Figure) -> dict[str, int]:
    """How many points of each shape the left panel holds."""
    found: dict[str, int] = {}
    for line in figure.axes[0].lines:
        if line.get_linestyle() == "None":
            shape = str(line.get_marker())
            found[shape] = found.get(shape, 0) + len(np.atleast_1d(line.get_xdata()))
    return found


def test_every_animal_is_drawn_and_those_beyond_a_limit_are_triangles(rats: Rats) -> None:
    figure, _ = drawn(rats({"sham": ["<15.6", "<15.6", 17], "t2": [20, 30, ">1000", 25, "<31.2"]}))
    assert markers(figure) == {"o": 1 + 6 + 6 + 3, "v": 3, "^": 1}


@pytest.mark.parametrize(
    "groups",
    [
        {"t2": [50] * 6, "control": [100, 101, 100, 102, 99, 100]},
        {"sham": ["<15.6"] * 6, "control": ["<15.6"] * 6, "t1": ["<15.6"] * 6, "t2": ["<15.6"] * 6},
    ],
)
def test_no_point_hides_another(rats: Rats, groups: dict[str, list[object]]) -> None:
    figure, _ = drawn(rats(groups))
    for line in figure.axes[0].lines:
        if line.get_linestyle() == "None":
            places = list(zip(np.round(np.atleast_1d(line.get_xdata()), 6), np.atleast_1d(line.get_ydata()), strict=True))
            assert len(places) == len(set(places))


@pytest.mark.parametrize(
    ("sham", "bar"),
    [
        ([10, 12, 14, 16], 13.0),
        (["<15.6", "<15.6", 17, 19, 21], 17.0),
        (["<15.6", "<15.6", "<15.6", 17, 19, 21], None),
        (["<31.2", "<15.6", 20, 25, 30], None),
    ],
)
def test_the_bar_is_the_median_or_is_not_drawn(rats: Rats, sham: list[object], bar: float | None) -> None:
    figure, _ = drawn(rats({"sham": sham}))
    bars = [line for line in figure.axes[0].lines if line.get_linestyle() == "-" and np.ptp(np.atleast_1d(line.get_xdata())) < 1]
    first = [float(np.atleast_1d(line.get_ydata())[0]) for line in bars if np.mean(np.atleast_1d(line.get_xdata())) == pytest.approx(0)]
    assert first == ([] if bar is None else [pytest.approx(bar)])


def test_a_bound_is_a_triangle_and_its_number(rats: Rats) -> None:
    figure, rows = drawn(rats({"t2": ["<15.6"] * 6}))
    shapes = {str(line.get_marker()) for line in figure.axes[1].lines}
    assert "v" in shapes
    assert any("≤ " in label.get_text() for label in figure.axes[1].get_xticklabels())
    assert np.isnan(rows[1]["estimate"])


def test_one_stands_at_the_controls_geometric_mean(rats: Rats) -> None:
    figure, _ = drawn(rats())
    left, right = figure.axes
    base = np.exp(np.log(np.array(Rats.plain["il6"]["control"], dtype=float)).mean())
    assert np.array(left.get_ylim()) == pytest.approx(base * np.array(right.get_ylim()))


@pytest.mark.parametrize("groups", [{"t2": ["<15.6"] * 6}, {"control": []}, {"control": [">1000"] * 6}, {"t1": [30], "t2": [30]}])
def test_awkward_cohorts_are_drawn_and_described(rats: Rats, groups: dict[str, list[object]]) -> None:
    study = rats(groups)
    figure, rows = drawn(study)
    assert figures.to_svg(figure, "il6").startswith("<svg")
    assert words.groups_alt(study, "il6", rows)


def test_an_endpoint_without_values_is_said_in_words(rats: Rats) -> None:
    study = rats.read("animal,group,il6\n1,sham,12\n2,control,90\n3,t2,30\n")
    figure, rows = drawn(study, "il4")
    assert "no rat has a value" in figures.to_svg(figure, "il4")
    assert words.groups_alt(study, "il4", rows) == "No figure: no rat has a value of IL-4."


def test_figures_of_simulated_animals_are_marked_and_others_are_not(rats: Rats) -> None:
    simulated = simulate_study("sepsis_cytokines", "deaths")
    for figure in (drawn(simulated)[0], figures.design_figure(simulated)):
        assert "Simulated rats: no evidence" in figures.to_svg(figure, "x")
    assert "Simulated" not in figures.to_svg(drawn(rats())[0], "x")


def test_the_dead_are_in_the_design(rats: Rats) -> None:
    study = simulate_study("sepsis_cytokines", "deaths")
    svg = figures.to_svg(figures.design_figure(study), "design")
    assert svg.count("8 of 12 alive") == 2
    assert "9 of 12 alive" in svg
    alt = words.design_alt(study)
    assert "Septic control (sepsis, no treatment), 12 simulated rats, 4 died before sampling" in alt
    assert "48 h, blood drawn" in alt
