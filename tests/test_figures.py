"""Drawings: every animal is there, beyond a limit or not, and a made-up one says so."""

from importlib import resources
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from matplotlib.collections import LineCollection
from matplotlib.text import Text

from approved import check_approved
from rats import Rats
from secretome import analyse
from secretome.claims import specifications
from secretome.cohort import Study
from secretome.cohort.simulate import simulate_study
from secretome.defaults import FIGURES_VARIABLE
from secretome.report import figures
from secretome.report import text as report_text
from secretome.report.figures.base import WIDTH


def test_every_color_has_a_variable_for_light_and_dark() -> None:
    style = (resources.files("secretome.report") / "shared.css").read_text(encoding="utf-8")
    dark = style.partition('html[data-theme="dark"]')[2].partition("}")[0]
    for part in figures.COLOURS:
        assert f"--figure-{part}:" in style
        assert part == "paper" or f"--figure-{part}:" in dark


def drawn(study: Study, endpoint: str = "il6") -> tuple[figures.Figure, list[report_text.Row]]:
    results = analyse(study, ("planned",))
    rows = [
        row
        for _, row in results[(results["endpoint"] == endpoint) & (results["alternative"] != "equivalence")].iterrows()
        if row["contrast"].endswith((" vs control", " vs saline"))
    ]
    return figures.groups_figure(study, endpoint, rows), rows


def markers(figure: figures.Figure) -> dict[str, int]:
    """How many points of each shape the upper panel holds."""
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
            places = list(
                zip(np.round(np.atleast_1d(line.get_xdata()), 6), np.atleast_1d(line.get_ydata()), strict=True)
            )
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
    bars = [
        line
        for line in figure.axes[0].lines
        if line.get_linestyle() == "-" and np.ptp(np.atleast_1d(line.get_xdata())) < 1
    ]
    first = [
        float(np.atleast_1d(line.get_ydata())[0])
        for line in bars
        if np.mean(np.atleast_1d(line.get_xdata())) == pytest.approx(0)
    ]
    assert first == ([] if bar is None else [pytest.approx(bar)])


def test_a_bound_is_a_triangle_and_its_number(rats: Rats) -> None:
    figure, rows = drawn(rats({"t2": ["<15.6"] * 6}))
    shapes = {str(line.get_marker()) for line in figure.axes[1].lines}
    assert "v" in shapes
    assert any("≤ " in label.get_text() for label in figure.axes[1].get_xticklabels())
    assert np.isnan(rows[1]["estimate"])


def test_each_ratio_stands_under_its_group(rats: Rats) -> None:
    figure, rows = drawn(rats())
    above, below = figure.axes
    labels = [label.get_text().partition("\nn = ") for label in above.get_xticklabels()]
    names = [" ".join(label.split()) for label, _, _ in labels]
    assert [n for _, _, n in labels] == ["6"] * 4
    assert names == [group.label for group in rats.protocol.groups.values()]
    under = [names[int(place)] for place in below.get_xticks()]
    assert under == [rats.protocol.groups[row["contrast"].split(" vs ")[0]].label for row in rows]
    assert above.get_xlim() == below.get_xlim()


def test_no_label_of_a_group_runs_into_the_next_and_none_is_small() -> None:
    for name, endpoint in (("sepsis_cytokines", "il6"), ("humoral_immunity", "afc")):
        study = simulate_study(name, "as_published")
        _, rows = drawn(study, endpoint)
        for groups in figures.groups_by_route(study, rows).values():
            figure = figures.groups_figure(study, endpoint, rows, groups)
            figure.draw_without_rendering()
            assert figure.get_size_inches()[0] == WIDTH
            labels = figure.axes[0].get_xticklabels()
            assert all(label.get_rotation() == 0 for label in labels)
            places = [label.get_window_extent() for label in labels]
            assert all(one.x1 <= other.x0 for one, other in pairwise(places))
            assert all(text.get_fontsize() >= 10 for text in figure.findobj(Text) if text.get_text())


@pytest.mark.parametrize(
    "groups", [{"t2": ["<15.6"] * 6}, {"control": []}, {"control": [">1000"] * 6}, {"t1": [30], "t2": [30]}]
)
def test_awkward_cohorts_are_drawn_and_described(rats: Rats, groups: dict[str, list[object]]) -> None:
    study = rats(groups)
    figure, rows = drawn(study)
    assert figures.to_svg(figure, "il6").startswith("<svg")
    assert report_text.groups_alt(study, "il6", rows)


def test_alternative_texts_match_the_approved_text(rats: Rats) -> None:
    """Text of a figure without values, of groups with brackets, and of a design with deaths."""
    absent = rats.read("animal,group,il6\n1,sham,12\n2,control,90\n3,t2,30\n")
    figure, rows = drawn(absent, "il4")
    words = [text.get_text() for text in figure.findobj(Text) if " " in text.get_text()]
    censored = rats({"t2": ["<15.6"] * 6})
    check_approved(
        "alternative_texts",
        {
            "no values": (report_text.groups_alt(absent, "il4", rows), *words),
            "groups": report_text.groups_alt(rats(), "il6", drawn(rats())[1]),
            "group below the limit": report_text.groups_alt(censored, "il6", drawn(censored)[1]),
            "design with deaths": report_text.design_alt(simulate_study("sepsis_cytokines", "deaths")),
        },
    )


def test_figures_of_simulated_animals_are_marked_and_others_are_not(rats: Rats) -> None:
    simulated = simulate_study("sepsis_cytokines", "deaths")
    for figure in (drawn(simulated)[0], figures.design_figure(simulated)):
        assert "Simulated rats" in figures.to_svg(figure, "x")
    assert "Simulated" not in figures.to_svg(drawn(rats())[0], "x")


def test_the_dead_are_in_the_design(rats: Rats) -> None:
    """8, 9 and 8 of 12 rats of three groups are alive at sampling."""
    svg = figures.to_svg(figures.design_figure(simulate_study("sepsis_cytokines", "deaths")), "design")
    assert (svg.count("8 of 12"), svg.count("9 of 12")) == (2, 1)


def test_titres_have_ticks_at_powers_of_two_and_routes_have_the_same_axes() -> None:
    study = simulate_study("humoral_immunity", "as_published")
    _, rows = drawn(study, "titre")
    drawings = [
        figures.groups_figure(study, "titre", rows, groups) for groups in figures.groups_by_route(study, rows).values()
    ]
    assert len(drawings) == 2
    for drawing in drawings:
        assert (np.log2(drawing.axes[0].get_yticks()) % 1 == 0).all()
    for one, other in zip(*(drawing.axes for drawing in drawings), strict=True):
        assert one.get_ylim() == other.get_ylim()


def test_specification_figure_has_the_interval_of_every_ratio_and_difference(rats: Rats) -> None:
    study = rats()
    curve = specifications(study, analyse(study), "il6_falls_t1")
    figure = figures.specification_figure(study, curve, 0.05)
    finite = curve[np.isfinite(curve["low"]) & curve["effect"].isin(["geometric mean ratio", "mean difference"])]
    drawn_intervals = {
        tuple(np.round(segment[:, 1], 6))
        for axes in figure.axes
        for lines in axes.collections
        if isinstance(lines, LineCollection)
        for segment in lines.get_segments()
    }
    assert {(round(low, 6), round(high, 6)) for low, high in zip(finite["low"], finite["high"], strict=True)} <= (
        drawn_intervals
    )


@pytest.mark.parametrize(("stated", "suffixes"), [("svg", {".svg"}), ("svg,png", {".svg", ".png"}), (None, None)])
def test_figures_are_written_in_the_formats_that_are_asked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stated: str | None, suffixes: set[str] | None
) -> None:
    if stated:
        monkeypatch.setenv(FIGURES_VARIABLE, stated)
    figure = figures.Figure(figsize=(1, 1))
    figures.export(figure, figures.to_svg(figure, "empty"), tmp_path, "empty")
    assert {path.suffix for path in tmp_path.iterdir()} == (suffixes or {".svg", ".pdf", ".png"})
