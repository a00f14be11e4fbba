"""Counts and proportions against R, brute force and identities."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray
from outside import CASES
from scipy import stats as scipy_stats
from scipy.optimize import minimize
from statsmodels.tools.numdiff import approx_hess

from secretome import stats
from secretome.stats.proportions import _second_derivatives


def test_quasi_poisson_equals_r() -> None:
    case = CASES["quasipoisson_insectsprays"]
    result = stats.count_ratio(case["inputs"]["counts"], case["inputs"]["group"])
    coef, se = case["expected"]["coef"], case["expected"]["se"]
    names = [f"spray{letter}" for letter in "BCDEF"]
    assert np.log(result.estimate) == pytest.approx([coef[name] for name in names], abs=1e-7)
    assert result.dispersion == pytest.approx(case["expected"]["dispersion"], rel=1e-6)
    assert result.statistic == pytest.approx([coef[name] / se[name] for name in names], rel=1e-6)
    assert result.df == 66
    low, high = result.confidence_interval(0.95)
    reach = scipy_stats.t.ppf(0.975, 66) * se["sprayC"]
    assert [low[1], high[1]] == pytest.approx(np.exp([coef["sprayC"] - reach, coef["sprayC"] + reach]), rel=1e-6)


def test_rates_are_totals_over_exposure() -> None:
    result = stats.count_ratio([11, 19, 30, 90], ["a", "a", "b", "b"], exposure=[1, 2, 1, 3])
    assert result.mean == pytest.approx([10, 30])
    assert result.estimate == pytest.approx([3])


def test_counts_that_do_not_vary_have_no_p() -> None:
    with pytest.warns(UserWarning, match="do not vary enough"):
        result = stats.count_ratio([10, 20, 30, 90], ["a", "a", "b", "b"], exposure=[1, 2, 1, 3])
    assert result.estimate == pytest.approx([3])
    assert np.isnan(result.pvalue[0])


def test_the_method_and_its_reason_are_in_the_result() -> None:
    rng = np.random.default_rng(5)
    few, many = (stats.count_ratio(rng.negative_binomial(5, 0.1, 2 * n), [0] * n + [1] * n) for n in (6, 25))
    assert (few.method, "fewer than 20" in few.reason) == ("quasi-poisson", True)
    assert (many.method, "20 animals or more" in many.reason) == ("negative-binomial", True)
    asked = stats.count_ratio(rng.negative_binomial(5, 0.1, 12), [0] * 6 + [1] * 6, method="negative-binomial")
    assert (asked.method, asked.reason) == ("negative-binomial", "as requested")


def test_negative_binomial_is_at_the_top_of_its_likelihood() -> None:
    """Brute force: no rate or dispersion nearby is likelier."""
    rng = np.random.default_rng(7)
    counts, group = rng.negative_binomial(4, 0.2, 40), np.repeat([0, 1], 20)
    result = stats.count_ratio(counts, group, method="negative-binomial")

    def surprise(theta: Any) -> float:
        means, size = np.exp(theta[:2])[group], 1 / np.exp(theta[2])
        return -float(scipy_stats.nbinom.logpmf(counts, size, size / (size + means)).sum())

    best = minimize(
        surprise, [2, 2, -1], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-10, "maxiter": 4000}
    )
    assert np.log(result.estimate[0]) == pytest.approx(best.x[1] - best.x[0], abs=1e-4)
    assert result.dispersion == pytest.approx(np.exp(best.x[2]), rel=1e-3)


WEIL = (
    ([13, 12, 9, 9, 8, 8, 12, 11, 9, 9, 8, 11, 4, 5, 7, 7], [13, 12, 9, 9, 8, 8, 13, 12, 10, 10, 9, 13, 5, 7, 10, 10]),
    ([12, 11, 10, 9, 10, 9, 9, 8, 8, 4, 7, 4, 5, 3, 3, 0], [12, 11, 10, 9, 11, 10, 10, 9, 9, 5, 9, 7, 10, 6, 10, 7]),
)


def test_beta_binomial_is_at_the_top_of_its_likelihood() -> None:
    """Brute force in another parametrisation, and the curvature by small steps."""
    k, m, group = np.array(WEIL[0][0] + WEIL[1][0]), np.array(WEIL[0][1] + WEIL[1][1]), np.repeat([0, 1], 16)
    result = stats.proportion_ratio(k, m, group)

    def surprise(theta: Any) -> float:
        means, strength = theta[:2][group], theta[2]
        return -float(scipy_stats.betabinom.logpmf(k, m, means * strength, (1 - means) * strength).sum())

    best = minimize(
        surprise, [0.9, 0.7, 4], method="Nelder-Mead", options={"xatol": 1e-9, "fatol": 1e-11, "maxiter": 4000}
    )
    assert result.mean == pytest.approx(best.x[:2], abs=1e-5)
    assert result.dispersion == pytest.approx(1 / (1 + best.x[2]), rel=1e-3)
    step = np.array([1e-3, 1e-3, 1e-2])
    hessian = np.empty((3, 3))
    for i in range(3):
        for j in range(3):
            a, b = np.eye(3)[i] * step, np.eye(3)[j] * step
            corners = (
                surprise(best.x + a + b)
                - surprise(best.x + a - b)
                - surprise(best.x - a + b)
                + surprise(best.x - a - b)
            )
            hessian[i, j] = corners / (4 * step[i] * step[j])
    covariance = np.linalg.inv(hessian)
    # Widened by the root of 32 animals over 32 less two groups.
    error = np.sqrt(covariance[0, 0] / best.x[0] ** 2 + covariance[1, 1] / best.x[1] ** 2) * np.sqrt(32 / 30)
    assert np.log(result.estimate[0]) / result.statistic[0] == pytest.approx(error, rel=0.05)


def test_animals_that_vary_no_more_than_chance_are_binomial() -> None:
    k, m = [45, 46, 44, 45, 60, 61, 59, 60], [100] * 8
    result = stats.proportion_ratio(k, m, [0] * 4 + [1] * 4)
    assert result.method == "binomial"
    assert result.mean == pytest.approx([0.45, 0.60], abs=1e-4)
    # The delta method, by hand.
    assert np.log(result.estimate[0]) / result.statistic[0] == pytest.approx(np.sqrt(0.55 / 180 + 0.40 / 240), rel=1e-3)


def test_a_group_of_zeros_has_a_ratio_and_no_interval() -> None:
    for call in (
        lambda: stats.count_ratio([0, 0, 0, 3, 4, 5], [0] * 3 + [1] * 3),
        lambda: stats.proportion_ratio([0, 0, 0, 3, 4, 5], [9] * 6, [0] * 3 + [1] * 3),
    ):
        with pytest.warns(UserWarning, match="nothing but zeros"):
            result = call()
        assert result.estimate[0] == np.inf
        assert np.isnan(result.pvalue[0])
        assert np.isnan(result.confidence_interval().low[0])


NEAR_POISSON = (
    [2, 3, 2, 3, 3, 1, 2, 2, 3, 1, 2, 3, 1, 4, 1, 3, 1, 2, 2, 2, 1, 2],
    [5, 2, 2, 4, 5, 4, 5, 4, 3, 5, 3, 4, 2, 3, 6, 5, 1, 6, 2, 2, 4, 4],
)


def test_counts_that_vary_no_more_than_poissons_are_quasi_poisson() -> None:
    counts, group = NEAR_POISSON[0] + NEAR_POISSON[1], ["a"] * 22 + ["b"] * 22
    auto, quasi = (stats.count_ratio(counts, group, method=method) for method in ("auto", "quasi-poisson"))
    # R: glm(y ~ g, family = quasipoisson).
    assert auto.pvalue[0] == quasi.pvalue[0] == pytest.approx(4.7e-5, rel=0.01)
    assert (auto.method, "no more than Poisson" in auto.reason) == ("quasi-poisson", True)
    # Asked for, the likeliest negative binomial has no dispersion: it is Poisson's, with its errors.
    asked = stats.count_ratio(counts, group, method="negative-binomial")
    assert (asked.method, asked.dispersion) == ("negative-binomial", 0.0)
    error = np.sqrt(1 / sum(NEAR_POISSON[0]) + 1 / sum(NEAR_POISSON[1]))
    assert asked.statistic[0] == pytest.approx(np.log(asked.estimate[0]) / error)


def test_a_group_of_zeros_changes_no_other_groups_test() -> None:
    """Its animals give no information on the variance of the others, and add no degrees of freedom."""
    counts, group = [9, 4, 14, 21, 30, 18], [1, 1, 1, 2, 2, 2]
    alone = stats.count_ratio(counts, group)
    with pytest.warns(UserWarning, match="nothing but zeros"):
        beside = stats.count_ratio([*counts, 0, 0, 0, 0], [*group, 3, 3, 3, 3])
    assert (beside.df, beside.pvalue[0]) == (alone.df, pytest.approx(alone.pvalue[0]))
    shares = stats.proportion_ratio(counts, [40] * 6, group)
    with pytest.warns(UserWarning, match="nothing but zeros"):
        beside = stats.proportion_ratio([*counts, 0, 0, 0, 0], [40] * 10, [*group, 3, 3, 3, 3])
    assert (beside.df, beside.pvalue[0]) == (shares.df, pytest.approx(shares.pvalue[0], rel=1e-4))


def test_too_few_animals_beside_zeros_have_no_p() -> None:
    for call in (
        lambda: stats.count_ratio([0, 0, 0, 6], ["a", "a", "a", "b"]),
        lambda: stats.proportion_ratio([0, 0, 0, 6], [9] * 4, ["a", "a", "a", "b"]),
        lambda: stats.proportion_ratio([9, 9, 9, 9], [9] * 4, ["a", "a", "b", "b"]),
    ):
        with pytest.warns(UserWarning, match="no interval and no p"):
            assert np.isnan(call().pvalue).all()


def test_animals_that_are_all_or_nothing_are_one_observation_each() -> None:
    """One of three against two of three, by the binomial of animals with the delta method, widened by 6 over 4."""
    result = stats.proportion_ratio([0, 10] * 3, [10] * 6, ["a"] * 3 + ["b"] * 3)
    assert result.mean == pytest.approx([1 / 3, 2 / 3])
    assert (result.dispersion, result.method) == (1.0, "beta-binomial")
    error = np.sqrt((2 + 1 / 2) / 3 * 6 / 4)
    assert np.log(result.estimate[0]) / result.statistic[0] == pytest.approx(error)


@pytest.mark.parametrize(
    ("call", "sentence"),
    [
        (lambda: stats.count_ratio([2.0**60, 2], [0, 0]), "too large for a count"),
        (lambda: stats.count_ratio([1, 2, 3], [0, 0, 1], exposure=[1e-9, 1, 1e9]), "the same unit"),
        (lambda: stats.count_ratio([1.5, 2], [0, 1]), "whole numbers"),
        (lambda: stats.count_ratio([-1, 2, 3], [0, 0, 1]), "whole numbers"),
        (lambda: stats.count_ratio([1, 2, 3], [0, 1]), "one length"),
        (lambda: stats.count_ratio([1, 2, 3], [0, 0, 0]), "two groups"),
        (lambda: stats.count_ratio([1, 2], [0, 1]), "no group has two"),
        (lambda: stats.count_ratio([0, 0, 0], [0, 0, 1]), "every count is zero"),
        (lambda: stats.count_ratio([1, 2, 3], [0, 0, 1], exposure=[1, 0, 1]), "exposure"),
        (lambda: stats.proportion_ratio([5, 2, 3], [4, 4, 4], [0, 0, 1]), "at most its nobs"),
        (lambda: stats.proportion_ratio([0, 0, 0], [4, 4, 4], [0, 0, 1]), "every count is zero"),
    ],
)
def test_invalid_input_raises(call: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        call()


@pytest.mark.parametrize("method", ["quasi-poisson", "negative-binomial"])
def test_what_share_was_counted_changes_rates_and_no_ratio(method: str) -> None:
    """A hundredth of the spleen or the whole: the same plaques give the same ratio, p and interval."""
    counts, group = [19, 5, 7, 8, 7, 8, 6, 2, 5, 25, 21, 20, 5, 10, 23, 7], [0] * 8 + [1] * 8
    whole = stats.count_ratio(counts, group, method=method)
    share = stats.count_ratio(counts, group, exposure=[0.01] * 16, method=method)
    assert share.mean == pytest.approx(100 * whole.mean)
    assert share.estimate == pytest.approx(whole.estimate, rel=1e-5)
    assert share.pvalue == pytest.approx(whole.pvalue, rel=1e-4)


def test_another_ratio_is_tested_as_counting_more_would() -> None:
    """Against 2 is against 1 once each treated animal was counted in twice as much."""
    counts, group = [4, 7, 9, 12, 18, 25], [0, 0, 0, 1, 1, 1]
    against = stats.count_ratio(counts, group).against(2.0, "greater")
    moved = stats.count_ratio(counts, group, exposure=[1, 1, 1, 2, 2, 2])
    assert against[0] == pytest.approx(moved.statistic)
    assert 2 * min(against[1][0], 1 - against[1][0]) == pytest.approx(moved.pvalue[0])
    with pytest.raises(ValueError, match="above 0"):
        moved.against(0)


def test_second_derivatives_are_those_of_statsmodels() -> None:
    def function(point: NDArray[np.float64]) -> float:
        return float(np.exp(point[0]) * np.sin(point[1]) + point[1] ** 2 * point[2] ** 3)

    point = np.array([0.3, -2.0, 0.01])
    np.testing.assert_allclose(_second_derivatives(function, point), approx_hess(point, function), rtol=1e-14)
