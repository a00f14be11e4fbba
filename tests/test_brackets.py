"""Brackets over the animals: the p of the result table, and none that is not in it."""

import math
import re

import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg

from rats import Rats
from secretome import analyse, load_study
from secretome.protocol import sides
from secretome.report import figures
from secretome.report import text as report_text


@pytest.mark.parametrize("seed", [1, 2])
def test_each_bracket_says_the_p_of_its_row_and_stands_over_its_groups(rats: Rats, seed: int) -> None:
    study = rats({"t1": [60 + seed, 75, 52, 88, 95, 130]})
    results = analyse(study, ("planned",))
    rows = [
        row
        for _, row in results[(results["endpoint"] == "il6") & (results["alternative"] != "equivalence")].iterrows()
        if row["contrast"] in ("t1 vs control", "t2 vs control")
    ]
    # Whatever stands in the table is printed, were it wrong: nothing is computed here.
    rows[0] = rows[0].copy()
    rows[0]["pvalue_adjusted"] = 0.0123
    left = figures.groups_figure(study, "il6", rows).axes[0]
    shown = {text.get_text(): text.get_position()[0] for text in left.texts}
    keys = list(study.protocol.groups)
    for row in rows:
        treated, control = (keys.index(side) for side in sides(row["contrast"]))
        assert shown[f"adjusted {report_text.p_value(row['pvalue_adjusted'])}"] == (treated + control) / 2
    assert len(shown) == 2
    assert "adjusted p = 0.0123" in shown
    assert "Brackets: 150 µL secretome against septic control, adjusted p = 0.0123; " in report_text.groups_alt(
        study, "il6", rows
    )


def test_contrasts_with_different_controls_have_brackets_of_their_own() -> None:
    study = load_study("tooth_growth")
    results = analyse(study, ("planned",))
    own = results[results["alternative"] != "equivalence"].set_index("contrast", drop=False)
    rows = [own.loc[f"oj{dose} vs vc{dose}"] for dose in ("05", "1", "2")]
    above, below = figures.groups_figure(study, "length", rows).axes
    keys = list(study.protocol.groups)
    middles = [sum(keys.index(side) for side in sides(row["contrast"])) / 2 for row in rows]
    assert [text.get_position()[0] for text in above.texts] == middles
    # The p of the middle bracket is wider than its bracket, so it stands above its neighbours.
    heights = [text.get_position()[1] for text in above.texts]
    assert heights[1] > heights[0] == heights[2]
    assert below.get_ylabel().startswith("mean difference,\nunits")
    assert "Below, the effects: orange juice 0.5 mg against ascorbic acid 0.5 mg, " in report_text.groups_alt(
        study, "length", rows
    )


def test_a_figure_without_contrasts_shows_the_animals_only() -> None:
    study = load_study("micronuclei")
    (panel,) = figures.groups_figure(study, "micronuclei", []).axes
    assert not panel.texts
    assert report_text.groups_alt(study, "micronuclei", []).startswith("One panel, log scale. Micronuclei ")


def test_a_contrast_without_a_p_has_no_bracket(rats: Rats) -> None:
    study = rats({"t2": []})
    results = analyse(study, ("planned",))
    own = results[(results["endpoint"] == "il6") & (results["alternative"] != "equivalence")].set_index(
        "contrast", drop=False
    )
    rows = [own.loc["t1 vs control"], own.loc["t2 vs control"]]
    assert math.isnan(rows[1]["pvalue"])
    left = figures.groups_figure(study, "il6", rows).axes[0]
    assert [text.get_text() for text in left.texts] == [report_text.bracket_p(rows[0])]


def test_many_contrasts_share_one_bracket_with_a_p_over_each_group() -> None:
    study = load_study("humoral_immunity")
    results = analyse(study, ("planned",))
    own = results[(results["endpoint"] == "afc") & (results["alternative"] != "equivalence")].set_index(
        "contrast", drop=False
    )
    rows = [own.loc[f"{group} vs saline"] for group in ("im10", "im20", "im50", "sc10", "sc20", "sc50")]
    left = figures.groups_figure(study, "afc", rows).axes[0]
    assert [text.get_text() for text in left.texts] == ["p", *(report_text.p_number(row["pvalue"]) for row in rows)]
    assert len(re.findall(r"against saline, p", report_text.groups_alt(study, "afc", rows))) == 6


def test_no_end_of_a_bracket_crosses_the_p_of_the_bracket_below_it() -> None:
    study = load_study("sepsis_cytokines")
    results = analyse(study, ("planned",))
    own = results[(results["endpoint"] == "il6") & (results["alternative"] != "equivalence")].set_index(
        "contrast", drop=False
    )
    figure = figures.groups_figure(study, "il6", [own.loc["t1 vs control"], own.loc["t2 vs control"]])
    figures.to_svg(figure, "laid-out")
    left = figure.axes[0]
    renderer = FigureCanvasAgg(figure).get_renderer()
    ends = [line.get_path().transformed(line.get_transform()).vertices for line in left.lines if not line.get_clip_on()]
    assert len(ends) == len(left.texts) == 2
    for text in left.texts:
        box = text.get_window_extent(renderer)
        below = [at[1] for line in ends for at in line if box.x0 < at[0] < box.x1 and at[1] > box.y0 + 1]
        assert all(height >= box.y1 for height in below), text.get_text()
