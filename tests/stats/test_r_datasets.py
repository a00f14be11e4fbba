"""Against R, on data sets that come with R: base R, survival, coin, exactRankTests, MASS, multcomp and metafor.

The numbers are the output of tests/reference/r_datasets.R; r_datasets.json names the versions.
"""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from secretome import stats

REFERENCE = Path(__file__).parents[1] / "reference" / "r_datasets.json"
CASES: dict[str, dict[str, Any]] = json.loads(REFERENCE.read_text(encoding="utf-8"))["cases"]
SIDES: list[Any] = ["two-sided", "less", "greater"]


def close(expected: Any, tolerance: float = 1e-8) -> Any:
    return pytest.approx(expected, rel=tolerance, abs=1e-12)


def having(field: str) -> list[str]:
    return [name for name, case in CASES.items() if field in case["expected"]]


def inputs_and_expected(name: str) -> tuple[dict[str, Any], dict[str, Any]]:
    return CASES[name]["inputs"], CASES[name]["expected"]


def t_numbers(result: Any) -> list[float]:
    """Estimate, limits, t, degrees of freedom and p, as R prints them."""
    interval = result.confidence_interval(0.95)
    return [result.estimate, interval.low, interval.high, result.statistic, result.df, result.pvalue]


@pytest.mark.parametrize("name", having("u"))
def test_mann_whitney_equals_coin_and_base_r(name: str) -> None:
    given, expected = inputs_and_expected(name)
    for side, exact, asymptotic in zip(SIDES, expected["exact"], expected["asymptotic"], strict=True):
        assert stats.mann_whitney(**given, alternative=side).pvalue == close(exact)
        assert stats.mann_whitney(**given, alternative=side, method="asymptotic").pvalue == close(asymptotic)
    result = stats.mann_whitney(**given)
    assert (result.statistic, result.midp) == close((expected["u"], expected["midp"]))
    pairs = len(given["x"]) * len(given["y"])
    assert stats.probability_of_superiority(**given).estimate == close(expected["u"] / pairs)


@pytest.mark.parametrize("name", having("shift"))
def test_the_shift_equals_exact_rank_tests(name: str) -> None:
    """The estimate is R's median of all differences. The intervals are equal where nothing is tied.

    With ties, R's exactRankTests also contains shifts that are rejected only because of the ties of the observed
    values, so its interval contains ours.
    """
    given, expected = inputs_and_expected(name)
    result = stats.hodges_lehmann(**given)
    assert result.estimate == close(expected["shift"])
    interval = result.confidence_interval(0.95)
    low, high = expected["shift_interval"]
    assert low - 1e-9 <= interval.low < interval.high <= high + 1e-9
    values = given["x"] + given["y"]
    if len(set(values)) == len(values):
        assert (interval.low, interval.high) == close((low, high))


@pytest.mark.parametrize("name", having("ratio"))
def test_means_ratios_and_equivalence_equal_t_test(name: str) -> None:
    given, expected = inputs_and_expected(name)
    assert t_numbers(stats.mean_difference(**given)) == close(expected["mean_difference"])
    assert t_numbers(stats.geometric_mean_ratio(**given)) == close(expected["ratio"])
    samples = [given["x"], given["y"]]
    contrast = stats.welch_contrasts(samples, [[1, -1]])
    assert contrast.pvalue[0] == close(expected["mean_difference"][-1])
    equivalence = stats.equivalence(**given, low=0.8, high=1.25, scale="ratio")
    assert (equivalence.pvalue_low, equivalence.pvalue_high) == close(expected["equivalence"])


def test_pairs_equal_coin_and_t_test() -> None:
    """The sleep data have a tie and a pair without a difference, treated by Pratt's method."""
    given, expected = inputs_and_expected("sleep")
    for side, exact in zip(SIDES, expected["exact"], strict=True):
        assert stats.signed_rank(**given, alternative=side).pvalue == close(exact)
    assert t_numbers(stats.mean_difference(**given, paired=True)) == close(expected["mean_difference"])
    equivalence = stats.equivalence(**given, low=-3, high=3, paired=True)
    assert (equivalence.pvalue_low, equivalence.pvalue_high) == close(expected["equivalence"])


@pytest.mark.parametrize("name", having("kruskal"))
def test_several_groups_equal_r(name: str) -> None:
    """Dunnett's p and limits in multcomp are integrated at random points, which are right to about 1e-6."""
    given, expected = inputs_and_expected(name)
    kruskal = stats.kruskal_wallis(given["samples"], method="asymptotic")
    assert (kruskal.statistic, kruskal.pvalue) == close(expected["kruskal"])
    trend = stats.jonckheere_terpstra(given["samples"], method="asymptotic")
    assert trend.pvalue == close(expected["trend"][1])
    dunnett = stats.dunnett(given["samples"])
    assert dunnett.statistic == close(expected["dunnett_t"])
    assert dunnett.pvalue == pytest.approx(expected["dunnett_p"], abs=2e-5)
    interval = dunnett.confidence_interval(0.95)
    spread = np.ptp(np.concatenate(given["samples"]))
    assert interval.low == pytest.approx(expected["dunnett_low"], abs=1e-4 * spread)
    assert interval.high == pytest.approx(expected["dunnett_high"], abs=1e-4 * spread)


@pytest.mark.parametrize("name", having("contrast"))
def test_blocks_equal_the_linear_model(name: str) -> None:
    given, expected = inputs_and_expected(name)
    result = stats.block_contrasts([given["x"], given["y"]], [given["x_blocks"], given["y_blocks"]], [[1, -1]])
    found = [result.estimate[0], result.statistic[0], result.df[0], result.pvalue[0]]
    assert found == close(expected["contrast"])


@pytest.mark.parametrize("name", having("hazard_ratio"))
def test_survival_equals_the_package_survival(name: str) -> None:
    given, expected = inputs_and_expected(name)
    logrank = stats.logrank(given["time"], given["event"], given["treated"], method="asymptotic")
    assert (logrank.statistic, logrank.pvalue) == close(expected["logrank"])
    assert logrank.expected == close(expected["expected"])
    hazard = stats.hazard_ratio(**given)
    assert hazard.estimate == close(expected["hazard_ratio"])
    assert hazard.pvalue == close(expected["likelihood_ratio_p"])
    interval = hazard.confidence_interval(0.95)
    assert (interval.low, interval.high) == close(expected["interval"])
    means = stats.restricted_mean_survival(**given)
    assert means.horizon == expected["horizon"]
    assert (means.others, means.treated) == close(expected["restricted_means"])
    assert means.standard_error == close(np.hypot(*expected["restricted_errors"]))
    times, shares = stats.survival_curve(given["time"], given["event"])
    at_events = [expected["curve_times"].index(time) for time in times]
    assert times.size == len(expected["curve_times"])
    assert shares == close(np.array(expected["curve"])[at_events])


@pytest.mark.parametrize("name", having("log_sd"))
def test_censored_lognormal_equals_survreg(name: str) -> None:
    given, expected = inputs_and_expected(name)
    fit = stats.censored_lognormal(**given)
    assert fit.geometric_mean == close(expected["geometric_mean"])
    assert fit.log_sd == close(expected["log_sd"])


@pytest.mark.parametrize("name", having("quasi_ratio"))
def test_counts_equal_glm_and_glm_nb(name: str) -> None:
    given, expected = inputs_and_expected(name)
    quasi = stats.count_ratio(**given, method="quasi-poisson")
    assert quasi.estimate == close(expected["quasi_ratio"])
    assert quasi.statistic == close(expected["quasi_t"])
    assert quasi.pvalue == close(expected["quasi_p"])
    assert quasi.dispersion == close(expected["dispersion"])
    negative = stats.count_ratio(**given, method="negative-binomial")
    # The search of statsmodels ends where the slope of the likelihood is below 1e-5.
    assert negative.estimate == close(expected["negative_ratio"], 1e-5)
    assert negative.dispersion == close(expected["alpha"], 1e-3)


def test_proportions_are_at_the_top_of_the_beta_binomial_likelihood() -> None:
    """R's optim ends where the likelihood is flat to rounding, about 1e-6 from the top."""
    given, expected = inputs_and_expected("esoph_tobacco")
    result = stats.proportion_ratio(**given)
    assert result.estimate == close(expected["proportion_ratio"], 1e-4)
    assert result.dispersion == close(expected["correlation"], 1e-3)


def test_pooling_equals_metafor() -> None:
    given, expected = inputs_and_expected("bcg")
    result = stats.random_effects(**given)
    found = [result.estimate, result.standard_error, result.tau, result.pvalue]
    assert found == close([expected[field] for field in ("estimate", "standard_error", "tau", "pvalue")], 1e-7)
    interval = result.confidence_interval(0.95)
    assert (interval.low, interval.high) == close(expected["interval"], 1e-7)
