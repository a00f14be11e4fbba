"""Four groups of rats: the planned test by what is known of the values, against outside numbers and identities."""

import math

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats
from statsmodels.stats.weightstats import ttost_ind

from rats import Rats
from secretome import analyse, stats
from secretome.analysis import BOUND, RATIO, RATIO_BY_MODEL, Method
from secretome.cohort import Study


def planned(study: Study, contrast: str = "t2 vs control", endpoint: str = "il6") -> "pd.Series[float]":
    rows = analyse(study, ("planned",)).query(
        "endpoint == @endpoint and contrast == @contrast and alternative != 'equivalence'"
    )
    assert len(rows) == 1
    return rows.iloc[0]


def published(study: Study, contrast: str = "t2 vs control", endpoint: str = "il6") -> "pd.Series[float]":
    return analyse(study, ("published",)).query("endpoint == @endpoint and contrast == @contrast").iloc[0]


def test_without_censoring_it_is_welch_on_logs_times_two(rats: Rats) -> None:
    row = planned(rats())
    x, y = np.log(Rats.plain["il6"]["t2"]), np.log(Rats.plain["il6"]["control"])  # type: ignore[arg-type]
    welch = scipy_stats.ttest_ind(x, y, equal_var=False)
    interval = welch.confidence_interval(0.975)
    assert row["test"] == Method.WELCH
    assert row["pvalue"] == pytest.approx(welch.pvalue)
    assert row["pvalue_adjusted"] == pytest.approx(2 * welch.pvalue)
    assert [row["estimate"], row["low"], row["high"]] == pytest.approx(np.exp([x.mean() - y.mean(), *interval]))
    assert row["level"] == pytest.approx(0.975)


def test_the_adjusted_interval_and_p_always_agree(rats: Rats) -> None:
    rng = np.random.default_rng(6)
    for _ in range(30):
        row = planned(rats({"t2": rng.lognormal(4.3, 0.4, 6).round(1)}))
        assert (row["pvalue_adjusted"] <= 0.05) == (not row["low"] < 1 < row["high"])


def test_equivalence_is_two_one_sided_welch_tests(rats: Rats) -> None:
    study = rats({"t2": [95, 120, 80, 150, 110, 90]})
    row = (
        analyse(study, ("planned",))
        .query("contrast == 't2 vs control' and endpoint == 'il6' and alternative == 'equivalence'")
        .iloc[0]
    )
    control = np.array(Rats.plain["il6"]["control"], dtype=float)
    p, *_ = ttost_ind(np.array([95, 120, 80, 150, 110, 90.0]), control, 0.8, 1.25, usevar="unequal", transform=np.log)
    assert row["pvalue"] == pytest.approx(p)
    assert row["level"] == pytest.approx(0.90)


def test_one_censored_value_calls_the_model(rats: Rats) -> None:
    """The row equals `censored_lognormal`, which the tests of the statistics compare with outside numbers."""
    row = planned(rats({"t2": ["<15.6", 27, 41, 22, 30, 38]}))
    control = [float(value) for value in Rats.plain["il6"]["control"]]  # type: ignore[arg-type]
    fit = stats.censored_lognormal(
        [*control, 0, 27, 41, 22, 30, 38], [*control, 15.6, 27, 41, 22, 30, 38], [0] * 6 + [1] * 6
    )
    interval = fit.confidence_interval(0.975)
    assert (row["test"], row["effect"], row["censored"]) == (Method.CENSORED_MODEL, RATIO_BY_MODEL, 1)
    assert row["pvalue"] == pytest.approx(fit.pvalue[0])
    assert [row["estimate"], row["low"], row["high"]] == pytest.approx(
        [fit.estimate[0], interval.low[0], interval.high[0]]
    )


def test_the_other_dose_does_not_feel_it(rats: Rats) -> None:
    assert planned(rats({"t2": ["<15.6", 27, 41, 22, 30, 38]}), "t1 vs control")["effect"] == RATIO


@pytest.mark.slow
def test_equivalence_by_the_model_agrees_with_its_interval(rats: Rats) -> None:
    rng = np.random.default_rng(12)
    inside = []
    for _ in range(12):
        control = [*np.exp(rng.normal(4, 0.12, 11)).round(2), "<40"]
        treated = np.exp(rng.normal(4.05, 0.12, 12)).round(2)
        rows = analyse(rats({"control": control, "t2": treated}), ("planned",))
        row = rows.query("contrast == 't2 vs control' and endpoint == 'il6' and alternative == 'equivalence'").iloc[0]
        inside.append(row["low"] > 0.8 and row["high"] < 1.25)
        assert inside[-1] == (row["pvalue"] < 0.05)
    assert 0 < sum(inside) < 12


def test_more_than_half_censored_lets_the_ranks_decide_and_the_model_say_how_large(rats: Rats) -> None:
    study = rats({"t2": ["<15.6", "<15.6", "<15.6", "<15.6", 22, 30]})
    row = planned(study)
    # Complete separation of six and six: 2 of 924 arrangements.
    assert (row["test"], row["effect"]) == (Method.MANN_WHITNEY, RATIO_BY_MODEL)
    assert (row["pvalue"], row["min_pvalue"]) == pytest.approx((2 / 924, 2 / 924))
    assert row["pvalue_adjusted"] == pytest.approx(4 / 924)
    assert 0 < row["low"] < row["estimate"] < row["high"] < 1
    half = rats({"t2": ["<15.6", "<15.6", "<15.6", 27, 22, 30]})
    assert planned(half)["test"] == Method.CENSORED_MODEL


@pytest.mark.parametrize(
    ("groups", "low", "high"),
    [
        ({"t2": ["<15.6"] * 6}, 0.0, 15.6),
        ({"t2": ["<15.6"] * 5 + [20]}, 0.0, (15.6**5 * 20) ** (1 / 6)),
        ({"control": [">1000"] * 6, "t2": [30] * 5 + [31]}, 0.0, (30**5 * 31) ** (1 / 6) / 1000),
    ],
)
def test_too_few_seen_for_the_model_leaves_a_bound(
    rats: Rats, groups: dict[str, list[object]], low: float, high: float
) -> None:
    """The bound is the ratio of geometric means with every censored value at its limit."""
    row = planned(rats(groups))
    if "control" not in groups:
        high /= np.exp(np.log(np.array(Rats.plain["il6"]["control"], dtype=float)).mean())
    assert (row["test"], row["effect"]) == (Method.MANN_WHITNEY, BOUND)
    assert (row["low"], row["high"]) == pytest.approx((low, high))
    assert math.isnan(row["estimate"])
    assert math.isnan(row["level"])


def test_a_bound_may_be_a_lower_one(rats: Rats) -> None:
    row = planned(rats({"control": ["<15.6"] * 6}))
    assert row["low"] > 1
    assert math.isinf(row["high"])


def test_ranks_take_all_below_the_highest_limit_as_tied(rats: Rats) -> None:
    """<15.6, <31.2 and 18 cannot be told apart; 40 and >1000 lie above, and >1000 is highest."""
    row = published(rats({"t2": ["<15.6", "<31.2", 18, 40, 44, ">1000"]}))
    control = Rats.plain["il6"]["control"]
    by_hand = stats.mann_whitney([0, 0, 0, 40, 44, 5000], [float(value) for value in control])  # type: ignore[arg-type]
    assert (row["statistic"], row["pvalue"], row["ties"]) == pytest.approx((by_hand.statistic, by_hand.pvalue, 3))
    assert row["effect"] == "probability of superiority"
    assert row["estimate"] == pytest.approx(by_hand.superiority)


def test_limits_that_overlap_leave_no_order(rats: Rats) -> None:
    """A value above 1000 and one below 1560 may lie either way round, so ranks have nothing to say."""
    study = rats({"control": [">1000"] * 6, "t2": ["<1560"] * 6})
    for row in (published(study), planned(study)):
        assert math.isnan(row["pvalue"])
        assert math.isnan(row["statistic"])
    touching = published(rats({"control": [">1000"] * 6, "t2": ["<1000"] * 6}))
    assert touching["pvalue"] == pytest.approx(2 / 924)


def test_as_published_is_the_exact_test_with_its_shift(rats: Rats) -> None:
    row = published(rats(), endpoint="il4", contrast="t1 vs control")
    x, y = ([float(value) for value in Rats.plain["il4"][group]] for group in ("t1", "control"))  # type: ignore[arg-type]
    assert row["pvalue"] == pytest.approx(
        scipy_stats.permutation_test(
            (x, y), lambda a, b: scipy_stats.rankdata([*a, *b])[:6].sum(), n_resamples=np.inf
        ).pvalue
    )
    assert row["estimate"] == pytest.approx(np.median(np.subtract.outer(x, y)))
    assert row["pvalue_adjusted"] != row["pvalue_adjusted"]


def test_the_checks_row_is_not_adjusted(rats: Rats) -> None:
    row = planned(rats(), "control vs sham")
    assert (row["test"], row["effect"]) == (Method.MANN_WHITNEY, RATIO)
    assert row["pvalue"] == row["pvalue_adjusted"] == pytest.approx(2 / 924)
    assert row["level"] == pytest.approx(0.95)


def test_the_missing_and_the_dead_are_counted(rats: Rats) -> None:
    text = "animal,group,il6,il4,time,event\n"
    text += "".join(
        f"{group}{i},{group},{10 + i},{5 + i},48,0\n" for group in ("sham", "control", "t1", "t2") for i in range(5)
    )
    text += "x,control,,,24,1\ny,t2,,7,48,0\n"
    row = planned(rats.read(text))
    assert (row["n_treated"], row["n_control"], row["missing"]) == (5, 5, 2)


def test_results_are_the_same_twice(sepsis: Study) -> None:
    pd.testing.assert_frame_equal(analyse(sepsis), analyse(sepsis))
