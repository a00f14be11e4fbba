"""The censored lognormal model against NADA, SciPy, a closed form and its own calibration."""

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from scipy import stats as scipy_stats
from scipy.optimize import brentq, minimize_scalar

from secretome import stats

CASES = {
    case["name"]: case
    for case in json.loads((Path(__file__).parents[1] / "reference" / "groups.json").read_text(encoding="utf-8"))["cases"]
}


def bounds(values: np.ndarray, low: float = 0.0, high: float = np.inf) -> tuple[np.ndarray, np.ndarray]:
    """Values as an assay with two limits reports them."""
    return np.where(values < low, 0, np.minimum(values, high)), np.where(values > high, np.inf, np.maximum(values, low))


def two_groups(seed: int, n: int, *, ratio: float, sd: float, low: float) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(seed)
    values = np.concatenate([rng.lognormal(3, sd, n), rng.lognormal(3 + np.log(ratio), sd, n)])
    return *bounds(values, low), np.repeat([0, 1], n)


def test_oahu_arsenic_equals_nada() -> None:
    """Helsel's book and R's NADA: maximum likelihood with three detection limits."""
    case = CASES["nada_oahu_arsenic"]
    limit, censored = np.array(case["inputs"]["obs"], dtype=float), np.array(case["inputs"]["censored"])
    fit = stats.censored_lognormal(np.where(censored, 0, limit), limit)
    expected = case["expected"]["MLE_lognormal"]
    assert np.log(fit.geometric_mean[0]) == pytest.approx(expected["meanlog"], abs=1e-5)
    assert fit.log_sd[0] == pytest.approx(expected["sdlog"], abs=1e-5)
    assert fit.geometric_mean[0] * np.exp(fit.log_sd[0] ** 2 / 2) == pytest.approx(expected["mean"], abs=1e-5)
    assert fit.estimate.size == 0


def test_each_group_equals_scipys_fit_to_censored_data() -> None:
    rng = np.random.default_rng(6)
    values = rng.lognormal(3, 0.8, 30)
    low, high = bounds(values, 12.0, 45.0)
    logs = np.log(values)
    inside = (values >= 12) & (values <= 45)
    data = scipy_stats.CensoredData(
        logs[inside], left=np.full((values < 12).sum(), np.log(12)), right=np.full((values > 45).sum(), np.log(45))
    )
    mean, sd = scipy_stats.norm.fit(data)
    fit = stats.censored_lognormal(low, high)
    assert np.log(fit.geometric_mean[0]) == pytest.approx(mean, abs=1e-3)
    assert fit.log_sd[0] == pytest.approx(sd, abs=1e-3)


def test_intervals_of_one_dilution_equal_scipys() -> None:
    """A titre t is known to lie in [t, 2t)."""
    titres = np.array([16.0, 32, 32, 64, 64, 64, 128, 256])
    mean, sd = scipy_stats.norm.fit(scipy_stats.CensoredData(interval=np.log(np.column_stack([titres, 2 * titres]))))
    fit = stats.censored_lognormal(titres, 2 * titres)
    assert (np.log(fit.geometric_mean[0]), fit.log_sd[0]) == pytest.approx((mean, sd), abs=1e-3)


def test_uncensored_interval_equals_the_closed_form() -> None:
    """With nothing censored a group's profile is -n/2 log(s2 + (mean - m)2), so limits can be found from that alone."""
    rng = np.random.default_rng(9)
    x, y = rng.normal(0, 0.4, 6), rng.normal(0.5, 0.9, 9)
    values = np.exp(np.concatenate([x, y]))
    fit = stats.censored_lognormal(values, values, np.repeat([0, 1], [6, 9]))

    def profile(difference: float) -> float:
        def negative(mean: float) -> float:
            return 3 * np.log(x.var() + (x.mean() - mean) ** 2) + 4.5 * np.log(y.var() + (y.mean() - mean - difference) ** 2)

        return -float(minimize_scalar(negative, bracket=(x.mean() - 1, x.mean() + 1), tol=1e-12).fun)

    best = y.mean() - x.mean()
    cut = 15 * np.log1p(scipy_stats.t.ppf(0.975, 13) ** 2 / 13)
    reach = [brentq(lambda d: 2 * (profile(best) - profile(d)) - cut, best, best + side * 5) for side in (-1, 1)]
    assert np.log(fit.estimate[0]) == pytest.approx(best)
    assert np.log([limit[0] for limit in fit.confidence_interval()]) == pytest.approx(reach, abs=1e-5)


def test_interval_and_test_agree() -> None:
    for seed in range(8):
        fit = stats.censored_lognormal(*two_groups(seed, 7, ratio=1.8, sd=0.6, low=14))
        interval = fit.confidence_interval(0.95)
        assert (interval.low[0] > 1 or interval.high[0] < 1) == (fit.pvalue[0] < 0.05)
        exact = fit.confidence_interval(1 - fit.pvalue[0])
        assert min(abs(np.log(exact.low[0])), abs(np.log(exact.high[0]))) == pytest.approx(0, abs=1e-5)


def test_swapping_inverts_and_scaling_leaves_the_ratio() -> None:
    low, high, group = two_groups(3, 9, ratio=2, sd=0.5, low=16)
    fit, swapped = stats.censored_lognormal(low, high, group), stats.censored_lognormal(low, high, 1 - group)
    scaled = stats.censored_lognormal(1000 * low, 1000 * high, group)
    assert fit.estimate[0] == pytest.approx(1 / swapped.estimate[0], rel=1e-5)
    assert fit.pvalue[0] == pytest.approx(swapped.pvalue[0], rel=1e-4)
    assert fit.confidence_interval().low[0] == pytest.approx(1 / swapped.confidence_interval().high[0], rel=1e-4)
    assert scaled.estimate[0] == pytest.approx(fit.estimate[0], rel=1e-5)
    assert scaled.geometric_mean == pytest.approx(1000 * fit.geometric_mean, rel=1e-5)
    less, greater = (stats.censored_lognormal(low, high, group, alternative=side).pvalue[0] for side in ("less", "greater"))  # type: ignore[arg-type]
    assert less + greater == pytest.approx(1)
    assert fit.pvalue[0] == pytest.approx(2 * min(less, greater))


def test_a_third_group_changes_nothing_for_the_other_two() -> None:
    low, high, group = two_groups(5, 8, ratio=1.5, sd=0.5, low=15)
    pair = stats.censored_lognormal(low, high, group)
    three = stats.censored_lognormal(np.append(low, [40.0, 50, 70]), np.append(high, [40.0, 50, 70]), np.append(group, [2, 2, 2]))
    assert three.estimate.size == 2
    assert three.pvalue[0] == pytest.approx(pair.pvalue[0])


def test_limits_that_the_data_do_not_set_are_said() -> None:
    """Two values seen among ten: the lower limit is far off, and never a number made up."""
    low = np.array([20.0, 25, *[0.0] * 8, 30, 40, 50])
    high = np.array([20.0, 25, *[15.6] * 8, 30, 40, 50])
    fit = stats.censored_lognormal(low, high, np.repeat([0, 1], [10, 3]))
    interval = fit.confidence_interval()
    assert interval.low[0] < fit.estimate[0] < interval.high[0]
    assert fit.censored.tolist() == [8, 0]


@pytest.mark.parametrize(
    ("lower", "upper", "group", "sentence"),
    [
        ([1, 2], [1, 2, 3], None, "one length"),
        ([], [], None, "empty"),
        ([1, np.nan], [1, 2], None, "missing"),
        ([3, 1], [2, 1], None, "exceeds"),
        ([-1, 1], [2, 1], None, "above zero"),
        ([0, 1], [np.inf, 1], None, "says nothing"),
        ([0, 0, 3], [2, 2, 3], None, "fewer than two"),
        ([3, 3, 0], [3, 3, 2], None, "fewer than two"),
        ([1, 2, 0, 0], [1, 2, 5, 5], ["a", "a", "b", "b"], "group b has fewer than two"),
    ],
)
def test_what_cannot_be_fitted_is_refused(lower: Any, upper: Any, group: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stats.censored_lognormal(lower, upper, group)


def test_the_interval_covers_where_the_chi_square_cut_does_not() -> None:
    """About a third of one group below the limit, eight a group: within three standard errors of 95 % over 300 seeded trials.

    The chi-square cut covers 89 to 94 % here.
    """
    covered = trials = 0
    for seed in range(300):
        low, high, group = two_groups(seed, 8, ratio=2, sd=0.5, low=16)
        if np.unique(low[(group == 0) & (low > 0)]).size < 2:
            continue
        interval = stats.censored_lognormal(low, high, group).confidence_interval()
        covered, trials = covered + bool(interval.low[0] <= 2 <= interval.high[0]), trials + 1
    assert trials > 290
    assert covered / trials == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / trials))


def test_titres_are_known_up_to_one_dilution() -> None:
    lower, upper = stats.titre_bounds([0, 4, 64, 4096], lowest=2, highest=4096)
    assert lower.tolist() == [0, 4, 64, 4096]
    assert upper.tolist() == [2, 8, 128, np.inf]
    assert stats.titre_bounds([10, 30], fold=3)[1].tolist() == [30, 90]


def test_titres_at_the_end_of_the_plate_are_not_underestimated() -> None:
    """True geometric mean 2048 on a plate that ends at 4096: the plain mean of the printed titres is too low, the model's is not."""
    rng = np.random.default_rng(6)
    true = np.exp2(rng.normal(11, 1.5, 2000))
    printed = np.minimum(np.exp2(np.floor(np.log2(true))), 4096)
    fit = stats.censored_lognormal(*stats.titre_bounds(printed, lowest=2, highest=4096))
    assert fit.geometric_mean[0] == pytest.approx(2048, rel=0.08)
    assert np.exp(np.log(printed).mean()) < 0.7 * 2048


@pytest.mark.parametrize(
    ("arguments", "options", "sentence"),
    [
        ([0, 4], {}, "needs 'lowest'"),
        ([4, 8192], {"highest": 4096}, "above the last dilution"),
        ([-4], {}, "from 0 upwards"),
        ([4], {"fold": 1}, "above 1"),
    ],
)
def test_titres_that_cannot_be_are_refused(arguments: list[float], options: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stats.titre_bounds(arguments, **options)
