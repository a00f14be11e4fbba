"""The censored lognormal model against NADA, SciPy, a closed form and its own calibration."""

from typing import Any

import numpy as np
import pytest
from outside import CASES
from scipy import stats as scipy_stats
from scipy.optimize import brentq, minimize_scalar
from scipy.special import log_ndtr

from secretome import stats


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
            return 3 * np.log(x.var() + (x.mean() - mean) ** 2) + 4.5 * np.log(
                y.var() + (y.mean() - mean - difference) ** 2
            )

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


# One group narrow, the other partly censored: with one mean and two spreads the likelihood has two peaks.
TWO_PEAKS = [
    ([44.8, 48.5, 44.7, 45.2], [None, 14.8, None, 21.4], 12.65, 3.0989, 0.04229),
    ([55.1, 55.8, 54.9], [None, 26.9, 16.9], 16.65, 2.8744, 0.09054),
]


@pytest.mark.parametrize(("close", "wide", "limit", "t", "p"), TWO_PEAKS)
def test_the_higher_of_two_peaks_decides(
    close: list[float], wide: list[float | None], limit: float, t: float, p: float
) -> None:
    """The peak found by going through every common mean in small steps; p is times two, as for a family of two."""
    lower = [*close, *(0 if value is None else value for value in wide)]
    upper = [*close, *(limit if value is None else value for value in wide)]
    group = [0] * len(close) + [1] * len(wide)
    fit = stats.censored_lognormal(lower, upper, group)
    assert (abs(fit.statistic[0]), 2 * fit.pvalue[0]) == pytest.approx((t, p), rel=1e-3)
    low, high = fit.confidence_interval(0.975)
    assert (2 * fit.pvalue[0] <= 0.05) == (not low[0] < 1 < high[0])


@pytest.mark.parametrize("cases", [6, pytest.param(25, marks=pytest.mark.slow)])
def test_common_mean_maximises_the_likelihood(cases: int) -> None:
    """Brute force over a grid of common means and of both spreads; and interval and test agree each time."""
    rng = np.random.default_rng(17)
    means = np.linspace(1, 6, 251)
    for _ in range(cases):
        n, m = rng.integers(3, 8, 2)
        close, wide = rng.lognormal(4, rng.choice([0.02, 0.1, 0.4]), n), rng.lognormal(3.5, 0.6, m)
        limit = float(np.quantile(wide, 0.35))
        lower, upper = (
            np.concatenate([close, np.where(wide < limit, 0, wide)]),
            np.concatenate([close, np.maximum(wide, limit)]),
        )
        try:
            fit = stats.censored_lognormal(lower, upper, [0] * n + [1] * m)
        except ValueError:
            continue
        peaks = [at_means(low, high, means) for low, high in ((lower[:n], upper[:n]), (lower[n:], upper[n:]))]
        # The grid passes by the separate peaks, so they are taken at the fitted means.
        highest = sum(
            float(at_means(low, high, np.array([np.log(mean)]))[0])
            for (low, high), mean in zip(
                ((lower[:n], upper[:n]), (lower[n:], upper[n:])), fit.geometric_mean, strict=True
            )
        )
        drop = (n + m) * np.log1p(fit.statistic[0] ** 2 / (n + m - 2))
        assert drop <= 2 * (highest - (peaks[0] + peaks[1]).max()) + 0.01
        low, high = fit.confidence_interval(0.975)
        assert (2 * fit.pvalue[0] <= 0.05) == (not low[0] < 1 < high[0])


def at_means(low: np.ndarray, high: np.ndarray, means: np.ndarray) -> np.ndarray:
    """The highest log-likelihood of one group at each mean of its logarithms, over a fine grid of spreads."""
    exact, censored = np.log(low[low == high]), np.log(high[low != high])
    sd = np.exp(np.linspace(-6, 3, 901))
    squares = ((exact - means[:, None]) ** 2).sum(axis=1)[:, None]
    values = -squares / (2 * sd**2) - exact.size * (np.log(sd) + np.log(2 * np.pi) / 2)
    for limit, times in zip(*np.unique(censored, return_counts=True), strict=True):
        values += times * log_ndtr((limit - means[:, None]) / sd)
    return np.asarray(values.max(axis=1))


# The lower and upper bounds of the values of two groups, and the smallest standard deviation.
Bounds = tuple[list[float], list[float]]
INF, STEP = np.inf, np.log(2) / np.sqrt(12)
SEARCHED: dict[str, tuple[Bounds, Bounds, float]] = {
    "one group censored": (
        ([30, 41, 0, 55, 0, 38], [30, 41, 25, 55, 25, 38]),
        ([60, 44, 71, 90, 52], [60, 44, 71, 90, 52]),
        0.0,
    ),
    "both censored": (([0, 0, 26, 31, 60], [25, 25, 26, 31, 60]), ([50, 60, 61, 62, 0], [50, 60, 61, INF, 40]), 0.0),
    "narrow and wide": (
        ([44.8, 48.5, 44.7, 45.2], [44.8, 48.5, 44.7, 45.2]),
        ([0, 14.8, 0, 21.4], [12.65, 14.8, 12.65, 21.4]),
        0.0,
    ),
    "titres": (([16, 32, 32, 64], [32, 64, 64, 128]), ([64, 64, 128, 64, 128], [128, 128, 256, 128, INF]), STEP),
    "titres in two wells": (([16, 32, 16, 32], [32, 64, 32, 64]), ([32, 64, 64, 32], [64, 128, 128, 64]), STEP),
}


@pytest.mark.parametrize("case", SEARCHED)
def test_limits_equal_those_of_a_search_over_grids(case: str) -> None:
    """The t at each limit, from the highest likelihood on ever finer grids of the common mean and of both spreads."""
    base, other, least = SEARCHED[case]
    lower, upper = (np.array([*base[side], *other[side]], dtype=float) for side in (0, 1))
    n, size = len(base[0]), lower.size
    fit = stats.censored_lognormal(lower, upper, np.arange(size) >= n, min_log_sd=least)
    highest = sum(searched([(lower[part], upper[part], 0.0)], least) for part in (slice(0, n), slice(n, size)))
    for limit in fit.confidence_interval(0.95):
        parts = [(lower[:n], upper[:n], 0.0), (lower[n:], upper[n:], float(np.log(limit[0])))]
        t = np.sqrt((size - 2) * np.expm1(2 * (highest - searched(parts, least)) / size))
        assert t == pytest.approx(scipy_stats.t.ppf(0.975, size - 2), abs=1e-4)


def searched(parts: list[tuple[np.ndarray, np.ndarray, float]], least: float) -> float:
    """The highest log-likelihood of groups whose log means differ from a common one by a known amount."""
    low, high = 0.0, 7.0
    smallest = float(np.log(least)) if least else -9.0
    spreads = [(max(smallest, -5.0), 2.0)] * len(parts)
    for points in (401, 101, 101, 101):
        means = np.linspace(low, high, points)
        total, best = np.zeros(points), []
        for (lower, upper, shift), ends in zip(parts, spreads, strict=True):
            log_sd = np.linspace(*ends, points)
            values = grid(lower, upper, means + shift, log_sd)
            total += values.max(axis=1)
            best.append((log_sd, values.argmax(axis=1)))
        at = int(total.argmax())
        step = means[1] - means[0]
        low, high = means[at] - 2 * step, means[at] + 2 * step
        peaks = [(log_sd[index[at]], 4 * (log_sd[1] - log_sd[0])) for log_sd, index in best]
        spreads = [(max(peak - reach, smallest), peak + reach) for peak, reach in peaks]
    return float(total.max())


def grid(lower: np.ndarray, upper: np.ndarray, means: np.ndarray, log_sd: np.ndarray) -> np.ndarray:
    """The log-likelihood of one group at each mean and each log standard deviation."""
    sd, total = np.exp(log_sd), np.zeros((means.size, log_sd.size))
    with np.errstate(divide="ignore"):
        logs = np.log(lower), np.log(upper)
    for a, b in zip(*logs, strict=True):
        z_low, z_high = (a - means[:, None]) / sd, (b - means[:, None]) / sd
        if a == b:
            total -= z_low**2 / 2 + log_sd
        else:
            # The tail that holds both limits, so that no difference of ones is taken.
            mirrored = z_low > 0
            z_low, z_high = np.where(mirrored, -z_high, z_low), np.where(mirrored, -z_low, z_high)
            with np.errstate(divide="ignore"):
                total += np.log(scipy_stats.norm.cdf(z_high) - scipy_stats.norm.cdf(z_low))
    return total


def test_swapping_inverts_and_scaling_leaves_the_ratio() -> None:
    low, high, group = two_groups(3, 9, ratio=2, sd=0.5, low=16)
    fit, swapped = stats.censored_lognormal(low, high, group), stats.censored_lognormal(low, high, 1 - group)
    scaled = stats.censored_lognormal(1000 * low, 1000 * high, group)
    assert fit.estimate[0] == pytest.approx(1 / swapped.estimate[0], rel=1e-5)
    assert fit.pvalue[0] == pytest.approx(swapped.pvalue[0], rel=1e-4)
    assert fit.confidence_interval().low[0] == pytest.approx(1 / swapped.confidence_interval().high[0], rel=1e-4)
    assert scaled.estimate[0] == pytest.approx(fit.estimate[0], rel=1e-5)
    assert scaled.geometric_mean == pytest.approx(1000 * fit.geometric_mean, rel=1e-5)
    less, greater = (
        stats.censored_lognormal(low, high, group, alternative=side).pvalue[0] for side in ("less", "greater")
    )  # type: ignore[arg-type]
    assert less + greater == pytest.approx(1)
    assert fit.pvalue[0] == pytest.approx(2 * min(less, greater))


def test_a_third_group_changes_nothing_for_the_other_two() -> None:
    low, high, group = two_groups(5, 8, ratio=1.5, sd=0.5, low=15)
    pair = stats.censored_lognormal(low, high, group)
    three = stats.censored_lognormal(
        np.append(low, [40.0, 50, 70]), np.append(high, [40.0, 50, 70]), np.append(group, [2, 2, 2])
    )
    assert three.estimate.size == 2
    assert three.pvalue[0] == pytest.approx(pair.pvalue[0])


def test_undetermined_limit_is_infinite_with_a_warning() -> None:
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
        ([0, 1], [np.inf, 1], None, "gives no information"),
        ([0, 0, 3], [2, 2, 3], None, "fewer than two"),
        ([3, 3, 0], [3, 3, 2], None, "fewer than two"),
        ([1, 2, 0, 0], [1, 2, 5, 5], ["a", "a", "b", "b"], "group b has fewer than two"),
    ],
)
def test_unfittable_data_raise(lower: Any, upper: Any, group: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stats.censored_lognormal(lower, upper, group)


@pytest.mark.slow
def test_the_interval_covers_where_the_chi_square_cut_does_not() -> None:
    """With a third of one group of eight censored, coverage is within 3 standard errors of 95 % in 300 seeded trials.

    The chi-square cut covers 89 to 94 % here.
    """
    covered = trials = 0
    for seed in range(300):
        low, high, group = two_groups(seed, 8, ratio=2, sd=0.5, low=16)
        if np.unique(low[(group == 0) & (low > 0)]).size < 2:
            continue
        # The interval holds 2 when the test accepts it: the second group, halved, is tested against 1.
        halved = np.where(group == 1, 2, 1)
        covered, trials = (
            covered + bool(stats.censored_lognormal(low / halved, high / halved, group).pvalue[0] > 0.05),
            trials + 1,
        )
    assert trials > 290
    assert covered / trials == pytest.approx(0.95, abs=3 * np.sqrt(0.95 * 0.05 / trials))


def test_titres_are_known_up_to_one_dilution() -> None:
    lower, upper = stats.titre_bounds([0, 4, 64, 4096], lowest=2, highest=4096)
    assert lower.tolist() == [0, 4, 64, 4096]
    assert upper.tolist() == [2, 8, 128, np.inf]
    assert stats.titre_bounds([10, 30], fold=3)[1].tolist() == [30, 90]
    # A ladder of half-logarithms is printed rounded.
    assert stats.titre_bounds([10, 32, 100, 320], fold=10**0.5, lowest=10, highest=320)[1][-1] == np.inf


def test_titres_at_the_end_of_the_plate_are_not_underestimated() -> None:
    """True geometric mean 2048 on a plate that ends at 4096:

    the plain mean of the printed titres is too low, the model's is not.
    """
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
        ([-4], {}, "numbers from 0 to"),
        ([4, 8, 12], {}, "12 is not"),
        ([8, 45, 64], {"lowest": 8}, "45 is not"),
        ([4, 8], {"lowest": 8}, "below the first dilution"),
        ([4, 8], {"lowest": 8, "highest": 64}, "below the first dilution"),
        ([8, 64], {"highest": 100}, "a power of 2"),
        ([8, 64], {"lowest": 8, "highest": 100}, "100 is not"),
        ([64], {"lowest": 64, "highest": 8}, "below the first dilution"),
        ([8], {"lowest": 0}, "above 0"),
        ([4], {"fold": 1}, "above 1"),
    ],
)
def test_impossible_titres_raise(arguments: list[float], options: dict[str, float], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stats.titre_bounds(arguments, **options)


@pytest.mark.parametrize("ratio", [0.5, 0.8, 1.25, 3.0])
def test_against_another_ratio_is_the_test_of_the_divided_group(ratio: float) -> None:
    """The ratio of a to b is r if that of a / r to b is 1."""
    rng = np.random.default_rng(8)
    control, treated = rng.lognormal(3, 0.5, 9), rng.lognormal(3.4, 0.5, 8)
    lower, upper = np.concatenate([control, treated]), np.concatenate([control, treated])
    lower[:2], upper[:2] = 0, 15
    group = np.repeat([0, 1], [9, 8])
    fit = stats.censored_lognormal(lower, upper, group)
    divided = np.where(group == 1, ratio, 1.0)
    for alternative in ("two-sided", "less", "greater"):
        other = stats.censored_lognormal(lower / divided, upper / divided, group, alternative=alternative)
        statistic, pvalue = fit.against(ratio, alternative)
        assert statistic == pytest.approx(other.statistic, abs=1e-5)
        assert pvalue == pytest.approx(other.pvalue, rel=1e-4)
    with pytest.raises(ValueError, match="ratio must be above 0"):
        fit.against(0.0)


def test_titres_in_two_neighbouring_wells_keep_a_spread() -> None:
    """Known to an interval only, they are most likely without any spread;

    the spread within one interval is then taken.
    """
    lower = np.array([16.0, 16, 32, 32, 16, 32, 64, 64])
    group = np.repeat([0, 1], 4)
    least = np.log(2) / np.sqrt(12)
    fit = stats.censored_lognormal(lower, 2 * lower, group, min_log_sd=least)
    assert fit.log_sd == pytest.approx([least, fit.log_sd[1]])
    assert fit.log_sd[1] >= least
    free = stats.censored_lognormal(lower, 2 * lower, group)
    assert free.log_sd[0] < least / 2
    assert fit.pvalue[0] > free.pvalue[0]
    with pytest.raises(ValueError, match="min_log_sd"):
        stats.censored_lognormal(lower, 2 * lower, group, min_log_sd=-1)


@pytest.mark.parametrize("fold", [1.0, 2.0])
def test_axis_equals_a_loop_over_single_fits(fold: float) -> None:
    """Lognormal values below and above limits, and titres of which each lies between two dilutions."""
    rng, group = np.random.default_rng(5), np.repeat([0, 1], [6, 9])
    values = rng.lognormal(3, 0.7, (40, 15))
    values = values if fold == 1 else np.exp2(np.floor(np.log2(values)))
    lower, upper = bounds(values, 12.0 if fold == 1 else 4.0, 60.0 if fold == 1 else 64.0)
    upper = np.where(lower == upper, fold * upper, upper)
    lower[0, group == 1], upper[0, group == 1] = 0, 12  # This test cannot be fitted.
    smallest = np.log(fold) / np.sqrt(12)
    many = stats.censored_lognormal(
        lower.reshape(8, 5, 15), upper.reshape(8, 5, 15), group, min_log_sd=smallest, axis=-1
    )
    together = fit_numbers(many).reshape(40, -1)
    with pytest.raises(ValueError, match="fewer than two different"):
        stats.censored_lognormal(lower[0], upper[0], group, min_log_sd=smallest)
    assert np.isnan(together[0]).all()
    for low, high, row in zip(lower[1:], upper[1:], together[1:], strict=True):
        alone = fit_numbers(stats.censored_lognormal(low, high, group, min_log_sd=smallest))
        assert row == pytest.approx(alone, rel=1e-7, abs=1e-9)


def fit_numbers(fit: Any) -> np.ndarray:
    """The numbers of a fit that do not follow from the design, along the last axis."""
    parts = fit.geometric_mean, fit.log_sd, fit.estimate, fit.statistic, fit.pvalue, fit.against(1.25, "less")[1]
    return np.concatenate([*parts, *fit.confidence_interval(0.9)], axis=-1)
