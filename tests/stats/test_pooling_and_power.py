"""Pooling against hand calculation and a published example; power against theory and a plain loop."""

import warnings
from typing import Any

import numpy as np
import pytest
from scipy import stats as scipy_stats
from scipy.optimize import brentq
from statsmodels.stats.meta_analysis import combine_effects

from secretome import stats

EFFECTS, ERRORS = np.array([-0.7, -0.6, 0.1, -0.3]), np.array([0.15, 0.2, 0.15, 0.25])


def test_pooling_by_hand() -> None:
    """Paule and Mandel:

    the between-cohort variance at which Q equals its degrees of freedom; Hartung and Knapp's error.
    """

    def excess(tau2: float) -> float:
        weight = 1 / (ERRORS**2 + tau2)
        mean = (weight * EFFECTS).sum() / weight.sum()
        return float((weight * (EFFECTS - mean) ** 2).sum() - 3)

    tau2 = brentq(excess, 0, 5)
    weight = 1 / (ERRORS**2 + tau2)
    mean = (weight * EFFECTS).sum() / weight.sum()
    error = np.sqrt((weight * (EFFECTS - mean) ** 2).sum() / 3 / weight.sum())
    result = stats.random_effects(EFFECTS, ERRORS)
    assert (result.estimate, result.tau, result.standard_error) == pytest.approx((mean, np.sqrt(tau2), error), rel=1e-4)
    reach = scipy_stats.t.ppf(0.975, 3) * error
    assert list(result.confidence_interval()) == pytest.approx([mean - reach, mean + reach], rel=1e-4)
    wide = scipy_stats.t.ppf(0.975, 2) * np.sqrt(tau2 + 1 / weight.sum())
    assert list(result.prediction_interval()) == pytest.approx([mean - wide, mean + wide], rel=1e-4)


# R, metafor 3.8-1: rma(yi, sei = sei, method = "PM", test = "knha") and "adhoc": estimate, standard error, limits, p.
METAFOR: list[tuple[list[float], list[float], bool, list[float]]] = [
    ([0.5, 0.51], [0.3, 0.4], False, [0.5036, 0.0048, 0.44261021726636, 0.56458978273364, 0.00606767747482]),
    ([0.5, 0.51], [0.3, 0.4], True, [0.5036, 0.24, -2.545889136682, 3.553089136682, 0.283122307592]),
    ([0.1, 0.1, 0.1], [0.1, 0.1, 0.1], True, [0.1, 0.057735026919, -0.148413771175, 0.348413771175, 0.225403330759]),
    ([0.1, 0.1], [0.1, 0.2], True, [0.1, 0.0894427191, -1.036477501045, 1.236477501045, 0.464559054398]),
    (
        [-0.7, -0.6, 0.1, -0.3],
        [0.15, 0.2, 0.15, 0.25],
        False,
        [-0.372441289974, 0.186573487546, -0.966201396079, 0.221318816131, 0.139837763549],
    ),
]


@pytest.mark.filterwarnings("ignore:The Hartung-Knapp interval")
@pytest.mark.parametrize(("estimates", "errors", "adhoc", "expected"), METAFOR)
def test_pooling_equals_metafor(
    estimates: list[float], errors: list[float], adhoc: bool, expected: list[float]
) -> None:
    result = stats.random_effects(estimates, errors, adhoc=adhoc)
    found = [result.estimate, result.standard_error, *result.confidence_interval(), result.pvalue]
    # metafor's own search for the variance stops at its fifth digit.
    assert found == pytest.approx(expected, rel=2e-4)


@pytest.mark.parametrize("errors", [[0.1] * 3, [0.1, 0.2, 0.4]])
def test_equal_estimates_have_no_heterogeneity(errors: list[float]) -> None:
    with pytest.warns(UserWarning, match="All estimates are equal"):
        result = stats.random_effects([0.1] * 3, errors)
    assert (result.tau, result.i_squared, result.standard_error, result.pvalue) == (0, 0, 0, 0)
    with pytest.warns(UserWarning, match="All estimates are equal"):
        assert np.isnan(stats.random_effects([0] * 3, errors).pvalue)
    bounded = stats.random_effects([0.1] * 3, errors, adhoc=True)
    assert bounded.standard_error == pytest.approx(bounded.fixed_effect_standard_error)


def test_an_interval_narrower_than_the_fixed_effect_one_is_announced() -> None:
    close, apart = stats.random_effects([0.5, 0.51], [0.3, 0.4]), stats.random_effects(EFFECTS, ERRORS)
    assert close.fixed_effect_standard_error == pytest.approx(0.24)
    with pytest.warns(UserWarning, match="narrower than the fixed-effect"):
        close.confidence_interval()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        apart.confidence_interval()
        stats.random_effects([0.5, 0.51], [0.3, 0.4], adhoc=True).confidence_interval()


def test_pooling_equals_statsmodels() -> None:
    rng = np.random.default_rng(6)
    for k in (2, 3, 8):
        estimates, errors = rng.normal(0, 1, k), rng.uniform(0.1, 0.5, k)
        pooled = combine_effects(estimates, errors**2, method_re="iterated", use_t=True, atol=1e-12)
        result = stats.random_effects(estimates, errors)
        assert result.tau**2 == pytest.approx(max(0, pooled.tau2), rel=1e-4, abs=1e-8)
        assert result.i_squared == pytest.approx(max(0, pooled.i2), abs=1e-9)
        assert result.standard_error == pytest.approx(np.sqrt(pooled.var_hksj_re), rel=1e-4)


def test_cohorts_that_agree_have_no_spread_between_them() -> None:
    result = stats.random_effects([0.5, 0.52, 0.49], [0.2, 0.3, 0.25])
    assert (result.tau, result.i_squared) == (0, 0)


def test_prediction_interval_of_two_cohorts_is_infinite() -> None:
    interval = stats.random_effects([0.5, 0.1], [0.2, 0.3]).prediction_interval()
    assert (interval.low, interval.high) == (-np.inf, np.inf)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [(([1], [1]), "two cohorts or more"), (([1, 2], [1]), "two cohorts or more"), (([1, 2], [1, 0]), "above zero")],
)
def test_random_effects_invalid_input_raises(arguments: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stats.random_effects(*arguments)


def normal(shift: float, n: int) -> Any:
    return lambda rng, trials: (rng.normal(shift, 1, (trials, n)), rng.normal(0, 1, (trials, n)))


def test_power_of_welch_matches_noncentral_t() -> None:
    result = stats.power(normal(1.2, 12), "welch", trials=40_000)
    exact = scipy_stats.nct.sf(scipy_stats.t.ppf(0.975, 22), 22, 1.2 / np.sqrt(2 / 12))
    assert result.power == pytest.approx(exact, abs=4 * result.standard_error + 0.002)


def test_power_under_the_null_equals_the_exact_size() -> None:
    """Five a group without ties: 8 of 252 arrangements have a p at or below 5 %, all equally likely: .0317."""
    tails = stats.mann_whitney(*normal(0, 5)(np.random.default_rng(0), 4000), axis=-1).pvalue
    size = tails[tails <= 0.05].max()
    assert size == pytest.approx(8 / 252)
    result = stats.power(normal(0, 5), trials=60_000)
    assert result.power == pytest.approx(size, abs=4 * result.standard_error)


def test_power_of_a_callable_test() -> None:
    result = stats.power(normal(0, 4), lambda x, _: np.full(len(x), 0.05), trials=500)
    assert (result.power, result.standard_error, result.trials) == (1.0, 0.0, 500)


def test_the_same_seed_gives_the_same_power() -> None:
    one, same, other = (
        stats.power(normal(0.5, 6), trials=3000, rng=np.random.default_rng(seed)).power for seed in (1, 1, 2)
    )
    assert one == same != other


@pytest.mark.parametrize(
    ("options", "sentence"),
    [({"alpha": 1.5}, "between 0 and 1"), ({"trials": 0}, "1 or more"), ({"test": "t"}, "test must be one of")],
)
def test_power_invalid_options_raise(options: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stats.power(normal(0, 4), **options)


def test_power_rvs_of_wrong_shape_raises() -> None:
    with pytest.raises(ValueError, match="two arrays of 1000 rows"):
        stats.power(lambda rng, _: (rng.normal(size=5), rng.normal(size=5)), trials=1000)
