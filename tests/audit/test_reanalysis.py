"""Ratios and odds from reported summaries, and their figures and tables."""

import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from reported_tables import tables

from secretome.audit import reanalysis
from secretome.audit import tables as audit_tables
from secretome.audit.forest import forest_alt, forest_figure, forest_label
from secretome.audit.summaries import Summary, arithmetic_ratio, geometric_ratio
from secretome.report import text
from secretome.report.figures import to_svg

positive = st.floats(0.1, 100)


@given(positive, positive, st.floats(0.05, 1.5), st.integers(3, 20), positive)
def test_ratios_do_not_depend_on_the_unit(first: float, second: float, cv: float, n: int, unit: float) -> None:
    """Means of equal CV:

    the geometric ratio is the ratio of the means, and neither moves when both are in another unit.
    """
    pair = Summary(first, first * cv, n), Summary(second, second * cv, n)
    scaled = [Summary(one.mean * unit, one.sd * unit, n) for one in pair]
    assert math.isclose(geometric_ratio(*pair).estimate, first / second, rel_tol=1e-9)
    assert math.isclose(geometric_ratio(*scaled).estimate, geometric_ratio(*pair).estimate, rel_tol=1e-9)
    assert np.allclose(arithmetic_ratio(*scaled), arithmetic_ratio(*pair), rtol=1e-9)
    backwards = arithmetic_ratio(pair[1], pair[0])
    assert math.isclose(backwards[1] * arithmetic_ratio(*pair)[2], 1, rel_tol=1e-9)


def test_the_geometric_ratio_is_welch_on_the_logs_moments() -> None:
    """For means 100 and 50, SD 50 and 10: log variance ln(1 + cv^2), log mean ln m - half of it; Welch's t by hand."""
    result = geometric_ratio(Summary(100, 50, 8), Summary(50, 10, 6))
    v1, v2 = math.log(1.25), math.log(1.04)
    estimate = math.log(2) - (v1 - v2) / 2
    error = math.sqrt(v1 / 8 + v2 / 6)
    df = error**4 / ((v1 / 8) ** 2 / 7 + (v2 / 6) ** 2 / 5)
    assert math.isclose(result.estimate, math.exp(estimate))
    assert math.isclose(result.statistic, estimate / error)
    assert math.isclose(result.df, df)


def test_lognormal_moments_recover_the_truth() -> None:
    """A crowd whose geometric means are 30 and 20, by its means and SDs alone."""
    rng = np.random.default_rng(1)
    first, second = rng.lognormal(math.log(30), 0.5, 200_000), rng.lognormal(math.log(20), 0.8, 200_000)
    summaries = (Summary(float(one.mean()), float(one.std(ddof=1)), one.size) for one in (first, second))
    assert math.isclose(geometric_ratio(*summaries).estimate, 1.5, rel_tol=0.01)


def test_the_unit_of_time_before_treatment_is_left_out() -> None:
    rows = reanalysis.ratios(tables())
    assert not rows["item"].str.contains(" at 0 h").any()
    assert len(rows[(rows["file"] == "pmc4212921.yml") & (rows["quantity"] == "IL-6")]) == 9
    # A row without n has no ratio, and one without a meaning of ± has two.
    assert "unissula-34609.yml" not in set(rows["file"])
    assert rows[rows["file"] == "unissula-43590.yml"]["spread"].tolist() == ["sd", "se"] * 2


def test_odds_of_death() -> None:
    """1 of 10 against 4 of 10: R's fisher.test gives the odds ratio 0.1822839 with 0.003053 to 2.453542, p = 0.3034."""
    rows = reanalysis.odds(tables())
    row = rows[rows["treated"] == "Ligation and stem cells"].iloc[0]
    assert math.isclose(row["estimate"], 0.1822839, rel_tol=1e-4)
    assert math.isclose(row["low"], 0.003053, rel_tol=1e-3)
    assert math.isclose(row["high"], 2.453542, rel_tol=1e-3)
    assert round(row["fisher"], 4) == 0.3034
    assert rows["reported"].sum() == 3


def test_a_forest_plot_shows_and_tells_every_line() -> None:
    rows = reanalysis.ratios(tables())
    rows = rows[rows["quantity"] == "IL-10"]
    rows = rows.assign(label=[forest_label(row) for _, row in rows.iterrows()])
    svg = to_svg(forest_figure(rows, "IL-10"), "forest")
    alt = forest_alt(rows, "IL-10")
    assert f"{len(rows)} lines" in alt
    for _, row in rows.iterrows():
        shown = f"{text.number(row['estimate'])} ({text.number(row['low'])} to {text.number(row['high'])})"
        assert shown in svg
        assert f"{row['treated']}" in alt
    assert "± as SE" in alt
    assert alt.endswith("No combined estimate is shown.")


def test_limits_beyond_the_axis_are_arrows() -> None:
    rows = pd.DataFrame({"label": ["one", "two"], "estimate": [0.0, 0.5], "low": [0.0, 0.2], "high": [math.inf, 1.2]})
    rows = rows.assign(source="A", spread="", spread_stated=True, level=0.95)
    axes = forest_figure(rows, "odds").axes[0]
    assert {"<", ">"} <= {line.get_marker() for line in axes.lines}
    low, high = axes.get_xlim()
    assert 0 < low < high < math.inf


def test_labels_of_lines() -> None:
    assert forest_label({"treated": "Cells", "item": "IL-6 at 72 h"}) == "Cells, 72 h"
    assert forest_label({"treated": "Cells", "item": "IL-6"}) == "Cells"
    assert forest_label({"treated": math.nan, "item": "Odds ratio of death"}) == "Odds ratio of death"


@pytest.mark.parametrize("name", ["spreads", "variances", "ratios"])
def test_tables_hold_no_empty_cell(name: str) -> None:
    table = getattr(audit_tables, f"{name}_table")(getattr(reanalysis, name)(tables()))
    assert len(table) > 20
    assert not table.isin(["", "nan"]).any().any()
    assert not table.isna().any().any()
