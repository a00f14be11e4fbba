"""Welch contrasts and Dunnett's test against R, printed tables, SciPy and identities."""

from typing import Any

import numpy as np
import pytest
from outside import CASES
from scipy import stats as scipy_stats

from secretome import stats
from secretome.analysis.permutations import GENERATOR

# Sachs (1997), Angewandte Statistik, p. 402.
SACHS = ([106, 114, 116, 127, 145], [110, 125, 143, 148, 151], [136, 139, 149, 160, 174])
CLOTH = ([55, 47, 48], [55, 64, 64], [55, 49, 52], [50, 44, 41])


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_welch_contrast_of_two_groups_matches_scipy(alternative: Any) -> None:
    ours = stats.welch_contrasts(SACHS, [[-1, 0, 1]], alternative=alternative)
    theirs = scipy_stats.ttest_ind(SACHS[2], SACHS[0], equal_var=False, alternative=alternative)
    assert (ours.statistic[0], ours.df[0], ours.pvalue[0]) == pytest.approx(
        (theirs.statistic, theirs.df, theirs.pvalue)
    )
    both = scipy_stats.ttest_ind(SACHS[2], SACHS[0], equal_var=False).confidence_interval(0.975)
    assert [limit[0] for limit in ours.confidence_interval(0.975)] == pytest.approx([both.low, both.high])


def test_the_log_scale_gives_ratios() -> None:
    ours = stats.welch_contrasts(SACHS, [[-1, 0, 1]], scale="log")
    ratio = stats.geometric_mean_ratio(SACHS[2], SACHS[0])
    assert (ours.estimate[0], ours.pvalue[0]) == pytest.approx((ratio.estimate, ratio.pvalue))
    assert [limit[0] for limit in ours.confidence_interval()] == pytest.approx(list(ratio.confidence_interval()))


def test_a_contrast_of_three_groups_by_hand() -> None:
    """Satterthwaite's formula written out for the mean of the last two against the first."""
    means, parts = (
        [121.6, 135.4, 151.6],
        [w**2 * np.var(s, ddof=1) / 5 for w, s in zip((-1, 0.5, 0.5), SACHS, strict=True)],
    )
    ours = stats.welch_contrasts(SACHS, [[-1, 0.5, 0.5]])
    assert ours.estimate[0] == pytest.approx((means[1] + means[2]) / 2 - means[0])
    assert ours.df[0] == pytest.approx(sum(parts) ** 2 / (sum(part**2 for part in parts) / 4))
    assert ours.statistic[0] == pytest.approx(ours.estimate[0] / np.sqrt(sum(parts)))


def test_scaling_weights_and_values() -> None:
    once, twice = stats.welch_contrasts(SACHS, [[-1, 1, 0]]), stats.welch_contrasts(SACHS, [[-2, 2, 0]])
    assert twice.estimate[0] == pytest.approx(2 * once.estimate[0])
    assert twice.pvalue[0] == pytest.approx(once.pvalue[0])
    shifted = stats.welch_contrasts([np.array(sample) + 7 for sample in SACHS], [[-1, 1, 0]])
    assert shifted.pvalue[0] == pytest.approx(once.pvalue[0])


@pytest.mark.parametrize(
    ("samples", "contrasts", "sentence"),
    [
        (SACHS, [[-1, 1]], "3 columns"),
        (SACHS, [[1, 1, 0]], "add up to zero"),
        (SACHS, [[0, 0, 0]], "not all zero"),
        (([1], [2, 3]), [[-1, 1]], "fewer than two"),
        (([2, 2], [3, 3]), [[-1, 1]], "do not vary"),
        (([1, 2],), [[1]], "two samples or more"),
        (([1, np.nan], [2, 3]), [[-1, 1]], "missing"),
    ],
)
def test_welch_contrasts_invalid_input_raises(samples: Any, contrasts: Any, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stats.welch_contrasts(samples, contrasts)


def test_single_value_outside_the_contrast_is_ignored() -> None:
    assert stats.welch_contrasts(([1, 2, 3], [2, 3, 5], [9]), [[-1, 1, 0]]).pvalue[0] == pytest.approx(
        scipy_stats.ttest_ind([2, 3, 5], [1, 2, 3], equal_var=False).pvalue
    )


@pytest.mark.parametrize("alternative", ["two-sided", "greater"])
def test_dunnett_equals_multcomp(alternative: Any) -> None:
    case = CASES["dunnett_scipy_case3"]
    result = stats.dunnett(list(case["inputs"].values()), alternative=alternative)
    expected = case["expected"][alternative.replace("-", "_")]
    assert result.pvalue == pytest.approx(expected["p"], abs=case["tolerance"])
    if "t" in expected:
        assert result.statistic == pytest.approx(expected["t"], abs=1e-5)


def test_dunnett_equals_brute_force() -> None:
    """The null drawn ten million times:

    the p of the first comparison to three standard errors, which settles its fourth digit.
    """
    rng = np.random.default_rng(0)
    beyond = trials = 0
    for _ in range(10):
        normal, control = rng.standard_normal((3, 10**6)), rng.standard_normal(10**6)
        largest = np.abs((normal - control) / np.sqrt(2)).max(axis=0) / np.sqrt(rng.chisquare(8, 10**6) / 8)
        beyond, trials = beyond + int((largest >= 3.0907331).sum()), trials + 10**6
    share = beyond / trials
    assert stats.dunnett(CLOTH).pvalue[0] == pytest.approx(share, abs=3 * np.sqrt(share * (1 - share) / trials))


# Dunnett (1964), New tables for multiple comparisons with a control, Biometrics 20:482-491; one-sided: Dunnett (1955).
@pytest.mark.parametrize(
    ("alternative", "groups", "df", "critical"),
    [
        ("two-sided", 2, 10, 2.57),
        ("two-sided", 3, 10, 2.76),
        ("two-sided", 4, 20, 2.65),
        ("greater", 2, 10, 2.15),
        ("greater", 3, 20, 2.19),
        ("greater", 4, 20, 2.30),
    ],
)
def test_dunnett_reaches_the_printed_critical_values(alternative: Any, groups: int, df: int, critical: float) -> None:
    """Equal groups;

    those beyond the needed degrees of freedom are not to be had, so a t at the critical value must have p near 5 %.
    """
    from secretome.stats.dunnett import _dunnett_pvalues

    pvalue = _dunnett_pvalues(np.array([critical]), (np.sqrt(0.5),) * groups, df, alternative)
    # The tables round to two decimals.
    assert pvalue[0] == pytest.approx(0.05, abs=0.0008)


def test_dunnett_with_one_group_is_students_t() -> None:
    result = stats.dunnett(([1, 2, 4], [3, 5, 9, 7]))
    theirs = scipy_stats.ttest_ind([3, 5, 9, 7], [1, 2, 4])
    assert result.pvalue[0] == pytest.approx(theirs.pvalue, abs=1e-8)
    assert [limit[0] for limit in result.confidence_interval()] == pytest.approx(
        list(theirs.confidence_interval()), abs=1e-6
    )


LEVELS = (0.8, 0.9, 0.95, 0.99, 0.999, 0.9999)


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    "samples", [([1, 2], [3]), ([1, 2], [3, 5]), ([1, 2, 4], [3, 5]), ([1, 2, 4, 2], [3, 5, 9, 7])]
)
def test_dunnett_with_one_group_and_few_degrees_of_freedom_is_students_interval(samples: Any, level: float) -> None:
    """One to six degrees of freedom, by the quantile of t: SciPy's own interval is not to be had for a single value."""
    control, treated = (np.array(sample, dtype=float) for sample in samples)
    df = control.size + treated.size - 2
    pooled = (control.var() * control.size + treated.var() * treated.size) / df
    error = np.sqrt(pooled * (1 / control.size + 1 / treated.size))
    difference, reach = treated.mean() - control.mean(), scipy_stats.t.ppf((1 + level) / 2, df) * error
    result = stats.dunnett(samples)
    assert [limit[0] for limit in result.confidence_interval(level)] == pytest.approx(
        [difference - reach, difference + reach], rel=1e-10
    )
    assert result.pvalue[0] == pytest.approx(2 * scipy_stats.t.sf(abs(difference) / error, df), rel=1e-10)


@pytest.mark.parametrize("df", [1, 2, 3, 10])
@pytest.mark.parametrize("alternative", ["two-sided", "greater"])
def test_dunnetts_critical_value_has_its_own_p(df: int, alternative: Any) -> None:
    from secretome.stats.dunnett import _critical_value, _dunnett_pvalues

    loadings = (np.sqrt(0.5), np.sqrt(0.5), np.sqrt(0.8))
    for level in LEVELS:
        critical = _critical_value(1 - level, loadings, df, two_sided=alternative == "two-sided")
        assert _dunnett_pvalues(np.array([critical]), loadings, df, alternative)[0] == pytest.approx(
            1 - level, rel=1e-6
        )


def test_dunnetts_chance_at_few_degrees_of_freedom_equals_scipys_multivariate_t() -> None:
    from secretome.stats.dunnett import _dunnett_pvalues

    for df, bound in ((1, 3.0), (1, 20.0), (2, 3.0), (3, 3.0)):
        law = scipy_stats.multivariate_t(shape=[[1, 0.5], [0.5, 1]], df=df)
        beyond = 1 - law.cdf([bound, bound], lower_limit=[-bound, -bound], maxpts=200_000, random_state=1)
        assert _dunnett_pvalues(np.array([bound]), (np.sqrt(0.5),) * 2, df, "two-sided")[0] == pytest.approx(
            beyond, abs=2e-6
        )


def test_dunnett_takes_a_control_of_one_against_a_million() -> None:
    """The nodes of the quadrature grow with the square root of the ratio of sizes, and not beyond memory."""
    rng = np.random.default_rng(3)
    result = stats.dunnett(([0.0], rng.normal(2, 1, 100_000), rng.normal(1, 1, 3)))
    # The first comparison is nearly that of the control alone with a known mean.
    assert 0.02 < result.pvalue[0] < 0.1


@pytest.mark.parametrize("alternative", ["two-sided", "less", "greater"])
def test_dunnetts_interval_and_test_agree(alternative: Any) -> None:
    rng = np.random.default_rng(8)
    for _ in range(3):
        samples = [rng.normal(shift, 1, size) for shift, size in ((0, 4), (1, 5), (-1, 6), (0.5, 3))]
        result = stats.dunnett(samples, alternative=alternative)
        few = stats.dunnett(
            [sample[:size] for sample, size in zip(samples, (2, 1, 2, 1), strict=True)], alternative=alternative
        )
        for level in LEVELS:
            for test in (result, few):
                interval = test.confidence_interval(level)
                excluded = (interval.low > 0) | (interval.high < 0)
                assert (excluded == (test.pvalue < 1 - level)).all()


def test_dunnett_is_the_same_whichever_place_the_control_has() -> None:
    moved = stats.dunnett((CLOTH[1], CLOTH[2], CLOTH[0], CLOTH[3]), control=2)
    assert moved.pvalue == pytest.approx(stats.dunnett(CLOTH).pvalue)


def test_dunnett_is_scipys_within_its_own_error_for_unequal_groups() -> None:
    rng = np.random.default_rng(2)
    samples = [rng.normal(shift, 1, size) for shift, size in ((0, 3), (1, 40), (0.5, 8))]
    theirs = scipy_stats.dunnett(*samples[1:], control=samples[0], **{GENERATOR: np.random.default_rng(1)})
    assert stats.dunnett(samples).pvalue == pytest.approx(theirs.pvalue, abs=1e-3)


@pytest.mark.parametrize(
    ("samples", "control", "sentence"),
    [
        (([1], [2]), 0, "cannot be estimated"),
        (([1, 1], [2, 2]), 0, "do not vary"),
        (([1, 2], [2, 3]), 2, "position of a sample"),
    ],
)
def test_dunnett_invalid_input_raises(samples: Any, control: int, sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        stats.dunnett(samples, control=control)
